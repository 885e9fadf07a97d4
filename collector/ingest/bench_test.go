package ingest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

type sink struct{ *memory }

func (sink) Absent(context.Context, *protocol.Batch) ([]int, error) { return nil, nil }

func (sink) AppendBatch(context.Context, *protocol.Batch, int64) (bool, error) { return false, nil }

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkAccept measures decompression, decoding and verification of a
// batch of 1000 results, all of them accepted, without the store.
func BenchmarkAccept(b *testing.B) {
	for _, perCheck := range []int{1, 10} {
		b.Run(fmt.Sprintf("%d-per-check", perCheck), func(b *testing.B) { benchmarkAccept(b, perCheck) })
	}
}

func benchmarkAccept(b *testing.B, perCheck int) {
	const n = 1000
	r := newRig(b, func(o *Options) { o.Store = sink{o.Store.(*rig).memory} })
	var checks []protocol.Check
	sent := batch(1)
	for i := range n / perCheck {
		id := protocol.CheckID(fmt.Sprintf("customer-%02d/service-%d/check-%04d", i%17, i%5, i))
		checks = append(checks, check(id, 30*time.Second))
		for k := range perCheck {
			res := result(id, 30*time.Second, -time.Duration(k+1)*30*time.Second)
			res.Lateness = time.Duration(i%700) * time.Microsecond
			res.Phases = protocol.Phases{Resolve: 900 * time.Microsecond, Connect: time.Duration(9000+i*7%2000) * time.Microsecond,
				TLS: time.Duration(15000+i*13%4000) * time.Microsecond, FirstByte: time.Duration(20000+i*31%9000) * time.Microsecond}
			res.Duration, res.Status, res.Endpoint = 50*time.Millisecond, 200, fmt.Sprintf("192.0.2.%d:443", i%200)
			sent.Results = append(sent.Results, res)
		}
	}
	r.assign("bench", checks...)
	c, err := protocol.NewCompressor()
	if err != nil {
		b.Fatal(err)
	}
	body := c.Compress(nil, protocol.AppendBatch(nil, sent))
	head := http.Header{"Content-Type": {binaryType}, "Content-Encoding": {"zstd"}}
	req := httptest.NewRequestWithContext(b.Context(), "POST", "/api/v1/push", nil)
	agent := Agent{"fra-1", "frankfurt"}
	b.ReportAllocs()
	start := cpuTime(b)
	for b.Loop() {
		got, p := r.handler.decode(head, body)
		if p != nil {
			b.Fatal(p.Detail)
		}
		clear(r.handler.acks.last)
		ack, p := r.handler.accept(req, agent, got)
		if p != nil || ack.Accepted != n {
			b.Fatalf("%+v, %+v; want %d accepted", ack, p, n)
		}
	}
	results := float64(b.N) * n
	b.ReportMetric(results/(cpuTime(b)-start).Seconds(), "results/cpu-s")
	b.ReportMetric(float64(len(body))/n, "body-B/result")
}
