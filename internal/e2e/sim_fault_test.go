package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/protocol"
)

// TestOneDeadHostIsOneIncident: ten services of three agreements stand on one
// host. It dies: one incident lists ten outages, and one message a level goes out.
func TestOneDeadHostIsOneIncident(t *testing.T) {
	agreements, services := map[string]string{}, []string{}
	for a, list := range map[string][]string{"acme": {"s1", "s2", "s3", "s4"}, "globex": {"s1", "s2", "s3"}, "initech": {"s1", "s2", "s3"}} {
		var all []string
		for _, s := range list {
			services, all = append(services, a+"/"+s), append(all, s+" 192.0.2.7")
		}
		agreements[a] = faultAgreement(a, faultTerms, append(all, "apart 192.0.2.99")...)
	}
	inFaults(t, faultPace, faultDay, agreements, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		for _, x := range services {
			s.down(x, began, 40*time.Minute)
		}
		s.begin("ams", "fra")
		time.Sleep(2 * time.Hour)
		i := s.one()
		if len(i.Outages) != 10 || i.count(incident.EventOutageJoined) != 9 || len(i.Severities) != 3 {
			t.Errorf("%d outages, %d joined, severities %v; want the ten of three agreements\n%s", len(i.Outages), i.count(incident.EventOutageJoined), i.Severities, i.story())
		}
		if i.State != incident.IncidentResolved || i.Reopened != 0 || !i.Major {
			t.Errorf("%s, reopened %d times, major %v; want it resolved, and major\n%s", i.State, i.Reopened, i.Major, i.story())
		}
		if got := s.pagers.told(); !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return s == "anna 1" }), []string{"chief 2", "chief 2"}) {
			t.Errorf("told %v; want the chief as it became major, and half an hour later\n%s", got, i.story())
		}
	})
}

// TestFlappingIsOneIncident: a check that fails for two minutes of every seven,
// for a day, is one incident and a handful of alerts.
func TestFlappingIsOneIncident(t *testing.T) {
	inFaults(t, slowPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7")}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		for at := time.Duration(0); at < 24*time.Hour; at += 7 * time.Minute {
			s.down("acme/web", began.Add(at), 2*time.Minute)
		}
		s.begin("ams", "fra")
		time.Sleep(time.Hour)
		s.command("incident", "ack", s.one().ID, "--by", "anna")
		time.Sleep(25 * time.Hour)
		i := s.one()
		if i.Reopened != 0 || i.State != incident.IncidentResolved || len(i.Outages) < 200 {
			t.Errorf("%s, reopened %d times, %d outages; want it kept, and resolved at the end of the day", i.State, i.Reopened, len(i.Outages))
		}
		if got := i.count(incident.EventNotified); got > 6 {
			t.Errorf("%d steps were taken; want those before the answer, and two that tell of the answer and of the end\n%s", got, i.story())
		}
		down := 0
		for _, n := range s.receiver.all() {
			if n.Alert.Kind == incident.ServiceDown {
				down++
			}
		}
		if most := 2 * incident.DefaultFlapOpens; down > most {
			t.Errorf("told %d times of down; want at most %d: it flaps from the third time on", down, most)
		}
	})
}

// TestWhatComesBackReopens: an outage every forty minutes is too seldom to flap.
// It is one incident that is reopened, and each time somebody must answer.
func TestWhatComesBackReopens(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7")}, func(s *faultSim) {
		began := time.Now().Add(30 * time.Minute)
		const times = 6
		for n := range time.Duration(times) {
			s.down("acme/web", began.Add(n*40*time.Minute), 5*time.Minute)
		}
		s.begin("ams")
		time.Sleep(6 * time.Hour)
		i := s.one()
		if i.Reopened != times-1 || i.State != incident.IncidentResolved || len(i.Outages) != times {
			t.Errorf("%s, reopened %d times, %d outages; want %d times\n%s", i.State, i.Reopened, len(i.Outages), times-1, i.story())
		}
	})
}

// TestOwnUplinkIsNoIncident: what an agent cannot see because it is cut off
// itself, from everything or from the collector, is nobody's fault but its own.
func TestOwnUplinkIsNoIncident(t *testing.T) {
	inFaults(t, faultPace, faultDay, map[string]string{"acme": faultAgreement("acme", faultTerms, "web 192.0.2.7", "api 192.0.2.8")}, func(s *faultSim) {
		now := time.Now()
		s.target.add(fault{"", []string{"ams"}, now.Add(30 * time.Minute), now.Add(time.Hour), protocol.OutcomeDown})     // of ams
		s.target.add(fault{"", nil, now.Add(2 * time.Hour), now.Add(2*time.Hour + 30*time.Minute), protocol.OutcomeDown}) // of both
		s.begin("ams", "fra")
		time.Sleep(3 * time.Hour)
		s.net.sever("fra", true)
		time.Sleep(30 * time.Minute)
		s.net.sever("fra", false)
		time.Sleep(time.Hour)
		if all := s.incidents(); len(all) != 0 || len(s.outages("acme")) != 0 {
			t.Errorf("incidents %v, outages %v; want none", all, s.outages("acme"))
		}
		kinds := map[incident.Kind]int{}
		for _, a := range s.alerts() {
			kinds[a.Kind]++
		}
		if kinds[incident.ServiceDown] != 0 || kinds[incident.AgentFaulty] == 0 || kinds[incident.AgentSilent] == 0 || kinds[incident.ServiceNoData] == 0 {
			t.Errorf("alerts %v; want faulty and silent agents and no data, and nothing down", kinds)
		}
		if told := s.pagers.told(); len(told) != 0 {
			t.Errorf("people were told %v", told)
		}
	})
}
