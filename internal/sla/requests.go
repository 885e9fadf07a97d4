package sla

import (
	"errors"
	"math/big"
)

// RequestSlot is Count slices in a row of Total requests each, Errors of them failed.
type RequestSlot struct {
	Count, Total, Errors int64
}

var errRequestCounts = errors.New("a slice has more errors than requests, or a negative count")

// ScoreRequests judges request counts (SLA.md F26–F28). Good and Total are
// requests, or slices.
func (t *Terms) ScoreRequests(slots []RequestSlot) (Score, error) {
	good, total := new(big.Rat), new(big.Rat)
	for _, s := range slots {
		if s.Count < 0 || s.Total < 0 || s.Errors < 0 || s.Errors > s.Total {
			return Score{}, errRequestCounts
		}
		g, n := t.Requests.slice(s)
		count := big.NewRat(s.Count, 1)
		good.Add(good, g.Mul(g, count))
		total.Add(total, n.Mul(n, count))
	}
	g, ok1 := ratioOf(good)
	n, ok2 := ratioOf(total)
	if !ok1 || !ok2 {
		return Score{}, errTooFine
	}
	return t.ScoreOf(g, n)
}

// slice is what one slice adds to good and to total.
func (r *Requests) slice(s RequestSlot) (good, total *big.Rat) {
	one, whole := big.NewRat(1, 1), big.NewRat(s.Total, 1)
	if r.Method == Occurrences {
		one = big.NewRat(s.Total, 1)
	}
	if s.Total < max(r.Min, 1) {
		switch r.Empty {
		case EmptyExclude:
			return new(big.Rat), new(big.Rat)
		case EmptyBad:
			return new(big.Rat), one
		}
		return new(big.Rat).Set(one), one
	}
	switch r.Method {
	case Occurrences:
		return big.NewRat(s.Total-s.Errors, 1), whole
	case RatioSlices:
		return new(big.Rat).Quo(big.NewRat(s.Total-s.Errors, 1), whole), one
	}
	c := Of(s.Errors, s.Total).Cmp(r.Threshold)
	if c > 0 || c == 0 && r.ReachedIsBad {
		return new(big.Rat), one
	}
	return new(big.Rat).Set(one), one
}
