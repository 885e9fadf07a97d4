package promapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/promql"
)

func (a *API) query(r *http.Request, s *Snapshot) (answer, error) {
	at, err := timeParam(r, "time", s.At)
	if err != nil {
		return answer{}, err
	}
	return a.evaluate(r, s, func(ctx context.Context, q *querier, opts promql.QueryOpts, text string) (promql.Query, error) {
		return a.engine.NewInstantQuery(ctx, q, opts, text, at)
	})
}

func (a *API) queryRange(r *http.Request, s *Snapshot) (answer, error) {
	from, err := timeParam(r, "start", noDefault)
	if err != nil {
		return answer{}, err
	}
	to, err := timeParam(r, "end", noDefault)
	if err != nil {
		return answer{}, err
	}
	step, err := durationParam(r, "step", 0)
	switch {
	case err != nil:
		return answer{}, err
	case to.Before(from):
		return answer{}, bad(`invalid parameter "end": end timestamp must not be before start time`)
	case step < time.Millisecond:
		return answer{}, bad(`invalid parameter "step": the step must be at least a millisecond`)
	case to.Sub(from)/step > maxSteps:
		return answer{}, bad("exceeded maximum resolution of %d points per timeseries; use a longer step", maxSteps)
	}
	return a.evaluate(r, s, func(ctx context.Context, q *querier, opts promql.QueryOpts, text string) (promql.Query, error) {
		return a.engine.NewRangeQuery(ctx, q, opts, text, from, to, step)
	})
}

// evaluate runs one query through the engine, within the limits.
func (a *API) evaluate(r *http.Request, s *Snapshot, open func(context.Context, *querier, promql.QueryOpts, string) (promql.Query, error)) (answer, error) {
	p, err := a.queryParams(r, s)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), p.timeout)
	defer cancel()
	q, err := open(ctx, a.querier(s, p.lookback), promql.NewPrometheusQueryOpts(false, p.lookback, nil), p.text)
	if err != nil {
		return answer{}, kindOf(err, badData)
	}
	defer q.Close()
	if err := weigh(q.Statement()); err != nil {
		return answer{}, &failure{costLimit, err}
	}
	res := q.Exec(ctx)
	if res.Err != nil {
		return answer{}, kindOf(res.Err, execution)
	}
	data, cut := appendValue(nil, res.Value, p.limit)
	if cut {
		res.Warnings = res.Warnings.Add(errors.New("results truncated due to limit"))
	}
	return answer{data: data, warnings: res.Warnings}, nil
}

// queryParams are what query and query_range share.
type queryParams struct {
	text              string
	lookback, timeout time.Duration
	limit             int // results; 0: all
}

func (a *API) queryParams(r *http.Request, s *Snapshot) (p queryParams, err error) {
	p.text = r.Form.Get("query")
	if len(p.text) > maxQueryBytes {
		return p, bad(`invalid parameter "query": longer than %d bytes`, maxQueryBytes)
	}
	if _, err := a.parser.ParseExpr(p.text); err != nil {
		return p, bad(`invalid parameter "query": %w`, err)
	}
	if p.lookback, err = durationParam(r, "lookback_delta", s.lookback()); err != nil {
		return p, err
	}
	if p.timeout, err = durationParam(r, "timeout", a.o.Limits.Timeout); err != nil {
		return p, err
	}
	p.timeout = min(p.timeout, a.o.Limits.Timeout)
	p.limit, err = limitParam(r)
	return p, err
}

// kindOf gives an error of the engine its kind.
func kindOf(err error, otherwise string) error {
	var (
		gone    promql.ErrQueryCanceled
		late    promql.ErrQueryTimeout
		storage promql.ErrStorage
		own     *failure
	)
	switch {
	case errors.As(err, &gone), errors.Is(err, context.Canceled):
		return &failure{canceled, err}
	case errors.As(err, &late), errors.Is(err, context.DeadlineExceeded):
		return &failure{timedOut, err}
	case errors.As(err, &own):
		return &failure{own.kind, err}
	case errors.As(err, &storage):
		return &failure{internal, err}
	}
	return &failure{otherwise, err}
}
