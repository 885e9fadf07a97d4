package promapi

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/prometheus/prometheus/promql"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// yearOf has n checks of every 30 s for a year, each down for ten minutes a day.
func yearOf(b *testing.B, n int) (*API, *seeded) {
	s := newSeeded(b, t0+365*day)
	svc := Service{ID: "web"}
	for i := range n {
		id := protocol.CheckID(fmt.Sprintf("shop/web/c%03d", i))
		svc.Checks = append(svc.Checks, Check{ID: id, Interval: 30 * time.Second, Locations: []Location{{Agent: "edge", Location: "berlin"}}})
		if i == 0 {
			s.add(b, id, "edge", 30*time.Second, t0, t0+365*day, func(slot int64) (timeline.Outcome, bool) {
				if slot%day < 600_000 {
					return timeline.Down, true
				}
				return timeline.Up, true
			})
		} else {
			s.days[trackKey{id, "edge"}] = s.days[trackKey{"shop/web/c000", "edge"}]
		}
	}
	s.snapshot.Agreements = []Agreement{{ID: "shop", Services: []Service{svc}}}
	api, err := New(Options{
		Catalogue: s, Results: s, Ledgers: s, Log: discard, Metrics: metrics.NewSet(),
		Limits: Limits{Timeout: time.Hour, SamplesRead: 1 << 40},
	})
	if err != nil {
		b.Fatal(err)
	}
	return api, s
}

// BenchmarkYear asks for a year at one point a day.
func BenchmarkYear(b *testing.B) {
	for _, n := range []int{1, 100} {
		api, s := yearOf(b, n)
		for _, query := range []string{
			`probe_success`, `avg_over_time(probe_success[1d])`, `avg(avg_over_time(probe_success[1d]))`,
			`max_over_time(probe_duration_seconds[1d])`, `probity_service_up`, `avg_over_time(probity_service_up[1d])`,
		} {
			b.Run(fmt.Sprintf("checks=%d/%s", n, query), func(b *testing.B) {
				for b.Loop() {
					from, to := time.UnixMilli(t0+day-1), time.UnixMilli(t0+365*day-1)
					q, err := api.engine.NewRangeQuery(context.Background(), api.querier(&s.snapshot, minLookback),
						promql.NewPrometheusQueryOpts(false, minLookback, nil), query, from, to, 24*time.Hour)
					if err != nil {
						b.Fatal(err)
					}
					if res := q.Exec(context.Background()); res.Err != nil {
						b.Fatal(res.Err)
					}
					q.Close()
				}
			})
		}
	}
}
