package e2e

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// TestCollectorRestartsInAnOutage: what was open goes on under its own name and
// date, nobody is told twice, and the burn of the budget is judged as if the
// collector had never stopped.
func TestCollectorRestartsInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)))
		burning := strings.Replace(plainAgreement, "burn = []\n", "", 1) // the usual rules
		s := newSim(t, nearly, map[string]string{"line": burning})
		defer s.end()
		began := time.Now().Add(40 * time.Minute)
		s.target.down(ping, began, 30*time.Minute)
		s.begin("ams")
		time.Sleep(50 * time.Minute)
		open := s.open()
		s.stop()
		time.Sleep(90 * time.Second)
		s.serve()
		time.Sleep(4 * time.Minute)
		if again := s.open(); !slices.Equal(open, again) {
			t.Errorf("open before the restart:\n%s\nand after:\n%s", strings.Join(open, "\n"), strings.Join(again, "\n"))
		}
		s.stop()
		s.serve() // at once, too
		time.Sleep(2 * time.Hour)
		s.stop()
		s.serve() // with nothing down any more
		time.Sleep(4 * time.Hour)

		still := s.open()
		before := func(a string) bool { return slices.Contains(open, a) }
		if len(still) != 2 || !before(still[0]) || !before(still[1]) {
			t.Errorf("open in the end: %q; want the two tickets that were open before the restart, of %q", still, open)
		}
		var got []string
		for _, n := range s.receiver.all() {
			got = append(got, n.String())
		}
		want := []string{
			"opened service_down page line/edge",
			"opened objective_at_risk page line/edge",
			"opened objective_at_risk ticket line/edge",
			"opened objective_forecast ticket line/edge", // it stays too: the same rate spends what is left within a day
			"resolved service_down page line/edge",
			"resolved objective_at_risk page line/edge", // the ticket stays: its short window is six hours
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("people were told:\n%s\nwant each once:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		first := began.Add(phases(ping, "ams")[0]).UnixMilli()
		outages := s.outages("line")
		if len(outages) != 1 || outages[0].From != first || outages[0].To != first+(30*time.Minute).Milliseconds() || outages[0].Ongoing {
			t.Errorf("outages %+v; want one of 30 min from %s", outages, clock(first))
		}
		for _, a := range s.alerts() {
			if a.Kind == incident.ServiceDown && a.StartsAt != first {
				t.Errorf("alert dated %s; want the first failure, %s", clock(a.StartsAt), clock(first))
			}
		}
	})
}
