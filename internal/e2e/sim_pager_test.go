package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// page is one message of an incident that reached a pager.
type page struct {
	Event    string
	At       int64 // ms UTC: when the step was taken
	Message  *notify.Message
	Incident *incident.Incident
	Step     *incident.Escalation // nil: news of the incident, Change
	Change   incident.EventKind
	Alerts   []incident.Alert
	pager    string
	key      string
	heard    time.Time
}

func (p page) String() string {
	if p.Step == nil {
		return fmt.Sprintf("%s %s to %s, planned %s, heard %s", p.Incident.ID, p.Change, p.pager, clock(p.At), clock(p.heard.UnixMilli()))
	}
	return fmt.Sprintf("%s level %d repeat %d to %s, planned %s, heard %s", p.Incident.ID, p.Step.Level, p.Step.Repeat, p.pager,
		clock(p.At), clock(p.heard.UnixMilli()))
}

// simPagers are the webhooks of people: http://pagers/NAME. They take
// everything, but while they are out of order.
type simPagers struct {
	t      *testing.T
	mu     sync.Mutex
	heard  []page
	keys   map[string]bool
	broken bool
	tries  int // while broken
}

func newSimPagers(t *testing.T) *simPagers { return &simPagers{t: t, keys: map[string]bool{}} }

func (s *simPagers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		s.tries++
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	p := page{pager: strings.TrimPrefix(r.URL.Path, "/"), key: r.Header.Get(notify.IdempotencyHeader), heard: time.Now()}
	if err := json.NewDecoder(r.Body).Decode(&p); err != nil || p.Incident == nil || p.Step == nil && p.Change == "" || p.Message == nil {
		s.t.Errorf("%s was sent something that is no step of an incident: %+v %v", p.pager, p, err)
		return
	}
	if s.keys[p.pager+p.key] {
		s.t.Errorf("told twice: %v", p)
	}
	s.keys[p.pager+p.key] = true
	s.heard = append(s.heard, p)
}

func (s *simPagers) breakDown(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = broken
}

// all returns what was heard so far.
func (s *simPagers) all() []page {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]page(nil), s.heard...)
}

// told lists what was heard as "pager level", in the order of hearing.
func (s *simPagers) told() []string {
	var out []string
	for _, p := range s.all() {
		if p.Step != nil {
			out = append(out, fmt.Sprintf("%s %d", p.pager, p.Step.Level))
		}
	}
	return out
}
