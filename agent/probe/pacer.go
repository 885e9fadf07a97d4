package probe

import (
	"sync"
	"time"
)

// Echoes leave in bursts of at most burst packets a tick, so that the replies
// to a wake-up's echoes do not overflow the socket that all of them share.
const (
	burst = 64
	tick  = time.Millisecond
)

// pacer lets burst packets pass a tick.
type pacer struct {
	mu   sync.Mutex
	tick time.Time // when the present burst began, maybe in the future
	used int
}

// wait blocks until the caller may send, at most until a deadline, and says whether it had to.
func (p *pacer) wait(deadline time.Time) bool {
	p.mu.Lock()
	now := time.Now()
	if now.Sub(p.tick) >= tick {
		p.tick, p.used = now, 0
	}
	if p.used == burst {
		p.tick, p.used = p.tick.Add(tick), 0
	}
	p.used++
	at := p.tick
	p.mu.Unlock()
	if at.After(deadline) {
		at = deadline
	}
	d := at.Sub(now)
	if d > 0 {
		time.Sleep(d)
	}
	return d > 0
}
