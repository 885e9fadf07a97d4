package notify

import (
	"fmt"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// counters are the dispatcher's own metrics.
type counters struct {
	set           *metrics.Set
	depth, oldest *metrics.Gauge
}

func newCounters(set *metrics.Set) *counters {
	return &counters{
		set:    set,
		depth:  set.GetOrCreateGauge("probity_collector_notify_queue_depth", nil),
		oldest: set.GetOrCreateGauge("probity_collector_notify_oldest_seconds", nil),
	}
}

// declare makes a channel's counters appear at zero.
func (c *counters) declare(channel string) {
	for _, name := range []string{"delivered", "failed", "dead"} {
		c.counter(name, channel)
	}
}

func (c *counters) counter(name, channel string) *metrics.Counter {
	return c.set.GetOrCreateCounter(fmt.Sprintf("probity_collector_notify_%s_total{channel=%q}", name, channel))
}

func (c *counters) delivered(channel string) { c.counter("delivered", channel).Inc() }
func (c *counters) failed(channel string)    { c.counter("failed", channel).Inc() }
func (c *counters) dead(channel string)      { c.counter("dead", channel).Inc() }

func (c *counters) took(channel string, d time.Duration) {
	c.set.GetOrCreatePrometheusHistogram(fmt.Sprintf("probity_collector_notify_delivery_seconds{channel=%q}", channel)).Update(d.Seconds())
}
