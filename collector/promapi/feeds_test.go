package promapi

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// randomRuns are results on several grids, with silences and unknown outcomes between.
func randomRuns(r *rand.Rand) []timeline.Run {
	var runs []timeline.Run
	at := int64(1000 + r.IntN(5000))
	for range r.IntN(12) {
		run := timeline.Run{First: at, Step: []int64{100, 1000, 7000}[r.IntN(3)], Count: 1 + int64(r.IntN(3000)), Outcome: timeline.Outcome(r.IntN(4))}
		runs = timeline.AppendRun(runs, run)
		at = run.End()
		switch r.IntN(3) {
		case 0:
			at += int64(1 + r.IntN(1_000_000)) // silence
		case 1:
			at -= int64(r.IntN(int(run.Step))) // the next grid begins before the last result ceases to hold
		}
	}
	return runs
}

// brute lists the samples slot by slot, as the package's document says.
func brute(runs []timeline.Run, w sla.Window, open int64, has func(timeline.Outcome) bool, value func(timeline.Run, int64) float64) []point {
	var out []point
	for i, r := range runs {
		for n := range r.Count {
			slot := r.First + n*r.Step
			if !has(r.Outcome) {
				continue
			}
			if slot >= w.From && slot < w.To {
				out = append(out, point{slot, value(r, slot)})
			}
			next, follows := int64(math.MaxInt64), false // the next slot of a kind that has samples
			last := i == len(runs)-1 && n == r.Count-1
			if n+1 < r.Count {
				next, follows = slot+r.Step, true
			}
			for _, q := range runs[i+1:] {
				if !follows && has(q.Outcome) {
					next, follows = q.First, true
				}
			}
			end := slot + r.Step
			if next <= end || end < w.From || end >= w.To {
				continue
			}
			if follows || end < open || !last && i+1 < len(runs) {
				out = append(out, point{end, staleNaN})
			}
		}
	}
	return out
}

func free(int) error { return nil }

func all(f feed) []point {
	var out []point
	it := (&series{open: func() feed { return f }, pay: free}).Iterator(nil)
	for it.Next() == chunkenc.ValFloat {
		t, v := it.At()
		out = append(out, point{t, v})
	}
	return out
}

func same(a, b []point) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].t != b[i].t || math.Float64bits(a[i].v) != math.Float64bits(b[i].v) {
			return false
		}
	}
	return true
}

// oneSeries is a source of one series.
type oneSeries []timeline.Run

func (s oneSeries) Runs(context.Context, protocol.CheckID, protocol.AgentID, int64, int64) ([]timeline.Run, error) {
	return s, nil
}

func (s oneSeries) Latencies(_ context.Context, _ protocol.CheckID, _ protocol.AgentID, from, to int64, _ int) ([]timeline.Point, error) {
	var out []timeline.Point
	for _, r := range s {
		for n := range r.Count {
			if slot := r.First + n*r.Step; isAnswered(r.Outcome) && slot >= from && slot < to {
				out = append(out, timeline.Point{Slot: slot, Micros: slot%1000 + 1})
			}
		}
	}
	return out, nil
}

func TestFeedsGiveEverySlotAndEveryEnd(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		runs := randomRuns(r)
		from := int64(r.IntN(3_000_000))
		w := sla.Window{From: from, To: from + 1 + int64(r.IntN(20_000_000))}
		open := w.To - int64(r.IntN(100_000))
		load := func(has func(timeline.Outcome) bool) func() (known, error) {
			return func() (known, error) { return knowns(runs, w, open, has), nil }
		}
		success := func() feed { return &slotFeed{load: load(hasOutcome)} }
		want := brute(runs, w, open, hasOutcome, func(r timeline.Run, _ int64) float64 {
			if r.Outcome == timeline.Down {
				return 0
			}
			return 1
		})
		if got := all(success()); !same(got, want) {
			t.Fatalf("slots of %+v in %+v, open from %d: %d samples, want %d", runs, w, open, len(got), len(want))
		}
		seekAll(t, r, success, want)
		duration := func() feed {
			return &latencyFeed{ctx: t.Context(), results: oneSeries(runs), load: load(isAnswered)}
		}
		want = brute(runs, w, open, isAnswered, func(_ timeline.Run, slot int64) float64 { return float64(slot%1000+1) / 1e6 })
		if got := all(duration()); !same(got, want) {
			t.Fatalf("durations of %+v in %+v, open from %d: %d samples, want %d", runs, w, open, len(got), len(want))
		}
		seekAll(t, r, duration, want)
	}
}

// seekAll holds that Seek finds what Next would.
func seekAll(t *testing.T, r *rand.Rand, open func() feed, want []point) {
	t.Helper()
	it := (&series{open: open, pay: free}).Iterator(nil)
	i, at := 0, int64(0)
	for range 60 {
		if i < len(want) && r.IntN(2) == 0 {
			at = want[i].t + int64(r.IntN(5_000))
		} else {
			at += int64(r.IntN(400_000))
		}
		for i < len(want) && want[i].t < at {
			i++
		}
		kind := it.Seek(at)
		if (kind == chunkenc.ValNone) != (i == len(want)) {
			t.Fatalf("Seek(%d) = %v with sample %d of %d next", at, kind, i, len(want))
		}
		if kind == chunkenc.ValNone {
			return
		}
		if ts, v := it.At(); ts != want[i].t || math.Float64bits(v) != math.Float64bits(want[i].v) {
			t.Fatalf("Seek(%d) is at %d, want %d", at, ts, want[i].t)
		}
	}
}

func TestCellsAverageToTheTally(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var entries []sla.Entry
		at := int64(0)
		for at < 4*day {
			e := sla.Entry{From: at, To: at + 1 + int64(r.IntN(int(day)/3))}
			e.State = []sla.State{sla.Up, sla.Down}[r.IntN(2)]
			e.Observed = e.State
			entries, at = append(entries, e), e.To
		}
		for _, every := range []int64{1000 * 60, 1000 * 3600, 6 * 3600 * 1000} {
			w := sla.Window{From: day + 1, To: 3*day + 1}
			points := all(&cellFeed{entries: entries, value: counted, every: every, mean: true, w: w})
			sum := 0.0
			for _, p := range points {
				sum += p.v
			}
			tally := sla.TallyOf(entries, day, 3*day)
			want := float64(tally.Up) / float64(tally.Counted())
			if got := sum / float64(len(points)); int64(len(points)) != 2*day/every || math.Abs(got-want) > 1e-12 {
				t.Fatalf("%d cells of %d ms average to %v, want %d and %v", len(points), every, got, 2*day/every, want)
			}
		}
	}
}

func TestGridKeepsToItsBounds(t *testing.T) {
	for _, tc := range []struct {
		what                     string
		window, reach, step, min int64
	}{
		{"a day in one piece is fine", day, day, 0, 1000},
		{"a month in one piece", 30 * day, 30 * day, 0, 5000},
		{"thirty days at every minute of a day", 31 * day, 30 * day, 60_000, 900_000},
		{"an hour at every hour of a year", 365 * day, 3600_000, 3600_000, 60_000},
	} {
		w := sla.Window{From: t0, To: t0 + tc.window}
		h := &storage.SelectHints{Range: tc.reach, Step: tc.step}
		if got := grid(w, h); got != tc.min {
			t.Errorf("%s: grid = %d ms, want %d", tc.what, got, tc.min)
		}
	}
}

func TestServiceUpIsWhatTheContractCounts(t *testing.T) {
	for _, tc := range []struct {
		what  string
		in    sla.Entry
		up    float64
		known bool
		state sla.State
	}{
		{"up", sla.Entry{State: sla.Up, Observed: sla.Up}, 1, true, sla.Up},
		{"down", sla.Entry{State: sla.Down, Observed: sla.Down}, 0, true, sla.Down},
		{"a short outage is forgiven", sla.Entry{State: sla.Up, Observed: sla.Down}, 1, true, sla.Down},
		{"degraded counts as up", sla.Entry{State: sla.Degraded, Observed: sla.Degraded}, 1, true, sla.Degraded},
		{"degraded counts in part", sla.Entry{State: sla.Degraded, Observed: sla.Degraded, Weight: sla.Of(1, 4)}, 0.75, true, sla.Degraded},
		{"unknown", sla.Entry{}, 0, false, sla.Unknown},
		{"a silence is never up, whatever the contract says", sla.Entry{State: sla.Up, Rule: "C.missing=up"}, 0, false, sla.Unknown},
		{"a silence that the contract takes for down", sla.Entry{State: sla.Down, Rule: "C.missing=down"}, 0, true, sla.Unknown},
		{"a correction knows better", sla.Entry{State: sla.Up, Adjustment: "c-1"}, 1, true, sla.Unknown},
		{"excluded", sla.Entry{State: sla.Excluded, Observed: sla.Down}, 0, false, sla.Excluded},
		{"out of service hours", sla.Entry{State: sla.OutOfScope, Observed: sla.Up}, 0, false, sla.OutOfScope},
	} {
		up, known := counted(&tc.in)
		if up != tc.up || known != tc.known || stateAt(&tc.in) != tc.state {
			t.Errorf("%s: %+v is %v, %v, %v; want %v, %v, %v", tc.what, tc.in, up, known, stateAt(&tc.in), tc.up, tc.known, tc.state)
		}
	}
}
