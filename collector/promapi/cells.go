package promapi

import (
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/probity-sla/probity/internal/sla"
)

// A range vector of a ledger is sampled on an even grid, so that every sample
// weighs the same. Under avg_over_time a sample is the mean of the cell of the
// grid that ends at it: the average over a window is then exact, whatever the
// grid, and only the window's edges move to the grid. Under any other function
// it is the value at its instant.

const (
	maxLedgerPoints = 600_000    // samples of one series in one query
	maxLedgerWork   = 10_000_000 // samples that the engine goes through for one series, step by step
	minCells        = 24         // in the range of a range vector
)

// ladder are the distances between samples. Each divides the day, so that days
// and hours stay exact.
var ladder = []time.Duration{
	time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour,
}

// grid is the finest distance of the ladder that keeps to the bounds, ms.
func grid(w sla.Window, h *storage.SelectHints) int64 {
	window := w.To - w.From
	steps := int64(1)
	if h.Step > 0 {
		steps += max(window-h.Range, 0) / h.Step
	}
	g := ladder[0].Milliseconds()
	for _, d := range ladder[1:] {
		if window/g <= maxLedgerPoints && h.Range/g <= maxLedgerWork/steps || d.Milliseconds()*minCells > h.Range {
			break
		}
		g = d.Milliseconds()
	}
	return max(g, window/maxLedgerPoints)
}

// cellFeed gives the samples of one series of a ledger on an even grid.
type cellFeed struct {
	entries []sla.Entry
	value   func(*sla.Entry) (float64, bool)
	every   int64 // ms
	mean    bool  // of the cell (t − every, t], else the value at t
	w       sla.Window
}

func (f *cellFeed) fill(dst []point, from int64) ([]point, error) {
	t := ceil(max(from, f.w.From), f.every)
	back := int64(0)
	if f.mean {
		back = f.every
	}
	for i := firstAfter(f.entries, t-back); i < len(f.entries) && t < f.w.To && len(dst) < feedPoints; t += f.every {
		for i < len(f.entries) && f.entries[i].To <= t-back {
			i++
		}
		if v, ok := f.at(i, t); ok {
			dst = append(dst, point{t, v})
		}
	}
	return dst, nil
}

// at is the sample at t; i is the first entry that may tell of it.
func (f *cellFeed) at(i int, t int64) (float64, bool) {
	if !f.mean {
		if i < len(f.entries) && f.entries[i].From <= t {
			return f.value(&f.entries[i])
		}
		return 0, false
	}
	sum, length := 0.0, int64(0)
	for lo := t - f.every; i < len(f.entries) && f.entries[i].From < t; i++ {
		e := &f.entries[i]
		if v, ok := f.value(e); ok {
			n := min(e.To, t) - max(e.From, lo)
			sum, length = sum+v*float64(n), length+n
		}
	}
	return sum / float64(max(length, 1)), length > 0
}
