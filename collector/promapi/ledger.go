package promapi

import (
	"sort"

	"github.com/probity-sla/probity/internal/sla"
)

// stateWords are the values of the label state.
var stateWords = []sla.State{sla.Up, sla.Degraded, sla.Down, sla.Unknown, sla.Excluded, sla.OutOfScope}

// stateAt is the state that probity_service_state shows for a span: what was
// observed, unless the contract does not count the time.
func stateAt(e *sla.Entry) sla.State {
	if e.State == sla.Excluded || e.State == sla.OutOfScope {
		return e.State
	}
	return e.Observed
}

func isState(e *sla.Entry, s sla.State) float64 {
	if stateAt(e) == s {
		return 1
	}
	return 0
}

// counted is the value of probity_service_up for a span: what the time counts
// as, so that its average is the availability. Time that is not counted has
// none, nor has a silence that the contract takes for up.
func counted(e *sla.Entry) (float64, bool) {
	if e.Observed == sla.Unknown && e.State != sla.Down && e.Adjustment == "" {
		return 0, false
	}
	switch e.State {
	case sla.Up:
		return 1, true
	case sla.Down:
		return 0, true
	case sla.Degraded:
		if !e.Weight.Present() {
			return 1, true
		}
		return float(sla.Of(e.Weight.Den-e.Weight.Num, e.Weight.Den)), true
	}
	return 0, false
}

// ledgerFeed gives the samples of one series of a ledger where a span begins,
// and often enough to be found again.
type ledgerFeed struct {
	entries []sla.Entry
	value   func(*sla.Entry) (float64, bool)
	every   int64 // ms
	w       sla.Window
}

func (f *ledgerFeed) fill(dst []point, from int64) ([]point, error) {
	from = max(from, f.w.From)
	for i := firstAfter(f.entries, from); i < len(f.entries) && len(dst) < feedPoints; i++ {
		e := &f.entries[i]
		start, end := max(e.From, f.w.From), min(e.To, f.w.To)
		if from >= end {
			continue
		}
		v, ok := f.value(e)
		if !ok {
			v = staleNaN
		}
		if start >= from {
			dst = append(dst, point{start, v})
		}
		for t := ceil(max(start+1, from), f.every); ok && t < end && len(dst) < feedPoints; t += f.every {
			dst = append(dst, point{t, v})
		}
	}
	return dst, nil
}

// firstAfter is the index of the first entry that reaches beyond t.
func firstAfter(entries []sla.Entry, t int64) int {
	return sort.Search(len(entries), func(i int) bool { return entries[i].To > t })
}

// ceil is the first multiple of step that is not below t, for t ≥ 0.
func ceil(t, step int64) int64 { return (t + step - 1) / step * step }
