package collector

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// house is a collector on a real socket and a real database.
type house struct {
	t    *testing.T
	dir  string
	url  string
	stop func()
}

// Tokens that a house knows.
const (
	readerToken   = "pt_reader"
	operatorToken = "pt_operator"
	agentToken    = "pa_edge"
)

func newHouse(t *testing.T, files map[string]string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir()}
	h.write("collector.toml", houseConfig(""))
	for name, text := range files {
		h.write(name, text)
	}
	if err := os.MkdirAll(filepath.Join(h.dir, "agreements"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.records(func(ctx context.Context, db *store.Store) error {
		now := time.Now().UnixMilli()
		return errors.Join(
			db.CreateToken(ctx, store.TokenRecord{ID: "tk-r", Name: "reader", Role: roleRead, Hash: hashText(readerToken), CreatedAt: now}),
			db.CreateToken(ctx, store.TokenRecord{ID: "tk-o", Name: "operator", Role: roleOperate, Hash: hashText(operatorToken), CreatedAt: now}),
			db.EnrolAgent(ctx, store.AgentRecord{Name: "edge", Location: "berlin", Hash: hashText(agentToken), EnrolledAt: now}),
		)
	})
	t.Cleanup(func() {
		if h.stop != nil {
			h.stop()
		}
	})
	return h
}

// houseConfig is a collector.toml; more is what a test adds.
func houseConfig(more string) string {
	return "[web]\nlisten_address = \"127.0.0.1:0\"\n[store]\npath = \"db\"\n[agreements]\ndirectory = \"agreements\"\n" + more
}

func hashText(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func (h *house) path(name string) string { return filepath.Join(h.dir, name) }

func (h *house) write(name, text string) {
	h.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(h.path(name)), 0o700), os.WriteFile(h.path(name), []byte(text), 0o600)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) remove(name string) {
	h.t.Helper()
	if err := os.Remove(h.path(name)); err != nil {
		h.t.Fatal(err)
	}
}

// records opens the database beside the collector, as the command line does.
func (h *house) records(do func(context.Context, *store.Store) error) {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), store.Options{Path: h.path("db")})
	if err == nil {
		err = errors.Join(do(h.t.Context(), db), db.Close())
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// serve runs the collector until stop.
func (h *house) serve() {
	h.t.Helper()
	cfg, err := LoadConfig(h.path("collector.toml"))
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, bound := make(chan error, 1), make(chan string, 1)
	go func() {
		ended <- Run(ctx, cfg, RunOptions{
			Log: slog.New(slog.DiscardHandler), Bound: func(address string) { bound <- address },
			Reload: func() (*Config, error) { return LoadConfig(h.path("collector.toml")) },
		})
	}()
	select {
	case address := <-bound:
		h.url = "http://" + address
	case err := <-ended:
		h.t.Fatalf("collector: %v", err)
	}
	h.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("collector: %v", err)
		}
		h.stop = nil
	}
}

// ask sends a request and returns status and body.
func (h *house) ask(method, path, token string, body []byte) (int, string) {
	h.t.Helper()
	return h.send(method, path, token, "application/json", body)
}

func (h *house) send(method, path, token, kind string, body []byte) (int, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// get decodes what the API answers to a reader.
func (h *house) get(path string, into any) {
	h.t.Helper()
	status, text := h.ask("GET", path, readerToken, nil)
	if err := json.Unmarshal([]byte(text), into); status != http.StatusOK || err != nil {
		h.t.Fatalf("GET %s: %d %s %v", path, status, text, err)
	}
}

// push sends results as the agent edge, and returns the acknowledgement.
func (h *house) push(seq uint64, results ...protocol.Result) protocol.Ack {
	h.t.Helper()
	body := protocol.AppendBatch(nil, &protocol.Batch{Agent: "edge", Boot: [16]byte{1}, Seq: seq, Results: results})
	status, text := h.send("POST", "/api/v1/push", agentToken, "application/x-probity-batch", body)
	var ack protocol.Ack
	if err := json.Unmarshal([]byte(text), &ack); status != http.StatusOK || err != nil {
		h.t.Fatalf("push: %d %s %v", status, text, err)
	}
	return ack
}

// eventually waits until ok, for as long as a busy machine may take.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// agreementText is an agreement with one check; more goes before its service.
func agreementText(id, interval, more string) string {
	return fmt.Sprintf(`id = %q
customer = "Contoso"
provider = "Fabrikam"
zone = "Europe/Berlin"
period = { kind = "month" }
%s
[[service]]
id = "web"
confirm = 1

  [[service.check]]
  id = "home"
  target = "https://shop.example.com/"
  interval = %q
  timeout = %q
`, id, more, interval, interval)
}

// slotsBefore returns the newest n slots of a check before an instant, oldest first.
func slotsBefore(check protocol.CheckID, interval time.Duration, end time.Time, n int) []int64 {
	phase := protocol.Phase(check, "edge", interval, protocol.DefaultGrid)
	last := protocol.NextSlot(end.UnixMilli(), phase, interval) - interval.Milliseconds()
	out := make([]int64, n)
	for i := range out {
		out[i] = last - int64(n-1-i)*interval.Milliseconds()
	}
	return out
}

func result(check protocol.CheckID, interval time.Duration, slot int64, outcome protocol.Outcome) protocol.Result {
	r := protocol.Result{Check: check, Slot: slot, Interval: interval, Duration: 5 * time.Millisecond, Outcome: outcome}
	if outcome == protocol.OutcomeDown {
		r.Cause = protocol.CauseConnectRefused
	}
	return r
}
