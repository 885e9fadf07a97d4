// Package sla is the maths of Probity: pure, standard library only, no clock,
// no I/O, integers and exact rationals. SLA.md numbers every formula; code
// cites the numbers.
//
// Instants are int64 milliseconds since the Unix epoch, UTC; lengths are int64
// milliseconds; intervals are half-open.
package sla

import "time"

// State is what a span of a timeline, or of a ledger, is.
type State uint8

const (
	Unknown State = iota
	Up
	Degraded
	Down
	Excluded   // in ledgers only: taken out of numerator and denominator
	OutOfScope // in ledgers only: outside service hours or the contract's validity
)

// Window is a half-open span of time, ms UTC.
type Window struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// Span is one state held over a half-open span of time.
type Span struct {
	From  int64 `json:"from"`
	To    int64 `json:"to"`
	State State `json:"state"`
}

// Run is Count results of one state on a grid: at First, First+Step, … Each
// holds until the next slot, [slot, slot+Step). Slots in no run are missing.
type Run struct {
	First int64
	Step  int64 // ms
	Count int64
	State State
}

// Observation is one node of what was observed (SLA-SEMANTICS section A).
// Exactly one field is set; Endpoints and Probes nest, so that a service is
// Endpoints (its checks) of Probes (locations) of Runs (results).
type Observation struct {
	Timeline  []Span
	Runs      []Run
	Probes    []Part // one per vantage point, joined by Terms.Probes
	Endpoints []Part // one per part of the service, joined by Terms.Endpoints
}

// Part names one child of an Observation.
type Part struct {
	Name string
	Seen Observation
}

// Maintenance is one announced window.
type Maintenance struct {
	ID        string
	From, To  int64
	Announced int64 // ms UTC; 0: never announced
	Emergency bool
}

// Effect is what an adjustment makes of the time it covers.
type Effect uint8

const (
	EffectExclude Effect = iota
	EffectUp
	EffectDown
)

// Adjustment is a correction with its paper trail. It wins over maintenance.
type Adjustment struct {
	ID         string
	From, To   int64
	Effect     Effect
	Reason     string
	ApprovedBy string
	ApprovedAt int64 // ms UTC; 0: not approved
	RevokedAt  int64 // ms UTC; 0: not revoked
}

// Input is everything one computation rests on, besides the Terms.
type Input struct {
	Period      Window // the billed period
	Until       int64  // figures are for Period ∩ [.., Until); 0: the whole period
	Zone        *time.Location
	Observed    Observation
	Maintenance []Maintenance
	CapSpent    int64   // ms of the maintenance cap spent before Period, where the cap's own span is longer
	CapResets   []int64 // instants inside Period at which the cap starts anew, ascending, where its span is shorter
	Adjustments []Adjustment
	Tickets     []int64
	AsOf        int64 // adjustments as approved at this instant; 0: all approved and not revoked
}
