package agent

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/internal/config"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/selfmon"
)

// target is a real HTTP server to probe.
func target(t testing.TB) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") }))
	t.Cleanup(s.Close)
	return s
}

func httpCheck(url string, every time.Duration) protocol.Check {
	return protocol.Check{ID: "demo/web/home", Kind: protocol.KindHTTP, Target: url, Interval: every, Timeout: every, HTTP: &protocol.HTTPSpec{}}
}

// tcpCheck has a target where nobody listens.
func closedCheck(t *testing.T, every time.Duration) protocol.Check {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	return protocol.Check{ID: "demo/web/closed", Kind: protocol.KindTCP, Target: addr, Interval: every, Timeout: every, TCP: &protocol.TCPSpec{}}
}

func testConfig(t *testing.T, collectorURL string) Config {
	c := Defaults()
	c.Agent, c.DataDir = "berlin-1", t.TempDir()
	c.Collector.URL = collectorURL
	c.token = config.NewSecret(testToken)
	c.Collector.PollInterval, c.Collector.HeartbeatInterval = config.Duration(100*time.Millisecond), config.Duration(100*time.Millisecond)
	c.Batch.MaxDelay = config.Duration(50 * time.Millisecond)
	c.Web.ListenAddress = config.Listen{Host: "127.0.0.1"}
	return c
}

// running is an agent in its own goroutine.
type running struct {
	*Agent
	t      *testing.T
	cancel context.CancelFunc
	done   chan error
}

func start(t *testing.T, cfg Config, o Options) *running {
	t.Helper()
	if o.Log == nil {
		o.Log, _ = selfmon.NewLogger(t.Output(), "text", "debug")
	}
	a, err := New(cfg, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{Agent: a, t: t, cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- a.Run(ctx) }()
	return r
}

func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	if err := <-r.done; err != nil {
		r.t.Errorf("Run = %v", err)
	}
}

// eventually waits for a condition of things outside of this process.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); {
		if ok() {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatalf("not in 15 s: %s", what)
}

func (c *testCollector) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.results)
}

func noLeaks(t *testing.T) {
	opt := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		goleak.VerifyNone(t, opt)
	})
}

func TestResultsReachTheCollector(t *testing.T) {
	noLeaks(t)
	up, down := httpCheck(target(t).URL, 100*time.Millisecond), closedCheck(t, 100*time.Millisecond)
	c := newTestCollector(t, up, down)
	a := start(t, testConfig(t, c.URL), Options{})
	eventually(t, "40 results", func() bool { return c.count() >= 40 })
	a.stop()

	from, to := int64(1<<62), int64(0)
	for k, res := range c.results {
		from, to = min(from, k.slot), max(to, k.slot)
		want := protocol.OutcomeUp
		if k.check == down.ID {
			want = protocol.OutcomeDown
		}
		if res.Outcome != want {
			t.Errorf("%s at %d is %s (%s), want %s", k.check, k.slot, res.Outcome, res.Message, want)
		}
	}
	for _, check := range []protocol.Check{up, down} {
		if _, missed := c.account(check, from, to); missed > 2 {
			t.Errorf("%s: %d slots missed", check.ID, missed)
		}
	}
	if c.twice > 0 {
		t.Errorf("%d results were delivered twice", c.twice)
	}
	if n := len(c.beats); n == 0 || c.beats[n-1].Checks != 2 || c.beats[n-1].Assignment != "v1" {
		t.Errorf("heartbeats %+v", c.beats)
	}
	files, _ := filepath.Glob(filepath.Join(a.cfg.Load().DataDir, "*"))
	if len(files) != 2 {
		t.Errorf("data_dir holds %v; want the spool and the assignment", files)
	}
}

func TestCollectorAwayAndBack(t *testing.T) {
	noLeaks(t)
	check := httpCheck(target(t).URL, 100*time.Millisecond)
	c := newTestCollector(t, check)
	cfg := testConfig(t, c.URL)
	a := start(t, cfg, Options{})
	eventually(t, "first results", func() bool { return c.count() >= 3 })
	from := time.Now().UnixMilli()
	c.set(func() { c.answer = refuse(http.StatusServiceUnavailable) })
	eventually(t, "a backlog", func() bool { return a.spool.Stats().Records >= 10 })
	a.stop() // and starts again, without its collector

	a = start(t, cfg, Options{})
	eventually(t, "a longer backlog", func() bool { return a.spool.Stats().Records >= 20 })
	c.set(func() { c.answer = nil })
	eventually(t, "the backlog delivered", func() bool { return a.spool.Stats().Records == 0 })
	to := time.Now().UnixMilli() - 500
	eventually(t, "the last results", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for k := range c.results {
			if k.slot > to {
				return true
			}
		}
		return false
	})
	a.stop()
	results, missed := c.account(check, from, to)
	if missed > 5 || results < 10 {
		t.Errorf("%d results, %d missed around a restart", results, missed)
	}
	if c.twice > 0 {
		t.Errorf("%d results were delivered twice", c.twice)
	}
}

func TestPoisonBatchIsSetAsideAndBecomesAGap(t *testing.T) {
	noLeaks(t)
	check := httpCheck(target(t).URL, 100*time.Millisecond)
	c := newTestCollector(t, check)
	poisoned := false
	c.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/api/v1/push" {
			return false
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if poisoned || len(c.batches) < 3 {
			return false
		}
		poisoned = true
		http.Error(w, `{"type":"urn:probity:problem:malformed","title":"Malformed batch","detail":"row 7"}`, http.StatusBadRequest)
		return true
	}
	a := start(t, testConfig(t, c.URL), Options{})
	refused := func(g protocol.Gap) bool {
		return g.Reason == protocol.GapCorrupt && g.Check == check.ID && g.Count > 0
	}
	eventually(t, "a gap for what was refused, with the slots of the batch", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return slices.ContainsFunc(c.gaps, refused) // a busy machine has other gaps too
	})
	a.stop()
	kept, _ := filepath.Glob(filepath.Join(a.cfg.Load().SpoolDir(), "quarantine", "*.refused"))
	if len(kept) != 1 {
		t.Errorf("quarantine holds %v; want the batch", kept)
	}
	if _, err := os.Stat(a.cfg.Load().lossesFile()); err == nil {
		t.Error("the ledger was not cleared after its gaps were spooled")
	}
}

func TestSpoolAtItsCapBecomesAGap(t *testing.T) {
	noLeaks(t)
	check := httpCheck(target(t).URL, 100*time.Millisecond)
	c := newTestCollector(t, check)
	cfg := testConfig(t, c.URL)
	cfg.Spool.MaxSize, cfg.Batch.MaxResults = spool.MinMaxBytes, 50
	a := start(t, cfg, Options{})
	eventually(t, "first results", func() bool { return c.count() >= 3 })
	c.set(func() { c.answer = refuse(http.StatusServiceUnavailable) })
	from := time.Now().UnixMilli()
	for i := range int64(1500) { // more than probing makes in the time of a test
		a.rec.add(protocol.Result{
			Check: "demo/web/noisy", Slot: from + i*100, Interval: 100 * time.Millisecond,
			Outcome: protocol.OutcomeDown, Cause: protocol.CauseStatus, Message: rand.Text() + rand.Text() + rand.Text(),
		})
	}
	eventually(t, "dropped batches", func() bool { return a.spool.Stats().Dropped > 0 })
	c.set(func() { c.answer = nil })
	eventually(t, "a gap for what was dropped", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, g := range c.gaps {
			if g.Reason == protocol.GapSpoolFull && g.Check == "demo/web/noisy" {
				return true
			}
		}
		return false
	})
	a.stop()
}

func TestClockOffMakesResultsUnknown(t *testing.T) {
	noLeaks(t)
	c := newTestCollector(t, httpCheck(target(t).URL, 100*time.Millisecond))
	c.clock = time.Hour
	a := start(t, testConfig(t, c.URL), Options{})
	eventually(t, "unknown results", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, res := range c.results {
			if res.Outcome == protocol.OutcomeUnknown {
				return strings.Contains(res.Message, "clock is off by 1h0m0s")
			}
		}
		return false
	})
	eventually(t, "the fault in a heartbeat", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		last := c.beats[len(c.beats)-1]
		return len(last.Faults) == 1 && strings.HasPrefix(last.Faults[0], "clock_off: ")
	})
	a.stop()
}

func TestLostUplinkIsNotTheTargetsDowntime(t *testing.T) {
	noLeaks(t)
	down := closedCheck(t, 100*time.Millisecond)
	c := newTestCollector(t, down)
	gone := closedCheck(t, time.Second)
	cfg := testConfig(t, c.URL)
	cfg.Canary.Targets = []string{"tcp://" + gone.Target}
	a := start(t, cfg, Options{})
	eventually(t, "5 results", func() bool { return c.count() >= 5 })
	a.stop()
	for k, res := range c.results {
		if res.Outcome != protocol.OutcomeUnknown || !strings.Contains(res.Message, "agent uplink lost (canary tcp://") ||
			!strings.Contains(res.Message, "down") {
			t.Errorf("%v: %s %q; want unknown, with canary and finding", k, res.Outcome, res.Message)
		}
	}
}

func TestCanaryThatAnswersLeavesTheVerdict(t *testing.T) {
	noLeaks(t)
	down := closedCheck(t, 100*time.Millisecond)
	c := newTestCollector(t, down)
	cfg := testConfig(t, c.URL)
	cfg.Canary.Targets = []string{target(t).URL, "tcp://" + down.Target}
	a := start(t, cfg, Options{})
	eventually(t, "5 results", func() bool { return c.count() >= 5 })
	a.stop()
	for k, res := range c.results {
		if res.Outcome != protocol.OutcomeDown {
			t.Errorf("%v: %s %q; want down", k, res.Outcome, res.Message)
		}
	}
}
