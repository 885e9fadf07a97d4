package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of the streams of live changes.
const (
	maxSubscribers  = 512
	subscriberQueue = 64               // events that a slow reader may be behind
	eventHeartbeat  = 15 * time.Second // a comment, so that a dead connection is noticed
	eventDeadline   = 10 * time.Second // for one write
)

// Event says that something changed; what it is now, one asks for.
type Event struct {
	Kind      string    `json:"kind"` // state, statement, alert, maintenance, correction, incident, fault, oncall, report, agent, agreement, resync
	Agreement string    `json:"agreement,omitempty"`
	Service   string    `json:"service,omitempty"`
	Check     string    `json:"check,omitempty"`
	Agent     string    `json:"agent,omitempty"`
	State     sla.State `json:"state"`
	At        int64     `json:"at"` // ms UTC
}

// broker hands events to subscribers. A publisher never waits: a subscriber
// whose queue is full loses events, and is told to look at everything again.
type broker struct {
	mu     sync.Mutex
	subs   map[*subscriber]bool
	closed bool
	lost   *metrics.Counter
}

type subscriber struct {
	events chan Event
	behind bool // guarded by broker.mu
}

func newBroker(set *metrics.Set) *broker {
	b := &broker{subs: map[*subscriber]bool{}, lost: set.GetOrCreateCounter("probity_collector_events_lost_total")}
	set.GetOrCreateGauge("probity_collector_event_subscribers", func() float64 {
		b.mu.Lock()
		defer b.mu.Unlock()
		return float64(len(b.subs))
	})
	return b
}

// Publish tells every open page and stream. It does not block.
func (s *Server) Publish(e Event) {
	if e.Kind != "statement" { // figures moving on with time are not worth ninety days of reckoning
		s.strips.forget(e.Agreement)
	}
	s.broker.publish(e)
}

func (b *broker) publish(e Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for sub := range b.subs {
		if sub.behind && len(sub.events) <= subscriberQueue/2 {
			sub.behind = false
			sub.events <- Event{Kind: "resync", At: e.At}
		}
		select {
		case sub.events <- e:
		default:
			sub.behind = true
			b.lost.Inc()
		}
	}
}

// subscribe returns nil when there are too many, or the server is closing.
func (b *broker) subscribe() *subscriber {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.subs) >= maxSubscribers {
		return nil
	}
	sub := &subscriber{events: make(chan Event, subscriberQueue)}
	b.subs[sub] = true
	return sub
}

func (b *broker) unsubscribe(sub *subscriber) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, sub)
}

func (b *broker) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for sub := range b.subs {
		close(sub.events)
		delete(b.subs, sub)
	}
}

// getEvents streams changes as server-sent events until the client leaves, its
// token is revoked, or the server closes.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	sub := s.broker.subscribe()
	if sub == nil {
		w.Header().Set("Retry-After", "10")
		return newProblem(http.StatusServiceUnavailable, "too-many-streams", "Too many streams are open", "try again in ten seconds")
	}
	defer s.broker.unsubscribe(sub)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	rc := http.NewResponseController(w)
	write := func(format string, args ...any) bool {
		rc.SetWriteDeadline(time.Now().Add(eventDeadline))
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && rc.Flush() == nil
	}
	if !write("retry: 5000\n: changes follow\n\n") {
		return nil
	}
	beat := time.NewTicker(eventHeartbeat)
	defer beat.Stop()
	for {
		ok := true
		select {
		case <-r.Context().Done():
			return nil
		case e, open := <-sub.events:
			if !open {
				return nil
			}
			data, _ := json.Marshal(e)
			ok = write("event: %s\ndata: %s\n\n", e.Kind, data)
		case <-beat.C:
			if _, err := s.authorize(r, RoleRead); err != nil {
				return nil
			}
			ok = write(": still here\n\n")
		}
		if !ok {
			return nil
		}
	}
}
