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
	shown  int      // how many of them fresh has returned
	alerts []string // "12:03:04  opened (page)  Quotation API … is down", oldest first
}

// alertMessage is what the demo reads of a notification.
type alertMessage struct {
	Event   string   `json:"event"`
	Message struct { // to a person
		Subject string `json:"subject"`
		AckLink string `json:"ack_link"`
	} `json:"message"`
	Alert struct {
		Severity    string            `json:"severity"`
		Annotations map[string]string `json:"annotations"`
	} `json:"alert"`
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
	h.mu.Lock()
	defer h.mu.Unlock()
	line := m.Event + " (" + m.Alert.Severity + ")  " + m.Alert.Annotations["summary"]
	if m.Message.AckLink != "" {
		line = "to anna  " + m.Message.Subject + "\n       acknowledge: " + m.Message.AckLink
	}
	h.alerts = append(h.alerts, time.Now().Format(time.TimeOnly)+"  "+line)
}

// last returns the newest n alerts.
func (h *webhook) last(n int) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.alerts[max(0, len(h.alerts)-n):]...)
}

// fresh returns the alerts that came since it was asked before.
func (h *webhook) fresh() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := append([]string(nil), h.alerts[h.shown:]...)
	h.shown = len(h.alerts)
	return out
}
