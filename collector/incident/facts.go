package incident

import (
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Facts are what is known of one service at one watermark, for its current
// period. Everything that a rule reads is here.
type Facts struct {
	At            int64 // watermark: results up to here have been judged
	Agreement     string
	AgreementName string
	Service       string
	ServiceName   string
	Customer      string
	Tier          string
	Language      string         // of the texts: "en" when empty or not known
	Zone          *time.Location // in which texts name instants; UTC when nil
	Period        sla.Window
	PeriodID      string // its label, "2026-11"
	Rolling       bool   // the period slides: it has no end at which figures start afresh

	State     sla.State // observed now, before maintenance and corrections
	Since     int64     // since when State holds
	Recovered int64     // since when the service has been seen and not down (up or degraded); 0 when down or unknown now
	Watching  int64     // since when results could have arrived: the collector's start or the service's first day, the later
	Confirm   Confirm

	Outages     []sla.Outage // in time order, as the verdict has them
	OutagesFrom int64        // since when Outages is complete; an outage cut off there began earlier
	Enough      []bool       // of each of Outages: enough failed for Confirm, as FromLedger counts; nil: Slots and Interval decide
	Where       []string     // parts that decide the state now, "check/location"
	Cause       string       // of the latest failure, protocol's vocabulary

	Maintenance *Cover // the window that covers At, if one does
	OutOfScope  bool   // At lies outside service hours, or outside the contract

	Availability sla.Ratio
	Target       sla.Ratio // absent without an objective
	Breach       *bool     // the verdict's, nil when there is none
	Budget       int64     // ms, −1 without a target
	BudgetLeft   int64
	Burn         []Burn
	Forecast     int64     // when the budget is spent at the rate of Burn; 0: not at this rate, −1: not known. Foresee fills it in
	Coverage     sla.Ratio // known over expected time, in ms, since Watching
	NoDataAfter  int64     // ms of unknown before it is an alert; DefaultNoData when 0

	// Parents are the services that this one depends on, "agreement/service".
	// The engine knows which of them are down: name them all.
	Parents []string
}

// Cover is a maintenance window over the watermark.
type Cover struct {
	ID        string
	From      int64
	Until     int64
	Qualifies bool  // its time is excluded; a window that does not qualify silences nothing
	Announced int64 // 0: never, or not known
	Notice    int64 // ms that the agreement asks for between Announced and From; 0: none, or not known

	// Why it does not qualify, for what Announced and Notice do not explain.
	Why string
}

// Burn is the outcome of one burn-rate rule. Burns are absent where a window holds no known time.
type Burn struct {
	Severity  string
	Long      time.Duration
	Short     time.Duration
	Factor    sla.Ratio
	LongBurn  sla.Ratio // bad share / (1 − target) over Long
	ShortBurn sla.Ratio
}

// AgentFacts are what is known of one agent.
type AgentFacts struct {
	At          int64 // the collector's clock
	Agent       string
	Location    string
	Language    string
	Zone        *time.Location
	LastSeen    int64 // last push or heartbeat by the collector's clock; enrolment when there was none
	SilentAfter int64 // ms; DefaultSilent when 0
	Faults      []string
	Checks      int // assigned

	ClockKnown bool  // the offset below has been measured
	ClockError int64 // ms that the agent's clock is ahead of the collector's
	ClockBound int64 // ms either way before it is an alert; DefaultClockBound when 0
}

// FromVerdict fills in what a verdict that ends at the watermark knows: state,
// outages, coverage since Watching, which is to be set before, and the figures,
// unless Figures takes them from the period's own verdict.
func (f *Facts) FromVerdict(v *sla.Verdict) {
	f.At = v.Until
	f.Outages, f.OutagesFrom = v.Outages, v.Period.From
	f.readState(v.Ledger)
	f.Coverage = coverage(v.Ledger, f.Watching)
	f.Figures(v)
}

// Figures takes what objectives are judged by from the verdict of the period.
func (f *Facts) Figures(v *sla.Verdict) {
	f.Period = v.Period
	f.Availability, f.Target, f.Breach = v.Availability, v.Target, v.Breach
	f.Budget, f.BudgetLeft = v.Budget, v.BudgetLeft
}

// readState reads off the ledger's end what is observed, and since when.
func (f *Facts) readState(ledger []sla.Entry) {
	f.State, f.Since, f.Recovered, f.Where, f.OutOfScope = sla.Unknown, 0, 0, nil, false
	n := len(ledger)
	if n == 0 {
		return
	}
	last := ledger[n-1]
	f.State, f.Where, f.OutOfScope = last.Observed, slices.Clone(last.Where), last.State == sla.OutOfScope
	for _, e := range slices.Backward(ledger) {
		if e.Observed != f.State {
			break
		}
		f.Since = e.From
	}
	for _, e := range slices.Backward(ledger) {
		if e.Observed != sla.Up && e.Observed != sla.Degraded {
			break
		}
		f.Recovered = e.From
	}
}

// coverage returns known over expected time from an instant on; what maintenance
// or the contract leaves out is not expected.
func coverage(ledger []sla.Entry, from int64) sla.Ratio {
	var r sla.Ratio
	for _, e := range ledger {
		d := e.To - max(e.From, from)
		if d <= 0 || e.State == sla.Excluded || e.State == sla.OutOfScope {
			continue
		}
		r.Den += d
		if e.Observed != sla.Unknown {
			r.Num += d
		}
	}
	return r
}
