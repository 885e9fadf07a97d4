package schedule

import (
	"fmt"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// reasons a slot is missed for; the others belong to later stages.
var reasons = [...]protocol.GapReason{
	protocol.GapOverload, protocol.GapOverlap, protocol.GapClockJump,
	protocol.GapSuspended, protocol.GapStopped,
}

type meters struct {
	slots, run, jumps *metrics.Counter
	missed            map[protocol.GapReason]*metrics.Counter
	lateness          *metrics.PrometheusHistogram
}

func newMeters(set *metrics.Set, s *Scheduler) *meters {
	m := &meters{
		slots:    set.NewCounter("probity_agent_slots_due_total"),
		run:      set.NewCounter("probity_agent_slots_run_total"),
		jumps:    set.NewCounter("probity_agent_clock_jumps_total"),
		missed:   map[protocol.GapReason]*metrics.Counter{},
		lateness: set.NewPrometheusHistogram("probity_agent_slot_lateness_seconds"),
	}
	for _, r := range reasons {
		m.missed[r] = set.NewCounter(fmt.Sprintf("probity_agent_slots_missed_total{reason=%q}", r))
	}
	count := func(name string, f func() int) {
		set.NewGauge(name, func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			return float64(f())
		})
	}
	count("probity_agent_checks", func() int { return len(s.agenda) })
	count("probity_agent_workers", func() int { return s.workers })
	count("probity_agent_workers_idle", func() int { return s.sleepers })
	count("probity_agent_slots_waiting", func() int { return s.queue.len() })
	return m
}
