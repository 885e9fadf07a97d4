package web

import (
	"context"
	"errors"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// What a Source answers when it has nothing to show, or will not do what is asked.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("conflict")
)

// InputError is what a Source returns for a request that is well-formed and
// still wrong: it names the field and says what to do.
type InputError struct{ Field, Detail string }

func (e *InputError) Error() string { return e.Field + ": " + e.Detail }

// Catalogue knows the agreements in force.
type Catalogue interface {
	// Agreements returns them ordered by ID. The caller does not write to them.
	Agreements() []*contract.Agreement
}

// StatementQuery asks for the account of one window. Label is "" for a window
// that is not a billed period. AsOf is 0 for what is known now.
type StatementQuery struct {
	Agreement string
	Label     string
	Window    sla.Window
	AsOf      int64
}

// Statements computes accounts and present states.
type Statements interface {
	Statement(ctx context.Context, q StatementQuery) (*sla.Statement, error)
	Live(ctx context.Context, agreement string) (Live, error)
}

// Live is the present state of an agreement and its services.
type Live struct {
	Agreement string        `json:"agreement"`
	State     sla.State     `json:"state"`
	Since     int64         `json:"since"` // ms UTC; 0: not known
	At        int64         `json:"at"`    // ms UTC: when this was judged
	Services  []ServiceLive `json:"services"`
}

// ServiceLive is the present state of one service.
type ServiceLive struct {
	Service     string    `json:"service"`
	State       sla.State `json:"state"`
	Since       int64     `json:"since"`
	Maintenance string    `json:"maintenance,omitempty"` // id of the window that runs now
	Excused     bool      `json:"excused,omitempty"`     // …and it qualifies: down time in it does not count
	Detail      string    `json:"detail,omitempty"`      // one sentence: what decided it
}

// Excused reports whether the agreement is down in nothing but qualifying
// maintenance, so that what one sees does not count.
func (l *Live) Excused() bool {
	for _, s := range l.Services {
		if s.State == sla.Down && !s.Excused {
			return false
		}
	}
	return l.State == sla.Down
}

// Checks knows what each location says about a check.
type Checks interface {
	// Locations returns one row for each agent that runs, or ever ran, the check.
	Locations(ctx context.Context, check protocol.CheckID) ([]LocationState, error)
	// Spans returns what one agent saw in the window, gap-free, oldest first.
	Spans(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window) ([]sla.Span, error)
}

// LocationState is the present state of a check as one agent sees it.
type LocationState struct {
	Agent    protocol.AgentID
	Location protocol.Location
	State    sla.State        // Unknown when the latest result no longer holds
	Since    int64            // ms UTC; 0: not known
	Latest   *protocol.Result // nil when there never was one
	Silent   string           // why there is no present result; "" when there is one
}

// Evidence holds the results behind a state.
type Evidence interface {
	// Latencies returns at most max points, spread over the window, oldest first.
	Latencies(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, max int) ([]Latency, error)
	// Failures returns at most limit results that were not up, newest first.
	Failures(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, w sla.Window, limit int) ([]protocol.Result, error)
}

// Latency is how long the probe of one slot took.
type Latency struct {
	Slot   int64 `json:"slot"` // ms UTC
	Micros int64 `json:"duration_us"`
}

// Maintenance lists announced windows, those of the agreement's file included.
type Maintenance interface {
	// Maintenance returns what touches the window, cancelled ones too, oldest first.
	Maintenance(ctx context.Context, agreement string, w sla.Window) ([]MaintenanceWindow, error)
	MaintenanceByID(ctx context.Context, id string) (MaintenanceWindow, error)
}

// MaintenanceDesk announces and cancels. Both record who and when, for good.
type MaintenanceDesk interface {
	// Announce stores w, gives it an ID when it has none, and returns it as stored.
	Announce(ctx context.Context, w MaintenanceWindow) (MaintenanceWindow, error)
	// Cancel ends a window before it began, or cuts one short that runs.
	// It returns ErrConflict when the window is over, cancelled, or written in the agreement's file.
	Cancel(ctx context.Context, id, by string, at int64) (MaintenanceWindow, error)
}

// MaintenanceWindow is one announced window, or the first of a series.
type MaintenanceWindow struct {
	ID          string   `json:"id"`
	Agreement   string   `json:"agreement"`
	Services    []string `json:"services"` // empty: all
	From        int64    `json:"from"`     // ms UTC
	To          int64    `json:"to"`
	AnnouncedAt int64    `json:"announced_at"` // ms UTC, by the collector's clock
	Emergency   bool     `json:"emergency"`
	Reason      string   `json:"reason"`
	CreatedBy   string   `json:"created_by"`
	CancelledAt int64    `json:"cancelled_at,omitempty"`
	CancelledBy string   `json:"cancelled_by,omitempty"`
	EndedAt     int64    `json:"ended_at,omitempty"` // finished early
	RRule       string   `json:"rrule,omitempty"`    // a series; Start is its first local wall time in Zone
	Zone        string   `json:"zone,omitempty"`
	Start       string   `json:"start,omitempty"`
}

// Fleet knows the agents, the alerts, and the notifications on their way.
type Fleet interface {
	Agents(ctx context.Context) ([]Agent, error)
	Alerts(ctx context.Context, q AlertQuery) ([]Alert, error)
	Outbox(ctx context.Context) (Outbox, error)
}

// Agent is one enrolled agent and what its last heartbeat said.
type Agent struct {
	Name       protocol.AgentID  `json:"name"`
	Location   protocol.Location `json:"location"`
	EnrolledAt int64             `json:"enrolled_at"`
	RevokedAt  int64             `json:"revoked_at,omitempty"`
	SeenAt     int64             `json:"seen_at,omitempty"` // ms UTC, by the collector's clock; 0: never
	Silent     bool              `json:"silent"`
	Version    string            `json:"version,omitempty"`
	Assignment string            `json:"assignment,omitempty"`
	Checks     int               `json:"checks"`
	SpoolBytes int64             `json:"spool_bytes"`
	OldestAt   int64             `json:"oldest_at,omitempty"` // oldest result not yet acknowledged
	ClockError int64             `json:"clock_error_ms"`      // agent's clock − collector's, ms
	Faults     []string          `json:"faults,omitempty"`    // what the agent says of itself
}

// AlertQuery selects alerts. Agreement is "" for all.
type AlertQuery struct {
	Agreement string
	Open      bool // only those that fire now
	Limit     int
}

// Alert is one alert, firing or over.
type Alert struct {
	ID         string `json:"id"`
	Rule       string `json:"rule"` // service_down, objective_at_risk, objective_breached, agent_silent
	Severity   string `json:"severity"`
	Agreement  string `json:"agreement,omitempty"`
	Service    string `json:"service,omitempty"`
	Agent      string `json:"agent,omitempty"`
	Summary    string `json:"summary"`
	StartedAt  int64  `json:"started_at"`
	EndedAt    int64  `json:"ended_at,omitempty"`   // 0: still firing
	Suppressed string `json:"suppressed,omitempty"` // why nobody is told, "maintenance mw-7"
}

// Outbox counts the notifications that wait, and shows those given up.
type Outbox struct {
	Pending int          `json:"pending"`
	Oldest  int64        `json:"oldest,omitempty"` // ms UTC of the oldest pending
	Dead    int          `json:"dead"`
	Letters []DeadLetter `json:"dead_letters"` // at most 100, newest first
}

// DeadLetter is a notification that no attempt could deliver.
type DeadLetter struct {
	ID       string `json:"id"`
	Receiver string `json:"receiver"`
	Attempts int    `json:"attempts"`
	Error    string `json:"error"`
	At       int64  `json:"at"`
}
