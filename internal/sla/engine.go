package sla

import (
	"errors"
	"slices"
	"time"
)

// Engine computes verdicts and keeps its buffers for the next one. It serves
// one goroutine at a time; the zero value is ready.
type Engine struct {
	nodes    []node
	used     int
	heads    []head
	pending  []Span
	leaves   []int32
	sets     []whereSet
	segs     []seg
	spare    []seg
	outages  []outage
	forgiven []forgiven
	tickets  []int64
	wins     []piece
	capped   []piece // of capWindows: the other buffer
	adjs     []piece
	hours    []Window
	limited  bool // service hours limit the scope
	ledger   []Entry
	groups   []group
}

var (
	errNoPeriod = errors.New("the period is empty")
	errTooFine  = errors.New("the figures are too fine to be exact in 64 bits: use fewer decimals in weights")
)

// Compute is like the function Compute, reusing the engine's buffers.
func (e *Engine) Compute(t *Terms, in *Input) (*Verdict, error) {
	if in.Period.To <= in.Period.From {
		return nil, errNoPeriod
	}
	e.used, e.sets = 0, e.sets[:0]
	root, err := e.observe(t, &in.Observed, "", 0)
	if err != nil {
		return nil, err
	}
	e.adjustments(in.Adjustments, in.AsOf)
	judged := in.Period
	if in.Until != 0 {
		judged.To = max(judged.From, min(judged.To, in.Until))
	}
	e.hours, e.limited = e.hours[:0], t.Hours != nil
	if e.limited {
		e.hours = t.Hours.appendWindows(e.hours, in.Period.From, in.Period.To)
	}
	e.windows(&t.Maintenance, in, judged, t.Contract)

	s := sweep{e: e, t: t, in: in, root: root, judged: judged, keep: true}
	s.judge(t.Missing)
	v, err := s.verdict()
	if err != nil {
		return nil, err
	}
	return v, s.bounds(v)
}

// judge runs steps B to G with a policy for missing time.
func (s *sweep) judge(m Missing) {
	e, t := s.e, s.t
	spans := e.nodes[s.root].spans
	hull := s.judged
	if n := len(spans); n > 0 {
		hull.From, hull.To = min(hull.From, spans[0].From), max(hull.To, spans[n-1].To)
	}
	if s.in.Until != 0 {
		hull.To = min(hull.To, max(s.in.Until, s.judged.From))
	}
	e.segs = policies(e.segs[:0], spans, t.Degraded, m, hull.From, hull.To)
	if t.Slot.Length > 0 {
		cut := slotter{terms: t.Slot, win: s.judged, days: zoneDays{walk: zoneWalk{zone: s.in.zone()}}}
		e.spare = cut.slots(e.spare[:0], e.segs)
		e.segs, e.spare = e.spare, e.segs
	}
	e.shape(t, s.judged, s.in.Tickets)
	s.hull = hull
	s.run()
}

func (in *Input) zone() *time.Location {
	if in.Zone == nil {
		return time.UTC
	}
	return in.Zone
}

// bounds fills Lower and Upper: the same sum with all unknown time down, and
// with all of it up (SLA.md F20).
func (s *sweep) bounds(v *Verdict) error {
	v.Lower, v.Upper = v.Availability, v.Availability
	if !slices.ContainsFunc(s.e.segs, func(g seg) bool { return g.obs == Unknown }) {
		return nil // nothing is unknown, nor around the period, where outages may reach
	}
	for _, m := range [2]MissingRule{MissingDown, MissingUp} {
		b := sweep{e: s.e, t: s.t, in: s.in, root: s.root, judged: s.judged}
		b.judge(Missing{Rule: m})
		f, err := b.figures()
		if err != nil {
			return err
		}
		switch {
		case !f.availability.Present():
		case m == MissingDown && (!v.Lower.Present() || f.availability.Cmp(v.Lower) < 0):
			v.Lower = f.availability
		case m == MissingUp && f.availability.Cmp(v.Upper) > 0:
			v.Upper = f.availability
		}
	}
	return nil
}

// whole is the scope of the whole period, future included.
func (s *sweep) whole() int64 {
	p, v := s.in.Period, s.t.Contract
	if !v.DeemedUp {
		if v.From != 0 {
			p.From = max(p.From, v.From)
		}
		if v.To != 0 {
			p.To = min(p.To, v.To)
		}
	}
	if p.To <= p.From {
		return 0
	}
	if !s.e.limited {
		return p.To - p.From
	}
	sum := int64(0)
	for _, h := range s.e.hours {
		sum += max(0, min(h.To, p.To)-max(h.From, p.From))
	}
	return sum
}

// result copies what the verdict keeps out of the buffers.
func (e *Engine) result(v *Verdict) {
	v.Ledger = slices.Clone(e.ledger)
	if len(v.Ledger) == 0 {
		v.Ledger = nil // the same from an engine that was used before and from a new one
	}
	clear(e.ledger) // the buffers keep no strings of others alive
	e.ledger = e.ledger[:0]
}
