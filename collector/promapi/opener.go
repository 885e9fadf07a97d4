package promapi

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/probity-sla/probity/internal/sla"
)

// opener returns what makes the samples of a series.
func (q *querier) opener(ctx context.Context, k key, w sla.Window, h *storage.SelectHints) func() feed {
	switch {
	case w.From >= w.To:
		return func() feed { return listFeed{} }
	case k.check != nil && k.family.name == nameSuccess:
		return func() feed { return &slotFeed{load: func() (known, error) { return q.runs(ctx, k, w) }} }
	case k.check != nil:
		return func() feed {
			return &latencyFeed{
				ctx: ctx, results: q.api.o.Results, check: k.check.ID, agent: k.location.Agent,
				load: func() (known, error) { return q.runs(ctx, k, w) },
			}
		}
	case k.span != nil:
		return func() feed { return q.ledger(ctx, k, w, h) }
	}
	return func() feed { return q.now(k.value, w) }
}

// runs are those of one check and agent that have samples in the family.
func (q *querier) runs(ctx context.Context, k key, w sla.Window) (known, error) {
	runs, err := q.api.o.Results.Runs(ctx, k.check.ID, k.location.Agent, w.From, w.To)
	if err != nil {
		return known{}, fmt.Errorf("results of %s at %s: %w", k.check.ID, k.location.Agent, err)
	}
	has := hasOutcome
	if k.family.name == nameDuration {
		has = isAnswered
	}
	return knowns(runs, w, q.snapshot.At-k.check.Grace.Milliseconds(), has), nil
}

// ledger is the feed of one series of a service's ledger. The engine reads
// series one after another, so a statement is computed once for all of them.
func (q *querier) ledger(ctx context.Context, k key, w sla.Window, h *storage.SelectHints) feed {
	reach := w
	if h.Range > 0 { // the first cell begins before the window
		reach.From = max(w.From-grid(w, h), 0)
	}
	id := ledgerKey{k.agreement.ID, reach}
	st := q.ledgers[id]
	if st == nil {
		var err error
		if st, err = q.api.o.Ledgers.Ledger(ctx, k.agreement.ID, reach); err != nil {
			return failed{fmt.Errorf("ledger of agreement %s: %w", k.agreement.ID, err)}
		}
		q.ledgers[id] = st
	}
	var entries []sla.Entry
	for i := range st.Services {
		if st.Services[i].Service == k.service.ID {
			entries = st.Services[i].Verdict.Ledger
		}
	}
	if h.Range > 0 {
		return &cellFeed{entries: entries, value: k.span, every: grid(w, h), mean: h.Func == "avg_over_time", w: w}
	}
	return &ledgerFeed{entries: entries, value: k.span, every: max(q.lookback.Milliseconds()/2, 1), w: w}
}

// failed is a feed that cannot be read.
type failed struct{ err error }

func (f failed) fill(dst []point, _ int64) ([]point, error) { return dst, f.err }

// nowReach is how long before the snapshot a figure of now is shown: clients
// round the end of what they ask for down to their step.
const nowReach = time.Minute

// now is the feed of a figure that has no history.
func (q *querier) now(value float64, w sla.Window) feed {
	var f listFeed
	for _, t := range []int64{q.snapshot.At - nowReach.Milliseconds(), q.snapshot.At} {
		if w.From <= t && t < w.To {
			f = append(f, point{t, value})
		}
	}
	return f
}
