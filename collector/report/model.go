package report

import (
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// States of a service report. An issued one never changes: what came to be
// known later is issued as the next revision.
const (
	Draft    = "draft"
	Reviewed = "reviewed"
	Issued   = "issued"
)

// Signature is who did something to a report, and when.
type Signature struct {
	By string `json:"by"`
	At int64  `json:"at"` // ms UTC
}

// Model is a service report: everything that its formats print, and nothing
// that they would have to reckon. It reads back from JSON as it was written, so
// that a stored report is rendered again byte for byte.
type Model struct {
	Schema       int              `json:"schema"` // 1
	Agreement    string           `json:"agreement"`
	Name         string           `json:"name"`
	Customer     string           `json:"customer"`
	Provider     string           `json:"provider"`
	Tier         string           `json:"tier,omitempty"`
	Language     string           `json:"language"` // "en" or "zh-CN"
	Zone         string           `json:"zone"`
	Label        string           `json:"label"`
	Period       sla.Window       `json:"period"`
	Until        int64            `json:"until"` // end of what was judged
	Final        bool             `json:"final"`
	Revision     int              `json:"revision"`
	State        string           `json:"state"`
	Created      Signature        `json:"created"`
	Reviewed     *Signature       `json:"reviewed,omitempty"`
	Issued       *Signature       `json:"issued,omitempty"`
	Verdict      Standing         `json:"verdict"`
	Overall      Figures          `json:"overall"`
	Services     []Figures        `json:"services"`
	Trend        []Series         `json:"trend"` // one per service, and one of the whole when there are several
	Outages      []Outage         `json:"outages"`
	Compliance   []sla.Compliance `json:"compliance"`
	Times        sla.MeanTimes    `json:"mean_times"`
	Clocks       []ClockRow       `json:"clocks"`
	Maintenance  []Work           `json:"maintenance"`
	Excluded     []Gap            `json:"excluded"`
	Unknown      []Gap            `json:"unknown"`
	Credits      []CreditRow      `json:"credits"`
	Corrections  []Amendment      `json:"corrections"`
	Actions      []ActionRow      `json:"actions"`
	LastReport   string           `json:"last_report,omitempty"` // label of the report that actions are carried from
	LastRevision int              `json:"last_revision,omitempty"`
	LastReportAt int64            `json:"last_report_at,omitempty"`
	Replaces     int              `json:"replaces,omitempty"` // the revision that this one corrects
	Differences  []Difference     `json:"differences,omitempty"`
	Method       Method           `json:"method"`
}

// Standing is the verdict on the period.
type Standing struct {
	Word    string   `json:"word"` // as report.Word: "kept", "missed", "no data", "no objective"
	Open    bool     `json:"open"` // unknown time could turn it
	Kept    int      `json:"kept"` // services
	Missed  []string `json:"missed,omitempty"`
	NoData  []string `json:"no_data,omitempty"`
	Outside bool     `json:"outside"` // nothing in the period is in scope
	Future  bool     `json:"future"`  // nothing of the period has passed
}

// Figures are those of one service, or of the agreement as a whole, exactly as
// the statement has them; the percentages are cut down, never rounded up.
type Figures struct {
	Service      string      `json:"service"` // "": the agreement as a whole
	Name         string      `json:"name"`
	Availability string      `json:"availability_pct"` // "99.873", Absent when nothing was judged
	Objective    string      `json:"objective_pct"`
	Lower        string      `json:"lower_pct"`
	Upper        string      `json:"upper_pct"`
	Coverage     string      `json:"coverage_pct"`
	Raw          string      `json:"raw_pct"` // as observed
	Verdict      string      `json:"verdict"`
	Open         bool        `json:"open"`
	InTime       bool        `json:"in_time"` // good, bad and budget are time: not so for weights and products
	Exact        sla.Verdict `json:"exact"`   // without outages and ledger
	Days         []Day       `json:"days,omitempty"`
}

// Day is a local day of the period: its length in each state, ms.
type Day struct {
	Date     string `json:"date"`
	Up       int64  `json:"up_ms"`
	Degraded int64  `json:"degraded_ms"`
	Down     int64  `json:"down_ms"`
	Unknown  int64  `json:"unknown_ms"`
	Excluded int64  `json:"excluded_ms"`
	Outside  int64  `json:"outside_ms"` // out of scope, or not passed yet
}

// Series is the availability of a service over the periods up to this one.
type Series struct {
	Service string  `json:"service"`
	Name    string  `json:"name"`
	Points  []Point `json:"points"` // oldest first; this period is the last
}

// Point is one period of a series.
type Point struct {
	Label        string    `json:"label"`
	Availability string    `json:"availability_pct"`
	Objective    string    `json:"objective_pct"`
	Coverage     string    `json:"coverage_pct"`
	Verdict      string    `json:"verdict"` // "no data" also where there is no statement
	Value        sla.Ratio `json:"value"`
	Target       sla.Ratio `json:"target"`
}

// Outage is an outage of a service with what people found out about it.
type Outage struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	sla.Outage
	Incident string `json:"incident,omitempty"`
	Severity string `json:"severity,omitempty"`
	Title    string `json:"title,omitempty"`
	Cause    string `json:"cause,omitempty"`
	Remedy   string `json:"remedy,omitempty"`
}

// ClockRow is one clock of one incident.
type ClockRow struct {
	Incident string `json:"incident"`
	Title    string `json:"title"`
	Clock
}

// Clock is the reading of one clock of an incident.
type Clock struct {
	Severity  string    `json:"severity"`
	Indicator string    `json:"indicator"`
	Target    int64     `json:"target_ms"`
	OpenedAt  int64     `json:"opened_at"`
	StoppedAt int64     `json:"stopped_at,omitempty"` // 0: it runs, or is paused
	Reading   sla.Clock `json:"reading"`
	Credit    sla.Ratio `json:"credit_pct"` // absent: none agreed
}

// Work is one maintenance window, and whether its notice was kept.
type Work struct {
	ID        string   `json:"id"`
	Emergency bool     `json:"emergency"`
	Services  []string `json:"services"` // empty: all
	From      int64    `json:"from"`
	To        int64    `json:"to"`
	Reason    string   `json:"reason"`
	By        string   `json:"by"`
	Announced int64    `json:"announced,omitempty"` // 0: never
	Notice    int64    `json:"notice_ms"`           // elapsed; negative: announced after it began
	Required  int64    `json:"required_ms"`
	Kept      bool     `json:"kept"`
	Excused   int64    `json:"excused_ms"` // the longest time that any service was excused by it
}

// Gap is one span of excluded or unknown time of a service.
type Gap struct {
	Service    string `json:"service"`
	Name       string `json:"name"`
	From       int64  `json:"from"`
	To         int64  `json:"to"`
	Rule       string `json:"rule"`    // as in the ledger
	Because    string `json:"because"` // id of the maintenance or correction; "": the rule itself
	Reason     string `json:"reason,omitempty"`
	CountedAs  string `json:"counted_as"` // the state of the ledger
	ObservedAs string `json:"observed_as"`
}

// CreditRow is one credit, per cent of the period's fee.
type CreditRow struct {
	Service  string    `json:"service,omitempty"`
	Name     string    `json:"name,omitempty"`
	Incident string    `json:"incident,omitempty"`
	Clock    string    `json:"clock,omitempty"` // "P1 resolution"
	Kind     string    `json:"kind"`            // "service", "clock", "availability", "repairs" or "total"
	Percent  string    `json:"percent"`
	Exact    sla.Ratio `json:"exact"`
	Capped   bool      `json:"capped,omitempty"`
}

// Amendment is a correction that was approved or revoked since the last report,
// or that touches this period.
type Amendment struct {
	sla.Record
	Since   bool `json:"since"`   // approved or revoked since the last report
	Earlier bool `json:"earlier"` // of an earlier period
}

// ActionRow is an improvement action.
type ActionRow struct {
	ID        string `json:"id"`
	Incident  string `json:"incident,omitempty"`
	Text      string `json:"text"`
	Owner     string `json:"owner"`
	Due       string `json:"due"`   // local date
	State     string `json:"state"` // as incident.Action
	Note      string `json:"note,omitempty"`
	CreatedAt int64  `json:"created_at,omitempty"`
	ClosedAt  int64  `json:"closed_at,omitempty"`
	Carried   bool   `json:"carried"` // from the last report
	Overdue   bool   `json:"overdue"`
}

// Method says how every figure came about, so that a stranger can do it again.
type Method struct {
	AgreementRevision string   `json:"agreement_revision"`
	Fingerprint       string   `json:"fingerprint"`
	StatementRevision int      `json:"statement_revision"` // 0: not frozen
	ComputedAt        int64    `json:"computed_at"`
	AsOf              int64    `json:"as_of,omitempty"`
	Version           string   `json:"version"` // of the program
	Aggregate         string   `json:"aggregate"`
	Formulas          []string `json:"formulas"` // of SLA.md, in its order: "F4", "F5", …
}

// Case is an incident as a report needs it: its record, and its clocks read for
// this agreement.
type Case struct {
	Record incident.Incident
	Clocks []Clock
}

// ClockOf is a clock of an incident, as its record reads.
func ClockOf(s *incident.ClockStatus) Clock {
	c := Clock{Severity: s.Severity, Indicator: s.Indicator, Target: s.Target, OpenedAt: s.OpenedAt, StoppedAt: s.StoppedAt, Reading: s.Reading()}
	if s.Terms != nil {
		c.Credit = s.Terms.Credit(s.Elapsed)
	}
	return c
}

// Input is what a service report is made of.
type Input struct {
	Agreement   *contract.Agreement
	Statement   *sla.Statement
	Trend       []*sla.Statement // the twelve periods before, oldest first; nil where there is none
	Incidents   []Case
	Corrections []sla.Record // of any period; those made since the last report are listed
	Actions     []ActionRow
	Previous    *Model // the last report on an earlier period, issued; nil: this is the first
	Replaces    *Model // the issued revision of this period that this one corrects
	Revision    int
	State       string
	Created     Signature
	Reviewed    *Signature
	Issued      *Signature
	Version     string
}
