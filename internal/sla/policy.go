package sla

import "math"

// seg is a span on its way through steps B to E.
type seg struct {
	from, to int64
	obs, st  State // as observed; as it stands after the steps so far
	rule     rule
}

// rule is what put a span into its state; ruleText has the words.
type rule uint8

const (
	ruleObserved rule = iota
	ruleDegraded
	ruleMissing
	ruleCarryAfter
	ruleSlot
	ruleStart
	ruleMinOutage
	ruleMaintenance
	ruleAdjustment
	ruleContract
	ruleHours
)

// appendSeg adds a segment after the last one, joining what is equal and not
// down: spans of down stay apart where the parts that decided change.
func appendSeg(dst []seg, s seg) []seg {
	if s.from >= s.to {
		return dst
	}
	if n := len(dst); n > 0 && s.obs != Down && s.obs != Degraded {
		if p := &dst[n-1]; p.to == s.from && p.obs == s.obs && p.st == s.st && p.rule == s.rule {
			p.to = s.to
			return dst
		}
	}
	return append(dst, s)
}

// policies is steps B and C (SLA.md F6, F7): degraded and unknown time become
// what the contract makes of them, over [from, to) without a gap.
func policies(dst []seg, spans []Span, d DegradedTerms, m Missing, from, to int64) []seg {
	prev := Unknown // the last known state, after B
	at := from
	for _, s := range spans {
		if s.To <= from || s.From >= to {
			if s.To <= from {
				prev = degraded(s.State, d)
			}
			continue
		}
		dst = gap(dst, at, s.From, prev, m)
		st, why := degraded(s.State, d), ruleObserved
		if s.State == Degraded {
			why = ruleDegraded
		}
		at = min(s.To, to)
		dst = appendSeg(dst, seg{max(s.From, from), at, s.State, st, why})
		prev = st
	}
	return gap(dst, at, to, prev, m)
}

// degraded is step B.
func degraded(s State, d DegradedTerms) State {
	if s == Degraded {
		return [...]State{Up, Down, Degraded}[d.Rule]
	}
	return s
}

// gap is step C for one unknown span that follows the state prev.
func gap(dst []seg, from, to int64, prev State, m Missing) []seg {
	if m.Rule != MissingCarry {
		return appendSeg(dst, seg{from, to, Unknown, missing(m.Rule), ruleMissing})
	}
	until := from
	if prev != Unknown {
		until = to
		if m.CarryMax != nil && *m.CarryMax < to-from {
			until = from + *m.CarryMax
		}
	}
	dst = appendSeg(dst, seg{from, until, Unknown, prev, ruleMissing})
	return appendSeg(dst, seg{until, to, Unknown, missing(m.After), ruleCarryAfter})
}

func missing(r MissingRule) State {
	return [...]State{Unknown, Up, Down, Unknown}[r]
}

// slotter cuts a window into slots.
type slotter struct {
	terms Slot
	win   Window
	days  zoneDays
}

// start is where the slot that holds at begins, before clipping to the window.
func (s *slotter) start(at int64) int64 {
	origin := s.origin(at)
	return origin + floorDiv(at-origin, s.terms.Length)*s.terms.Length
}

// origin is the instant that slots are counted from at the instant at: the
// start of the period, the epoch, or the local midnight before it.
func (s *slotter) origin(at int64) int64 {
	switch s.terms.Align {
	case AlignMidnight:
		day, _ := s.days.around(at)
		return day
	case AlignEpoch:
		return 0
	}
	return s.win.From
}

// end is where the slot that holds at ends, inside the window.
func (s *slotter) end(at int64) int64 {
	to := s.start(at) + s.terms.Length
	if s.terms.Align == AlignMidnight {
		_, next := s.days.around(at)
		to = min(to, next)
	}
	return min(to, s.win.To)
}

// verdict is the state of a slot with down of known ms down (SLA.md F8).
func (s Slot) verdict(down, known int64) State {
	bad := false
	switch {
	case known == 0:
		return Unknown
	case s.When == BadAny:
		bad = down > 0
	case s.When == BadAll:
		bad = down == known
	case s.When == BadGT:
		bad = Of(down, known).Cmp(s.Share) > 0
	default:
		bad = Of(down, known).Cmp(s.Share) >= 0
	}
	if bad {
		return Down
	}
	return Up
}

// slots is step D: inside the window every slot takes one state. Slots that lie
// inside one segment are judged together, so that cost grows with the changes.
func (s *slotter) slots(dst, in []seg) []seg {
	i := 0
	for ; i < len(in) && in[i].from < s.win.From; i++ {
		dst = appendSeg(dst, clip(in[i], math.MinInt64, s.win.From))
		if in[i].to > s.win.From {
			break
		}
	}
	for at := s.win.From; at < s.win.To; {
		for in[i].to <= at {
			i++
		}
		to := s.end(at)
		if in[i].to >= to { // alike until the last slot edge in this segment
			if to = in[i].to; to < s.win.To {
				to = s.start(to)
			}
			to = max(min(to, s.win.To), s.end(at))
		}
		st := s.terms.verdict(measure(in[i:], at, to))
		for j := i; j < len(in) && in[j].from < to; j++ {
			p := clip(in[j], at, to)
			if p.st != st {
				p.st, p.rule = st, ruleSlot
			}
			dst = appendSeg(dst, p)
		}
		at = to
	}
	for ; i < len(in); i++ {
		dst = appendSeg(dst, clip(in[i], s.win.To, math.MaxInt64))
	}
	return dst
}

// measure sums the down and the known time of segments within [from, to).
func measure(in []seg, from, to int64) (down, known int64) {
	for _, s := range in {
		if s.from >= to {
			break
		}
		s = clip(s, from, to)
		if s.st != Unknown {
			known += s.to - s.from
		}
		if s.st == Down {
			down += s.to - s.from
		}
	}
	return down, known
}

func clip(s seg, from, to int64) seg {
	s.from, s.to = max(s.from, from), min(s.to, to)
	return s
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
