package probe

import (
	"fmt"
	"sync/atomic"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// durationBuckets suit probes: from a loopback echo to the longest sensible timeout, in seconds.
var durationBuckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// counts are the probes' own metrics, registered once, so that a run only adds.
type counts struct {
	outcomes   [protocol.KindICMP + 1][protocol.OutcomeDown + 1]*metrics.Counter
	seconds    [protocol.KindICMP + 1]*metrics.PrometheusHistogram
	panics     *metrics.Counter
	strayDNS   *metrics.Counter
	strayICMP  *metrics.Counter
	paced      *metrics.Counter
	socketFail *metrics.Counter
	running    atomic.Int64
}

func newCounts(set *metrics.Set) *counts {
	c := &counts{
		panics:     set.GetOrCreateCounter("probity_agent_probe_panics_total"),
		strayDNS:   set.GetOrCreateCounter(`probity_agent_probe_stray_replies_total{kind="dns"}`),
		strayICMP:  set.GetOrCreateCounter(`probity_agent_probe_stray_replies_total{kind="icmp"}`),
		paced:      set.GetOrCreateCounter("probity_agent_probe_icmp_paced_total"),
		socketFail: set.GetOrCreateCounter("probity_agent_probe_socket_failures_total"),
	}
	for k := range c.outcomes {
		kind := protocol.Kind(k)
		c.seconds[k] = set.GetOrCreatePrometheusHistogramExt(
			fmt.Sprintf("probity_agent_probe_duration_seconds{kind=%q}", kind), durationBuckets)
		for o := range c.outcomes[k] {
			c.outcomes[k][o] = set.GetOrCreateCounter(
				fmt.Sprintf("probity_agent_probes_total{kind=%q,outcome=%q}", kind, protocol.Outcome(o)))
		}
	}
	set.GetOrCreateGauge("probity_agent_probes_running", func() float64 { return float64(c.running.Load()) })
	return c
}

func (c *counts) observe(kind protocol.Kind, res *protocol.Result) {
	if int(kind) >= len(c.outcomes) {
		kind = protocol.KindUnknown
	}
	c.outcomes[kind][res.Outcome].Inc()
	c.seconds[kind].Update(res.Duration.Seconds())
}
