package sla

import "slices"

// qualifies reports whether a window was announced as the contract asks (SLA.md F12).
func (m *MaintenanceTerms) qualifies(w *Maintenance) bool {
	notice := m.MinNotice
	if w.Emergency {
		if !m.EmergencyExcused {
			return false
		}
		notice = m.EmergencyMinNotice
	}
	return notice == 0 || w.Announced != 0 && w.From-w.Announced >= notice
}

// windows fills e.wins with the windows that excuse, sorted and disjoint:
// qualified, cut to their longest length, counted once where they overlap, and
// as far as a cap on window time reaches (F12, F13).
func (e *Engine) windows(m *MaintenanceTerms, in *Input, judged Window, v Validity) {
	e.wins = e.wins[:0]
	if m.Treatment == TreatAsIs {
		return
	}
	for i := range in.Maintenance {
		w := &in.Maintenance[i]
		if w.From >= w.To || !m.qualifies(w) {
			continue
		}
		to := w.To
		if m.MaxWindow > 0 {
			to = min(to, w.From+m.MaxWindow)
		}
		e.wins = append(e.wins, piece{w.From, to, int32(i)})
	}
	slices.SortStableFunc(e.wins, func(a, b piece) int { return cmp64(a.from, b.from) })
	kept, end := e.wins[:0], int64(-1<<63)
	for _, w := range e.wins {
		w.from = max(w.from, end)
		if w.from < w.to {
			kept, end = append(kept, w), w.to
		}
	}
	e.wins = kept
	if m.Cap != nil && m.CapBasis == CapWindow {
		e.capWindows(&capTill{*m.Cap, max(0, *m.Cap-in.CapSpent), in.CapResets}, judged, v)
	}
}

// capTill is what is left of a cap, and when it starts anew (F13).
type capTill struct {
	whole, left int64
	resets      []int64 // ascending
}

// at brings the cap to an instant, and returns until when nothing resets it.
func (c *capTill) at(at int64) (until int64) {
	for len(c.resets) > 0 && c.resets[0] <= at {
		c.left, c.resets = c.whole, c.resets[1:]
	}
	if len(c.resets) == 0 {
		return 1<<63 - 1
	}
	return c.resets[0]
}

// capWindows keeps of e.wins what the cap reaches: in time order, spent on
// window time inside scope (F13).
func (e *Engine) capWindows(c *capTill, judged Window, v Validity) {
	scope := judged
	if v.From != 0 {
		scope.From = max(scope.From, v.From)
	}
	if v.To != 0 {
		scope.To = min(scope.To, v.To)
	}
	kept, hi := e.capped[:0], 0
	for _, w := range e.wins {
		for at := w.from; at < w.to; {
			in, next := e.inScope(&hi, at, scope)
			next = min(next, w.to, c.at(at))
			to := next
			if in {
				to = min(to, at+c.left)
				c.left -= to - at
			}
			if to > at {
				kept = extend(kept, piece{at, to, w.index})
			}
			if to < next && len(c.resets) == 0 {
				e.wins, e.capped = kept, e.wins // spent for good
				return
			}
			at = next
		}
	}
	e.wins, e.capped = kept, e.wins
}

// extend appends a piece, or lengthens the last one of the same window.
func extend(list []piece, p piece) []piece {
	if n := len(list); n > 0 && list[n-1].index == p.index && list[n-1].to == p.from {
		list[n-1].to = p.to
		return list
	}
	return append(list, p)
}

// inScope tells whether an instant counts, and until when that stays so.
func (e *Engine) inScope(hi *int, at int64, scope Window) (in bool, until int64) {
	switch {
	case at < scope.From:
		return false, scope.From
	case at >= scope.To:
		return false, 1<<63 - 1
	}
	in, until = e.open(hi, at)
	return in, min(until, scope.To)
}

// open tells whether the service hours hold at an instant, and until when that
// stays so. Instants come in ascending order; hi is the caller's place.
func (e *Engine) open(hi *int, at int64) (in bool, until int64) {
	if !e.limited {
		return true, 1<<63 - 1
	}
	for *hi < len(e.hours) && e.hours[*hi].To <= at {
		*hi++
	}
	switch {
	case *hi == len(e.hours):
		return false, 1<<63 - 1
	case e.hours[*hi].From <= at:
		return true, e.hours[*hi].To
	}
	return false, e.hours[*hi].From
}

// adjustments fills e.adjs with the corrections that hold at asOf, sorted and
// disjoint: the later-listed wins where two overlap (F14).
func (e *Engine) adjustments(as []Adjustment, asOf int64) {
	e.adjs = e.adjs[:0]
	sorted := true
	for i := range as {
		a := &as[i]
		if !a.holds(asOf) || a.From >= a.To {
			continue
		}
		if n := len(e.adjs); n > 0 && e.adjs[n-1].to > a.From {
			sorted = false
		}
		e.adjs = append(e.adjs, piece{a.From, a.To, int32(i)})
	}
	if !sorted {
		e.adjs = append(e.adjs[:0], paint(e.adjs)...)
	}
}

// holds reports whether the correction was approved, and not revoked, at asOf.
func (a *Adjustment) holds(asOf int64) bool {
	if asOf == 0 {
		return a.ApprovedAt != 0 && a.RevokedAt == 0
	}
	return a.ApprovedAt != 0 && a.ApprovedAt <= asOf && (a.RevokedAt == 0 || a.RevokedAt > asOf)
}
