package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// TestNotifierDownForADay: people's pagers are out of order for a day in which
// three incidents come and go. Afterwards each message arrives, once, and in
// order for each incident.
func TestNotifierDownForADay(t *testing.T) {
	inFaults(t, slowPace, faultDay, map[string]string{
		"acme":   faultAgreement("acme", faultTerms, "web 192.0.2.7"),
		"globex": faultAgreement("globex", faultTerms, "web 192.0.2.8"),
	}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		s.down("acme/web", began, 50*time.Minute)
		s.down("globex/web", began.Add(20*time.Minute), 2*time.Hour)
		s.down("acme/web", began.Add(14*time.Hour), time.Hour)
		s.pagers.breakDown(true)
		s.begin("ams", "fra")
		time.Sleep(24 * time.Hour)
		if heard, tries := len(s.pagers.all()), s.pagers.tries; heard != 0 || tries == 0 || tries > 24*60*6 {
			t.Errorf("%d messages arrived at pagers out of order, in %d tries", heard, tries)
		}
		s.pagers.breakDown(false)
		time.Sleep(time.Hour)
		all := s.incidents()
		if len(all) != 3 {
			t.Fatalf("%d incidents; want three", len(all))
		}
		heard := s.pagers.all()
		for i := range all {
			if n := len(slices.DeleteFunc(slices.Clone(heard), func(p page) bool { return p.Incident.ID != all[i].ID })); n < 5 {
				t.Errorf("%s: %d messages arrived; want each of its steps\n%s", all[i].ID, n, all[i].story())
			}
		}
	})
}

// TestRestartsInAnEscalation: the collector stops and starts again and again
// while nobody answers. No level is passed over, and nobody is told too soon.
func TestRestartsInAnEscalation(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7")}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		s.down("acme/web", began, 3*time.Hour)
		s.away = 6 * time.Minute // its own absence, and the backlog of the agents
		s.begin("ams", "fra")
		time.Sleep(31 * time.Minute)
		for n := range time.Duration(24) { // up for 2 to 8 minutes, away for 0 to 4
			time.Sleep(2*time.Minute + n%7*time.Minute)
			s.stop()
			time.Sleep(n % 5 * time.Minute)
			s.serve()
		}
		time.Sleep(3 * time.Hour)
		i := s.one()
		if i.State != incident.IncidentResolved || i.Reopened != 0 || len(i.Outages) != 1 {
			t.Errorf("in the end:\n%s", i.story())
		}
		var levels []string
		for _, e := range i.events {
			if e.Step != nil && e.Step.Change == "" {
				levels = append(levels, fmt.Sprintf("%d.%d", e.Step.Level, e.Step.Repeat))
			}
		}
		if !slices.Contains(levels, "2.4") || slices.Contains(levels, "2.5") {
			t.Errorf("steps %v; want level 2 with its four repeats\n%s", levels, i.story())
		}
	})
}
