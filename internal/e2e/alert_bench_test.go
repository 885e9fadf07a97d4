package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// The house of BenchmarkPushToAlert: 10,000 checks at 30 s, as one agent probes them.
const (
	benchAgreements = 1000
	benchChecks     = 10 // of each agreement, a service each
	benchInterval   = 30 * time.Second
	benchToken      = "probity_agent_of-the-benchmark"
)

// BenchmarkPushToAlert measures how long it takes from a push with a failing
// result to the alert's arrival at the receiver, while the other results of
// 10,000 checks come in as they do. Each round is another agreement's first outage.
func BenchmarkPushToAlert(b *testing.B) {
	told := make(chan string, 16)
	hooks := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct {
			Alert struct{ Agreement, Kind string }
		}
		if json.NewDecoder(r.Body).Decode(&body) == nil && body.Alert.Kind == "service_down" {
			told <- body.Alert.Agreement
		}
	}))
	defer hooks.Close()
	h := newAlertHouse(b, hooks.URL)
	h.pushAll(time.Now().Add(-benchInterval))
	ctx, stop := context.WithCancel(b.Context())
	quiet := make(chan struct{})
	go func() { defer close(quiet); h.trickle(ctx) }()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		if i == benchAgreements {
			b.Fatalf("%d rounds; every agreement had its outage", i)
		}
		name := fmt.Sprintf("a%04d", i)
		id := protocol.CheckID(name + "/s0/home")
		began := time.Now()
		h.push(protocol.Result{Check: id, Slot: h.slot(id, began), Interval: benchInterval, Outcome: protocol.OutcomeDown, Cause: protocol.CauseConnectRefused})
		if got := <-told; got != name {
			b.Fatalf("told of %s; want %s", got, name)
		}
		took = append(took, time.Since(began))
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	<-quiet
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	b.ReportMetric(0, "ns/op")
}

// alertHouse is a collector with many checks, and the one agent that pushes.
type alertHouse struct {
	b       *testing.B
	address string
	seq     chan uint64
}

func newAlertHouse(b *testing.B, hooks string) *alertHouse {
	dir := b.TempDir()
	s := &sim{t: &testing.T{}, dir: dir}
	for i := range benchAgreements {
		var services []string
		for c := range benchChecks {
			services = append(services, service(fmt.Sprintf("s%d", c), "confirm = 1", "http://127.0.0.1:1", fmt.Sprintf("home /%d 30s", c)))
		}
		name := fmt.Sprintf("a%04d", i)
		text := agreement(name, time.Now().Add(-24*time.Hour), "", services...)
		s.write("agreements/"+name+".toml", strings.ReplaceAll(text, `timeout = "30s"`, `timeout = "10s"`))
	}
	s.write("collector.toml", "[store]\npath = \"db\"\n[agreements]\ndirectory = \"agreements\"\n"+
		"[[notify]]\nname = \"hooks\"\ntype = \"webhook\"\nurl = \""+hooks+"\"\n")
	db, err := store.Open(b.Context(), store.Options{Path: filepath.Join(dir, "db")})
	if err != nil {
		b.Fatal(err)
	}
	err = db.EnrolAgent(b.Context(), store.AgentRecord{Name: "edge-1", Location: "berlin", Hash: hashed(benchToken), EnrolledAt: time.Now().UnixMilli()})
	err = errors.Join(err, db.CreateToken(b.Context(), store.TokenRecord{ID: "t1", Name: "reader", Role: "read", Hash: hashed(loadReader), CreatedAt: time.Now().UnixMilli()}))
	if err = errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	h := &alertHouse{b: b, seq: make(chan uint64, 1)}
	h.seq <- 1
	h.serve(filepath.Join(dir, "collector.toml"))
	return h
}

func (h *alertHouse) serve(config string) {
	cfg, err := collector.LoadConfig(config)
	if err != nil {
		h.b.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.b.Fatal(err)
	}
	h.address = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended, bound := make(chan error, 1), make(chan struct{})
	go func() {
		ended <- collector.Run(ctx, cfg, collector.RunOptions{Log: slog.New(slog.DiscardHandler), Listener: l, Bound: func(string) { close(bound) }})
	}()
	select {
	case <-bound:
	case err := <-ended:
		h.b.Fatalf("collector: %v", err)
	}
	h.b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			h.b.Errorf("collector: %v", err)
		}
	})
}

// slot is the last slot of a check before an instant.
func (h *alertHouse) slot(id protocol.CheckID, before time.Time) int64 {
	phase := protocol.Phase(id, "edge-1", benchInterval, protocol.DefaultGrid)
	return protocol.NextSlot(before.Add(-benchInterval).UnixMilli(), phase, benchInterval)
}

func (h *alertHouse) push(results ...protocol.Result) {
	if err := h.send(results...); err != nil {
		h.b.Error(err)
	}
}

func (h *alertHouse) send(results ...protocol.Result) error {
	seq := <-h.seq
	h.seq <- seq + 1
	body := protocol.AppendBatch(nil, &protocol.Batch{Agent: "edge-1", Boot: [16]byte{1}, Seq: seq, Results: results})
	req, _ := http.NewRequest(http.MethodPost, "http://"+h.address+"/api/v1/push", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+benchToken)
	req.Header.Set("Content-Type", binaryBatch)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if answer, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK {
		return fmt.Errorf("push: %s %s", resp.Status, answer)
	}
	return nil
}

// pushAll pushes a good result of every check for its slot before an instant.
func (h *alertHouse) pushAll(at time.Time) {
	for i := range benchAgreements {
		h.push(h.good(i, at)...)
	}
}

func (h *alertHouse) good(agreement int, at time.Time) []protocol.Result {
	var out []protocol.Result
	for c := range benchChecks {
		id := protocol.CheckID(fmt.Sprintf("a%04d/s%d/home", agreement, c))
		out = append(out, protocol.Result{Check: id, Slot: h.slot(id, at), Interval: benchInterval, Outcome: protocol.OutcomeUp})
	}
	return out
}

// trickle pushes what 10,000 checks give in every tenth of a second, round and
// round, from the last agreement on, so that outages of the first stand.
func (h *alertHouse) trickle(ctx context.Context) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for i := benchAgreements; ; {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		var results []protocol.Result
		for range 3 {
			if i--; i < benchAgreements/2 {
				i = benchAgreements - 1
			}
			results = append(results, h.good(i, time.Now())...)
		}
		h.push(results...)
	}
}
