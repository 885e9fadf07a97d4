package probe

import (
	"context"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestRunsLeakNothing: 200 runs of each kind, up and down, leave no file and no goroutine.
func TestRunsLeakNothing(t *testing.T) {
	web := httptest.NewServer(site())
	defer web.Close()
	h2 := serveTLS(t, site(), true)
	names := dnsServer(t, zone)
	query := func(name string) *protocol.Check {
		c := check(protocol.KindDNS, names)
		c.DNS = &protocol.DNSSpec{Name: name}
		return c
	}
	skip := &protocol.TLSSpec{SkipVerify: true}
	two := check(protocol.KindHTTP, h2.URL+"/huge")
	two.HTTP = &protocol.HTTPSpec{HTTPVersion: "2", TLS: skip, MaxBodyBytes: 100}
	much := check(protocol.KindHTTP, web.URL+"/huge")
	much.HTTP = &protocol.HTTPSpec{MaxBodyBytes: 10_000}
	hops := check(protocol.KindHTTP, web.URL+"/hop/2")
	hops.HTTP = &protocol.HTTPSpec{MaxRedirects: 5}
	unverified := check(protocol.KindHTTP, h2.URL)
	checks := []*protocol.Check{much, hops, two, unverified,
		check(protocol.KindTCP, listen(t, func(c net.Conn) { closeQuietly(c) })), check(protocol.KindTCP, closedPort(t)),
		query("www.test"), query("large.test"), query("refused.test"), check(protocol.KindICMP, "127.0.0.1")}
	p := newProber(t)
	for i, c := range checks {
		c.ID = protocol.CheckID(fmt.Sprintf("a/leak/%d", i))
		p.once(c) // opens the shared sockets
	}
	web.CloseClientConnections()
	files, goroutines := settled(t, 0, 0)
	for range 200 {
		for _, c := range checks {
			p.once(c)
		}
	}
	web.CloseClientConnections()
	if f, g := settled(t, files, goroutines); f > files || g > goroutines {
		t.Errorf("200 runs of each check left %d files (before: %d) and %d goroutines (before: %d)", f, files, g, goroutines)
	}
}

// settled counts files and goroutines once servers had time to notice that
// their clients left: until the counts are as low as wanted, or stay the same.
func settled(t *testing.T, wantFiles, wantGoroutines int) (int, int) {
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 100 {
		if files <= wantFiles && goroutines <= wantGoroutines {
			break
		}
		<-time.After(5 * time.Millisecond)
		files, goroutines = min(files, openFiles(t)), min(goroutines, runtime.NumGoroutine())
	}
	return files, goroutines
}

func TestNoFilesLeftIsTheAgentsFault(t *testing.T) {
	target := listen(t, func(c net.Conn) { closeQuietly(c) })
	query := check(protocol.KindDNS, "127.0.0.1")
	query.DNS = &protocol.DNSSpec{Name: "www.test"}
	p := newProber(t)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	next, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = uint64(next.Fd())
	closeQuietly(next)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	var results []protocol.Result
	for _, c := range []*protocol.Check{check(protocol.KindTCP, target), check(protocol.KindHTTP, "http://"+target),
		query, check(protocol.KindICMP, "127.0.0.1"), check(protocol.KindTCP, "www.invalid:80")} {
		results = append(results, p.once(c))
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for _, res := range results {
		if res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault {
			t.Errorf("Run() without a file left = %+v; want unknown, agent_fault", res)
		}
	}
	if res := p.once(check(protocol.KindICMP, "127.0.0.1")); res.Outcome != protocol.OutcomeUp {
		t.Errorf("Run() with files again = %+v; want up", res)
	}
}

type panicking struct{}

func (panicking) probe(*run) *fault { panic("hunter2") }

func TestAPanicIsAResult(t *testing.T) {
	p := newProber(t)
	c := check(protocol.KindTCP, "127.0.0.1:1")
	if _, err := p.plans.get(c); err != nil {
		t.Fatal(err)
	}
	p.plans.plans[c.ID].plan = panicking{}
	slot := time.Now().Add(-time.Second).UnixMilli()
	res := p.Run(context.Background(), c, slot)
	if res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault || res.Check != c.ID || res.Slot != slot ||
		res.Interval != c.Interval || res.Lateness < time.Second || res.Message == "" || p.counts.panics.Get() != 1 || p.counts.running.Load() != 0 {
		t.Errorf("Run() = %+v", res)
	}
}

func TestPlansFollowTheirChecks(t *testing.T) {
	p := newProber(t)
	c := check(protocol.KindTCP, "127.0.0.1:1")
	first, _ := p.plans.get(c)
	same := *c
	if again, _ := p.plans.get(&same); again != first {
		t.Error("an equal check was compiled again")
	}
	changed := *c
	changed.Target = "127.0.0.1:2"
	if again, _ := p.plans.get(&changed); again == first {
		t.Error("a changed check kept its old plan")
	}
	for i := range 200 {
		old := check(protocol.KindTCP, "127.0.0.1:1")
		old.ID = protocol.CheckID(fmt.Sprintf("a/old/%d", i))
		_, _ = p.plans.get(old)
		p.plans.plans[old.ID].used.Store(time.Now().Add(-2 * planIdle).Unix())
	}
	if n := len(p.plans.plans); n > 70 {
		t.Errorf("%d plans are kept of checks that no longer run", n)
	}
}
