package sla

// Ratio is an exact fraction. Den > 0, or the ratio is absent (Den == 0).
type Ratio struct{ Num, Den int64 }

// Outage is a maximal run of counted down time.
type Outage struct {
	From    int64    `json:"from"`
	To      int64    `json:"to"`
	Ongoing bool     `json:"ongoing"`         // still down where observation ends
	Counted int64    `json:"counted_ms"`      // bad time it contributes, after shaping, maintenance and rounding
	Where   []string `json:"where,omitempty"` // parts that were down, "check/location"
}

// Entry is one span of the ledger: its state, and what put it there.
type Entry struct {
	From, To    int64
	State       State
	Observed    State    // state before maintenance and corrections
	Rule        string   // "A.probes", "C.missing=exclude", "F.maintenance", … section letter and parameter
	Where       []string // parts that decided, "check/location"
	Maintenance string   // id of the window that decided, if one did
	Adjustment  string   // id of the correction that decided, if one did
}

// Verdict is the exact account of one service over one period. All lengths are ms.
// Scope == Good + Bad + Excluded + UnknownDropped.
type Verdict struct {
	Period         Window
	Until          int64 // end of what was judged
	Calendar       int64 // elapsed length of the judged window
	Scope          int64 // in service hours and contract validity
	ScopeWhole     int64 // scope of the whole period, future included: what the budget is a share of
	Good, Bad      Ratio
	Total          Ratio // denominator
	Excluded       int64
	Unknown        int64 // not observed, not excluded, in scope, whatever the policy
	UnknownDropped int64 // the part of Unknown that left the denominator
	Availability   Ratio // Good/Total unreduced; absent without a denominator
	Lower, Upper   Ratio // bounds: all unknown down, all unknown up
	Coverage       Ratio // known time over scope (excluded time left out)
	Raw            Ratio // availability as observed: no maintenance, no corrections, unknown left out
	Target         Ratio // absent without an objective
	Breach         *bool // nil without a target or a denominator
	Budget         int64 // allowed bad time in the whole period, rounded down; −1 without target
	BudgetLeft     int64 // Budget − Bad, may be negative
	Credit         Ratio // per cent of the period's fee
	Outages        []Outage
	MTTR           Ratio // mean length of counted outages, ms; absent without outages
	Ledger         []Entry
}

// ServiceStatement is a verdict with the names of what it is about.
type ServiceStatement struct {
	Service string
	Name    string
	Verdict Verdict
}

// Statement is the revisioned verdict for one agreement and period.
type Statement struct {
	Agreement         string
	AgreementRevision string // of the agreement's text
	Fingerprint       string // SHA-256 over everything the figures rest on
	Label             string // "2026-11"
	Zone              string
	ComputedAt        int64 // ms UTC
	AsOf              int64
	Final             bool // the period is over and its late results have settled
	Revision          int  // 1 for the first frozen statement of the period; 0: not frozen
	Services          []ServiceStatement
	Overall           Verdict // the aggregate that the agreement promises; Ledger empty when aggregated
}
