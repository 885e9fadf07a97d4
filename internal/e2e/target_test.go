package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// target is a real HTTP server whose pages can be broken one by one.
type target struct {
	url string

	mu   sync.Mutex
	down map[string]bool
	slow map[string]time.Duration
}

func newTarget(t *testing.T) *target {
	x := &target{down: map[string]bool{}, slow: map[string]time.Duration{}}
	s := httptest.NewServer(x)
	t.Cleanup(s.Close)
	x.url = s.URL
	return x
}

func (x *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x.mu.Lock()
	down, slow := x.down[r.URL.Path], x.slow[r.URL.Path]
	x.mu.Unlock()
	if slow > 0 {
		pause(slow)
	}
	if down {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "in good order")
}

func (x *target) set(path string, down bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.down[path] = down
}

func (x *target) delay(path string, d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.slow[path] = d
}
