// Package protocol holds the words that agents and the collector share: checks,
// slots, results, batches, assignments, heartbeats and gaps. PROTOCOL.md
// describes their encodings; both are versioned, and old bytes decode for ever.
//
// Instants are int64 milliseconds since the Unix epoch, UTC. Elapsed times are
// time.Duration in memory and microseconds on the wire.
package protocol

import "time"

// Version is the version of the encodings in PROTOCOL.md.
const Version = 1

// Bounds of what one peer accepts from the other. Each is stated in PROTOCOL.md.
const (
	MaxMessageBytes   = 256     // Result.Message, cut at a UTF-8 boundary
	MaxIDBytes        = 128     // check, agent and location names
	MaxEndpointBytes  = 64      // "[ip]:port"
	MaxBatchResults   = 10_000  // results in one batch
	MaxBatchGaps      = 10_000  // gaps in one batch
	MaxBatchBytes     = 4 << 20 // one batch, decoded
	MaxAssignmentSize = 16 << 20
	MaxChecks         = 100_000 // checks in one assignment
	MaxHeartbeatBytes = 64 << 10
	MaxFaults         = 32 // faults in one heartbeat
	MinInterval       = 100 * time.Millisecond
	MaxInterval       = 24 * time.Hour
	DefaultGrid       = 20 * time.Millisecond
)

type (
	// CheckID names a check: "agreement/service/check", unique in a collector.
	CheckID string
	// AgentID names an agent, unique in a collector.
	AgentID string
	// Location names the vantage point where an agent stands.
	Location string
)

// Kind says how a check probes.
type Kind uint8

const (
	KindUnknown Kind = iota
	KindHTTP
	KindTCP
	KindDNS
	KindICMP
)

// Check is what to test, how and how often. Exactly the spec of its Kind is set.
type Check struct {
	ID       CheckID       `json:"id"`
	Kind     Kind          `json:"kind"`
	Target   string        `json:"target"` // URL, host:port, DNS server or host, as configured
	Interval time.Duration `json:"-"`      // interval_us
	Timeout  time.Duration `json:"-"`      // timeout_us: whole probe, all phases; at most Interval
	Degraded time.Duration `json:"-"`      // degraded_us: slower than this is degraded; 0: never
	Family   Family        `json:"family"`
	HTTP     *HTTPSpec     `json:"http,omitempty"`
	TCP      *TCPSpec      `json:"tcp,omitempty"`
	DNS      *DNSSpec      `json:"dns,omitempty"`
	ICMP     *ICMPSpec     `json:"icmp,omitempty"`
}

// Family restricts the IP version that a probe uses.
type Family uint8

const (
	FamilyAny Family = iota
	FamilyIPv4
	FamilyIPv6
)

// HTTPSpec refines an HTTP check. The zero value is GET, any 2xx or 3xx, no redirects followed.
type HTTPSpec struct {
	Method          string        `json:"method,omitempty"`
	Headers         []Header      `json:"headers,omitempty"`
	Body            string        `json:"body,omitempty"`
	Status          []StatusRange `json:"status,omitempty"` // empty: 200–399
	MaxRedirects    int           `json:"max_redirects,omitempty"`
	BodyContains    string        `json:"body_contains,omitempty"`
	BodyMatches     string        `json:"body_matches,omitempty"`     // RE2
	BodyNotMatches  string        `json:"body_not_matches,omitempty"` // RE2
	HeaderMatches   []Header      `json:"header_matches,omitempty"`   // Value is RE2
	MaxBodyBytes    int64         `json:"max_body_bytes,omitempty"`   // 0: 1 MiB
	HTTPVersion     string        `json:"http_version,omitempty"`     // "", "1.1" or "2"
	TLS             *TLSSpec      `json:"tls,omitempty"`
	FollowAuthority bool          `json:"follow_authority,omitempty"` // redirects may leave the host
}

// Header is one HTTP header line, or a pattern for one.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// StatusRange is an inclusive range of HTTP status codes.
type StatusRange struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// TLSSpec says how a TLS peer is verified. The zero value verifies against the system's roots.
type TLSSpec struct {
	ServerName string        `json:"server_name,omitempty"`
	CAPEM      string        `json:"ca_pem,omitempty"` // extra roots, PEM
	SkipVerify bool          `json:"skip_verify,omitempty"`
	MinExpiry  time.Duration `json:"-"` // min_expiry_us: degraded when the certificate ends sooner
}

// TCPSpec refines a TCP check: connect, optional TLS, optional send and expect.
type TCPSpec struct {
	TLS    *TLSSpec `json:"tls,omitempty"`
	UseTLS bool     `json:"use_tls,omitempty"`
	Send   string   `json:"send,omitempty"`
	Expect string   `json:"expect,omitempty"` // RE2, against at most 64 KiB
}

// DNSSpec refines a DNS check. Target is the server, "host" or "host:port".
type DNSSpec struct {
	Name    string   `json:"name"`
	Type    string   `json:"type,omitempty"`    // "A" by default
	Class   string   `json:"class,omitempty"`   // "IN" by default
	Rcodes  []string `json:"rcodes,omitempty"`  // "NOERROR" by default
	Answers []string `json:"answers,omitempty"` // each RE2 must match one answer's presentation form
	TCP     bool     `json:"tcp,omitempty"`     // only TCP
	Recurse bool     `json:"recurse,omitempty"` // set RD
}

// ICMPSpec refines an ICMP check.
type ICMPSpec struct {
	Count   int           `json:"count,omitempty"`    // echoes in one probe; 1 by default
	Spacing time.Duration `json:"-"`                  // spacing_us: between echoes; 20 ms by default
	Size    int           `json:"size,omitempty"`     // payload bytes; 56 by default
	MaxLoss int           `json:"max_loss,omitempty"` // per cent that may be lost before down; 0 by default
}

// Outcome is the verdict of one result.
type Outcome uint8

const (
	OutcomeUnknown  Outcome = iota // the probe could not judge the target: never up, never its downtime
	OutcomeUp                      // answered as the check demands
	OutcomeDegraded                // answered, but slower or closer to expiry than agreed
	OutcomeDown                    // did not answer as the check demands
)

// Cause says why an outcome is not up. The vocabulary is closed: causes are counted, grouped and signed.
type Cause uint8

const (
	CauseNone               Cause = iota
	CauseResolve                  // the target's name did not resolve
	CauseConnectRefused           // reset or refused while connecting
	CauseConnectTimeout           // no answer while connecting
	CauseNetworkUnreachable       // no route, or an ICMP unreachable
	CauseTLSHandshake             // handshake failed or protocol error
	CauseTLSVerify                // chain or name not valid
	CauseTLSExpired               // certificate expired or not valid yet
	CauseTLSExpiring              // degraded: ends within min_expiry
	CauseTimeout                  // connected, but not done within the deadline
	CauseReset                    // connection closed or reset after connecting
	CauseProtocol                 // the peer does not speak the protocol
	CauseStatus                   // HTTP status or DNS rcode not as expected
	CauseAssertion                // body, header, banner or answer does not match
	CauseRedirect                 // too many redirects, or one to a forbidden place
	CauseLoss                     // more echoes lost than max_loss
	CauseSlow                     // degraded: slower than the threshold
	CauseAgentFault               // unknown: the agent's own doing (panic, no sockets, no permission)
)

// Phases are the parts of a probe's duration; zero where a phase did not happen.
type Phases struct {
	Resolve   time.Duration
	Connect   time.Duration
	TLS       time.Duration
	FirstByte time.Duration // request sent → first byte of the answer
	Transfer  time.Duration // first byte → done
}

// Result is the immutable record of one probe. (Check, agent, Slot) is its identity.
type Result struct {
	Check     CheckID
	Slot      int64         // ms UTC: the scheduled instant
	Interval  time.Duration // of the check when it ran; the result holds for [Slot, Slot+Interval)
	Lateness  time.Duration // actual start − Slot
	Duration  time.Duration // start → verdict
	Outcome   Outcome
	Cause     Cause
	Phases    Phases
	Endpoint  string // "ip:port" (or "ip") actually reached, "" when none was
	Status    int    // HTTP status or DNS rcode; 0 when there was none
	Message   string // at most MaxMessageBytes, for people
	TLSExpiry int64  // ms UTC of the earliest NotAfter in the chain served; 0 without TLS
	Sent      int    // ICMP echoes
	Received  int
}

// GapReason says why slots have no result.
type GapReason uint8

const (
	GapUnknown   GapReason = iota
	GapOverload            // no worker was free in time
	GapOverlap             // the previous probe of the check still ran
	GapClockJump           // wall clock moved past the slot
	GapSuspended           // the machine slept
	GapStopped             // the agent was stopping or starting
	GapSpoolFull           // results were dropped at the spool's cap
	GapCorrupt             // results were lost to damage on the agent's disk
)

// Gap records slots of a check that have no result, and why. Check is empty,
// and Interval and Count are 0, when results of all checks were lost together
// (GapSpoolFull, GapCorrupt).
type Gap struct {
	Check    CheckID
	From     int64 // ms UTC: first missed slot
	To       int64 // ms UTC: last missed slot, inclusive
	Count    int64 // slots missed; 0 when not known (GapSpoolFull, GapCorrupt)
	Interval time.Duration
	Reason   GapReason
}

// Batch is what an agent pushes at once. (Agent, Boot, Seq) makes a push idempotent.
type Batch struct {
	Agent   AgentID
	Boot    [16]byte // random per start of the agent
	Seq     uint64   // 1, 2, … within a boot
	Results []Result
	Gaps    []Gap
}

// Ack answers a push: everything not rejected is durable.
type Ack struct {
	Accepted  int        `json:"accepted"`
	Duplicate bool       `json:"duplicate,omitempty"` // the batch was acknowledged before
	Rejected  []Rejected `json:"rejected,omitempty"`
}

// RejectedFuture begins the reason of a rejection that tells an agent that its
// clock is ahead: "future: …".
const RejectedFuture = "future"

// Rejected says why one result or gap of a batch was refused; it must not be sent again.
type Rejected struct {
	Index  int    `json:"index"`
	Gap    bool   `json:"gap,omitempty"` // Index counts gaps, not results
	Check  string `json:"check"`
	Slot   int64  `json:"slot"`
	Reason string `json:"reason"`
}

// Assignment is the versioned set of checks that an agent runs.
type Assignment struct {
	Version  string        `json:"version"` // opaque; the ETag
	Agent    AgentID       `json:"agent"`
	Location Location      `json:"location"`
	Grid     time.Duration `json:"-"` // grid_us
	Checks   []Check       `json:"checks"`
}

// HeartbeatAck answers a heartbeat.
type HeartbeatAck struct {
	Now int64 `json:"now"` // ms UTC by the collector's clock
}

// Heartbeat is an agent's own state, sent beside results.
type Heartbeat struct {
	Agent      AgentID  `json:"agent"`
	Boot       string   `json:"boot"` // hex
	At         int64    `json:"at"`   // ms UTC by the agent's clock
	Version    string   `json:"version"`
	Assignment string   `json:"assignment"` // version in force
	Checks     int      `json:"checks"`
	SpoolBytes int64    `json:"spool_bytes"`
	Oldest     int64    `json:"oldest"` // ms UTC of the oldest unacknowledged result; 0 when none
	Faults     []string `json:"faults,omitempty"`
}
