package probe

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/probity-sla/probity/internal/protocol"
)

const (
	stallTimeout = 200 * time.Millisecond
	tolerance    = 50 * time.Millisecond // what Run promises
	attempts     = 4                     // a busy machine may be late once
)

// stalls are checks of peers that fall silent, one for each phase of each kind.
func stalls(t *testing.T) map[string]*protocol.Check {
	ca := newAuthority(t)
	cert := ca.issue(t, time.Now().Add(day), "127.0.0.1")
	trust := &protocol.TLSSpec{CAPEM: ca.pem}
	full, mute := fullBacklog(t), listen(t, hold)
	web := func(target string, spec protocol.HTTPSpec) *protocol.Check {
		c := check(protocol.KindHTTP, target)
		c.HTTP = &spec
		return c
	}
	tcp := func(target string, spec protocol.TCPSpec) *protocol.Check {
		c := check(protocol.KindTCP, target)
		c.TCP = &spec
		return c
	}
	query := func(target string, spec protocol.DNSSpec) *protocol.Check {
		c := check(protocol.KindDNS, target)
		spec.Name = "www.test"
		c.DNS = &spec
		return c
	}
	drip := listen(t, func(c net.Conn) {
		defer closeQuietly(c)
		readSome(c)
		for _, err := io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n"); err == nil; _, err = io.WriteString(c, "x") {
			<-time.After(5 * time.Millisecond)
		}
	})
	named := check(protocol.KindTCP, "www.test:80")
	return map[string]*protocol.Check{
		"resolve":                 named,
		"http: connect":           web("http://"+full, protocol.HTTPSpec{}),
		"http: handshake":         web("https://"+mute, protocol.HTTPSpec{}),
		"http: sending":           web("http://"+mute, protocol.HTTPSpec{Method: "POST", Body: strings.Repeat("x", 8<<20)}),
		"http: answer":            web("http://"+mute, protocol.HTTPSpec{}),
		"http: header":            web("http://"+listen(t, say("HTTP/1.1 200 OK\r\nX-A: ")), protocol.HTTPSpec{}),
		"http: body":              web("http://"+listen(t, say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")), protocol.HTTPSpec{}),
		"http: dripping body":     web("http://"+drip, protocol.HTTPSpec{BodyContains: "y"}),
		"http: answer over TLS":   web("https://"+listenTLS(t, cert, func(c net.Conn) { readSome(c); readSome(c) }), protocol.HTTPSpec{TLS: trust}),
		"http2: answer":           web(stallingHTTP2(t, false), protocol.HTTPSpec{HTTPVersion: "2", TLS: &protocol.TLSSpec{SkipVerify: true}}),
		"http2: body":             web(stallingHTTP2(t, true), protocol.HTTPSpec{HTTPVersion: "2", TLS: &protocol.TLSSpec{SkipVerify: true}}),
		"http2: preface":          web("http://"+mute, protocol.HTTPSpec{HTTPVersion: "2"}),
		"tcp: connect":            tcp(full, protocol.TCPSpec{}),
		"tcp: handshake":          tcp(mute, protocol.TCPSpec{UseTLS: true}),
		"tcp: sending":            tcp(mute, protocol.TCPSpec{Send: strings.Repeat("x", 8<<20)}),
		"tcp: expectation":        tcp(mute, protocol.TCPSpec{Send: "x", Expect: "y"}),
		"dns: reply":              query(silentUDP(t), protocol.DNSSpec{}),
		"dns: connect":            query(full, protocol.DNSSpec{TCP: true}),
		"dns: reply over TCP":     query(mute, protocol.DNSSpec{TCP: true}),
		"dns: half of it":         query(listen(t, say("\x01\x00half")), protocol.DNSSpec{TCP: true}),
		"dns: TCP after a TC bit": query(truncatingThenMute(t), protocol.DNSSpec{}),
	}
}

func stallingHTTP2(t *testing.T, headers bool) string {
	release := make(chan struct{})
	web := serveTLS(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if headers {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
		}
		select {
		case <-q.Context().Done():
		case <-release:
		}
	}), true)
	t.Cleanup(func() { close(release) }) // before the server waits for its handlers
	return web.URL
}

// truncatingThenMute says TC over UDP and nothing over TCP.
func truncatingThenMute(t *testing.T) string {
	l, pc := bothOnOnePort(t)
	serveOn(t, l, hold)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			binary.BigEndian.PutUint16(buf[2:], 0x8200)
			_, _ = pc.WriteTo(buf[:n], from)
		}
	}()
	t.Cleanup(func() { closeQuietly(pc); <-done })
	return l.Addr().String()
}

func TestDeadlinesAreKeptInEveryPhase(t *testing.T) {
	p, err := New(Options{Resolver: systemResolver{silentUDP(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for name, c := range stalls(t) {
		c.ID, c.Timeout = protocol.CheckID("a/stall/"+name), stallTimeout
		var res protocol.Result
		for range attempts {
			begin := time.Now()
			res = p.once(c)
			took := time.Since(begin)
			if res.Outcome != protocol.OutcomeDown {
				t.Errorf("Run(%s) = %+v; want down", name, res)
			}
			if took < stallTimeout {
				t.Errorf("Run(%s) gave up after %v; its timeout is %v", name, took, stallTimeout)
			}
			if res.Duration = took; took <= stallTimeout+tolerance {
				break
			}
		}
		if res.Duration > stallTimeout+tolerance {
			t.Errorf("Run(%s) took %v; its timeout is %v", name, res.Duration, stallTimeout)
		}
		want := protocol.CauseTimeout
		switch {
		case strings.HasSuffix(name, "connect"):
			want = protocol.CauseConnectTimeout
		case name == "resolve":
			want = protocol.CauseResolve
		}
		if res.Cause != want {
			t.Errorf("Run(%s) = %v %q; want %v", name, res.Cause, res.Message, want)
		}
	}
}

func TestCancellationEndsEveryPhaseAsTheAgentsFault(t *testing.T) {
	p, err := New(Options{Resolver: systemResolver{silentUDP(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for name, c := range stalls(t) {
		c.ID, c.Timeout = protocol.CheckID("a/cancel/"+name), 5*time.Second
		if _, err := p.plans.get(c); err != nil { // compiled beforehand: one of them sends 8 MiB
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		stop := time.AfterFunc(20*time.Millisecond, cancel)
		begin := time.Now()
		res := p.Run(ctx, c, begin.UnixMilli())
		stop.Stop()
		cancel()
		if res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault || time.Since(begin) > time.Second {
			t.Errorf("Run(%s), cancelled, = %+v; want agent_fault at once", name, res)
		}
	}
}

// TestConcurrentRuns shares sockets, plans and buffers among many probes.
func TestConcurrentRuns(t *testing.T) {
	web := httptest.NewServer(site())
	defer web.Close()
	names := dnsServer(t, zone)
	p := newProber(t)
	results := make(chan protocol.Result)
	const probes = 64
	for i := range probes {
		var c *protocol.Check
		switch i % 3 {
		case 0:
			c = check(protocol.KindHTTP, web.URL+"/ok")
			c.HTTP = &protocol.HTTPSpec{BodyContains: "green"}
		case 1:
			c = check(protocol.KindDNS, names)
			c.DNS = &protocol.DNSSpec{Name: "www.test", Type: dns.TypeToString[dns.TypeA]}
		case 2:
			c = check(protocol.KindICMP, "127.0.0.1")
			c.ICMP = &protocol.ICMPSpec{Count: 3, Spacing: time.Millisecond}
		}
		c.ID = protocol.CheckID(fmt.Sprintf("a/many/%d", i%7))
		go func() {
			var res protocol.Result
			for range 20 {
				if res = p.once(c); res.Outcome != protocol.OutcomeUp {
					break
				}
				runtime.Gosched()
			}
			results <- res
		}()
	}
	for range probes {
		if res := <-results; res.Outcome != protocol.OutcomeUp {
			t.Errorf("Run() = %+v; want up", res)
		}
	}
}
