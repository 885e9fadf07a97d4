package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// TestLateResultsMoveAnIncident: an agent that is cut off for hours saw an outage
// begin earlier and end later than the others. When its spool drains, the fault
// is long answered, mended and closed; its record follows.
func TestLateResultsMoveAnIncident(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7")}, func(s *faultSim) {
		began := faultDay.Add(30 * time.Minute)
		s.down("acme/web", began, 20*time.Minute, "ams")
		s.down("acme/web", began.Add(-5*time.Minute), 35*time.Minute, "fra")
		s.begin("ams", "fra")
		time.Sleep(20 * time.Minute)
		s.net.sever("fra", true)
		time.Sleep(25 * time.Minute)
		s.command("incident", "ack", s.one().ID, "--by", "anna")
		time.Sleep(4 * time.Hour)
		before := s.one()
		if before.State != incident.IncidentResolved || len(before.Outages) != 1 {
			t.Fatalf("before the spool drains:\n%s", before.story())
		}
		s.net.sever("fra", false)
		time.Sleep(20 * time.Minute)
		d := phases(checkOf("acme/web"), "fra")[0]
		from, to := began.Add(d-5*time.Minute).UnixMilli(), began.Add(d+30*time.Minute).UnixMilli()
		i := s.one()
		o := slices.DeleteFunc(slices.Clone(i.Outages), func(r incident.OutageRef) bool { return r.Withdrawn })
		if len(o) != 1 || o[0].From != from || o[0].To != to {
			t.Errorf("outages %+v; want one [%s, %s)\n%s", o, clock(from), clock(to), i.story())
		}
		if i.State != incident.IncidentResolved || i.ResolvedAt != to || i.DetectedAt != from || i.Reopened != 0 {
			t.Errorf("%s at %s, detected at %s; want it resolved at the later end\n%s", i.State, clock(i.ResolvedAt), clock(i.DetectedAt), i.story())
		}
	})
}
