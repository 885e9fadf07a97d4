package probe

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const day = 24 * time.Hour

func TestTLS(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	serve := sayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
	ends := time.Now().Add(30 * day).Truncate(time.Second)
	good := listenTLS(t, ca.issue(t, ends, "127.0.0.1", "shop.example"), serve)
	named := listenTLS(t, ca.issue(t, ends, "shop.example"), serve)
	ended := time.Now().Add(-day).Truncate(time.Second)
	expired := listenTLS(t, ca.issue(t, ended, "127.0.0.1"), serve)
	early := listenTLS(t, ca.issue(t, time.Now().Add(2000*time.Hour), "127.0.0.1"), serve)
	plain := listen(t, sayAndClose("220 not TLS\r\n"))
	closing := listen(t, sayAndClose(""))
	resetting := listen(t, reset)
	hybridOnly := listen(t, func(c net.Conn) {
		secure := tls.Server(c, &tls.Config{CurvePreferences: []tls.CurveID{tls.X25519MLKEM768},
			Certificates: []tls.Certificate{ca.issue(t, ends, "127.0.0.1")}})
		if secure.Handshake() != nil {
			closeQuietly(c)
			return
		}
		serve(secure)
	})
	oldOnly := listen(t, func(c net.Conn) {
		secure := tls.Server(c, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10,
			Certificates: []tls.Certificate{ca.issue(t, ends, "127.0.0.1")}})
		_ = secure.Handshake()
		closeQuietly(secure)
	})
	p := newProber(t)
	for i, row := range []struct {
		sentence string
		target   string
		spec     protocol.TLSSpec
		want     protocol.Cause
		expiry   time.Time
	}{
		{"a certificate of a known authority is up", good, protocol.TLSSpec{CAPEM: ca.pem}, protocol.CauseNone, ends},
		{"an unknown authority is not verified", good, protocol.TLSSpec{CAPEM: stranger.pem}, protocol.CauseTLSVerify, ends},
		{"the system's authorities do not know it", good, protocol.TLSSpec{}, protocol.CauseTLSVerify, ends},
		{"without verification it is up", good, protocol.TLSSpec{SkipVerify: true}, protocol.CauseNone, ends},
		{"another name is not verified", named, protocol.TLSSpec{CAPEM: ca.pem}, protocol.CauseTLSVerify, ends},
		{"the name may be given", named, protocol.TLSSpec{CAPEM: ca.pem, ServerName: "shop.example"}, protocol.CauseNone, ends},
		{"an expired certificate is expired", expired, protocol.TLSSpec{CAPEM: ca.pem}, protocol.CauseTLSExpired, ended},
		{"an expired certificate is up where nothing is verified", expired, protocol.TLSSpec{SkipVerify: true}, protocol.CauseNone, ended},
		{"but not where its end matters", expired, protocol.TLSSpec{SkipVerify: true, MinExpiry: day}, protocol.CauseTLSExpired, ended},
		{"a certificate of the future is expired", early, protocol.TLSSpec{CAPEM: ca.pem}, protocol.CauseTLSExpired, time.Time{}},
		{"a certificate that ends soon is degraded", good, protocol.TLSSpec{CAPEM: ca.pem, MinExpiry: 31 * day}, protocol.CauseTLSExpiring, ends},
		{"a certificate that lasts is up", good, protocol.TLSSpec{CAPEM: ca.pem, MinExpiry: 29 * day}, protocol.CauseNone, ends},
		{"a server that insists on the post-quantum key exchange is up", hybridOnly, protocol.TLSSpec{CAPEM: ca.pem}, protocol.CauseNone, ends},
		{"a server without TLS fails the handshake", plain, protocol.TLSSpec{}, protocol.CauseTLSHandshake, time.Time{}},
		{"a server that only speaks TLS 1.0 fails the handshake", oldOnly, protocol.TLSSpec{}, protocol.CauseTLSHandshake, time.Time{}},
		{"a close in the handshake is a reset", closing, protocol.TLSSpec{}, protocol.CauseReset, time.Time{}},
		{"a reset in the handshake is a reset", resetting, protocol.TLSSpec{}, protocol.CauseReset, time.Time{}},
	} {
		web := check(protocol.KindHTTP, "https://"+row.target+"/")
		web.HTTP = &protocol.HTTPSpec{TLS: &row.spec}
		bare := check(protocol.KindTCP, row.target)
		bare.TCP = &protocol.TCPSpec{UseTLS: true, TLS: &row.spec, Send: "hi", Expect: "200 OK"}
		for _, c := range []*protocol.Check{web, bare} {
			c.ID = protocol.CheckID(fmt.Sprintf("a/%v/%d", c.Kind, i))
			res := p.once(c)
			if res.Cause != row.want || res.Outcome != outcomeOf(row.want) || res.Phases.TLS <= 0 {
				t.Errorf("%s: Run(%v, %+v) = %v %v %q; want %v", row.sentence, c.Kind, row.spec, res.Outcome, res.Cause, res.Message, row.want)
			}
			if !row.expiry.IsZero() && res.TLSExpiry != row.expiry.UnixMilli() {
				t.Errorf("%s: TLSExpiry = %d; want %d", row.sentence, res.TLSExpiry, row.expiry.UnixMilli())
			}
		}
	}
}

func TestTLSAlertsAreNamed(t *testing.T) {
	oldOnly := listen(t, func(c net.Conn) {
		secure := tls.Server(c, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10})
		_ = secure.Handshake()
		closeQuietly(secure)
	})
	res := newProber(t).once(check(protocol.KindHTTP, "https://"+oldOnly))
	if want := "protocol version not supported"; !strings.Contains(res.Message, want) {
		t.Errorf("Run().Message = %q; want it to say %q", res.Message, want)
	}
}

func TestHTTP2(t *testing.T) {
	web := serveTLS(t, site(), true)
	p := newProber(t)
	for i, row := range []struct {
		sentence string
		path     string
		spec     protocol.HTTPSpec
		want     protocol.Cause
		status   int
	}{
		{"an answer over HTTP/2 is up", "/ok", protocol.HTTPSpec{BodyContains: "green"}, protocol.CauseNone, 200},
		{"the method and body are sent", "/echo", protocol.HTTPSpec{Method: "POST", Body: "ping", BodyMatches: "^POST .*body=ping$"}, protocol.CauseNone, 200},
		{"a bad status is down", "/status/500", protocol.HTTPSpec{}, protocol.CauseStatus, 500},
		{"redirects are followed", "/hop/2", protocol.HTTPSpec{MaxRedirects: 3, BodyContains: "GET /echo"}, protocol.CauseNone, 200},
		{"a huge body is judged on its beginning", "/huge", protocol.HTTPSpec{BodyMatches: "^xxx"}, protocol.CauseNone, 200},
	} {
		c := check(protocol.KindHTTP, web.URL+row.path)
		c.ID = protocol.CheckID(fmt.Sprintf("a/h2/%d", i))
		row.spec.HTTPVersion = "2"
		row.spec.TLS = &protocol.TLSSpec{SkipVerify: true}
		c.HTTP = &row.spec
		res := p.once(c)
		if res.Cause != row.want || res.Status != row.status || res.Phases.FirstByte <= 0 {
			t.Errorf("%s: Run(%s) = %v %v, status %d, %q; want %v, %d", row.sentence, row.path, res.Outcome, res.Cause,
				res.Status, res.Message, row.want, row.status)
		}
	}
}

func TestHTTP2OverAnHTTP1ServerIsTheWrongProtocol(t *testing.T) {
	web := serveTLS(t, http.NotFoundHandler(), false)
	c := check(protocol.KindHTTP, web.URL)
	c.HTTP = &protocol.HTTPSpec{HTTPVersion: "2", TLS: &protocol.TLSSpec{SkipVerify: true}}
	res := newProber(t).once(c)
	if res.Outcome != protocol.OutcomeDown || res.Cause != protocol.CauseTLSHandshake && res.Cause != protocol.CauseProtocol {
		t.Errorf("Run() = %+v; want down: no HTTP/2", res)
	}
}

func TestBadCAIsRefusedByName(t *testing.T) {
	c := check(protocol.KindHTTP, "https://h/")
	c.HTTP = &protocol.HTTPSpec{TLS: &protocol.TLSSpec{CAPEM: "nonsense"}}
	if err := Validate(c); err == nil || !strings.HasPrefix(err.Error(), "http.tls.ca_pem: ") {
		t.Errorf("Validate() = %v; want it to name http.tls.ca_pem", err)
	}
	res := newProber(t).once(c)
	if res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault {
		t.Errorf("Run() = %+v; want unknown, agent_fault", res)
	}
}

func TestTCP(t *testing.T) {
	p := newProber(t)
	for i, row := range []struct {
		sentence string
		target   string
		spec     protocol.TCPSpec
		want     protocol.Cause
	}{
		{"a port that accepts is up", listen(t, sayAndClose("")), protocol.TCPSpec{}, protocol.CauseNone},
		{"a closed port is refused", closedPort(t), protocol.TCPSpec{}, protocol.CauseConnectRefused},
		{"a banner that matches is up", listen(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail ESMTP\r\n"); hold(c) }),
			protocol.TCPSpec{Expect: `^220 .*ESMTP`}, protocol.CauseNone},
		{"an answer to what was sent is up", listen(t, sayAndClose("+PONG\r\n")), protocol.TCPSpec{Send: "PING\r\n", Expect: `^\+PONG`}, protocol.CauseNone},
		{"an answer in two parts is up", listen(t, func(c net.Conn) {
			defer closeQuietly(c)
			readSome(c)
			_, _ = io.WriteString(c, "PO")
			<-time.After(10 * time.Millisecond)
			_, _ = io.WriteString(c, "NG")
		}), protocol.TCPSpec{Send: "PING", Expect: `^PONG$`}, protocol.CauseNone},
		{"another answer is down", listen(t, sayAndClose("-ERR\r\n")), protocol.TCPSpec{Send: "PING\r\n", Expect: `^\+PONG`}, protocol.CauseAssertion},
		{"no answer but a close is a reset", listen(t, sayAndClose("")), protocol.TCPSpec{Send: "PING", Expect: "PONG"}, protocol.CauseReset},
		{"a reset is a reset", listen(t, reset), protocol.TCPSpec{Send: "PING", Expect: "PONG"}, protocol.CauseReset},
		{"64 KiB without a match is down", listen(t, sayAndClose(strings.Repeat("x", MaxExpectBytes)+"PONG")), protocol.TCPSpec{Send: "PING", Expect: "PONG"}, protocol.CauseAssertion},
		{"another answer and then silence is down", listen(t, say("-ERR\r\n")), protocol.TCPSpec{Send: "PING", Expect: "PONG"}, protocol.CauseAssertion},
	} {
		c := check(protocol.KindTCP, row.target)
		c.ID, c.Timeout = protocol.CheckID(fmt.Sprintf("a/tcp/%d", i)), 500*time.Millisecond
		c.TCP = &row.spec
		if res := p.once(c); res.Cause != row.want || res.Outcome != outcomeOf(row.want) {
			t.Errorf("%s: Run(%+v) = %v %v %q; want %v", row.sentence, row.spec, res.Outcome, res.Cause, res.Message, row.want)
		}
	}
}
