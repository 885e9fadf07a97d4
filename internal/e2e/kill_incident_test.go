package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// manyHosts is how many services there are, each on a loopback address of its
// own: no outage joins another's incident.
const manyHosts = 24

// hearsay keeps what webhooks are told: one message that is repeated after a
// kill counts once.
type hearsay struct {
	mu   sync.Mutex
	msgs map[string]int // channel and step, or channel and alert → times
	news chan struct{}  // somebody was told
}

func (h *hearsay) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	key := path.Base(r.URL.Path) + " " + outboxKey(body)
	h.mu.Lock()
	h.msgs[key]++
	h.mu.Unlock()
	select {
	case h.news <- struct{}{}:
	default:
	}
}

// outboxKey names what a payload tells: a step of an incident, or a change of an alert.
func outboxKey(body []byte) string {
	var p struct {
		Event    string
		At       int64
		Incident *incident.Incident
		Step     *incident.Escalation
		Change   incident.EventKind
		Alert    *incident.Alert
	}
	switch err := json.Unmarshal(body, &p); {
	case err == nil && p.Incident != nil && p.Step != nil:
		return stepKey(p.Incident.ID, p.Step, p.At)
	case err == nil && p.Incident != nil && p.Change != "":
		return newsKey(p.Incident.ID, p.Change, p.At)
	case err == nil && p.Alert != nil:
		return p.Event + " " + p.Alert.ID
	}
	return "nothing known: " + string(body)
}

func newsKey(id string, change incident.EventKind, at int64) string {
	return fmt.Sprintf("%s %s told at %d", id, change, at)
}

func stepKey(id string, s *incident.Escalation, at int64) string {
	return fmt.Sprintf("%s level %d repeat %d at %d", id, s.Level, s.Repeat, at)
}

// TestKillBetweenAnEventAndItsMessages kills the collector around the instants
// at which incidents open and escalate. In the store there is no step without
// its messages, no message without its step, and no alert without its outage,
// its incident and its notification; and everybody hears of each.
func TestKillBetweenAnEventAndItsMessages(t *testing.T) {
	t.Parallel()
	heard := &hearsay{msgs: map[string]int{}, news: make(chan struct{}, 1)}
	hooks := httptest.NewServer(heard)
	defer hooks.Close()
	web := &target{down: map[string]bool{}, slow: map[string]time.Duration{}}
	var services []string
	for n := range manyHosts {
		services = append(services, service(fmt.Sprint("s", n), "confirm = 1\n", listenAt(t, web, n), fmt.Sprintf("ping /%d 200ms", n)))
	}
	s := newSite(t, map[string]string{"acme.toml": "escalation = \"house\"\n" + agreement("acme", time.Now(), "", services...)})
	s.write("collector.toml", collectorConfig+killHouse(hooks.URL))
	s.serve()
	a := s.enrol("north-1", "north")
	a.start()
	eventually(t, "first results", func() bool { return s.tap.heard(a.name) > 0 })
	s.killAroundSteps(web, heard, rounds(t, 30))
	s.ready()
	a.settle()
	eventually(t, "everything is told", func() bool { return s.pending() == 0 })
	s.stopCollector(true)
	s.holdOutbox(heard)
}

// listenAt serves x at a loopback address of the host's own.
func listenAt(t *testing.T, x http.Handler, n int) string {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", n+10))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(x)
	srv.Listener.Close()
	srv.Listener = l
	srv.Start()
	t.Cleanup(srv.Close)
	return srv.URL
}

// killHouse is a house with two people, of whom both are told, and a chief.
func killHouse(url string) string {
	var b strings.Builder
	for _, c := range []string{"hooks", "anna", "ben", "chief"} {
		fmt.Fprintf(&b, "\n[[notify]]\nname = %q\ntype = \"webhook\"\nurl = %q\n", c, url+"/"+c)
	}
	for _, p := range []string{"anna", "ben", "chief"} {
		fmt.Fprintf(&b, "\n[[person]]\nname = %q\nchannels = [%q]\n", p, p)
	}
	return b.String() + `
[incidents]
resolve_after = "0s"
reopen_within = "0s"

[[escalation]]
name = "house"
  [[escalation.level]]
  after = "0s"
  notify = ["person:anna", "person:ben"]
  repeat = "1m"
  [[escalation.level]]
  after = "500ms"
  notify = ["person:chief"]
`
}

// killAroundSteps breaks some services, kills the collector about when people
// are told, and starts it again.
func (s *site) killAroundSteps(web *target, heard *hearsay, n int) {
	seed := uint64(time.Now().UnixNano())
	s.t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	batch := func(i int, down bool) {
		for k := range 4 {
			web.set(fmt.Sprint("/", (4*i+k)%manyHosts), down)
		}
	}
	for i := range n {
		batch(i, true)
		select { // a signal from before makes a kill of any instant
		case <-heard.news:
			pause(time.Duration(dice.Int64N(int64(40 * time.Millisecond))))
		case <-time.After(3 * time.Second): // what flaps is told no more: a kill of any instant, too
		}
		s.stopCollector(true)
		s.start()
		if i%3 == 0 { // once more, while it makes up for what it missed
			pause(time.Duration(dice.Int64N(int64(1500 * time.Millisecond))))
			s.stopCollector(true)
			s.start()
		}
		s.ready()
		if i > 1 {
			batch(i-2, false)
		}
	}
	batch(n-2, false)
	batch(n-1, false)
}

// pending counts what waits in the outbox.
func (s *site) pending() int {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Options{Path: s.path("data/collector.db"), ReadOnly: true})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	stats, err := db.OutboxStats(s.t.Context())
	if err != nil || stats.Dead > 0 {
		s.t.Fatalf("outbox %+v: %v", stats, err)
	}
	return stats.Pending
}
