package schedule

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// BenchmarkSlot is the whole way of one slot, from due to run, with 10,000 checks on the grid.
func BenchmarkSlot(b *testing.B) {
	var wall atomic.Int64
	wall.Store(time.Now().UnixNano())
	start := wall.Load()
	elapsed := func() time.Duration { return time.Duration(wall.Load() - start) }
	var ran atomic.Int64
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, err := New(Options{
		Agent:  "berlin-1",
		Clock:  Clock{Wall: func() time.Time { return time.Unix(0, wall.Load()) }, Mono: elapsed, Boot: elapsed},
		Run:    func(context.Context, *protocol.Check, int64) bool { ran.Add(1); return true },
		Missed: func(protocol.Gap) {},
	})
	if err != nil {
		b.Fatal(err)
	}
	checks := make([]protocol.Check, 10_000)
	for i := range checks {
		checks[i] = check(fmt.Sprintf("agreement/service/%d", i), 10*time.Second)
	}
	s.Update(assign(checks...))
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ResetTimer()
	for ran.Load() < int64(b.N) {
		wall.Add(int64(protocol.DefaultGrid))
		s.tick(b.Context())
		for s.queueLen() > 0 {
			runtime.Gosched()
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/10_000, "B/check") // the checks themselves included
	s.stop()
	<-s.ended
}

func (s *Scheduler) queueLen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.len()
}
