package store

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// realistic is a result of a service that mostly answers in 20 ms, give or take
// a fifth, and fails once in a thousand.
func realistic(rng *rand.Rand, check protocol.CheckID, slot int64) protocol.Result {
	r := protocol.Result{
		Check: check, Slot: slot, Interval: step, Outcome: protocol.OutcomeUp,
		Duration: time.Duration(20e6 * math.Exp(0.2*rng.NormFloat64())), Lateness: time.Duration(rng.IntN(2e6)),
		Endpoint: "192.0.2.1:443", Status: 200, TLSExpiry: day0 + 90*timeline.DayMillis,
	}
	r.Phases = protocol.Phases{Connect: r.Duration / 4, TLS: r.Duration / 2, FirstByte: r.Duration / 4}
	if rng.IntN(1000) == 0 {
		r.Outcome, r.Cause, r.Message = protocol.OutcomeDown, protocol.CauseConnectTimeout, "no answer from 192.0.2.1:443 within 10s"
	}
	return r
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkAppendBatch is 16 agents that push batches of 1000 results, durable
// when it returns. An agent's batch holds one result of each of 1000 checks.
func BenchmarkAppendBatch(b *testing.B) {
	s := openStore(b, filepath.Join(b.TempDir(), "probity.db"), func(o *Options) { o.FlushResults = 1 << 40 })
	defer s.Close()
	const agents, checks = 16, 1000
	var batches [agents][]*protocol.Batch
	for a := range agents {
		rng := rand.New(rand.NewPCG(1, uint64(a)))
		for k := range (b.N + agents - 1) / agents {
			t := &protocol.Batch{Agent: protocol.AgentID(fmt.Sprint("agent-", a)), Boot: [16]byte{1}, Seq: uint64(k) + 1, Results: make([]protocol.Result, 0, checks)}
			for c := range checks {
				t.Results = append(t.Results, realistic(rng, protocol.CheckID(fmt.Sprintf("shop/service-%d/check-%d", c/10, c)), day0+int64(k)*30_000))
			}
			batches[a] = append(batches[a], t)
		}
	}
	runtime.GC()
	b.ResetTimer()
	cpu := cpuSeconds()
	var wg sync.WaitGroup
	for a := range agents {
		wg.Go(func() {
			for _, t := range batches[a] {
				if _, err := s.AppendBatch(context.Background(), t, day0); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	results := float64(len(batches[0]) * agents * checks)
	b.ReportMetric((cpuSeconds()-cpu)*1e6/results, "CPU-µs/result")
	b.ReportMetric(results/(cpuSeconds()-cpu), "results/CPU-s")
	b.ReportMetric(float64(s.journal.bytes.Load())/results, "journal-B/result")
	start := cpuSeconds()
	if err := s.Flush(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric((cpuSeconds()-start)*1e6/results, "flush-CPU-µs/result")
}

// BenchmarkBytesOnDisk is a day of 100 checks at 30 s, flushed every two hours,
// compacted, and measured as the file's pages in use.
func BenchmarkBytesOnDisk(b *testing.B) {
	ctx := context.Background()
	for b.Loop() {
		s := openStore(b, filepath.Join(b.TempDir(), "probity.db"))
		rng := rand.New(rand.NewPCG(1, 2))
		const checks, slots = 100, 2880
		before := usedBytes(b, s)
		for k := range int64(slots) {
			t := batch(uint64(k) + 1)
			for c := range checks {
				t.Results = append(t.Results, realistic(rng, protocol.CheckID(fmt.Sprint("shop/web/", c)), day0+k*30_000))
			}
			push(b, s, t)
			if k%240 == 239 {
				if err := s.Flush(ctx); err != nil {
					b.Fatal(err)
				}
			}
		}
		if n, err := s.compact(ctx, timeline.Day(day0)+1); err != nil || n != checks {
			b.Fatal(n, err)
		}
		b.ReportMetric((usedBytes(b, s)-before)/(checks*slots), "B/result")
		s.Close()
	}
}

func usedBytes(b *testing.B, s *Store) float64 {
	var pages, free, size int64
	for pragma, v := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := s.writer.QueryRow(`PRAGMA ` + pragma).Scan(v); err != nil {
			b.Fatal(err)
		}
	}
	return float64((pages - free) * size)
}

// BenchmarkRunsOfAYear reads 365 days of three agents.
func BenchmarkRunsOfAYear(b *testing.B) {
	ctx := context.Background()
	s := openStore(b, filepath.Join(b.TempDir(), "probity.db"))
	defer s.Close()
	agents := []protocol.AgentID{"ams", "fra", "lon"}
	rng := rand.New(rand.NewPCG(1, 2))
	for day := range int64(365) {
		for _, a := range agents {
			t := &protocol.Batch{Agent: a, Boot: [16]byte{1}, Seq: uint64(day) + 1}
			for k := range int64(2880) {
				t.Results = append(t.Results, realistic(rng, check, day0+day*timeline.DayMillis+k*30_000))
			}
			push(b, s, t)
		}
		if day%73 == 72 {
			if err := s.Flush(ctx); err != nil {
				b.Fatal(err)
			}
		}
	}
	read := func() {
		for _, a := range agents {
			runs, err := s.Runs(ctx, check, a, day0, day0+365*timeline.DayMillis)
			if err != nil || len(runs) < 365 {
				b.Fatal(len(runs), err)
			}
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			s.cache = runCache{}
			s.cache.init()
			read()
		}
	})
	b.Run("warm", func(b *testing.B) {
		for b.Loop() {
			read()
		}
	})
}
