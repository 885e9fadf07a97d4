package evaluate

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// slots spells runs out, so that they can be compared with a plain map.
func slots(runs []sla.Run) map[int64]sla.State {
	out := map[int64]sla.State{}
	for _, r := range runs {
		for i := range r.Count {
			out[r.First+i*r.Step] = r.State
		}
	}
	return out
}

func drawRuns(t *rapid.T, lo, hi int64) []sla.Run {
	var out []sla.Run
	for slot := lo; slot < hi; slot += 10 {
		if s := rapid.SampledFrom([]sla.State{sla.Unknown, sla.Up, sla.Up, sla.Down, 99}).Draw(t, "state"); s != 99 {
			out = join(out, sla.Run{First: slot, Step: 10, Count: 1, State: s})
		}
	}
	return out
}

func TestSpliceReplacesExactlyTheWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		old := drawRuns(t, 0, 400)
		lo := rapid.Int64Range(0, 420).Draw(t, "lo")
		hi := rapid.Int64Range(lo, 440).Draw(t, "hi")
		fresh := drawRuns(t, (lo+9)/10*10, hi)
		want := map[int64]sla.State{}
		for s, state := range slots(old) {
			if s < lo || s >= hi {
				want[s] = state
			}
		}
		for s, state := range slots(fresh) {
			want[s] = state
		}
		got := splice(old, lo, hi, fresh)
		if g := slots(got); len(g) != len(want) {
			t.Fatalf("splice(%v, %d, %d, %v) = %v: %d slots; want %d", old, lo, hi, fresh, got, len(g), len(want))
		}
		for s, state := range want {
			if slots(got)[s] != state {
				t.Fatalf("splice(%v, %d, %d, %v): slot %d is %v; want %v", old, lo, hi, fresh, s, slots(got)[s], state)
			}
		}
		if !slices.IsSortedFunc(got, func(a, b sla.Run) int { return int(a.First - b.First) }) {
			t.Fatalf("splice(%v, %d, %d, %v) = %v: not in order", old, lo, hi, fresh, got)
		}
	})
}

// shelf answers as the store does: the result before a window that still holds
// at its beginning is part of it.
type shelf struct {
	Results
	runs []timeline.Run
}

func (s *shelf) Runs(_ context.Context, _ protocol.CheckID, _ protocol.AgentID, from, to int64) ([]timeline.Run, error) {
	return timeline.AppendClip(nil, s.runs, from, to), nil
}

// Whatever arrives in whatever order, and also when the interval changes, a
// track that follows holds what one holds that is read at once.
func TestTrackThatFollowsIsTrackReadAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const from = 500
		s, e := &shelf{}, New(Options{})
		follows := newTrack()
		for range rapid.IntRange(1, 8).Draw(t, "arrivals") {
			first, step := 10*rapid.Int64Range(30, 100).Draw(t, "first"), rapid.SampledFrom([]int64{10, 60}).Draw(t, "step")
			came := timeline.Run{First: first, Step: step, Count: rapid.Int64Range(1, 5).Draw(t, "count"),
				Outcome: rapid.SampledFrom([]timeline.Outcome{timeline.Up, timeline.Down}).Draw(t, "outcome")}
			s.runs = timeline.Union(s.runs, []timeline.Run{came})
			follows.touch(came.First, came.Last())
			if err := follows.refresh(t.Context(), s, trackKey{}, from, e); err != nil {
				t.Fatal(err)
			}
		}
		atOnce := newTrack()
		if err := atOnce.refresh(t.Context(), s, trackKey{}, from, e); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(follows.runs, atOnce.runs) {
			t.Fatalf("of %v, a track that follows has %v; want %v", s.runs, follows.runs, atOnce.runs)
		}
	})
}

func TestSpans(t *testing.T) {
	up := func(first, count int64) timeline.Run {
		return timeline.Run{First: first, Step: 10, Count: count, Outcome: timeline.Up}
	}
	down := func(first, count int64) timeline.Run {
		return timeline.Run{First: first, Step: 10, Count: count, Outcome: timeline.Down}
	}
	for _, c := range []struct {
		name string
		runs []timeline.Run
		want []sla.Span
	}{
		{"no results are unknown, not up", nil, []sla.Span{{From: 0, To: 100, State: sla.Unknown}}},
		{"a result holds until the next slot", []timeline.Run{up(0, 3), down(30, 7)},
			[]sla.Span{{From: 0, To: 30, State: sla.Up}, {From: 30, To: 100, State: sla.Down}}},
		{"a missing slot is unknown for its interval", []timeline.Run{up(0, 3), up(40, 6)},
			[]sla.Span{{From: 0, To: 30, State: sla.Up}, {From: 30, To: 40, State: sla.Unknown}, {From: 40, To: 100, State: sla.Up}}},
		{"a result from before the window holds into it", []timeline.Run{down(-5, 1), up(5, 10)},
			[]sla.Span{{From: 0, To: 5, State: sla.Down}, {From: 5, To: 100, State: sla.Up}}},
		{"a shorter interval cuts the last long one", []timeline.Run{{First: 0, Step: 60, Count: 1, Outcome: timeline.Up}, down(20, 8)},
			[]sla.Span{{From: 0, To: 20, State: sla.Up}, {From: 20, To: 100, State: sla.Down}}},
	} {
		if got := Spans(c.runs, sla.Window{From: 0, To: 100}); !slices.Equal(got, c.want) {
			t.Errorf("%s: Spans(%v) = %v; want %v", c.name, c.runs, got, c.want)
		}
	}
}
