package promapi

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/probity-sla/probity/internal/sla"
)

// querier reads one snapshot and the history behind it, for one query.
type querier struct {
	api      *API
	snapshot *Snapshot
	lookback time.Duration // of the engine, for this query
	ledgers  map[ledgerKey]*sla.Statement
	read     int // samples
}

type ledgerKey struct {
	agreement string
	w         sla.Window
}

func (a *API) querier(s *Snapshot, lookback time.Duration) *querier {
	return &querier{api: a, snapshot: s, lookback: lookback, ledgers: map[ledgerKey]*sla.Statement{}}
}

// Querier returns q itself: the window comes with each selection.
func (q *querier) Querier(_, _ int64) (storage.Querier, error) { return q, nil }

// Close has nothing to close.
func (q *querier) Close() error { return nil }

// Select returns the series that match, which are read when they are iterated.
func (q *querier) Select(ctx context.Context, _ bool, h *storage.SelectHints, ms ...*labels.Matcher) storage.SeriesSet {
	w, err := q.window(h)
	if err != nil {
		return storage.ErrSeriesSet(err)
	}
	out := &seriesSet{i: -1}
	pay := func(samples int) error { return q.pay(ctx, samples) }
	q.each(ms, func(k key) {
		if len(out.all) <= q.api.o.Limits.Series {
			out.all = append(out.all, &series{lset: k.labels, open: q.opener(ctx, k, w, h), pay: pay})
		}
	})
	if len(out.all) > q.api.o.Limits.Series {
		return storage.ErrSeriesSet(&failure{costLimit, fmt.Errorf("a selector matches more than %d series; name an agreement or a check in it", q.api.o.Limits.Series)})
	}
	slices.SortFunc(out.all, func(a, b *series) int { return labels.Compare(a.lset, b.lset) })
	return out
}

// pay counts samples that the engine is about to read, and ends a query whose
// time or samples are used up.
func (q *querier) pay(ctx context.Context, samples int) error {
	if q.read += samples; q.read > q.api.o.Limits.SamplesRead {
		return &failure{costLimit, fmt.Errorf("the query reads more than %d samples; ask for less time or fewer series", q.api.o.Limits.SamplesRead)}
	}
	return ctx.Err()
}

// window is the history that a selection needs, nothing of the future included.
func (q *querier) window(h *storage.SelectHints) (sla.Window, error) {
	w := sla.Window{From: max(h.Start, 0), To: min(h.End, q.snapshot.At, maxInstant) + 1}
	if span := w.To - w.From; span > maxWindow.Milliseconds() {
		return w, fmt.Errorf("a selector reaches over %d days; no more than %d are read at once",
			span/(24*time.Hour).Milliseconds(), maxWindow/(24*time.Hour))
	}
	return w, nil
}

// LabelValues returns the values of one label, sorted.
func (q *querier) LabelValues(_ context.Context, name string, h *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.distinct(h, ms, func(l labels.Label) (string, bool) { return l.Value, l.Name == name })
}

// LabelNames returns the names of all labels, sorted.
func (q *querier) LabelNames(_ context.Context, h *storage.LabelHints, ms ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return q.distinct(h, ms, func(l labels.Label) (string, bool) { return l.Name, true })
}

func (q *querier) distinct(h *storage.LabelHints, ms []*labels.Matcher, pick func(labels.Label) (string, bool)) ([]string, annotations.Annotations, error) {
	found := map[string]bool{}
	q.each(ms, func(k key) {
		k.labels.Range(func(l labels.Label) {
			if s, ok := pick(l); ok {
				found[strings.Clone(s)] = true
			}
		})
	})
	out := make([]string, 0, len(found))
	for s := range found {
		out = append(out, s)
	}
	slices.Sort(out)
	out, _ = h.ApplyLimit(out)
	return out, nil, nil
}

// seriesSet is a list of series.
type seriesSet struct {
	all []*series
	i   int
}

// Next moves to the next series.
func (s *seriesSet) Next() bool { s.i++; return s.i < len(s.all) }

// At returns the series.
func (s *seriesSet) At() storage.Series { return s.all[s.i] }

// Err returns nil: what fails, fails when a series is iterated.
func (s *seriesSet) Err() error { return nil }

// Warnings returns none.
func (s *seriesSet) Warnings() annotations.Annotations { return nil }
