package ingest

import (
	"fmt"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// The words of Rejected.Reason; PROTOCOL.md, section 2.
const (
	reasonInvalid     = "invalid"
	reasonNotAssigned = "not_assigned"
	reasonInterval    = "interval"
	reasonOffGrid     = "off_grid"
	reasonFuture      = protocol.RejectedFuture
	reasonTooOld      = "too_old"
	reasonBefore      = "refused_before"
)

var reasons = [...]string{reasonInvalid, reasonNotAssigned, reasonInterval, reasonOffGrid, reasonFuture, reasonTooOld, reasonBefore}

// meters are the metrics of this stage.
type meters struct {
	accepted     *metrics.Counter
	rejected     map[string]*metrics.Counter // by reason
	gaps         *metrics.Counter
	stored       *metrics.Counter
	duplicates   *metrics.Counter
	bodyBytes    *metrics.Counter
	decodedBytes *metrics.Counter
	problems     map[string]*metrics.Counter // by kind
	heartbeats   *metrics.Counter
	sent         *metrics.Counter
	unchanged    *metrics.Counter
	pushSeconds  *metrics.PrometheusHistogram
	delaySeconds *metrics.PrometheusHistogram
}

func newMeters(set *metrics.Set, underWay func() float64) meters {
	const p = "probity_collector_ingest_"
	set.NewGauge(p+"pushes_in_flight", underWay)
	m := meters{
		accepted:     set.NewCounter(p + "results_accepted_total"),
		gaps:         set.NewCounter(p + "gaps_accepted_total"),
		stored:       set.NewCounter(p + `batches_total{outcome="stored"}`),
		duplicates:   set.NewCounter(p + `batches_total{outcome="duplicate"}`),
		bodyBytes:    set.NewCounter(p + "body_bytes_total"),
		decodedBytes: set.NewCounter(p + "decoded_bytes_total"),
		heartbeats:   set.NewCounter(p + "heartbeats_total"),
		sent:         set.NewCounter(p + `assignments_total{outcome="sent"}`),
		unchanged:    set.NewCounter(p + `assignments_total{outcome="unchanged"}`),
		pushSeconds:  set.NewPrometheusHistogram(p + "push_seconds"),
		delaySeconds: set.NewPrometheusHistogramExt(p+"delay_seconds", []float64{1, 2, 5, 10, 30, 60, 300, 3600, 86400}),
		rejected:     make(map[string]*metrics.Counter),
		problems:     make(map[string]*metrics.Counter),
	}
	for _, r := range reasons {
		m.rejected[r] = set.NewCounter(fmt.Sprintf("%srejected_total{reason=%q}", p, r))
	}
	for kind := range titles {
		m.problems[kind] = set.NewCounter(fmt.Sprintf("%sproblems_total{kind=%q}", p, kind))
	}
	return m
}
