package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

const token = "pat_frankfurt"

var clock = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// memory is a Store, an Agents and an Assignments that keep everything in memory.
type memory struct {
	mu         sync.Mutex
	batches    map[[16]byte]map[uint64]*protocol.Batch
	heartbeats []*protocol.Heartbeat
	assigned   *protocol.Assignment
	fault      error
	// of Absent
	absentFault error
	hold        chan struct{} // AppendBatch waits for it when set
	entered     chan struct{} // told when AppendBatch waits
	committed   chan error    // told the state of its context
}

func (m *memory) AppendBatch(ctx context.Context, b *protocol.Batch, _ int64) (bool, error) {
	if m.hold != nil {
		m.entered <- struct{}{}
		<-m.hold
	}
	if m.committed != nil {
		m.committed <- ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fault != nil {
		return false, m.fault
	}
	if m.batches[b.Boot][b.Seq] != nil {
		return true, nil
	}
	if m.batches[b.Boot] == nil {
		m.batches[b.Boot] = map[uint64]*protocol.Batch{}
	}
	m.batches[b.Boot][b.Seq] = b
	return false, nil
}

func (m *memory) Absent(_ context.Context, b *protocol.Batch) ([]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []int
	for i := range b.Results {
		stored := slices.ContainsFunc(m.batches[b.Boot][b.Seq].Results, func(r protocol.Result) bool {
			return r.Check == b.Results[i].Check && r.Slot == b.Results[i].Slot
		})
		if !stored {
			out = append(out, i)
		}
	}
	return out, m.absentFault
}

func (m *memory) SaveHeartbeat(_ context.Context, _ protocol.AgentID, hb *protocol.Heartbeat, _ int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.heartbeats = append(m.heartbeats, hb)
	return m.fault
}

func (m *memory) Authenticate(_ context.Context, hash [sha256.Size]byte) (Agent, bool, error) {
	for name, t := range map[protocol.AgentID]string{"fra-1": token, "fra-2": token + "2"} {
		if hash == sha256.Sum256([]byte(t)) {
			return Agent{name, "frankfurt"}, true, nil
		}
	}
	return Agent{}, false, nil
}

func (m *memory) For(agent protocol.AgentID, location protocol.Location) *protocol.Assignment {
	m.mu.Lock()
	defer m.mu.Unlock()
	a := *m.assigned
	a.Agent, a.Location = agent, location
	return &a
}

func (m *memory) assign(version string, checks ...protocol.Check) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.assigned = &protocol.Assignment{Version: version, Grid: protocol.DefaultGrid, Checks: checks}
}

func check(id protocol.CheckID, interval time.Duration) protocol.Check {
	return protocol.Check{ID: id, Kind: protocol.KindTCP, Target: "192.0.2.1:25", Interval: interval, Timeout: interval, TCP: &protocol.TCPSpec{}}
}

// result is a good result of a check, its slot the first at or after the clock plus ahead.
func result(id protocol.CheckID, interval, ahead time.Duration) protocol.Result {
	phase := protocol.Phase(id, "fra-1", interval, protocol.DefaultGrid)
	return protocol.Result{Check: id, Slot: protocol.NextSlot(clock.Add(ahead).UnixMilli(), phase, interval), Interval: interval,
		Duration: time.Millisecond, Outcome: protocol.OutcomeUp}
}

func batch(seq uint64, results ...protocol.Result) *protocol.Batch {
	return &protocol.Batch{Agent: "fra-1", Boot: [16]byte{7}, Seq: seq, Results: results}
}

type rig struct {
	*memory
	options Options
	handler *Handler
	server  *httptest.Server
	metrics *metrics.Set
	now     time.Time
}

func newRig(t testing.TB, edit func(*Options)) *rig {
	t.Helper()
	r := &rig{memory: &memory{batches: map[[16]byte]map[uint64]*protocol.Batch{}}, now: clock}
	r.assign("1", check("shop/web/home", 30*time.Second), check("shop/web/api", time.Second))
	o := Options{Store: r, Agents: r, Assignments: r, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return r.now }}
	if edit != nil {
		edit(&o)
	}
	r.options = o
	r.restart(t)
	return r
}

// restart puts a new handler in place: what the old one remembered is gone.
func (r *rig) restart(t testing.TB) {
	t.Helper()
	o := r.options
	o.Metrics = metrics.NewSet()
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	h.Routes(mux)
	r.handler, r.server, r.metrics = h, httptest.NewServer(mux), o.Metrics
	t.Cleanup(func(s *httptest.Server) func() { return func() { s.Close(); h.Close() } }(r.server))
}

// do sends a request and returns the answer with its body read.
func (r *rig) do(t testing.TB, method, path string, body []byte, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.server.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := r.server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

func (r *rig) push(t testing.TB, b *protocol.Batch) protocol.Ack {
	t.Helper()
	resp, text := r.do(t, "POST", "/api/v1/push", protocol.AppendBatch(nil, b), "Content-Type", binaryType)
	var ack protocol.Ack
	if err := json.Unmarshal([]byte(text), &ack); err != nil || resp.StatusCode != 200 {
		t.Fatalf("push: %d %s; want 200 and an acknowledgement", resp.StatusCode, text)
	}
	return ack
}

func (r *rig) metric(t testing.TB, name string) string {
	t.Helper()
	var out bytes.Buffer
	r.metrics.WritePrometheus(&out)
	for line := range strings.Lines(out.String()) {
		if value, ok := strings.CutPrefix(line, "probity_collector_ingest_"+name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	t.Fatalf("no metric %s in\n%s", name, &out)
	return ""
}
