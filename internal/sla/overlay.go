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
func (e *Engine) windows(m *MaintenanceTerms, ws []Maintenance, judged Window, v Validity) {
	e.wins = e.wins[:0]
	if m.Treatment == TreatAsIs {
		return
	}
	for i := range ws {
		w := &ws[i]
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
		e.capWindows(*m.Cap, judged, v)
	}
}

// capWindows cuts e.wins at the instant at which the cap is spent: in time
// order, on window time inside scope (F13).
func (e *Engine) capWindows(left int64, judged Window, v Validity) {
	scope := Window{judged.From, judged.To}
	if v.From != 0 {
		scope.From = max(scope.From, v.From)
	}
	if v.To != 0 {
		scope.To = min(scope.To, v.To)
	}
	hi := 0
	for i := range e.wins {
		w := &e.wins[i]
		for at := max(w.from, scope.From); at < min(w.to, scope.To); {
			in, next := e.open(&hi, at)
			next = min(next, w.to, scope.To)
			if in && next-at > left {
				w.to = at + left
				e.wins = e.wins[:i+1]
				if w.from >= w.to {
					e.wins = e.wins[:i]
				}
				return
			}
			if in {
				left -= next - at
			}
			at = next
		}
	}
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
