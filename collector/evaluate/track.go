package evaluate

import (
	"context"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

type trackKey struct {
	check protocol.CheckID
	agent protocol.AgentID
}

// track holds the runs of one (check, agent) in memory from `from` on, so that
// a new result costs what it touches and not the period.
type track struct {
	from             int64 // runs are loaded from here on; 0: not loaded
	runs             []sla.Run
	dirtyLo, dirtyHi int64 // inclusive span of slots to read again; lo > hi: none
}

func newTrack() *track { return &track{dirtyLo: 1, dirtyHi: 0} }

func (t *track) touch(from, to int64) {
	if t.dirtyLo > t.dirtyHi {
		t.dirtyLo, t.dirtyHi = from, to
		return
	}
	t.dirtyLo, t.dirtyHi = min(t.dirtyLo, from), max(t.dirtyHi, to)
}

// refresh brings the track up to date from the store, back to `from`.
func (t *track) refresh(ctx context.Context, r Results, k trackKey, from int64, e *Evaluator) error {
	e.mu.Lock()
	lo, hi := t.dirtyLo, t.dirtyHi
	t.dirtyLo, t.dirtyHi = 1, 0
	e.mu.Unlock()
	var err error
	switch {
	case t.from == 0 || from < t.from:
		if err = t.read(ctx, r, k, from, 1<<62, from); err == nil {
			t.from = from
		}
	case lo <= hi:
		err = t.read(ctx, r, k, max(lo, t.from), hi+1, t.from)
	}
	if err != nil {
		e.mu.Lock()
		t.touch(lo, hi) // read again in the next round
		e.mu.Unlock()
	}
	return err
}

// read replaces what lies in [lo, hi) by what the store has. The store adds the
// results from before lo that still hold there. They are here already, but for
// those from before the track's beginning.
func (t *track) read(ctx context.Context, r Results, k trackKey, lo, hi, beginning int64) error {
	runs, err := r.Runs(ctx, k.check, k.agent, lo, hi)
	if err != nil {
		return err
	}
	fresh := fromTimeline(runs)
	if lo == beginning {
		lo = 0
	}
	for i := range fresh {
		fresh[i] = cut(fresh[i], lo, hi)
	}
	t.runs = splice(t.runs, lo, hi, slices.DeleteFunc(fresh, func(r sla.Run) bool { return r.Count == 0 }))
	return nil
}

// lastEnd is the end of what the last result holds for, 0 without any.
func lastEnd(runs []sla.Run) int64 {
	if len(runs) == 0 {
		return 0
	}
	r := runs[len(runs)-1]
	return r.First + r.Count*r.Step
}

func fromTimeline(runs []timeline.Run) []sla.Run {
	out := make([]sla.Run, len(runs))
	for i, r := range runs {
		out[i] = sla.Run{First: r.First, Step: r.Step, Count: r.Count, State: stateOf(r.Outcome)}
	}
	return out
}

func stateOf(o timeline.Outcome) sla.State {
	switch o {
	case timeline.Up:
		return sla.Up
	case timeline.Degraded:
		return sla.Degraded
	case timeline.Down:
		return sla.Down
	}
	return sla.Unknown
}

// splice replaces the slots of runs that lie in [lo, hi) by fresh, and joins
// neighbours that continue each other.
func splice(runs []sla.Run, lo, hi int64, fresh []sla.Run) []sla.Run {
	out := make([]sla.Run, 0, len(runs)+len(fresh)+1)
	var tail []sla.Run
	for _, r := range runs {
		if head := cut(r, r.First, lo); head.Count > 0 {
			out = append(out, head)
		}
		if end := cut(r, hi, r.First+r.Count*r.Step); end.Count > 0 {
			tail = append(tail, end)
		}
	}
	for _, r := range fresh {
		out = join(out, r)
	}
	for _, r := range tail {
		out = join(out, r)
	}
	return out
}

// cut keeps the slots of r that lie in [lo, hi).
func cut(r sla.Run, lo, hi int64) sla.Run {
	if lo > r.First {
		skip := (lo - r.First + r.Step - 1) / r.Step
		if skip >= r.Count {
			return sla.Run{}
		}
		r.First, r.Count = r.First+skip*r.Step, r.Count-skip
	}
	if hi <= r.First {
		return sla.Run{}
	}
	r.Count = min(r.Count, (hi-r.First+r.Step-1)/r.Step)
	return r
}

func join(runs []sla.Run, r sla.Run) []sla.Run {
	if n := len(runs); n > 0 {
		p := &runs[n-1]
		if p.State == r.State && p.Step == r.Step && p.First+p.Count*p.Step == r.First {
			p.Count += r.Count
			return runs
		}
	}
	return append(runs, r)
}

// Spans returns what runs say of w: gap-free, unknown where no result holds.
func Spans(runs []timeline.Run, w sla.Window) []sla.Span {
	var out []sla.Span
	add := func(from, to int64, s sla.State) {
		from, to = max(from, w.From), min(to, w.To)
		if from >= to {
			return
		}
		if n := len(out); n > 0 && out[n-1].State == s && out[n-1].To == from {
			out[n-1].To = to
			return
		}
		out = append(out, sla.Span{From: from, To: to, State: s})
	}
	at := w.From
	for i, r := range runs {
		end := r.First + r.Count*r.Step
		if i+1 < len(runs) {
			end = min(end, runs[i+1].First) // a result holds until the next slot
		}
		add(at, r.First, sla.Unknown)
		add(max(at, r.First), end, stateOf(r.Outcome))
		at = max(at, end)
	}
	add(at, w.To, sla.Unknown)
	return out
}
