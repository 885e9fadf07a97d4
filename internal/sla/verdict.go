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
	From        int64    `json:"from"`
	To          int64    `json:"to"`
	State       State    `json:"state"`
	Observed    State    `json:"observed"`              // state before policies, maintenance and corrections
	Rule        string   `json:"rule"`                  // "A.probes=any_down", "C.missing=exclude", … section letter and parameter
	Where       []string `json:"where,omitempty"`       // parts that decided, "check/location"
	Weight      Ratio    `json:"weight,omitzero"`       // degraded time: the share of each second that is bad
	Maintenance string   `json:"maintenance,omitempty"` // id of the window that decided, if one did
	Adjustment  string   `json:"adjustment,omitempty"`  // id of the correction that decided, if one did
}

// Verdict is the exact account of one service over one period. All lengths are ms.
// Scope == Good + Bad + Excluded + UnknownDropped, unless the denominator is fixed.
type Verdict struct {
	Period         Window   `json:"period"`
	Until          int64    `json:"until"`          // end of what was judged
	Calendar       int64    `json:"calendar_ms"`    // elapsed length of the judged window
	Scope          int64    `json:"scope_ms"`       // in service hours and contract validity
	ScopeWhole     int64    `json:"scope_whole_ms"` // scope of the whole period, future included: what the budget is a share of
	Good           Ratio    `json:"good_ms"`
	Bad            Ratio    `json:"bad_ms"`
	Total          Ratio    `json:"total_ms"` // denominator
	Excluded       int64    `json:"excluded_ms"`
	Unknown        int64    `json:"unknown_ms"`         // not observed, not excluded, in scope, whatever the policy
	UnknownDropped int64    `json:"unknown_dropped_ms"` // the part of Unknown that left the denominator
	Availability   Ratio    `json:"availability"`       // Good/Total unreduced; absent without a denominator
	Lower          Ratio    `json:"lower"`              // bound: all unknown down
	Upper          Ratio    `json:"upper"`              // bound: all unknown up
	Coverage       Ratio    `json:"coverage"`           // known time over scope (excluded time left out)
	Raw            Ratio    `json:"raw"`                // availability as observed: no maintenance, no corrections, unknown left out
	Target         Ratio    `json:"target"`             // absent without an objective
	Breach         *bool    `json:"breach"`             // nil without a target or a denominator
	Budget         int64    `json:"budget_ms"`          // allowed bad time in the whole period, rounded down; −1 without target
	BudgetLeft     int64    `json:"budget_left_ms"`     // Budget − Bad, may be negative
	Credit         Ratio    `json:"credit_pct"`         // per cent of the period's fee
	Outages        []Outage `json:"outages"`
	MTTR           Ratio    `json:"mttr_ms"` // mean length of counted outages, ms; absent without outages
	Ledger         []Entry  `json:"ledger,omitempty"`
}

// ServiceStatement is a verdict with the names of what it is about.
type ServiceStatement struct {
	Service string  `json:"service"`
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"`
}

// Record is a maintenance window or a correction that touches a statement's
// window, with its reason and who stands for it, whether it counted or not.
type Record struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"`     // "maintenance", "emergency", or a correction's effect: "exclude", "up", "down"
	Services   []string `json:"services"` // empty: all
	From       int64    `json:"from"`
	To         int64    `json:"to"`
	Reason     string   `json:"reason"`
	By         string   `json:"by"`                    // who announced or proposed it
	At         int64    `json:"at,omitempty"`          // ms UTC: when it was announced
	ApprovedBy string   `json:"approved_by,omitempty"` // corrections
	ApprovedAt int64    `json:"approved_at,omitempty"`
	RevokedAt  int64    `json:"revoked_at,omitempty"`
}

// Statement is the revisioned verdict for one agreement and period.
type Statement struct {
	Agreement         string             `json:"agreement"`
	AgreementRevision string             `json:"agreement_revision"` // of the agreement's text
	Fingerprint       string             `json:"fingerprint"`        // SHA-256 over everything the figures rest on
	Label             string             `json:"label"`              // "2026-11"
	Zone              string             `json:"zone"`
	ComputedAt        int64              `json:"computed_at"` // ms UTC
	AsOf              int64              `json:"as_of"`
	Final             bool               `json:"final"`    // the period is over and its late results have settled
	Revision          int                `json:"revision"` // 1 for the first frozen statement of the period; 0: not frozen
	Services          []ServiceStatement `json:"services"`
	Records           []Record           `json:"records"`             // maintenance and corrections in the window, for their reasons
	Overall           Verdict            `json:"overall"`             // the aggregate that the agreement promises; Ledger empty when aggregated
	Aggregate         string             `json:"aggregate,omitempty"` // the rule by which Overall joins several services; "" of a single one
	Handled           *Handled           `json:"handled,omitempty"`   // nil: no incident of the window, or none was looked for
}

// Handled is how the faults of a period were handled: the clocks of the
// agreement, mean times, and what is owed in all.
type Handled struct {
	Clocks  []Compliance `json:"clocks"`
	Times   MeanTimes    `json:"mean_times"`
	Credits CreditSum    `json:"credits"`
}

// InTime reports whether the good, the bad and the total of Overall are lengths of
// time, ms; else they are in units of weight, and no budget is left of them.
func (s *Statement) InTime() bool {
	if len(s.Services) < 2 {
		return true
	}
	var rule AggregateRule
	if rule.UnmarshalText([]byte(s.Aggregate)) != nil {
		return s.Overall.Budget >= 0 // written before statements named their rule
	}
	return rule.InTime()
}
