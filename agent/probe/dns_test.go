package probe

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/probity-sla/probity/internal/protocol"
)

// zone answers by the name that is asked for.
func zone(w dns.ResponseWriter, q *dns.Msg) {
	name := strings.ToLower(q.Question[0].Name)
	m := new(dns.Msg)
	m.SetReply(q)
	if code, ok := dns.StringToRcode[strings.ToUpper(strings.TrimSuffix(name, ".test."))]; ok {
		m.Rcode = code
		_ = w.WriteMsg(m)
		return
	}
	_, tcp := w.RemoteAddr().(*net.TCPAddr)
	switch name {
	case "large.test.":
		if !tcp {
			m.Truncated = true
			break
		}
		for i := range 100 {
			rr, _ := dns.NewRR(fmt.Sprintf("large.test. 60 IN A 192.0.2.%d", i))
			m.Answer = append(m.Answer, rr)
		}
	case "malformed.test.":
		wire, _ := m.Pack()
		binary.BigEndian.PutUint16(wire[6:], 9) // nine answers that are not there
		_, _ = w.Write(wire)
		return
	case "echo.test.":
		m.Response = false
	default:
		answerA(w, q)
		return
	}
	_ = w.WriteMsg(m)
}

func TestDNS(t *testing.T) {
	server := dnsServer(t, zone)
	p := newProber(t)
	for i, row := range []struct {
		sentence string
		spec     protocol.DNSSpec
		want     protocol.Cause
		status   int
	}{
		{"an answer is up", protocol.DNSSpec{Name: "www.test"}, protocol.CauseNone, 0},
		{"over TCP too", protocol.DNSSpec{Name: "www.test", TCP: true}, protocol.CauseNone, 0},
		{"case does not matter", protocol.DNSSpec{Name: "WWW.Test."}, protocol.CauseNone, 0},
		{"an answer that matches is up", protocol.DNSSpec{Name: "www.test", Answers: []string{` A 192\.0\.2\.1$`}}, protocol.CauseNone, 0},
		{"an answer that does not match is down", protocol.DNSSpec{Name: "www.test", Answers: []string{` A 192\.0\.2\.1$`, `203`}}, protocol.CauseAssertion, 0},
		{"REFUSED is down", protocol.DNSSpec{Name: "refused.test"}, protocol.CauseStatus, dns.RcodeRefused},
		{"SERVFAIL is down", protocol.DNSSpec{Name: "servfail.test"}, protocol.CauseStatus, dns.RcodeServerFailure},
		{"NXDOMAIN is down", protocol.DNSSpec{Name: "nxdomain.test"}, protocol.CauseStatus, dns.RcodeNameError},
		{"NXDOMAIN is up where it is expected", protocol.DNSSpec{Name: "nxdomain.test", Rcodes: []string{"nxdomain", "NOERROR"}}, protocol.CauseNone, dns.RcodeNameError},
		{"a truncated reply is asked for again over TCP", protocol.DNSSpec{Name: "large.test", Answers: []string{`192\.0\.2\.99$`}}, protocol.CauseNone, 0},
		{"a malformed reply is not DNS", protocol.DNSSpec{Name: "malformed.test"}, protocol.CauseProtocol, 0},
		{"a question sent back is no reply", protocol.DNSSpec{Name: "echo.test"}, protocol.CauseTimeout, 0},
		{"a question sent back over TCP is not DNS", protocol.DNSSpec{Name: "echo.test", TCP: true}, protocol.CauseProtocol, 0},
	} {
		c := check(protocol.KindDNS, server)
		c.ID, c.Timeout = protocol.CheckID(fmt.Sprintf("a/dns/%d", i)), 300*time.Millisecond
		c.DNS = &row.spec
		if res := p.once(c); res.Cause != row.want || res.Status != row.status || res.Outcome != outcomeOf(row.want) {
			t.Errorf("%s: Run(%+v) = %v %v, rcode %d, %q; want %v, %d", row.sentence, row.spec, res.Outcome, res.Cause,
				res.Status, res.Message, row.want, row.status)
		}
	}
}

func TestDNSOverAClosedPortIsRefusedAtOnce(t *testing.T) {
	closed := closedUDP(t)
	live := dnsServer(t, zone)
	p := newProber(t)
	for range 50 { // the shared socket must survive, and never blame another server
		c := check(protocol.KindDNS, closed)
		c.DNS = &protocol.DNSSpec{Name: "www.test"}
		if res := p.once(c); res.Cause != protocol.CauseConnectRefused || res.Duration > time.Second {
			t.Fatalf("Run(closed port) = %+v; want connect_refused at once", res)
		}
		c = check(protocol.KindDNS, live)
		c.ID, c.DNS = "a/s/live", &protocol.DNSSpec{Name: "www.test"}
		if res := p.once(c); res.Outcome != protocol.OutcomeUp {
			t.Fatalf("Run(live server) = %+v; want up", res)
		}
	}
}

// TestDNSForgeries: replies with a wrong id, question or source are passed over.
func TestDNSForgeries(t *testing.T) {
	outsider, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeQuietly(outsider)
	var honest atomic.Bool
	server := dnsServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		forged := new(dns.Msg)
		forged.SetRcode(q, dns.RcodeRefused)
		wire, _ := forged.Pack()
		_, _ = outsider.WriteTo(wire, w.RemoteAddr())
		forged.Id++
		_ = w.WriteMsg(forged)
		forged.Id--
		forged.Question[0].Name = "other.test."
		_ = w.WriteMsg(forged)
		forged.Question[0].Name = q.Question[0].Name
		forged.Question[0].Qtype = dns.TypeMX
		_ = w.WriteMsg(forged)
		_, _ = w.Write([]byte{1})
		if honest.Load() {
			answerA(w, &dns.Msg{MsgHdr: q.MsgHdr, Question: []dns.Question{{Name: "www.test.", Qtype: dns.TypeA, Qclass: dns.ClassINET}}})
		}
	})
	p := newProber(t)
	c := check(protocol.KindDNS, server)
	c.DNS, c.Timeout = &protocol.DNSSpec{Name: "www.test"}, 100*time.Millisecond
	if res := p.once(c); res.Cause != protocol.CauseTimeout {
		t.Errorf("Run(only forgeries) = %+v; want timeout", res)
	}
	honest.Store(true)
	if res := p.once(c); res.Outcome != protocol.OutcomeUp {
		t.Errorf("Run(forgeries, then the answer) = %+v; want up", res)
	}
	if n := p.counts.strayDNS.Get(); n < 8 {
		t.Errorf("stray replies counted = %d; want at least 8", n)
	}
}

func TestNames(t *testing.T) {
	port := listen(t, func(c net.Conn) { closeQuietly(c) })
	_, number, _ := net.SplitHostPort(port)
	names := dnsServer(t, func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		answers := map[string]string{
			"one.test. A": "one.test. 1 IN A 127.0.0.1", "two.test. A": "two.test. 1 IN A 127.0.0.1",
			"two.test. AAAA": "two.test. 1 IN AAAA ::1", "six.test. AAAA": "six.test. 1 IN AAAA ::1",
		}
		question := q.Question[0]
		rr, ok := answers[strings.ToLower(question.Name)+" "+dns.TypeToString[question.Qtype]]
		switch {
		case ok:
			r, _ := dns.NewRR(rr)
			m.Answer = append(m.Answer, r)
		case strings.HasPrefix(question.Name, "broken"):
			m.Rcode = dns.RcodeServerFailure
		case strings.HasPrefix(question.Name, "none"):
			m.Rcode = dns.RcodeNameError
		}
		_ = w.WriteMsg(m)
	})
	p, err := New(Options{Resolver: systemResolver{names}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, row := range []struct {
		sentence string
		host     string
		family   protocol.Family
		want     protocol.Cause
	}{
		{"a name is resolved", "one.test", protocol.FamilyAny, protocol.CauseNone},
		{"the next address is tried when the first refuses", "two.test", protocol.FamilyAny, protocol.CauseNone},
		{"the family is respected", "two.test", protocol.FamilyIPv4, protocol.CauseNone},
		{"the other family is refused", "two.test", protocol.FamilyIPv6, protocol.CauseConnectRefused},
		{"a name without an address of the family does not resolve", "one.test", protocol.FamilyIPv6, protocol.CauseResolve},
		{"a name that does not exist does not resolve", "none.test", protocol.FamilyAny, protocol.CauseResolve},
		{"a name whose servers fail does not resolve", "broken.test", protocol.FamilyAny, protocol.CauseResolve},
	} {
		c := check(protocol.KindTCP, net.JoinHostPort(row.host, number))
		c.Family = row.family
		res := p.once(c)
		if res.Cause != row.want || res.Phases.Resolve <= 0 {
			t.Errorf("%s: Run(%s, %v) = %+v; want %v", row.sentence, row.host, row.family, res, row.want)
		}
	}
}

func TestAResolverOutOfReachIsTheAgentsFault(t *testing.T) {
	p, err := New(Options{Resolver: systemResolver{closedUDP(t)}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if res := p.once(check(protocol.KindICMP, "www.test")); res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault {
		t.Errorf("Run() = %+v; want unknown, agent_fault", res)
	}
}

func closedUDP(t testing.TB) string {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeQuietly(pc)
	return pc.LocalAddr().String()
}

func TestDNSSocketIsOpenedAnewAndShutForGood(t *testing.T) {
	server := netip.MustParseAddrPort(dnsServer(t, zone))
	p := newProber(t)
	c := check(protocol.KindDNS, server.String())
	c.DNS = &protocol.DNSSpec{Name: "www.test"}
	for range 2 {
		if res := p.once(c); res.Outcome != protocol.OutcomeUp {
			t.Errorf("Run() = %+v; want up", res)
		}
		p.dns[0].shut(false)
	}
	p.Close()
	if res := p.once(c); res.Outcome != protocol.OutcomeUnknown {
		t.Errorf("Run() after Close = %+v; want unknown", res)
	}
}
