package web

import (
	"context"
	"io"

	"github.com/probity-sla/probity/collector/incident"
)

// Incidents reads the records of incidents.
type Incidents interface {
	// Incidents returns them newest first, folded.
	Incidents(ctx context.Context, q IncidentQuery) ([]incident.Incident, error)
	Incident(ctx context.Context, id string) (IncidentView, error)
	// IncidentReport is the document of an incident as it concerns an agreement,
	// "" for all of them.
	IncidentReport(ctx context.Context, id, agreement string) (IncidentReport, error)
}

// IncidentQuery selects incidents. Zero values select all.
type IncidentQuery struct {
	Agreement string
	Open      bool   // only those not resolved yet
	From, To  int64  // ms UTC: not resolved before From, opened before To
	Before    string // only those older than the incident with this ID
	Limit     int
}

// IncidentView is one incident, its whole record, and how its clocks stand.
type IncidentView struct {
	Incident incident.Incident
	Events   []incident.Event // oldest first
	Clocks   []IncidentClock
}

// IncidentClock is a response or resolution clock of an incident as it stands
// now. Lengths are ms.
type IncidentClock struct {
	Agreement string   `json:"agreement"`
	Severity  string   `json:"severity"`
	Indicator string   `json:"indicator"` // response, resolution
	Target    int64    `json:"target_ms"`
	Elapsed   int64    `json:"elapsed_ms"`
	Paused    int64    `json:"paused_ms"`
	OffHours  int64    `json:"off_hours_ms"`
	Running   bool     `json:"running"`
	Stopped   bool     `json:"stopped"` // answered, or mended
	Breach    bool     `json:"breach"`
	DueAt     int64    `json:"due_at,omitempty"` // ms UTC; 0: not as things stand
	Pauses    []string `json:"pauses"`           // reasons for which it may stand still
}

// IncidentReport is the document of an incident; it encodes itself as JSON.
type IncidentReport interface {
	WriteMarkdown(w io.Writer) error
}

// IncidentDesk adds to the records of incidents. Nothing is edited in place.
type IncidentDesk interface {
	// Act appends e, whose Seq it gives. It returns an *InputError for what the
	// event lacks, ErrConflict for what the incident's state does not allow.
	Act(ctx context.Context, id string, e incident.Event) (incident.Event, error)
	// OpenIncident opens one by hand.
	OpenIncident(ctx context.Context, in NewIncident) (incident.Incident, error)
}

// NewIncident is what a person says who opens one.
type NewIncident struct {
	Agreement string
	Title     string
	Severity  string // "": by the agreement's rules
	Since     int64  // ms UTC: when it began
	Note      string
	By        string
	At        int64
}

// Faults reads what customers reported.
type Faults interface {
	// Faults returns them newest first.
	Faults(ctx context.Context, q FaultQuery) ([]incident.Fault, error)
	Fault(ctx context.Context, id string) (FaultView, error)
	// FaultAttachment returns the nth file, from 1, and its bytes.
	FaultAttachment(ctx context.Context, fault string, n int) (incident.Attachment, []byte, error)
}

// FaultQuery selects reported faults. Zero values select all.
type FaultQuery struct {
	Agreement string
	State     incident.FaultState
	Before    string // only those older than the fault with this ID
	Limit     int
}

// FaultView is one reported fault and what became of it.
type FaultView struct {
	Fault  incident.Fault
	Events []FaultEvent // oldest first
}

// FaultEvent is one entry in the record of a reported fault.
type FaultEvent struct {
	At   int64  `json:"at"`
	By   string `json:"by"`
	Kind string `json:"kind"` // received, accepted, declined, resolved
	Text string `json:"text,omitempty"`
}

// FaultDesk takes reported faults in, and answers them.
type FaultDesk interface {
	// ReportFault stores a draft that web has checked, and gives it a reference.
	ReportFault(ctx context.Context, d FaultDraft) (incident.Fault, error)
	// AcceptFault makes it part of an incident; ErrConflict when it was answered before.
	AcceptFault(ctx context.Context, id string, in Acceptance) (incident.Fault, error)
	DeclineFault(ctx context.Context, id, answer, by string, at int64) (incident.Fault, error)
}

// FaultDraft is what a customer sent in. Fault has no ID yet; its Attachments
// have no bytes: Data holds them, in the same order.
type FaultDraft struct {
	Fault incident.Fault
	Data  [][]byte
}

// Acceptance says what becomes of a reported fault that is one.
type Acceptance struct {
	Incident   string      // to join; "": a new one
	Title      string      // of a new one; "": the fault's summary
	Severity   string      // "": by the agreement's rules, or as the incident has it
	Correction *Correction // proposed for down time that no probe saw; nil: none
	Answer     string      // to the customer
	By         string
	At         int64
}

// MaxAckTokenBytes bounds the token of a signed link: whoever signs keeps to it,
// and no more is verified for a stranger.
const MaxAckTokenBytes = 512

// AckLinks knows the signed links by which alerts are acknowledged.
type AckLinks interface {
	// VerifyAckLink returns what a token stands for, expired or not, and
	// ErrNotFound for one that the collector did not sign.
	VerifyAckLink(ctx context.Context, token string) (AckLink, error)
}

// AckLink is who may acknowledge which incident, until when.
type AckLink struct {
	Incident  string
	Person    string
	ExpiresAt int64 // ms UTC
}

// OnCall knows who is told when, and lets people swap.
type OnCall interface {
	// Rotations returns each rotation with its shifts in [from, to), oldest first.
	Rotations(ctx context.Context, from, to int64) ([]Rotation, error)
	// AddOverride stores o, gives it an ID, and returns it as stored.
	AddOverride(ctx context.Context, o Override) (Override, error)
	// RevokeOverride ends an override; ErrConflict when it was revoked before.
	RevokeOverride(ctx context.Context, id, by string, at int64) (Override, error)
}

// Rotation is a list of people who take turns.
type Rotation struct {
	Name      string     `json:"name"`
	Zone      string     `json:"zone"`
	People    []string   `json:"people"`
	Shifts    []Shift    `json:"shifts"`
	Overrides []Override `json:"overrides"` // that touch the window, revoked ones too
}

// Shift is who is on call from when to when.
type Shift struct {
	Person   string `json:"person"`
	From     int64  `json:"from"` // ms UTC
	To       int64  `json:"to"`
	Override string `json:"override,omitempty"` // id of what put the person there
}

// Override puts a person on call in place of whose turn it is.
type Override struct {
	ID        string `json:"id"`
	Rotation  string `json:"rotation"`
	Person    string `json:"person"`
	From      int64  `json:"from"` // ms UTC
	To        int64  `json:"to"`
	CreatedBy string `json:"created_by"`
	CreatedAt int64  `json:"created_at"`
	RevokedBy string `json:"revoked_by,omitempty"`
	RevokedAt int64  `json:"revoked_at,omitempty"`
}

// IncidentSource is all that incidents, reported faults and on-call need.
type IncidentSource interface {
	Incidents
	IncidentDesk
	Faults
	FaultDesk
	AckLinks
	OnCall
}
