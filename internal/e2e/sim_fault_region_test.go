package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

const quorum = "[terms.probes]\nrule = \"quorum_count\"\nk = 2\nmin_valid = 2\n"

// TestRegionalFault: one of three locations sees a service down, then all. Where
// one is enough, its incident is a P3 that becomes a P1; where two must agree,
// one alone is none.
func TestRegionalFault(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{
		"any":  faultAgreement("any", faultTerms, "web 192.0.2.7"),
		"most": faultAgreement("most", strings.Replace(faultTerms, "[[severity]]", quorum+"[[severity]]", 1), "web 192.0.2.8"),
	}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		for _, x := range []string{"any/web", "most/web"} {
			s.down(x, began, 90*time.Minute, "iad")
			s.down(x, began.Add(time.Hour), 30*time.Minute, "ams", "fra")
		}
		s.begin("ams", "fra", "iad")
		time.Sleep(85 * time.Minute)
		i := s.one()
		if i.Major || i.Severities["any"] != "P3" || i.State != incident.IncidentOpen {
			t.Errorf("seen by one location: %s", i.story())
		}
		time.Sleep(10 * time.Minute)
		all := s.incidents()
		if len(all) != 2 || all[0].Severities["any"] != "P1" || !all[0].Major || all[1].Severities["most"] != "P1" {
			for n := range all {
				t.Errorf("seen by all: %s", all[n].story())
			}
			t.Fatalf("%d incidents; want one of each agreement, both P1", len(all))
		}
		for _, x := range []struct {
			r    record
			from time.Duration
		}{{all[0], 0}, {all[1], time.Hour}} {
			if d := time.Duration(x.r.DetectedAt-began.Add(x.from).UnixMilli()) * time.Millisecond; d < 0 || d > time.Minute {
				t.Errorf("%s is dated %v after the first failure", x.r.ID, d)
			}
		}
		time.Sleep(2 * time.Hour)
		for _, r := range s.incidents() {
			if r.State != incident.IncidentResolved || r.Reopened != 0 || len(r.Outages) != 1 {
				t.Errorf("in the end:\n%s", r.story())
			}
		}
	})
}

// TestParentsFaultIsOneIncident: what a service depends on is down, and then the
// service: its alert is suppressed and says why, and it is listed in the
// incident of its parent.
func TestParentsFaultIsOneIncident(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{
		"zone": faultAgreement("zone", faultTerms, "names 192.0.2.53"),
		"acme": faultAgreement("acme", faultTerms, `web 192.0.2.7 depends_on = ["zone/names"]`, `shop 192.0.2.8 depends_on = ["web"]`, "apart 192.0.2.9"),
	}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		s.down("zone/names", began, 30*time.Minute)
		s.down("acme/web", began.Add(3*time.Minute), 27*time.Minute)
		s.down("acme/shop", began.Add(6*time.Minute), 24*time.Minute)
		s.begin("ams", "fra")
		time.Sleep(50 * time.Minute)
		i := s.one()
		if len(i.Outages) != 3 || i.Severities["acme"] != "P1" || i.Severities["zone"] != "P1" {
			t.Errorf("want three outages of two agreements in one incident:\n%s", i.story())
		}
		for _, a := range s.alerts() {
			if a.Kind != incident.ServiceDown {
				continue
			}
			if wants := a.Agreement == "acme"; (a.Status == incident.Suppressed) != wants || wants && !strings.Contains(a.Suppressed, a.Parent) {
				t.Errorf("alert %s is %s: %q", a.ID, a.Status, a.Suppressed)
			}
		}
		time.Sleep(2 * time.Hour)
		if i = s.one(); i.State != incident.IncidentResolved || len(i.Outages) != 3 || i.Reopened != 0 {
			t.Errorf("in the end:\n%s", i.story())
		}
	})
}
