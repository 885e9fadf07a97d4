package incident

import "github.com/probity-sla/probity/internal/sla"

// Report is the document of an incident: what happened, what it cost, why, and
// what is done about it; for one agreement, or for the provider with all of
// them. Instants are ms UTC, 0 where a thing has not happened; lengths are ms.
type Report struct {
	Incident     string           `json:"incident"`
	Agreement    string           `json:"agreement,omitempty"` // "": of all agreements
	Title        string           `json:"title,omitempty"`     // "": named by its services, as the title names others
	State        IncidentState    `json:"state"`
	Major        bool             `json:"major"`
	WrittenAt    int64            `json:"written_at"`
	Entries      int              `json:"entries"` // of the record that were read
	Parties      []ReportParty    `json:"parties"`
	Failed       int64            `json:"failed_at,omitempty"`   // the first outage began
	Detected     int64            `json:"detected_at,omitempty"` // confirmed by probes, or reported
	Reported     int64            `json:"reported_at,omitempty"`
	Acknowledged int64            `json:"acknowledged_at,omitempty"`
	AnsweredBy   string           `json:"acknowledged_by,omitempty"`
	Mitigated    int64            `json:"mitigated_at,omitempty"`
	Restored     int64            `json:"restored_at,omitempty"` // the last outage ended
	Resolved     int64            `json:"resolved_at,omitempty"`
	Reviewed     int64            `json:"reviewed_at,omitempty"`
	Reopened     int              `json:"reopened,omitempty"`
	Impact       []ReportImpact   `json:"impact"`
	Clocks       []ClockStatus    `json:"clocks"`
	Timeline     []ReportEntry    `json:"timeline"` // in the order of when things took place
	Evidence     []ReportEvidence `json:"evidence"`
	Cause        string           `json:"cause,omitempty"`
	Remedy       string           `json:"remedy,omitempty"`
	Actions      []Action         `json:"actions"`
	Missing      []string         `json:"missing"` // what nobody has written yet: "cause", "remedy", "actions"
}

// ReportParty is an agreement that the incident concerns, as people know it.
type ReportParty struct {
	Agreement string            `json:"agreement"`
	Name      string            `json:"name,omitempty"`
	Customer  string            `json:"customer,omitempty"`
	Services  map[string]string `json:"services,omitempty"` // name of each service by its id
	Severity  string            `json:"severity,omitempty"` // BuildReport fills these in
	Major     bool              `json:"major"`
}

// ReportImpact is what the incident cost a service in one period.
type ReportImpact struct {
	Agreement    string    `json:"agreement"`
	Service      string    `json:"service"`
	Period       string    `json:"period"`       // its label, "2026-11"
	Counted      int64     `json:"counted_ms"`   // time that the contract counts
	Budget       int64     `json:"budget_ms"`    // of the period; −1 without an objective
	BudgetLeft   int64     `json:"left_ms"`      // of the period, all outages taken together
	Share        sla.Ratio `json:"share"`        // Counted / Budget; absent where there is none
	Availability sla.Ratio `json:"availability"` // of the period so far
	Objective    sla.Ratio `json:"objective"`
}

// ReportEntry is one line of the timeline.
type ReportEntry struct {
	At        int64     `json:"at"`                // when it took place
	Entered   int64     `json:"entered,omitempty"` // when it was entered, where that is later
	Kind      EventKind `json:"kind"`
	By        string    `json:"by"`
	Agreement string    `json:"agreement,omitempty"`
	Subject   string    `json:"subject,omitempty"` // an outage's service, a severity, a reason, the number of a reported fault
	Text      string    `json:"text,omitempty"`
}

// ReportEvidence is what proves one outage. Counted is −1 where it is not reckoned.
type ReportEvidence struct {
	Outage    string         `json:"outage"`
	Agreement string         `json:"agreement"`
	Service   string         `json:"service"`
	From      int64          `json:"from"`
	To        int64          `json:"to,omitempty"` // 0: goes on
	Counted   int64          `json:"counted_ms"`
	Cause     string         `json:"cause,omitempty"`     // protocol's vocabulary
	Locations []string       `json:"locations,omitempty"` // that decided, "check/location"
	Results   []ReportResult `json:"results,omitempty"`   // an excerpt
	Path      []string       `json:"path,omitempty"`      // lines of the path diagnosis
}

// ReportResult is one result of a probe.
type ReportResult struct {
	At       int64  `json:"at"`
	Check    string `json:"check"`
	Location string `json:"location"`
	Outcome  string `json:"outcome"`
	Cause    string `json:"cause,omitempty"`
	Message  string `json:"message,omitempty"`
}

// Bounds of a report; what goes beyond is left out from the end, but outages never.
const (
	MaxReportResults = 40 // excerpts of one outage
	MaxReportPath    = 60 // lines of one path diagnosis
)

// ReportInput is what a report is made of. What concerns other agreements may be
// among it: it is left out.
type ReportInput struct {
	Events    []Event
	Agreement string // of which the report is; "": the provider's own, of all
	At        int64  // as of which clocks are read
	Horizon   int64  // ms for which due times are looked for
	Parties   []ReportParty
	Rules     []ClockRule
	Impact    []ReportImpact
	Evidence  []ReportEvidence
}
