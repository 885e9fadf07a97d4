package probe

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestICMP(t *testing.T) {
	p := newProber(t)
	for _, row := range []struct {
		target string
		spec   protocol.ICMPSpec
		sent   int
	}{
		{"127.0.0.1", protocol.ICMPSpec{}, 1},
		{"127.9.8.7", protocol.ICMPSpec{Count: 5, Spacing: time.Millisecond}, 5},
		{"127.0.0.1", protocol.ICMPSpec{Size: 8}, 1},
		{"127.0.0.1", protocol.ICMPSpec{Size: 1473}, 1},
		{"127.0.0.1", protocol.ICMPSpec{Size: MaxEchoBytes}, 1},
		{"::1", protocol.ICMPSpec{Count: 3, Spacing: time.Millisecond, MaxLoss: 50}, 3},
		{"::1", protocol.ICMPSpec{Size: 9001}, 1},
	} {
		c := check(protocol.KindICMP, row.target)
		c.ICMP = &row.spec
		res := p.once(c)
		if res.Outcome != protocol.OutcomeUp || res.Sent != row.sent || res.Received != row.sent ||
			res.Endpoint != row.target || res.Phases.FirstByte <= 0 || res.Phases.FirstByte > res.Duration {
			t.Errorf("Run(%s, %+v) = %+v; want up, %d echoes", row.target, row.spec, res, row.sent)
		}
	}
	if n := p.counts.strayICMP.Get(); n != 0 {
		t.Errorf("stray replies = %d; want none", n)
	}
}

func TestICMPBurstsLoseNothing(t *testing.T) {
	p := newProber(t)
	c := check(protocol.KindICMP, "127.0.0.1")
	c.Timeout = 5 * time.Second
	const probes = 4000
	results := make(chan protocol.Result)
	for range probes {
		go func() { results <- p.once(c) }()
	}
	lost := 0
	for range probes {
		if res := <-results; res.Outcome != protocol.OutcomeUp {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d probes at once lost their echo", lost, probes)
	}
}

func TestLossThreshold(t *testing.T) {
	for _, row := range []struct {
		sentence       string
		sent, received int
		maxLoss        int
		refusal        string
		want           protocol.Cause
	}{
		{"one of ten lost is down where none may be", 10, 9, 0, "", protocol.CauseLoss},
		{"one of ten lost is up where a tenth may be", 10, 9, 10, "", protocol.CauseNone},
		{"two of ten lost are down where a tenth may be", 10, 8, 10, "", protocol.CauseLoss},
		{"all lost is loss", 3, 0, 99, "", protocol.CauseLoss},
		{"all refused is unreachable", 3, 0, 0, "destination unreachable (code 1) from 192.0.2.9", protocol.CauseNetworkUnreachable},
		{"some refused is loss", 3, 1, 0, "destination unreachable (code 1) from 192.0.2.9", protocol.CauseLoss},
	} {
		p := &icmpPlan{count: row.sent, maxLoss: row.maxLoss}
		e := &echoes{sent: row.sent, received: row.received, refusal: row.refusal}
		r := &run{res: protocol.Result{Endpoint: "192.0.2.1"}}
		got := protocol.CauseNone
		if f := p.judge(r, e); f != nil {
			got = f.cause
		}
		if got != row.want {
			t.Errorf("%s: %v; want %v", row.sentence, got, row.want)
		}
	}
}

// underWay is a socket with one echo under way to 192.0.2.1, whose packets the test delivers.
func underWay(t testing.TB) (*icmpSocket, *echoes, []byte) {
	t.Helper()
	s := new(icmpSocket)
	s.init(false, newCounts(metrics.NewSet()), slog.New(slog.DiscardHandler))
	e := newEchoes(1)
	key, err := s.register(netip.MustParseAddr("192.0.2.1"), e, 0xfeedface)
	if err != nil {
		t.Fatal(err)
	}
	return s, e, appendEcho(nil, false, s.id, key.seq, 0xfeedface, 56)
}

// replied turns a request into its reply, after a change that the checksum then covers.
func replied(request []byte, change func(b []byte)) []byte {
	b := append([]byte(nil), request...)
	b[0] = byte(ipv4.ICMPTypeEchoReply)
	change(b)
	b[2], b[3] = 0, 0
	binary.BigEndian.PutUint16(b[2:], ^onesSum(b))
	return b
}

func TestForgedEchoesAreNotTaken(t *testing.T) {
	target, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for _, row := range []struct {
		sentence string
		from     netip.Addr
		change   func(b []byte)
		received int
	}{
		{"the reply is taken", target, func([]byte) {}, 1},
		{"a reply from elsewhere is not", other, func([]byte) {}, 0},
		{"a reply with another id is not", target, func(b []byte) { b[4]++ }, 0},
		{"a reply with another sequence number is not", target, func(b []byte) { b[7]++ }, 0},
		{"a reply with another token is not", target, func(b []byte) { b[8]++ }, 0},
		{"a request is not", target, func(b []byte) { b[0] = byte(ipv4.ICMPTypeEcho) }, 0},
	} {
		s, e, request := underWay(t)
		s.deliver(row.from, replied(request, row.change), true, time.Now())
		if e.received != row.received || len(s.pending) != 1-row.received {
			t.Errorf("%s: received %d, %d under way", row.sentence, e.received, len(s.pending))
		}
	}
	s, e, request := underWay(t)
	broken := replied(request, func([]byte) {})
	broken[2]++
	s.deliver(target, broken, true, time.Now())
	if e.received != 0 {
		t.Error("a reply with a wrong checksum was taken from a raw socket")
	}
	whole := replied(request, func([]byte) {})
	s.deliver(target, whole, true, time.Now())
	s.deliver(target, whole, true, time.Now())
	if e.received != 1 || s.counts.strayICMP.Get() != 1 {
		t.Errorf("a duplicate counts: received %d, stray %d", e.received, s.counts.strayICMP.Get())
	}
}

func TestICMPErrorsNameTheRouter(t *testing.T) {
	s, e, request := underWay(t)
	h := ipv4.Header{Version: 4, Len: ipv4Header, TotalLen: ipv4Header + len(request), TTL: 64, Protocol: protoICMP4,
		Src: netip.MustParseAddr("192.0.2.7").AsSlice(), Dst: netip.MustParseAddr("192.0.2.1").AsSlice()}
	quoted, err := h.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	m := icmp.Message{Type: ipv4.ICMPTypeDestinationUnreachable, Code: 1,
		Body: &icmp.DstUnreach{Data: append(quoted, request[:echoHeader]...)}}
	wire, err := m.Marshal(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.deliver(netip.MustParseAddr("192.0.2.9"), wire, true, time.Now())
	if want := "destination unreachable (code 1) from 192.0.2.9"; e.refusal != want || len(s.pending) != 0 {
		t.Errorf("refusal = %q, %d under way; want %q", e.refusal, len(s.pending), want)
	}
}

// TestDiagnoseAgrees holds our echoes against an independent implementation.
func TestDiagnoseAgrees(t *testing.T) {
	d, err := Diagnose(context.Background(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	if d.Sent != diagnosisEchoes || d.Received != d.Sent || d.Loss != 0 || d.Min <= 0 || d.Avg < d.Min || d.Max < d.Avg {
		t.Errorf("Diagnose() = %+v", d)
	}
	c := check(protocol.KindICMP, "127.0.0.1")
	c.ICMP = &protocol.ICMPSpec{Count: diagnosisEchoes, Spacing: diagnosisSpacing}
	res := newProber(t).once(c)
	if res.Sent != d.Sent || res.Received != d.Received {
		t.Errorf("Run() = %+v; Diagnose() = %+v", res, d)
	}
	if res.Phases.FirstByte <= 0 || res.Phases.FirstByte > res.Duration {
		t.Errorf("Run() measured %v within %v; want some of it", res.Phases.FirstByte, res.Duration)
	}
	if _, err := Diagnose(context.Background(), "none.invalid."); err == nil {
		t.Error("Diagnose(none.invalid.) = nil error")
	}
}
