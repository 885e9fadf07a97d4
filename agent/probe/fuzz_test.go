package probe

import (
	"bytes"
	"encoding/binary"
	"net"
	"net/netip"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/miekg/dns"

	"github.com/probity-sla/probity/internal/protocol"
)

// wellFormed holds of every result, whatever the peer sent.
func wellFormed(t *testing.T, res protocol.Result) {
	t.Helper()
	if res.Outcome != outcomeOf(res.Cause) || len(res.Message) > protocol.MaxMessageBytes || !utf8.ValidString(res.Message) ||
		(res.Message == "") != (res.Outcome == protocol.OutcomeUp) || len(res.Endpoint) > protocol.MaxEndpointBytes {
		t.Errorf("result %+v is not well formed", res)
	}
}

// FuzzHTTPAnswer feeds arbitrary bytes to the whole exchange, over a pipe.
func FuzzHTTPAnswer(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ngreen", "HTTP/1.0 404 Not Found\r\n\r\n", "SSH-2.0-x\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ngreen\r\n0\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
		"HTTP/1.1 301 x\r\nLocation: //[::1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "\x15\x03\x01\x00\x02\x02\x46",
		"HTTP/1.1 200 OK\r\nX: " + "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
	} {
		f.Add([]byte(s))
	}
	c := check(protocol.KindHTTP, "http://127.0.0.1:1/")
	c.HTTP = &protocol.HTTPSpec{MaxRedirects: 1, BodyContains: "green", BodyNotMatches: "red", MaxBodyBytes: 1000,
		HeaderMatches: []protocol.Header{{Name: "X-Y", Value: "."}}}
	built, err := prepareHTTP(c, new(planCache))
	if err != nil {
		f.Fatal(err)
	}
	plan := built.(*httpPlan)
	p := newProber(f)
	f.Fuzz(func(t *testing.T, answer []byte) {
		ours, theirs := net.Pipe()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer closeQuietly(theirs)
			_, _ = theirs.Read(make([]byte, 4096))
			_, _ = theirs.Write(answer)
		}()
		r := &run{p: p, ctx: t.Context(), start: time.Now(), deadline: time.Now().Add(time.Second)}
		_ = ours.SetDeadline(r.deadline)
		_, fault := plan.exchange1(r, plan.first, ours, 0)
		closeQuietly(ours)
		<-done
		r.finish(fault, 0)
		wellFormed(t, r.res)
	})
}

// FuzzDNSReply: whatever comes, only a reply to our question is taken, and the judgement does not break.
func FuzzDNSReply(f *testing.F) {
	built, err := prepareDNS(&protocol.Check{Kind: protocol.KindDNS, Target: "127.0.0.1", Timeout: time.Second,
		DNS: &protocol.DNSSpec{Name: "www.test", Answers: []string{"192"}}})
	if err != nil {
		f.Fatal(err)
	}
	plan := built.(*dnsPlan)
	q := new(dns.Msg)
	if err := q.Unpack(plan.query); err != nil {
		f.Fatal(err)
	}
	for _, rcode := range []int{dns.RcodeSuccess, dns.RcodeRefused, dns.RcodeFormatError} {
		m := new(dns.Msg)
		m.SetRcode(q, rcode)
		rr, _ := dns.NewRR("www.test. 1 IN A 192.0.2.1")
		m.Answer = append(m.Answer, rr)
		wire, _ := m.Pack()
		f.Add(wire)
		f.Add(wire[:dnsHeader])
		f.Add(wire[:len(wire)-3])
	}
	f.Add([]byte{})
	from := netip.MustParseAddrPort("192.0.2.1:53")
	f.Fuzz(func(t *testing.T, reply []byte) {
		var s dnsSocket
		p := newProber(t)
		s.init(false, p.counts)
		w := newDNSWaiter(plan.query)
		defer w.release()
		key := dnsKey{from, 0x1234}
		s.pending[key] = w
		binary.BigEndian.PutUint16(w.query, key.id)
		if reply = bytes.Clone(reply); len(reply) > dnsHeader && reply[0] != 0xff {
			binary.BigEndian.PutUint16(reply, key.id) // a fuzzer would rarely guess it
		}
		s.deliver(from, reply)
		if s.pending[key] != nil {
			return
		}
		<-w.done
		if binary.BigEndian.Uint16(reply) != key.id || reply[2]&0x80 == 0 {
			t.Fatalf("%x was taken for a reply", reply)
		}
		var m dns.Msg
		if m.Unpack(reply) == nil && len(m.Question) == 1 && (m.Question[0].Qtype != dns.TypeA || dns.CanonicalName(m.Question[0].Name) != "www.test.") {
			t.Fatalf("%x was taken for a reply to our question", reply)
		}
		_ = truncated(w.reply)
		r := &run{p: p, ctx: t.Context(), start: time.Now()}
		r.finish(plan.judge(r, w.reply), 0)
		wellFormed(t, r.res)
	})
}

// FuzzICMPPacket: whatever comes, the echo under way is answered only by its own token, and refused only by its own quote.
func FuzzICMPPacket(f *testing.F) {
	_, _, request := underWay(f)
	f.Add(replied(request, func([]byte) {}), false, true)
	f.Add(replied(request, func(b []byte) { b[0] = 129 }), true, true)
	quote := append([]byte{0x45, 0, 0, 84, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 7, 192, 0, 2, 1}, request...)
	f.Add(replied(append([]byte{3, 1, 0, 0, 0, 0, 0, 0}, quote...), func(b []byte) { b[0] = 3 }), false, true)
	f.Add(append(append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0, 64, 58, 64}, make([]byte, 32)...), request...), true, true)
	f.Add([]byte{}, false, false)
	f.Fuzz(func(t *testing.T, packet []byte, v6, raw bool) {
		s, e, _ := underWay(t)
		defer e.release()
		s.v6 = v6
		s.deliver(netip.MustParseAddr("192.0.2.1"), packet, raw, time.Now())
		m, ok := parseICMP(packet, v6, raw)
		if e.received > 0 && (!ok || m.token != 0xfeedface || m.seq != s.seq) {
			t.Errorf("%x was taken for our reply", packet)
		}
		if e.refusal != "" && m.about != netip.MustParseAddr("192.0.2.1") {
			t.Errorf("%x was taken for a refusal of our echo", packet)
		}
		s.forget(e)
	})
}
