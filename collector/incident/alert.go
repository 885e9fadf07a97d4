// Package incident turns what the figures say about a service into outages and
// alerts: deterministic rules over facts, without a clock and without I/O. The
// same facts in the same order give the same changes, on every machine and
// after every restart.
//
// Instants are int64 milliseconds since the Unix epoch, UTC.
package incident

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Kind names the rule that raised an alert. RUNBOOK.md has a section for each.
type Kind string

const (
	ServiceDown       Kind = "service_down"
	ServiceDegraded   Kind = "service_degraded"
	ServiceNoData     Kind = "service_no_data" // nothing is known: never the same as down
	ObjectiveAtRisk   Kind = "objective_at_risk"
	ObjectiveBreached Kind = "objective_breached"
	CoverageLow       Kind = "coverage_low"
	AgentSilent       Kind = "agent_silent"
	AgentFaulty       Kind = "agent_faulty"

	ObjectiveForecast   Kind = "objective_forecast" // at this rate it breaks, and when
	ResponseDue         Kind = "response_due"
	ResponseMissed      Kind = "response_missed"
	ResolutionDue       Kind = "resolution_due"
	ResolutionMissed    Kind = "resolution_missed"
	CertificateExpiring Kind = "certificate_expiring"
	ClockOff            Kind = "clock_off" // an agent's clock
	MaintenanceBegins   Kind = "maintenance_begins"
	MaintenanceEnded    Kind = "maintenance_ended"
	MaintenanceOverran  Kind = "maintenance_overran"
)

// Kinds lists every kind, in the order in which they are judged.
var Kinds = []Kind{
	ServiceDown, ServiceDegraded, ServiceNoData, ObjectiveAtRisk, ObjectiveForecast, ObjectiveBreached,
	CoverageLow, AgentSilent, AgentFaulty, ClockOff, ResponseDue, ResponseMissed, ResolutionDue, ResolutionMissed,
	CertificateExpiring, MaintenanceBegins, MaintenanceEnded, MaintenanceOverran,
}

// AlertName returns the kind in the form that Alertmanager's users expect: "ProbityServiceDown".
func (k Kind) AlertName() string {
	var b strings.Builder
	b.WriteString("Probity")
	for part := range strings.SplitSeq(string(k), "_") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// Severities of alerts: page wakes somebody, ticket waits for the morning, info
// asks nothing of anybody.
const (
	Page   = "page"
	Ticket = "ticket"
	Info   = "info"
)

// Status is where an alert is in its life.
type Status string

const (
	Firing     Status = "firing"
	Suppressed Status = "suppressed" // raised, recorded and shown, but nobody is told
	Resolved   Status = "resolved"
	Withdrawn  Status = "withdrawn" // later evidence or a correction took its ground away
)

// Alert is one condition that somebody should know of. At most one alert of a Key is open.
type Alert struct {
	ID          string            `json:"id"`  // Key@OpenedAt: one life of the alert
	Key         string            `json:"key"` // the condition, the same in every life
	Kind        Kind              `json:"kind"`
	Severity    string            `json:"severity"`
	Status      Status            `json:"status"`
	Agreement   string            `json:"agreement,omitempty"`
	Service     string            `json:"service,omitempty"`
	Agent       string            `json:"agent,omitempty"`
	Incident    string            `json:"incident,omitempty"` // whose clock it is
	Check       string            `json:"check,omitempty"`    // whose certificate it is
	Window      string            `json:"window,omitempty"`   // the maintenance it is about
	Labels      map[string]string `json:"labels"`             // identity for other systems: fixed for one life
	Annotations map[string]string `json:"annotations"`
	StartsAt    int64             `json:"starts_at"` // when the condition began: the first failure, not its confirmation
	EndsAt      int64             `json:"ends_at"`   // 0 while open
	OpenedAt    int64             `json:"opened_at"` // watermark at which it was raised
	UpdatedAt   int64             `json:"updated_at"`
	Suppressed  string            `json:"suppressed,omitempty"`  // why nobody was told
	Maintenance string            `json:"maintenance,omitempty"` // window that covers now
	Parent      string            `json:"parent,omitempty"`      // "agreement/service" that it depends on, and that is or was down
	ParentUp    int64             `json:"parent_up,omitempty"`   // watermark at which Parent was up again; 0 while it is down
	Flapping    bool              `json:"flapping,omitempty"`    // kept open through calm that is too short to believe
	Period      string            `json:"period,omitempty"`
	Outage      string            `json:"outage,omitempty"` // ID of the first outage it reports
	Cause       string            `json:"cause,omitempty"`
	Where       []string          `json:"where,omitempty"` // "check/location"
	Rule        string            `json:"rule,omitempty"`  // the burn rule that decided: "1 h / 5 min > 14.4"
}

// Open reports whether the condition still holds.
func (a *Alert) Open() bool { return a.Status == Firing || a.Status == Suppressed }

// Clone returns a copy that shares nothing with a.
func (a *Alert) Clone() *Alert {
	c := *a
	c.Labels = maps.Clone(a.Labels)
	c.Annotations = maps.Clone(a.Annotations)
	c.Where = slices.Clone(a.Where)
	return &c
}

// Outage is the record of one confirmed run of down time of a service. Its
// figures in a statement come from package sla; this is its name and its story.
type Outage struct {
	ID          string   `json:"id"` // "agreement/service@first failure", fixed when the outage is confirmed
	Agreement   string   `json:"agreement"`
	Service     string   `json:"service"`
	From        int64    `json:"from"` // first failure
	To          int64    `json:"to"`   // end, or how far it was known to last while Ongoing
	Ongoing     bool     `json:"ongoing"`
	ConfirmedAt int64    `json:"confirmed_at"` // watermark at which enough slots had failed in a row
	Withdrawn   bool     `json:"withdrawn,omitempty"`
	Counted     int64    `json:"counted_ms"`
	Cause       string   `json:"cause,omitempty"`
	Where       []string `json:"where,omitempty"`
	Maintenance string   `json:"maintenance,omitempty"` // window that covered its confirmation
}

// Clone returns a copy that shares nothing with o.
func (o *Outage) Clone() *Outage {
	c := *o
	c.Where = slices.Clone(o.Where)
	return &c
}

// ChangeKind says what happened to an alert or an outage.
type ChangeKind string

const (
	ChangeOpened     ChangeKind = "opened"     // alert: tell people
	ChangeSuppressed ChangeKind = "suppressed" // alert: raised, nobody is told, and why
	ChangeConfirmed  ChangeKind = "confirmed"  // outage: enough slots failed in a row
	ChangeUpdated    ChangeKind = "updated"    // re-dated, or another cause, place or maintenance
	ChangeResolved   ChangeKind = "resolved"   // over
	ChangeWithdrawn  ChangeKind = "withdrawn"  // it never was, as is known now
)

// Change is one step in the life of an alert or of an outage; exactly one of the two is set.
type Change struct {
	Kind   ChangeKind `json:"kind"`
	At     int64      `json:"at"`     // watermark, or the collector's clock for agents
	Reason string     `json:"reason"` // for people
	Alert  *Alert     `json:"alert,omitempty"`
	Outage *Outage    `json:"outage,omitempty"`
}

func lifeID(key string, at int64) string { return key + "@" + strconv.FormatInt(at, 10) }
