package ingest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestPushEncodings(t *testing.T) {
	r := newRig(t, nil)
	c, err := protocol.NewCompressor()
	if err != nil {
		t.Fatal(err)
	}
	encode := func(seq uint64) ([]byte, []byte) {
		b := batch(seq, result("shop/web/home", 30*time.Second, -time.Minute), result("shop/web/api", time.Second, -time.Minute))
		b.Results[1].Outcome, b.Results[1].Cause, b.Results[1].Message = protocol.OutcomeDown, protocol.CauseReset, "closed"
		asJSON, err := protocol.EncodeBatchJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		return protocol.AppendBatch(nil, b), asJSON
	}
	for i, tt := range []struct {
		name    string
		json    bool
		headers []string
		pack    bool
	}{
		{"binary", false, []string{"Content-Type", binaryType}, false},
		{"binary in zstd", false, []string{"Content-Type", binaryType, "Content-Encoding", "zstd"}, true},
		{"JSON", true, []string{"Content-Type", "application/json; charset=utf-8", "Content-Encoding", "identity"}, false},
		{"JSON in zstd", true, []string{"Content-Type", jsonType, "Content-Encoding", "zstd"}, true},
		{"with its key", false, []string{"Content-Type", binaryType, "Idempotency-Key", "07000000000000000000000000000000-5"}, false},
	} {
		seq := uint64(i + 1)
		body, asJSON := encode(seq)
		if tt.json {
			body = asJSON
		}
		if tt.pack {
			body = c.Compress(nil, body)
		}
		resp, text := r.do(t, "POST", "/api/v1/push", body, tt.headers...)
		if resp.StatusCode != 200 || text != `{"accepted":2}` {
			t.Errorf("%s: %d %s; want 200 and 2 accepted", tt.name, resp.StatusCode, text)
			continue
		}
		if got := r.batches[[16]byte{7}][seq]; len(got.Results) != 2 || got.Results[1].Message != "closed" {
			t.Errorf("%s: stored %+v", tt.name, got)
		}
	}
	if got := r.metric(t, "results_accepted_total"); got != "10" {
		t.Errorf("results_accepted_total = %s; want 10", got)
	}
}

func TestOneBadResultCostsItself(t *testing.T) {
	const home, every = protocol.CheckID("shop/web/home"), 30 * time.Second
	tests := []struct {
		name string
		edit func(*protocol.Result)
		want string
	}{
		{"a check of another agent", func(r *protocol.Result) { r.Check = "bank/web/home" }, "not_assigned: "},
		{"another interval", func(r *protocol.Result) { r.Interval = time.Minute }, "interval: the check runs every 30s, not every 1m0s"},
		{"a slot beside the grid", func(r *protocol.Result) { r.Slot += 20 }, "off_grid: "},
		{"a slot in the future", func(r *protocol.Result) { *r = result(home, every, MaxFuture+time.Second) }, "future: the slot is 2m"},
		{"a slot of last year", func(r *protocol.Result) { *r = result(home, every, -DefaultMaxAge-time.Minute) }, "too_old: "},
		{"a negative duration", func(r *protocol.Result) { r.Duration = -time.Second }, "invalid: an elapsed time is -1s"},
		{"up with a cause", func(r *protocol.Result) { r.Cause = protocol.CauseLoss }, "invalid: outcome up"},
		{"an endless name", func(r *protocol.Result) { r.Check = protocol.CheckID(strings.Repeat("x", 1000)) }, "invalid: check has 1000 bytes"},
	}
	r := newRig(t, nil)
	for i, tt := range tests {
		bad := result(home, every, -time.Minute)
		tt.edit(&bad)
		seq := uint64(i + 1)
		ack := r.push(t, batch(seq, result(home, every, -2*time.Minute), bad, result(home, every, MaxFuture-every)))
		if ack.Accepted != 2 || len(ack.Rejected) != 1 || ack.Rejected[0].Index != 1 || ack.Rejected[0].Slot != bad.Slot ||
			!strings.HasPrefix(ack.Rejected[0].Reason, tt.want) || len(ack.Rejected[0].Check) > maxShown {
			t.Errorf("%s: %+v; want 2 accepted, and result 1 rejected with %q", tt.name, ack, tt.want)
		}
		if got := r.batches[[16]byte{7}][seq]; len(got.Results) != 2 {
			t.Errorf("%s: stored %d results; want 2", tt.name, len(got.Results))
		}
	}
	if got := r.metric(t, `rejected_total{reason="invalid"}`); got != "3" {
		t.Errorf("rejected_total of invalid = %s; want 3", got)
	}
}

func TestPushRefusals(t *testing.T) {
	c, err := protocol.NewCompressor()
	if err != nil {
		t.Fatal(err)
	}
	good := protocol.AppendBatch(nil, batch(1, result("shop/web/home", 30*time.Second, -time.Minute)))
	other := batch(1)
	other.Agent = "fra-2"
	tests := []struct {
		name    string
		body    []byte
		headers []string
		status  int
		kind    string
	}{
		{"no token", good, []string{"Authorization", ""}, 401, "unauthorized"},
		{"another scheme", good, []string{"Authorization", "Basic " + token}, 401, "unauthorized"},
		{"a forged token", good, []string{"Authorization", "Bearer pat_forged"}, 401, "unauthorized"},
		{"an endless token", good, []string{"Authorization", "Bearer " + strings.Repeat("x", maxTokenBytes+1)}, 401, "unauthorized"},
		{"the token of another agent", good, []string{"Authorization", "Bearer " + token + "2"}, 403, "wrong-agent"},
		{"in the name of another agent", protocol.AppendBatch(nil, other), nil, 403, "wrong-agent"},
		{"no type", good, []string{"Content-Type", ""}, 415, "unsupported"},
		{"another type", good, []string{"Content-Type", "text/plain"}, 415, "unsupported"},
		{"another encoding", good, []string{"Content-Encoding", "gzip"}, 415, "unsupported"},
		{"garbage", []byte("garbage"), nil, 400, "malformed"},
		{"garbage in JSON", []byte("{"), []string{"Content-Type", jsonType}, 400, "malformed"},
		{"garbage in zstd", good, []string{"Content-Encoding", "zstd"}, 400, "malformed"},
		{"nothing", nil, nil, 400, "malformed"},
		{"a batch without a number", protocol.AppendBatch(nil, batch(0)), nil, 400, "malformed"},
		{"the key of another batch", good, []string{"Idempotency-Key", "07000000000000000000000000000000-2"}, 400, "malformed"},
		{"a huge body", make([]byte, protocol.MaxBatchBytes+1), nil, 413, "too-large"},
		{"a bomb", c.Compress(nil, make([]byte, protocol.MaxBatchBytes+1)), []string{"Content-Encoding", "zstd"}, 413, "too-large"},
		{"too many results", protocol.AppendBatch(nil, &protocol.Batch{Agent: "fra-1", Seq: 1, Results: make([]protocol.Result, protocol.MaxBatchResults+1)}), nil, 413, "too-large"},
	}
	r := newRig(t, nil)
	for _, tt := range tests {
		resp, text := r.do(t, "POST", "/api/v1/push", tt.body, append([]string{"Content-Type", binaryType}, tt.headers...)...)
		var p problem
		if err := json.Unmarshal([]byte(text), &p); err != nil || resp.StatusCode != tt.status || p.Status != tt.status ||
			p.Type != "urn:probity:problem:"+tt.kind || p.Title == "" || p.Detail == "" || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s; want %d and a problem of type %s", tt.name, resp.StatusCode, text, tt.status, tt.kind)
		}
	}
	if len(r.batches) != 0 {
		t.Errorf("%d batches were stored; want none", len(r.batches))
	}
	if got := r.metric(t, "pushes_in_flight"); got != "0" {
		t.Errorf("pushes_in_flight = %s; want 0", got)
	}
}

func TestDuplicate(t *testing.T) {
	r := newRig(t, nil)
	late := batch(1, result("shop/web/home", 30*time.Second, -time.Minute), result("shop/web/home", 30*time.Second, 3*time.Minute))
	first := r.push(t, late)
	if first.Duplicate || first.Accepted != 1 || len(first.Rejected) != 1 {
		t.Fatalf("first push: %+v; want one accepted and one rejected", first)
	}
	// Ten minutes later the rejected slot has come; but it was not stored.
	r.now = clock.Add(10 * time.Minute)
	again := r.push(t, late)
	if !again.Duplicate || again.Accepted != 1 || len(again.Rejected) != 1 {
		t.Errorf("the same push again: %+v; want the same answer, as a duplicate", again)
	}
	r.push(t, batch(2, result("shop/web/api", time.Second, 0)))
	if old := r.push(t, batch(1, result("shop/web/home", 30*time.Second, -time.Minute))); !old.Duplicate || old.Accepted != 1 {
		t.Errorf("an older push again: %+v; want a duplicate, as the store says", old)
	}
	if got := r.metric(t, `batches_total{outcome="duplicate"}`); got != "2" {
		t.Errorf("duplicates = %s; want 2", got)
	}
}

// What was refused when a batch came first is not acknowledged when it comes
// again to a collector that has forgotten its answer.
func TestDuplicateAfterARestart(t *testing.T) {
	const home, every = protocol.CheckID("shop/web/home"), 30 * time.Second
	r := newRig(t, nil)
	early := batch(1, result(home, every, -2*time.Minute), result("bank/web/home", every, 0), result(home, every, 3*time.Minute), result(home, every, -time.Minute))
	if first := r.push(t, early); first.Accepted != 2 || len(first.Rejected) != 2 {
		t.Fatalf("first push: %+v; want two accepted and two rejected", first)
	}
	r.restart(t)
	r.now = clock.Add(10 * time.Minute) // the slot that lay ahead has come
	r.absentFault = errors.New("disk unreadable")
	if resp, text := r.do(t, "POST", "/api/v1/push", protocol.AppendBatch(nil, early), "Content-Type", binaryType); resp.StatusCode != 503 {
		t.Errorf("the same push while the store cannot be read: %d %s; want 503", resp.StatusCode, text)
	}
	r.absentFault = nil
	again := r.push(t, early)
	if !again.Duplicate || again.Accepted != 2 || len(again.Rejected) != 2 {
		t.Fatalf("the same push again: %+v; want two accepted and two rejected, as a duplicate", again)
	}
	if a, b := again.Rejected[0], again.Rejected[1]; a.Index != 1 || !strings.HasPrefix(a.Reason, "not_assigned: ") ||
		b.Index != 2 || !strings.HasPrefix(b.Reason, "refused_before: ") || b.Slot != early.Results[2].Slot {
		t.Errorf("rejected again: %+v; want result 1 as not_assigned and result 2 as refused_before", again.Rejected)
	}
}

func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	r := newRig(t, nil)
	r.fault = errors.New("disk full")
	body := protocol.AppendBatch(nil, batch(1, result("shop/web/home", 30*time.Second, -time.Minute)))
	resp, text := r.do(t, "POST", "/api/v1/push", body, "Content-Type", binaryType)
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "5" || strings.Contains(text, "disk") {
		t.Errorf("push to a full disk: %d, Retry-After %q, %s; want 503, 5, and no word of the disk", resp.StatusCode, resp.Header.Get("Retry-After"), text)
	}
	r.fault = nil
	if ack := r.push(t, batch(1, result("shop/web/home", 30*time.Second, -time.Minute))); ack.Duplicate || ack.Accepted != 1 {
		t.Errorf("the push again: %+v; want it accepted anew", ack)
	}
}

func TestBusy(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MaxPushes = 3 })
	r.hold, r.entered = make(chan struct{}), make(chan struct{})
	done := make(chan int)
	start := func(seq uint64, agent protocol.AgentID, token string) {
		b := batch(seq, result("shop/web/home", 30*time.Second, -time.Minute))
		b.Agent = agent
		b.Gaps = []protocol.Gap{{From: clock.Add(-time.Hour).UnixMilli(), To: clock.UnixMilli(), Reason: protocol.GapSpoolFull}}
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/push", strings.NewReader(string(protocol.AppendBatch(nil, b))))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", binaryType)
		go func() {
			w := httptest.NewRecorder()
			r.handler.Push(w, req)
			done <- w.Code
		}()
		<-r.entered
	}
	start(1, "fra-1", token)
	start(2, "fra-1", token)
	refused := func(what, token string) {
		resp, text := r.do(t, "POST", "/api/v1/push", nil, "Content-Type", binaryType, "Authorization", "Bearer "+token)
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q, %s; want 429 and 1", what, resp.StatusCode, resp.Header.Get("Retry-After"), text)
		}
	}
	refused("a third push of one agent", token)
	start(1, "fra-2", token+"2")
	refused("a push beyond the bound of all", token+"2")
	close(r.hold)
	for range 3 {
		if code := <-done; code != 200 {
			t.Errorf("a push that had a place: %d; want 200", code)
		}
	}
}

func TestSlowPeerIsCutOff(t *testing.T) {
	r := newRig(t, func(o *Options) { o.BodyTimeout = 50 * time.Millisecond })
	for _, auth := range []string{token, "pat_forged"} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.server.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST /api/v1/push HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: 1000\r\n\r\nx", auth, binaryType)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(conn)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{token: 408, "pat_forged": 401}[auth]; resp.StatusCode != want {
			t.Errorf("a body that does not come: %d; want %d", resp.StatusCode, want)
		}
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, _ = in.Discard(int(resp.ContentLength))
		if _, err := in.ReadByte(); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the connection stays open: %v", err)
		}
		_ = conn.Close()
	}
	if got := r.metric(t, "pushes_in_flight"); got != "0" {
		t.Errorf("pushes_in_flight = %s; want 0", got)
	}
}

func TestPeerThatLeavesDoesNotSpoilTheCommit(t *testing.T) {
	r := newRig(t, nil)
	r.hold, r.entered, r.committed = make(chan struct{}), make(chan struct{}), make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	body := protocol.AppendBatch(nil, batch(1, result("shop/web/home", 30*time.Second, -time.Minute)))
	req := httptest.NewRequestWithContext(ctx, "POST", "/api/v1/push", strings.NewReader(string(body)))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", binaryType)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.handler.Push(httptest.NewRecorder(), req)
	}()
	<-r.entered
	cancel()
	close(r.hold)
	if err := <-r.committed; err != nil {
		t.Errorf("the store's context after the peer left: %v; want nil", err)
	}
	<-done
}
