package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// told is one notification that reached a receiver.
type told struct {
	Event  string          `json:"event"`
	At     int64           `json:"at"`
	Reason string          `json:"reason"`
	Alert  *incident.Alert `json:"alert"`
	key    string
	heard  time.Time
}

func (n told) String() string {
	subject := n.Alert.Agent
	if subject == "" {
		subject = n.Alert.Agreement + "/" + n.Alert.Service
	}
	return fmt.Sprintf("%s %s %s %s", n.Event, n.Alert.Kind, n.Alert.Severity, subject)
}

// simReceiver is a webhook that takes everything.
type simReceiver struct {
	t     *testing.T
	mu    sync.Mutex
	heard []told
	keys  map[string]bool
}

func newSimReceiver(t *testing.T) *simReceiver {
	return &simReceiver{t: t, keys: map[string]bool{}}
}

func (s *simReceiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := told{key: r.Header.Get("Idempotency-Key"), heard: time.Now()}
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		s.t.Errorf("notification: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[n.key] {
		s.t.Errorf("told twice: %v at %v", n, time.UnixMilli(n.At).UTC())
	}
	s.keys[n.key] = true
	s.heard = append(s.heard, n)
}

// all returns what was heard so far.
func (s *simReceiver) all() []told {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]told(nil), s.heard...)
}
