package incident

// Incident is the human record of a fault, maybe of several outages and of
// several agreements: what Fold makes of its events. Nobody writes to it.
type Incident struct {
	ID             string            `json:"id"` // "INC-2026-0042"
	Seq            int               `json:"seq"`
	State          IncidentState     `json:"state"`
	Title          string            `json:"title"`
	Major          bool              `json:"major"`                   // takes the emergency path
	Severities     map[string]string `json:"severities"`              // agreement → the word of its contract
	SeveritiesBy   map[string]string `json:"severities_by,omitempty"` // agreement → who said so: System, or a person
	Majors         []string          `json:"majors,omitempty"`        // agreements for which it is major
	DetectedAt     int64             `json:"detected_at,omitempty"`
	ReportedAt     int64             `json:"reported_at,omitempty"` // by a customer; 0: by nobody
	OpenedAt       int64             `json:"opened_at"`             // effective
	OpenedBy       string            `json:"opened_by"`
	AcknowledgedAt int64             `json:"acknowledged_at,omitempty"`
	AcknowledgedBy string            `json:"acknowledged_by,omitempty"`
	MitigatedAt    int64             `json:"mitigated_at,omitempty"`
	RestoredAt     int64             `json:"restored_at,omitempty"` // when the last outage ended; 0 while one goes on
	ResolvedAt     int64             `json:"resolved_at,omitempty"`
	ResolvedBy     string            `json:"resolved_by,omitempty"`
	ReviewedAt     int64             `json:"reviewed_at,omitempty"`
	Reopened       int               `json:"reopened,omitempty"`
	ReopenedAt     int64             `json:"reopened_at,omitempty"` // the last time
	ReopenedBy     string            `json:"reopened_by,omitempty"`
	PausedFor      string            `json:"paused_for,omitempty"` // reason for which clocks that know it stand still now
	PausedOf       string            `json:"paused_of,omitempty"`  // of which agreement's clocks; "": of all
	PausedAt       int64             `json:"paused_at,omitempty"`
	Outages        []OutageRef       `json:"outages,omitempty"`
	Faults         []string          `json:"faults,omitempty"` // reported faults that were accepted into it
	Causes         []string          `json:"keys,omitempty"`   // what joins outages: "host:192.0.2.7", "service:acme/web"
	Cause          string            `json:"cause,omitempty"`
	Remedy         string            `json:"remedy,omitempty"`
	Actions        []Action          `json:"actions,omitempty"`
	UpdatedAt      int64             `json:"updated_at"`
}

// IncidentState is where an incident is in its life.
type IncidentState string

const (
	IncidentOpen         IncidentState = "open"
	IncidentAcknowledged IncidentState = "acknowledged"
	IncidentMitigated    IncidentState = "mitigated"
	IncidentResolved     IncidentState = "resolved"
	IncidentReviewed     IncidentState = "reviewed"
)

// OutageRef is an outage as the incident knows it; its figures are the statement's.
type OutageRef struct {
	ID        string `json:"id"`
	Agreement string `json:"agreement"`
	Service   string `json:"service"`
	From      int64  `json:"from"`
	To        int64  `json:"to,omitempty"` // 0: goes on
	Withdrawn bool   `json:"withdrawn,omitempty"`
}

// Action is a preventive action: what somebody will do, and by when.
type Action struct {
	ID    string `json:"id"` // "INC-2026-0042/1"
	Text  string `json:"text"`
	Owner string `json:"owner"`
	Due   string `json:"due"` // local date, "2026-12-31"
	State string `json:"state"`
	Note  string `json:"note,omitempty"`
}

// States of actions.
const (
	ActionOpen    = "open"
	ActionDone    = "done"
	ActionDropped = "dropped"
)

// EventKind says what an event records.
type EventKind string

const (
	EventOpened          EventKind = "opened"
	EventOutageJoined    EventKind = "outage_joined" // also re-dated: the last one of an outage holds
	EventOutageEnded     EventKind = "outage_ended"
	EventOutageWithdrawn EventKind = "outage_withdrawn"
	EventFaultJoined     EventKind = "fault_joined" // a customer's report was accepted into it
	EventAcknowledged    EventKind = "acknowledged" // the first answer by a person
	EventMitigated       EventKind = "mitigated"    // a workaround that the customer accepts
	EventPaused          EventKind = "paused"       // clocks that know Reason stand still
	EventResumed         EventKind = "resumed"
	EventResolved        EventKind = "resolved"
	EventReopened        EventKind = "reopened"
	EventReviewed        EventKind = "reviewed"
	EventSeverity        EventKind = "severity"
	EventNote            EventKind = "note"
	EventCause           EventKind = "cause"
	EventRemedy          EventKind = "remedy"
	EventAction          EventKind = "action"   // a new action, or a new state of one
	EventNotified        EventKind = "notified" // a step of the escalation was sent
)

// System is who enters what the collector does by itself. It never answers a
// customer, so what it enters stops no response clock.
const System = "probity"

// Event is one entry in the record of an incident. Events are only ever added.
type Event struct {
	Incident  string      `json:"incident"`
	Seq       int         `json:"seq"` // 1, 2, …
	Kind      EventKind   `json:"kind"`
	At        int64       `json:"at"`                  // ms UTC, by the collector's clock: when it was entered
	Effective int64       `json:"effective,omitempty"` // when it took place; 0: At
	By        string      `json:"by"`                  // a person, or System
	Text      string      `json:"text,omitempty"`
	Agreement string      `json:"agreement,omitempty"` // severity: of this agreement; "" in other kinds: of all
	Severity  string      `json:"severity,omitempty"`
	Major     bool        `json:"major,omitempty"`
	Reason    string      `json:"reason,omitempty"` // of a pause: "customer"
	Outage    *OutageRef  `json:"outage,omitempty"`
	Fault     string      `json:"fault,omitempty"`
	Keys      []string    `json:"keys,omitempty"`
	Action    *Action     `json:"action,omitempty"`
	Step      *Escalation `json:"step,omitempty"`
}

// Escalation is one step that was taken: who was told, through what. Whoever was
// told of an incident is told of a Change in its life too, which is no step of a
// policy and has no level.
type Escalation struct {
	Policy   string    `json:"policy"`
	Level    int       `json:"level"`  // 1, 2, …; 0: of a change
	Repeat   int       `json:"repeat"` // 0: the first time at this level
	People   []string  `json:"people"`
	Channels []string  `json:"channels"`
	Change   EventKind `json:"change,omitempty"` // "acknowledged", "resolved", "reopened"
}

// Fault is what a customer reported.
type Fault struct {
	ID          string       `json:"id"` // the reference number, "FLT-2026-7K3QX"
	Agreement   string       `json:"agreement"`
	Service     string       `json:"service,omitempty"` // "": the customer could not say
	State       FaultState   `json:"state"`
	Summary     string       `json:"summary"`
	Details     string       `json:"details,omitempty"`
	Since       int64        `json:"since"`           // ms UTC, as the customer claims
	Until       int64        `json:"until,omitempty"` // 0: it goes on
	Contact     string       `json:"contact"`
	Language    string       `json:"language"`
	ReportedAt  int64        `json:"reported_at"`
	ReportedBy  string       `json:"reported_by"`          // name of the token
	Reporter    string       `json:"-"`                    // id of the token
	Incident    string       `json:"incident,omitempty"`   // once accepted
	Correction  string       `json:"correction,omitempty"` // proposed for down time that no probe saw
	Answer      string       `json:"answer,omitempty"`     // why not, or what was done
	AnsweredAt  int64        `json:"answered_at,omitempty"`
	AnsweredBy  string       `json:"answered_by,omitempty"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// FaultState is where a reported fault is.
type FaultState string

const (
	FaultReceived FaultState = "received"
	FaultAccepted FaultState = "accepted"
	FaultDeclined FaultState = "declined"
	FaultResolved FaultState = "resolved" // its incident is
)

// Attachment is a file that came with a reported fault; the bytes are kept apart.
type Attachment struct {
	N      int    `json:"n"` // 1, 2, …
	Name   string `json:"name"`
	Type   string `json:"type"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}
