package probe

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
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
		r := &run{res: &protocol.Result{Endpoint: "192.0.2.1"}}
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
	// Ours is stamped nearer to the socket, so it is not the slower by more than noise.
	if res.Phases.FirstByte > 5*d.Max+time.Millisecond {
		t.Errorf("Run() measured %v; Diagnose() at most %v", res.Phases.FirstByte, d.Max)
	}
	if _, err := Diagnose(context.Background(), "none.invalid."); err == nil {
		t.Error("Diagnose(none.invalid.) = nil error")
	}
}

const namespaceVar = "PROBITY_TEST_NAMESPACE"

// TestInANetworkOfItsOwn runs this test once more where routes can be broken at will.
func TestInANetworkOfItsOwn(t *testing.T) {
	if os.Getenv(namespaceVar) != "" {
		brokenRoutes(t)
		return
	}
	if out, err := exec.Command("unshare", "--net", "true").CombinedOutput(); err != nil {
		t.Skipf("a network namespace needs CAP_SYS_ADMIN: %v %s", err, out)
	}
	cmd := exec.Command("unshare", "--net", os.Args[0], "-test.run=^TestInANetworkOfItsOwn$", "-test.v")
	cmd.Env = append(os.Environ(), namespaceVar+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// brokenRoutes needs a router of its own, in a second namespace, that refuses
// to forward to 203.0.113.0/24 and 2001:db8:1::/64, and a neighbour that is silent.
func brokenRoutes(t *testing.T) {
	router := exec.Command("unshare", "--net", "sleep", "60")
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = router.Process.Kill(); _ = router.Wait() }()
	sh(t, fmt.Sprintf(`set -e; R=/proc/%d/ns/net
		while [ "$(readlink $R)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
		ip link set lo up
		ip link add v0 type veth peer name v1
		ip link set v1 netns %d
		ip addr add 192.0.2.1/24 dev v0; ip addr add 2001:db8::1/64 dev v0 nodad; ip link set v0 up
		nsenter --net=$R ip addr add 192.0.2.254/24 dev v1
		nsenter --net=$R ip addr add 2001:db8::254/64 dev v1 nodad
		nsenter --net=$R sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv6.conf.v1.accept_dad=0
		nsenter --net=$R ip link set v1 up
		nsenter --net=$R ip route add unreachable 203.0.113.0/24
		nsenter --net=$R ip route add unreachable 2001:db8:1::/64
		ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v0
		ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev v0
		ip route add 203.0.113.0/24 via 192.0.2.254; ip route add 2001:db8:1::/64 via 2001:db8::254
		ip route add unreachable 198.51.100.0/25
		ip route add prohibit 198.51.100.128/25`, router.Process.Pid, router.Process.Pid))
	p := newProber(t)
	unreachable := [4]protocol.Cause{protocol.CauseNetworkUnreachable, protocol.CauseNetworkUnreachable,
		protocol.CauseNetworkUnreachable, protocol.CauseNetworkUnreachable}
	silent := [4]protocol.Cause{protocol.CauseConnectTimeout, protocol.CauseConnectTimeout, protocol.CauseTimeout, protocol.CauseLoss}
	ourFault := [4]protocol.Cause{protocol.CauseAgentFault, protocol.CauseAgentFault, protocol.CauseAgentFault, protocol.CauseAgentFault}
	for _, row := range []struct {
		sentence string
		host     string
		want     [4]protocol.Cause // http, tcp, dns, icmp
	}{
		{"a network without a route is unreachable", "100.64.0.1", unreachable},
		{"what the agent has an unreachable route to is unreachable", "198.51.100.1", unreachable},
		{"what a router refuses is unreachable", "203.0.113.1", unreachable},
		{"what a router refuses is unreachable, over IPv6", "2001:db8:1::1", unreachable},
		{"what the agent's own machine prohibits is the agent's fault", "198.51.100.129", ourFault},
		{"silence is a timeout or loss", "192.0.2.2", silent},
		{"silence is a timeout or loss, over IPv6", "2001:db8::2", silent},
	} {
		for i, c := range everyKind(row.host) {
			c.Timeout = 300 * time.Millisecond
			if row.host == "2001:db8:1::1" {
				c.Timeout = 1500 * time.Millisecond // the kernel gives up on the second SYN that is refused
			}
			begin := time.Now()
			res := p.once(c)
			if res.Cause != row.want[i] || res.Outcome != outcomeOf(row.want[i]) || time.Since(begin) > c.Timeout+5*tolerance {
				t.Errorf("%s: Run(%v, %s) = %v %v %q; want %v", row.sentence, c.Kind, row.host, res.Outcome, res.Cause, res.Message, row.want[i])
			}
		}
	}
	forbiddenICMP(t)
}

func everyKind(host string) []*protocol.Check {
	query := check(protocol.KindDNS, net.JoinHostPort(host, "53"))
	query.DNS = &protocol.DNSSpec{Name: "www.test"}
	return []*protocol.Check{check(protocol.KindHTTP, "http://"+net.JoinHostPort(host, "80")+"/"),
		check(protocol.KindTCP, net.JoinHostPort(host, "25")), query, check(protocol.KindICMP, host)}
}

// forbiddenICMP gives up CAP_NET_RAW in a child and expects to be told what to do.
func forbiddenICMP(t *testing.T) {
	cmd := exec.Command("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", os.Args[0], "-test.run=^TestICMPForbidden$", "-test.v")
	cmd.Env = append(os.Environ(), forbiddenVar+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

const forbiddenVar = "PROBITY_TEST_FORBIDDEN"

// TestICMPForbidden does its work in the child that forbiddenICMP starts.
func TestICMPForbidden(t *testing.T) {
	if os.Getenv(forbiddenVar) == "" {
		return
	}
	res := newProber(t).once(check(protocol.KindICMP, "127.0.0.1"))
	if res.Outcome != protocol.OutcomeUnknown || res.Cause != protocol.CauseAgentFault ||
		!strings.Contains(res.Message, "net.ipv4.ping_group_range") || !strings.Contains(res.Message, "CAP_NET_RAW") {
		t.Errorf("Run() without permission = %+v", res)
	}
}

func sh(t *testing.T, script string) {
	t.Helper()
	if out, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
