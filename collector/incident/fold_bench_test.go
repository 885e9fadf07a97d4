package incident_test

import (
	"fmt"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// BenchmarkRead folds and reads the clocks of an incident that flapped so often.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{1, 100, 1000} {
		events := []incident.Event{{Incident: "INC-2026-0001", Seq: 1, Kind: incident.EventOpened, At: tenH, By: incident.System, Text: "down", Agreement: "acme", Severity: "P1"}}
		for k := range n {
			from := tenH + int64(k)*10*min1
			ref := outage(fmt.Sprintf("acme/web@%d", k), from, from+2*min1)
			events = append(events,
				incident.Event{Incident: "INC-2026-0001", Seq: 2*k + 2, Kind: incident.EventOutageJoined, At: ref.To, By: incident.System, Effective: from, Outage: outage(ref.ID, from, 0), Keys: incident.Keys("acme/web", []string{"192.0.2.7"}, nil)},
				incident.Event{Incident: "INC-2026-0001", Seq: 2*k + 3, Kind: incident.EventOutageEnded, At: ref.To, By: incident.System, Effective: ref.To, Outage: ref})
		}
		rules := []incident.ClockRule{response(sla.ClockTerms{Target: hr}), resolution(sla.ClockTerms{Target: hr})}
		b.Run(fmt.Sprintf("outages=%d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := incident.ReadClocks(events, rules, events[len(events)-1].At, farAhead); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
