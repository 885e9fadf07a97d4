package promapi

import (
	"math"
	"sort"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/sla"
)

// known are the runs of one series in a window, and how they end.
type known struct {
	runs []timeline.Run // the ones with samples, ascending
	w    sla.Window     // samples are given for slots in it
	open int64          // a last result that holds beyond this instant may yet be followed by the next
}

// knowns keeps the runs whose outcome has is true for: the others have no samples.
func knowns(runs []timeline.Run, w sla.Window, open int64, has func(timeline.Outcome) bool) known {
	k := known{w: w, open: open, runs: make([]timeline.Run, 0, len(runs))}
	for _, r := range runs {
		if has(r.Outcome) && r.Count > 0 {
			k.runs = append(k.runs, r)
		}
	}
	if n := len(runs); n > 0 && !has(runs[n-1].Outcome) {
		k.open = math.MaxInt64 // the next result did come
	}
	return k
}

func hasOutcome(o timeline.Outcome) bool { return o != timeline.Unknown }
func isAnswered(o timeline.Outcome) bool { return o == timeline.Up || o == timeline.Degraded }

// first is the index of the first run with a slot, or an end, at or after t.
func (k *known) first(t int64) int {
	return sort.Search(len(k.runs), func(i int) bool { return k.runs[i].End() >= t })
}

// stale returns where a staleness marker follows run i: where its last result
// ceases to hold with nothing after it. No marker is set while the next result
// may still be on its way.
func (k *known) stale(i int) (int64, bool) {
	end := k.runs[i].End()
	if end >= k.w.To || i+1 < len(k.runs) && k.runs[i+1].First <= end {
		return 0, false
	}
	return end, i+1 < len(k.runs) || end < k.open
}

// slotFeed gives a sample for each slot of the runs: 1 when the probe succeeded.
type slotFeed struct {
	load func() (known, error)
	k    *known
}

func (f *slotFeed) fill(dst []point, from int64) ([]point, error) {
	if f.k == nil {
		k, err := f.load()
		if err != nil {
			return dst, err
		}
		f.k = &k
	}
	from = max(from, f.k.w.From)
	for i := f.k.first(from); i < len(f.k.runs) && len(dst) < feedPoints; i++ {
		r := f.k.runs[i]
		end := min(r.End(), f.k.w.To)
		if i+1 < len(f.k.runs) {
			end = min(end, f.k.runs[i+1].First)
		}
		v := 1.0
		if r.Outcome == timeline.Down {
			v = 0
		}
		t := r.First
		if from > t {
			t = r.First + (from-r.First+r.Step-1)/r.Step*r.Step
		}
		for ; t < end; t += r.Step {
			if len(dst) == feedPoints {
				return dst, nil
			}
			dst = append(dst, point{t, v})
		}
		if at, ok := f.k.stale(i); ok && at >= from {
			dst = append(dst, point{at, staleNaN})
		}
	}
	return dst, nil
}
