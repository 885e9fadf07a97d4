package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// stamp writes an instant as a person types it, to the second.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }

// TestClocksOfLateEntries: three faults that people answer, pause and mend, most
// of it entered when it is long over. The statement has the sums done by hand.
func TestClocksOfLateEntries(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7")}, func(s *faultSim) {
		d := phases(checkOf("acme/web"), "ams")[0]
		first, second, third := faultDay.Add(30*time.Minute), faultDay.Add(4*time.Hour), faultDay.Add(8*time.Hour)
		s.down("acme/web", first, 100*time.Minute)
		s.down("acme/web", second, 70*time.Minute)
		s.down("acme/web", third, 5*time.Hour)
		s.begin("ams")

		// Answered after 20 minutes and paused for 15, entered after 90.
		time.Sleep(time.Until(first.Add(90 * time.Minute)))
		id := s.one().ID
		if missed := s.clockAlerts(incident.ResponseMissed); missed != 1 {
			t.Errorf("%d alerts of a missed response are open before the answer is entered; want one", missed)
		}
		s.command("incident", "ack", id, "--by", "anna", "--at", stamp(first.Add(20*time.Minute)))
		s.command("incident", "pause", id, "--by", "anna", "--reason", "customer", "--at", stamp(first.Add(25*time.Minute)))
		s.command("incident", "resume", id, "--by", "anna", "--at", stamp(first.Add(40*time.Minute)))
		time.Sleep(time.Minute)
		if missed := s.clockAlerts(incident.ResponseMissed); missed != 0 {
			t.Errorf("%d alerts of a missed response are open; it was answered in time, as is known now", missed)
		}
		// Answered too late.
		time.Sleep(time.Until(second.Add(100 * time.Minute)))
		s.command("incident", "ack", s.incidents()[1].ID, "--by", "ben", "--at", stamp(second.Add(80*time.Minute)))
		// Mended too late.
		time.Sleep(time.Until(third.Add(15 * time.Minute)))
		s.command("incident", "ack", s.incidents()[2].ID, "--by", "ben", "--at", stamp(third.Add(10*time.Minute)))
		time.Sleep(time.Until(third.Add(6 * time.Hour)))

		h := s.statement("acme", "period=2026-05").Handled
		if h == nil {
			t.Fatal("the statement says nothing of faults")
		}
		const minute = 60_000
		late := d.Milliseconds()
		want := map[string]sla.Compliance{
			"P1 response":   compliance("P1", "response", 60*minute, 2, 1, 20*minute-late, 80*minute-late, 10*minute-late),
			"P1 resolution": compliance("P1", "resolution", 240*minute, 2, 1, 85*minute, 70*minute, 300*minute),
			"P3 response":   {Severity: "P3", Indicator: "response", Target: 240 * minute},
		}
		for _, c := range h.Clocks {
			w := want[c.Severity+" "+c.Indicator]
			if c.Target != w.Target || c.Incidents != w.Incidents || c.Met != w.Met || c.Missed != w.Missed || c.Running != 0 || c.Taken != w.Taken {
				t.Errorf("%s %s: %+v; want %+v", c.Severity, c.Indicator, c, w)
			}
		}
		if r := sla.SpreadOf([]int64{100 * minute, 70 * minute, 300 * minute}); len(h.Clocks) != 3 || h.Times.Incidents != 3 || h.Times.Restore != r || h.Times.Acknowledge.N != 3 {
			t.Errorf("%d clocks; mean times %+v; want three clocks, and a restoring of %+v", len(h.Clocks), h.Times, r)
		}
		if said := s.command("incident", "show", id); !strings.Contains(said, "response of acme P1: met") || !strings.Contains(said, "resolution of acme P1: met") {
			t.Errorf("incident show:\n%s", said)
		}
	})
}

func compliance(severity, indicator string, target int64, met, missed int, taken ...int64) sla.Compliance {
	return sla.Compliance{
		Severity: severity, Indicator: indicator, Target: target, Incidents: met + missed, Met: met, Missed: missed, Taken: sla.SpreadOf(taken),
	}
}

// clockAlerts counts the open alerts of a kind.
func (s *faultSim) clockAlerts(k incident.Kind) (n int) {
	for _, a := range s.alerts() {
		if a.Kind == k && a.Open() {
			n++
		}
	}
	return n
}

// TestQuietHoursDelayNoMajor: at night a P3 waits for anna's morning; a major
// fault does not.
func TestQuietHoursDelayNoMajor(t *testing.T) {
	evening := time.Date(2026, 5, 5, 20, 30, 0, 0, time.UTC) // 22:30 where anna lives
	inFaults(t, slowPace, evening, map[string]string{
		"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7"),
	}, func(s *faultSim) {
		s.quiet = true
		morning := time.Date(2026, 5, 6, 5, 0, 0, 0, time.UTC) // 07:00
		s.down("acme/web", evening.Add(20*time.Minute), 9*time.Hour, "iad")
		major := evening.Add(24*time.Hour + 20*time.Minute)
		s.down("acme/web", major, time.Hour)
		s.begin("ams", "fra", "iad")
		time.Sleep(26 * time.Hour)
		all := s.incidents()
		if len(all) != 2 || all[0].Major || !all[1].Major {
			for i := range all {
				t.Log(all[i].story())
			}
			t.Fatalf("%d incidents; want a P3 and a major one", len(all))
		}
		heard := map[string]time.Time{} // first, by incident and pager
		for _, p := range s.pagers.all() {
			if key := p.Incident.ID + p.pager; heard[key].IsZero() {
				heard[key] = p.heard
			}
		}
		within := func(what string, at, due time.Time) {
			t.Helper()
			if d := at.Sub(due); d < 0 || d > 5*time.Minute {
				t.Errorf("%s at %v; want it within minutes of %v", what, at, due)
			}
		}
		within("anna hears of the P3", heard[all[0].ID+"anna"], morning)
		within("the chief, who has no quiet hours, hears of it", heard[all[0].ID+"chief"], evening.Add(52*time.Minute))
		within("anna hears of the major one", heard[all[1].ID+"anna"], major.Add(2*time.Minute))
	})
}
