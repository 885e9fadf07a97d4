package uplink

import (
	"fmt"
	"net/http"

	"github.com/VictoriaMetrics/metrics"
)

// Meters are the client's metrics; they outlive a client that a reload replaces.
type Meters struct {
	set    *metrics.Set
	pushed *metrics.PrometheusHistogram
	bytes  *metrics.Counter
}

// NewMeters registers the metrics.
func NewMeters(set *metrics.Set) *Meters {
	return &Meters{
		set:    set,
		pushed: set.NewPrometheusHistogram("probity_agent_push_duration_seconds"),
		bytes:  set.NewCounter("probity_agent_pushed_bytes_total"),
	}
}

// requests counts attempts by their answer's class.
func (m *Meters) requests(resp *http.Response, err error) *metrics.Counter {
	code := "error"
	if err == nil {
		code = fmt.Sprintf("%dxx", resp.StatusCode/100)
	}
	return m.set.GetOrCreateCounter(fmt.Sprintf("probity_agent_uplink_requests_total{code=%q}", code))
}
