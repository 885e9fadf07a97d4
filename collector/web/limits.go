package web

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Bounds of what one customer, and one address, may send in within an hour. What
// was refused counts too.
const (
	faultsPerToken   = 20
	faultsPerAddress = 60
	faultsWithin     = time.Hour
	maxLimiterKeys   = 4096 // at the bound the oldest window goes first
)

// limiter counts events by key in windows that begin with the first.
type limiter struct {
	mu   sync.Mutex
	keys map[string]*limitWindow
}

type limitWindow struct {
	begin time.Time
	n     int
}

func newLimiter() *limiter { return &limiter{keys: map[string]*limitWindow{}} }

// take counts one event; when that is more than most, it returns how long to wait.
func (l *limiter) take(key string, most int, within time.Duration, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.keys[key]
	if w == nil || now.Sub(w.begin) >= within {
		l.makeRoom(within, now)
		w = &limitWindow{begin: now}
		l.keys[key] = w
	}
	if w.n >= most {
		return within - now.Sub(w.begin), false
	}
	w.n++
	return 0, true
}

// makeRoom drops what is over and, at the bound, the oldest window.
func (l *limiter) makeRoom(within time.Duration, now time.Time) {
	if len(l.keys) < maxLimiterKeys {
		return
	}
	oldest, first := "", time.Time{}
	for k, w := range l.keys {
		if now.Sub(w.begin) >= within {
			delete(l.keys, k)
		} else if oldest == "" || w.begin.Before(first) {
			oldest, first = k, w.begin
		}
	}
	if len(l.keys) >= maxLimiterKeys {
		delete(l.keys, oldest)
	}
}

// admitFault bounds reported faults by token and by address.
func (s *Server) admitFault(w http.ResponseWriter, r *http.Request) error {
	now := s.now()
	for _, b := range []struct {
		key  string
		most int
	}{{"token " + principalOf(r).ID, faultsPerToken}, {"address " + hostOf(r.RemoteAddr), faultsPerAddress}} {
		if wait, ok := s.faultLimit.take(b.key, b.most, faultsWithin, now); !ok {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			return newProblem(http.StatusTooManyRequests, "too-many", "Too many faults were reported in a short time",
				"wait "+wait.Round(time.Second).String()+"; what is urgent goes by telephone")
		}
	}
	return nil
}
