package agent

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// testCollector is the other end of PROTOCOL.md, section 2, over a real socket.
type testCollector struct {
	*httptest.Server
	t testing.TB

	mu         sync.Mutex
	assignment *protocol.Assignment
	results    map[resultKey]protocol.Result
	twice      int // results delivered again
	gaps       []protocol.Gap
	batches    map[string]bool
	beats      []protocol.Heartbeat
	pushes     int
	answer     func(w http.ResponseWriter, r *http.Request) bool // true: answered, before anything else
	clock      time.Duration                                     // ahead of ours
}

type resultKey struct {
	check protocol.CheckID
	slot  int64
}

const testToken = "probity_agent_sekrit-4711"

func newTestCollector(t testing.TB, checks ...protocol.Check) *testCollector {
	c := &testCollector{
		t: t, results: map[resultKey]protocol.Result{}, batches: map[string]bool{},
		assignment: &protocol.Assignment{Version: "v1", Agent: "berlin-1", Location: "berlin", Grid: protocol.DefaultGrid, Checks: checks},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/push", c.push)
	mux.HandleFunc("GET /api/v1/assignment", c.assign)
	mux.HandleFunc("POST /api/v1/heartbeat", c.heartbeat)
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+testToken {
			http.Error(w, `{"title":"Unauthorized","detail":"token not known"}`, http.StatusUnauthorized)
			return
		}
		c.mu.Lock()
		answer := c.answer
		c.mu.Unlock()
		if answer == nil || !answer(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *testCollector) push(w http.ResponseWriter, r *http.Request) {
	z, _ := protocol.NewDecompressor(protocol.MaxBatchBytes)
	defer z.Close()
	body, _ := io.ReadAll(r.Body)
	raw, err := z.Decompress(nil, body)
	var b protocol.Batch
	if err == nil {
		err = protocol.DecodeBatch(raw, &b)
	}
	if err == nil {
		err = b.Validate()
	}
	if err != nil || r.Header.Get("Content-Encoding") != "zstd" {
		c.t.Errorf("push: %v, headers %v", err, r.Header)
		http.Error(w, "bad", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pushes++
	key := r.Header.Get("Idempotency-Key")
	ack := protocol.Ack{Accepted: len(b.Results) + len(b.Gaps), Duplicate: c.batches[key]}
	if !c.batches[key] {
		c.batches[key] = true
		c.take(&b)
	}
	_ = json.NewEncoder(w).Encode(ack)
}

func (c *testCollector) take(b *protocol.Batch) {
	for _, res := range b.Results {
		if err := res.Validate(); err != nil {
			c.t.Errorf("result %+v: %v", res, err)
		}
		k := resultKey{res.Check, res.Slot}
		if _, ok := c.results[k]; ok {
			c.twice++
		}
		c.results[k] = res
	}
	for _, g := range b.Gaps {
		if err := g.Validate(); err != nil {
			c.t.Errorf("gap %+v: %v", g, err)
		}
		c.gaps = append(c.gaps, g)
	}
}

func (c *testCollector) assign(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	etag := `"` + c.assignment.Version + `"`
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_ = json.NewEncoder(w).Encode(c.assignment)
}

func (c *testCollector) heartbeat(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	hb, err := protocol.DecodeHeartbeat(body)
	if err != nil {
		c.t.Error(err)
		http.Error(w, "bad", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beats = append(c.beats, *hb)
	_ = json.NewEncoder(w).Encode(map[string]int64{"now": time.Now().Add(c.clock).UnixMilli()})
}

// set changes what the collector does, under its lock.
func (c *testCollector) set(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
}

// refuse answers every request with a status.
func refuse(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		return true
	}
}

// account holds that every slot of a check in [from, to] has a result or a gap,
// and returns the counts.
func (c *testCollector) account(check protocol.Check, from, to int64) (results, missed int) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	phase := protocol.Phase(check.ID, "berlin-1", check.Interval, protocol.DefaultGrid)
	for slot := protocol.NextSlot(from, phase, check.Interval); slot <= to; slot += check.Interval.Milliseconds() {
		if _, ok := c.results[resultKey{check.ID, slot}]; ok {
			results++
			continue
		}
		if !c.inGap(check.ID, slot) {
			c.t.Errorf("%s: slot %d has neither result nor gap (window %d to %d)", check.ID, slot, from, to)
		}
		missed++
	}
	return results, missed
}

func (c *testCollector) inGap(check protocol.CheckID, slot int64) bool {
	for _, g := range c.gaps {
		if (g.Check == check || g.Check == "") && g.From <= slot && slot <= g.To {
			return true
		}
	}
	return false
}
