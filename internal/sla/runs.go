package sla

import "fmt"

// appendSpan adds a span after the last one, joining the two where they have
// one state and touch. Unknown and empty spans are left out: in a list of
// spans, what nothing covers is unknown.
func appendSpan(dst []Span, from, to int64, s State) []Span {
	if from >= to || s == Unknown {
		return dst
	}
	if n := len(dst); n > 0 && dst[n-1].To == from && dst[n-1].State == s {
		dst[n-1].To = to
		return dst
	}
	return append(dst, Span{from, to, s})
}

// runSpans turns the results of one location into spans (SLA.md F1): a result
// holds until the next slot, and Consecutive decides which failures make an
// outage (F2). Cost grows with the number of runs.
func (e *Engine) runSpans(dst []Span, runs []Run, c Consecutive) ([]Span, error) {
	plain := c.Fail <= 1 && c.Recover <= 1
	k := streak{terms: c, pending: e.pending[:0]}
	for i, r := range runs {
		if r.Count <= 0 || r.Step <= 0 {
			return nil, fmt.Errorf("run of %d results every %d ms at %d: both must be positive", r.Count, r.Step, r.First)
		}
		to := r.First + r.Count*r.Step
		if i+1 < len(runs) {
			next := runs[i+1].First
			if next <= to-r.Step {
				return nil, fmt.Errorf("run at %d begins before the last result of the run at %d", next, r.First)
			}
			to = min(to, next)
		}
		if plain {
			dst = appendSpan(dst, r.First, to, observed(r.State))
			continue
		}
		dst = k.take(dst, r, to)
	}
	dst = k.settle(dst)
	e.pending = k.pending
	return dst, nil
}

// observed keeps the four states that can be seen.
func observed(s State) State {
	if s > Down {
		return Unknown
	}
	return s
}

// streak is the confirmation of outages and recoveries over runs (F2).
type streak struct {
	terms   Consecutive
	down    bool   // an outage is open
	length  int64  // results in a row that contradict down
	pending []Span // those results, undecided
	end     int64  // of the last run
	started bool
}

// take adds the run r, whose last result holds until to.
func (k *streak) take(dst []Span, r Run, to int64) []Span {
	if !k.started || r.First > k.end || observed(r.State) == Unknown {
		dst = k.settle(dst) // a missing result resets both counts
	}
	k.started, k.end = true, to
	if observed(r.State) == Unknown {
		return dst
	}
	if (r.State == Down) == k.down {
		return appendSpan(k.settle(dst), r.First, to, r.State)
	}
	need, late := max(k.terms.Fail, 1), k.terms.LateStart
	if k.down {
		need, late = max(k.terms.Recover, 1), k.terms.LateEnd
	}
	if k.length+r.Count < need {
		k.pending = append(k.pending, Span{r.First, to, r.State})
		k.length += r.Count
		return dst
	}
	at := r.First // confirmed; without back-dating, from the slot that decided
	if late {
		at += (need - k.length - 1) * r.Step
		dst = appendSpan(k.settle(dst), r.First, at, k.standing())
	}
	for _, p := range k.pending {
		dst = appendSpan(dst, p.From, p.To, p.State)
	}
	k.pending, k.length, k.down = k.pending[:0], 0, !k.down
	return appendSpan(dst, at, to, r.State)
}

// settle decides pending results that were not confirmed: nothing has changed.
func (k *streak) settle(dst []Span) []Span {
	for _, p := range k.pending {
		dst = appendSpan(dst, p.From, p.To, k.standing())
	}
	k.pending, k.length = k.pending[:0], 0
	return dst
}

// standing is the state while nothing contradicts it for long enough.
func (k *streak) standing() State {
	if k.down {
		return Down
	}
	return Up
}
