// Package promapi shows what Probity measured to Prometheus and Grafana: SLA
// figures in the Prometheus text format, and Prometheus's query API over the
// stored timelines, evaluated by the upstream PromQL engine.
//
// Two kinds of series are offered. Stored series have all their history:
//
//	probe_success, probe_duration_seconds     one sample per slot that has a result
//	probity_service_up, probity_service_state what the ledger says, see ledger.go
//
// All others are figures of the running period as it stands now: they have one
// value, at the instant of the snapshot. A time that nobody observed has no
// sample, and a series ends with a staleness marker where its last result ceases
// to hold, so that no silence is drawn as up.
package promapi

import (
	"context"
	"errors"
	"log/slog"

	"github.com/VictoriaMetrics/metrics"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Catalogue says what exists and how it stands.
type Catalogue interface {
	// Snapshot returns what the holder of ctx may see. Nobody writes to it
	// afterwards, so that one may serve many.
	Snapshot(ctx context.Context) (*Snapshot, error)
}

// Results reads the stored timelines; collector/store's Store is one.
type Results interface {
	// Runs returns the results that hold within [from, to), ms UTC.
	Runs(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64) ([]timeline.Run, error)
	// Latencies returns those of answered probes, oldest first; max 0: all.
	Latencies(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, max int) ([]timeline.Point, error)
}

// Ledgers gives the account of any window of an agreement. Of the statement
// only the services' ledgers are read.
type Ledgers interface {
	Ledger(ctx context.Context, agreement string, w sla.Window) (*sla.Statement, error)
}

// Options are what an API reads and where it tells of itself.
type Options struct {
	Catalogue Catalogue
	Results   Results
	Ledgers   Ledgers
	Log       *slog.Logger
	Metrics   *metrics.Set
	Version   string // of this program, for status/buildinfo
	Limits    Limits // zero fields: the defaults
}

// API answers Prometheus queries. It is safe for concurrent use.
type API struct {
	o       Options
	engine  *promql.Engine
	parser  parser.Parser
	turns   turns
	queries *metrics.PrometheusHistogram
	refused *metrics.Counter
}

// New returns an API over its sources.
func New(o Options) (*API, error) {
	if o.Catalogue == nil || o.Results == nil || o.Ledgers == nil || o.Log == nil || o.Metrics == nil {
		return nil, errors.New("query API: a source, the log or the metrics are missing")
	}
	o.Limits = o.Limits.withDefaults()
	a := &API{
		o: o, parser: parser.NewParser(parser.Options{}), turns: make(turns, o.Limits.Concurrent),
		queries: o.Metrics.NewPrometheusHistogram("probity_collector_query_seconds"),
		refused: o.Metrics.NewCounter("probity_collector_query_errors_total"),
	}
	o.Metrics.NewGauge("probity_collector_queries", func() float64 { return float64(len(a.turns)) })
	a.engine = promql.NewEngine(promql.EngineOpts{
		Logger: o.Log, MaxSamples: o.Limits.Samples, Timeout: o.Limits.Timeout, ActiveQueryTracker: a.turns,
		EnableAtModifier: true, EnableNegativeOffset: true, Parser: a.parser,
		NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
	})
	return a, nil
}
