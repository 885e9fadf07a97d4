package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/probity-sla/probity/collector"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// faultHouse is collector.toml of a house in which anna and ben take turns, and
// their chief is told of what nobody answers.
const faultHouse = `
[[notify]]
name = "pager-anna"
type = "webhook"
url = "http://pagers/anna"

[[notify]]
name = "pager-ben"
type = "webhook"
url = "http://pagers/ben"

[[notify]]
name = "pager-chief"
type = "webhook"
url = "http://pagers/chief"

[[person]]
name = "anna"
channels = ["pager-anna"]
zone = "Europe/Berlin"
quiet = [{ hours = "22:00-07:00" }]

[[person]]
name = "ben"
channels = ["pager-ben"]

[[person]]
name = "chief"
channels = ["pager-chief"]

[[rotation]]
name = "primary"
people = ["anna", "ben"]
zone = "Europe/Berlin"
every = "1w"
hand_over = "Mon 09:00"
start = "2026-05-04"

[[escalation]]
name = "house"
  [[escalation.level]]
  after = "0s"
  notify = ["rotation:primary"]
  repeat = "15m"
  [[escalation.level]]
  after = "30m"
  notify = ["person:chief"]
  repeat = "30m"
  times = 4
`

// repeats are the repeat intervals of faultHouse, by level.
var repeats = map[int]time.Duration{1: 15 * time.Minute, 2: 30 * time.Minute}

// faultTerms: a P1 is one that half of the locations see for two minutes; it is
// answered within an hour, and mended within four.
const faultTerms = `
escalation = "house"
customer = "Contoso"
burn = []

[[severity]]
name = "P1"
major = true
location_share = "0.5"
after = "2m"

[[severity]]
name = "P3"

[[clock]]
severity = "P1"
indicator = "response"
target_s = 3600

[[clock]]
severity = "P1"
indicator = "resolution"
target_s = 14400
pauses = ["customer"]

[[clock]]
severity = "P3"
indicator = "response"
target_s = 14400
`

// faultAgreement has services with one check a minute each: "id host more".
func faultAgreement(id, terms string, services ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "id = %q\nzone = \"UTC\"\nperiod = { kind = \"month\" }\n%s\n", id, terms)
	for _, s := range services {
		f := strings.SplitN(s+"  ", " ", 3)
		fmt.Fprintf(&b, "[[service]]\nid = %q\n%s\n  [[service.check]]\n  id = \"ping\"\n  target = \"icmp://%s\"\n  interval = \"1m\"\n", f[0], f[2], f[1])
	}
	return b.String()
}

// faultPace looks at the clock every ten seconds.
var faultPace = pace{tick: 10 * time.Second}

// slowPace is for days.
var slowPace = pace{tick: time.Minute, batch: 20 * time.Second, beat: time.Minute}

// faultSim is a world with people in it.
type faultSim struct {
	*sim
	pagers *simPagers
	phones *http.Server
	quiet  bool          // some of the messages are delayed by quiet hours
	away   time.Duration // how long the collector was away at most
}

// faultDay is the day on which anna is on call for the second day.
var faultDay = time.Date(2026, 5, 5, 10, 0, 0, 0, time.UTC)

// inFaults lets a scenario happen from an instant on, and holds what came of it
// against what must hold of every scenario.
func inFaults(t *testing.T, p pace, from time.Time, agreements map[string]string, do func(s *faultSim)) {
	t.Helper()
	if code := collector.Main([]string{"version"}, &bytes.Buffer{}, &bytes.Buffer{}, func(string) string { return "" }); code != 0 {
		t.Fatalf("version: exit %d", code) // it takes signals outside of the bubble
	}
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(from))
		s := &faultSim{sim: newSim(t, p, agreements), pagers: newSimPagers(t)}
		defer s.end()
		s.phones = &http.Server{Handler: s.pagers}
		defer s.phones.Close()
		go s.phones.Serve(s.net.listen("pagers"))
		s.write("collector.toml", "[store]\npath = \"db\"\n[agreements]\ndirectory = \"agreements\"\n"+
			"[[notify]]\nname = \"hooks\"\ntype = \"webhook\"\nurl = \"http://hooks/\"\n"+faultHouse)
		do(s)
		s.hold()
	})
}

// down has a service's check answer nobody for a while.
func (s *faultSim) down(service string, from time.Time, d time.Duration, agents ...string) {
	s.target.down(checkOf(service), from, d, agents...)
}

// command runs the collector's command line beside the collector, as a person would.
func (s *faultSim) command(args ...string) string {
	s.t.Helper()
	var out, bad bytes.Buffer
	getenv := func(name string) string {
		if name == "PROBITY_COLLECTOR_CONFIG" {
			return filepath.Join(s.dir, "collector.toml")
		}
		return ""
	}
	if code := collector.Main(args, &out, &bad, getenv); code != 0 {
		s.t.Fatalf("%s: exit %d\n%s%s", strings.Join(args, " "), code, out.String(), bad.String())
	}
	return out.String()
}

// record is an incident as the store keeps it, with its events.
type record struct {
	incident.Incident
	events []incident.Event
}

// incidents reads every incident, oldest first.
func (s *faultSim) incidents() []record {
	s.t.Helper()
	var out []record
	s.read(func(ctx context.Context, db *store.Store) error {
		rows, err := db.Incidents(ctx, store.IncidentQuery{To: always, Limit: 1000})
		if err != nil {
			return err
		}
		for _, r := range slices.Backward(rows) {
			events, err := db.IncidentEvents(ctx, r.ID)
			if err != nil {
				return err
			}
			x := record{events: make([]incident.Event, len(events))}
			for n, e := range events {
				if err := json.Unmarshal(e.Body, &x.events[n]); err != nil {
					return err
				}
			}
			if err := json.Unmarshal(r.Body, &x.Incident); err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	return out
}

// one wants a single incident, and returns it.
func (s *faultSim) one() record {
	s.t.Helper()
	all := s.incidents()
	if len(all) != 1 {
		for _, i := range all {
			s.t.Logf("%s", i.story())
		}
		s.t.Fatalf("%d incidents; want one", len(all))
	}
	return all[0]
}

// story lists the events of an incident, one a line.
func (r *record) story() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s: %s\n", r.ID, r.State, r.Severities, r.Title)
	for _, e := range r.events {
		fmt.Fprintf(&b, "  %d %s %s (of %s)", e.Seq, clock(e.At), e.Kind, clock(e.Effect()))
		switch {
		case e.Step != nil:
			fmt.Fprintf(&b, " level %d repeat %d %v", e.Step.Level, e.Step.Repeat, e.Step.People)
		case e.Outage != nil:
			fmt.Fprintf(&b, " %s", e.Outage.ID)
		}
		fmt.Fprintf(&b, " %s %s by %s\n", e.Severity, e.Text, e.By)
	}
	return b.String()
}

// count is how many events of a kind an incident has.
func (r *record) count(k incident.EventKind) (n int) {
	for _, e := range r.events {
		if e.Kind == k {
			n++
		}
	}
	return n
}
