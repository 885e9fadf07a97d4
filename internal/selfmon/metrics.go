package selfmon

import (
	"fmt"
	"net/http"

	"github.com/VictoriaMetrics/metrics"
)

// Registry holds the metrics of one program. Components register in Set.
type Registry struct {
	Set     *metrics.Set
	program string
}

// NewRegistry returns the registry of a program, "agent" or "collector": the
// word after probity_ in the names of its metrics.
func NewRegistry(program string) *Registry {
	metrics.ExposeMetadata(true) // # HELP and # TYPE lines
	r := &Registry{Set: metrics.NewSet(), program: program}
	b := Version()
	r.Set.NewGauge(fmt.Sprintf("%s{version=%q,revision=%q,goversion=%q}", r.name("build_info"), b.Version, b.Revision, b.Go),
		func() float64 { return 1 })
	return r
}

func (r *Registry) name(suffix string) string { return "probity_" + r.program + "_" + suffix }

// Handler serves GET /metrics in the Prometheus text format, with the Go and
// process metrics that every exporter has.
func (r *Registry) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		r.Set.WritePrometheus(w)
		metrics.WriteProcessMetrics(w)
	})
}
