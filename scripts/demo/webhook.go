package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// webhook receives the collector's alerts, as a customer's own system would.
type webhook struct {
	addr string

	mu     sync.Mutex
	alerts []string // "12:03:04 firing  demo-flaky/…: …", oldest first
}

// alertMessage is what the demo reads of a notification.
type alertMessage struct {
	Status      string            `json:"status"`
	Summary     string            `json:"summary"`
	Annotations map[string]string `json:"annotations"`
}

func startWebhook(ctx context.Context, g *errgroup.Group) (*webhook, error) {
	h := &webhook{}
	addr, err := serveHTTP(ctx, g, nil, h)
	h.addr = addr
	return h, err
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var m alertMessage
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if m.Summary == "" {
		m.Summary = m.Annotations["summary"]
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.alerts = append(h.alerts, time.Now().Format(time.TimeOnly)+"  "+m.Status+"  "+m.Summary)
}

// last returns the newest n alerts.
func (h *webhook) last(n int) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.alerts[max(0, len(h.alerts)-n):]...)
}
