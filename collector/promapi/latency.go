package promapi

import (
	"cmp"
	"context"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// latencyFeed gives the duration of each answered probe in seconds, a UTC day
// at a time, since a day is what is stored together.
type latencyFeed struct {
	ctx     context.Context
	results Results
	check   protocol.CheckID
	agent   protocol.AgentID
	load    func() (known, error) // the answered runs
	k       *known
}

func (f *latencyFeed) fill(dst []point, from int64) ([]point, error) {
	if f.k == nil {
		k, err := f.load()
		if err != nil {
			return dst, err
		}
		f.k = &k
	}
	k := f.k
	from = max(from, k.w.From)
	for len(dst) == 0 {
		i := k.first(from)
		if i == len(k.runs) {
			return dst, nil
		}
		from = max(from, k.runs[i].First)
		to := min((timeline.Day(from)+1)*timeline.DayMillis, k.w.To)
		if from >= to {
			return dst, nil
		}
		points, err := f.results.Latencies(f.ctx, f.check, f.agent, from, to, 0)
		if err != nil {
			return dst, err
		}
		for _, p := range points {
			dst = append(dst, point{p.Slot, float64(p.Micros) / 1e6})
		}
		dst = k.markers(dst, i, from, to)
		from = to
	}
	return dst, nil
}

// markers adds the staleness markers of [from, to) from run i on.
func (k *known) markers(dst []point, i int, from, to int64) []point {
	samples := len(dst)
	for ; i < len(k.runs) && k.runs[i].First < to; i++ {
		if at, ok := k.stale(i); ok && from <= at && at < to {
			dst = append(dst, point{at, staleNaN})
		}
	}
	if len(dst) > samples {
		slices.SortFunc(dst, func(a, b point) int { return cmp.Compare(a.t, b.t) })
	}
	return dst
}
