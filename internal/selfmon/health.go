package selfmon

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Health knows whether a program is ready: when every named condition holds.
type Health struct {
	mu         sync.Mutex
	conditions map[string]string // name → why not; "" when it holds
}

// NewHealth returns a Health whose conditions do not hold yet.
func NewHealth(conditions ...string) *Health {
	h := &Health{conditions: make(map[string]string, len(conditions))}
	for _, c := range conditions {
		h.conditions[c] = "not started"
	}
	return h
}

// Hold records that a condition holds.
func (h *Health) Hold(condition string) { h.set(condition, "") }

// Fail records that a condition does not hold, and why.
func (h *Health) Fail(condition, why string) {
	if why == "" {
		why = "failed"
	}
	h.set(condition, why)
}

func (h *Health) set(condition, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conditions[condition] = why
}

// Failing lists the conditions that do not hold, as "name: why", sorted.
func (h *Health) Failing() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for name, why := range h.conditions {
		if why != "" {
			out = append(out, name+": "+why)
		}
	}
	slices.Sort(out)
	return out
}

// Healthy serves GET /-/healthy: the process answers.
func (h *Health) Healthy() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		plain(w, http.StatusOK, "healthy")
	})
}

// Ready serves GET /-/ready: 200, or 503 with a line for each condition that fails.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if failing := h.Failing(); len(failing) > 0 {
			plain(w, http.StatusServiceUnavailable, "not ready\n"+strings.Join(failing, "\n"))
			return
		}
		plain(w, http.StatusOK, "ready")
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = fmt.Fprintln(w, text)
}
