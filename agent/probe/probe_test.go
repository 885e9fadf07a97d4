package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"go.uber.org/goleak"

	"github.com/probity-sla/probity/internal/protocol"
)

// newProber returns a Prober that is closed with the test.
func newProber(t testing.TB) *Prober {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	t.Cleanup(p.Close)
	return p
}

// check returns a check of a target with a timeout of two seconds.
func check(kind protocol.Kind, target string) *protocol.Check {
	return &protocol.Check{ID: protocol.CheckID("a/s/" + kind.String()), Kind: kind, Target: target,
		Interval: 10 * time.Second, Timeout: 2 * time.Second}
}

func (p *Prober) once(c *protocol.Check) protocol.Result {
	return p.Run(context.Background(), c, time.Now().UnixMilli())
}

// listen starts a TCP server on a loopback address; each connection is served in turn.
func listen(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, serve)
	return l.Addr().String()
}

func serveOn(t testing.TB, l net.Listener, serve func(net.Conn)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn)
		}
	}()
	t.Cleanup(func() { closeQuietly(l); <-done })
}

// dnsServer starts a server on one port of 127.0.0.1, over UDP and TCP.
func dnsServer(t testing.TB, answer dns.HandlerFunc) string {
	t.Helper()
	l, pc := bothOnOnePort(t)
	for _, s := range []*dns.Server{{PacketConn: pc, Handler: answer}, {Listener: l, Handler: answer}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go func() { _ = s.ActivateAndServe() }()
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return pc.LocalAddr().String()
}

func answerA(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	rr, _ := dns.NewRR(q.Question[0].Name + " 300 IN A 192.0.2.1")
	m.Answer = append(m.Answer, rr)
	_ = w.WriteMsg(m)
}

func TestEveryKindIsUp(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) }))
	defer web.Close()
	secure := httptest.NewTLSServer(web.Config.Handler)
	defer secure.Close()
	tcp := listen(t, func(c net.Conn) { closeQuietly(c) })
	name := dnsServer(t, answerA)
	p := newProber(t)

	https := check(protocol.KindHTTP, secure.URL)
	https.HTTP = &protocol.HTTPSpec{TLS: &protocol.TLSSpec{SkipVerify: true}}
	query := check(protocol.KindDNS, name)
	query.DNS = &protocol.DNSSpec{Name: "www.example.org", Answers: []string{`^www\.example\.org\. 300 IN A 192\.0\.2\.1$`}}
	echo6 := check(protocol.KindICMP, "::1")
	echo6.ID += "6"
	for _, c := range []*protocol.Check{
		check(protocol.KindHTTP, web.URL+"/x?y=z"), https, check(protocol.KindTCP, tcp), query,
		check(protocol.KindICMP, "127.0.0.1"), echo6,
	} {
		res := p.once(c)
		if res.Outcome != protocol.OutcomeUp || res.Endpoint == "" || res.Duration <= 0 {
			t.Errorf("Run(%s %s) = %+v; want up", c.Kind, c.Target, res)
		}
		if host := strings.TrimPrefix(c.Target, "http://"); c.Kind == protocol.KindTCP && res.Endpoint != host {
			t.Errorf("Run(%s).Endpoint = %q", c.Target, res.Endpoint)
		}
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(peerVar) != "" {
		servePeers()
		return
	}
	// Debian keeps nginx and ip where the PATH of a user does not lead.
	_ = os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	if err := mayEcho(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
