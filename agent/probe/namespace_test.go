package probe

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// namespaceVar says which namespace a test binary was started again in.
const namespaceVar = "PROBITY_TEST_NAMESPACE"

// A user who may not send echoes becomes root of a user namespace, where every
// test can run; root needs only a network of its own, for the test that breaks it.
var (
	asRoot = []string{"unshare", "--net"}
	asUser = []string{"unshare", "--user", "--map-root-user", "--net"}
)

const namespaceHint = "the tests need ICMP and a network of their own: run them as root, or as a user who may create user namespaces " +
	"(sysctl user.max_user_namespaces > 0, kernel.apparmor_restrict_unprivileged_userns = 0); `make test` installs unshare and ip"

// mayEcho starts this test binary again in a user namespace if ICMP is forbidden here.
func mayEcho() error {
	conn, err := listenICMP(false)
	if err == nil {
		return conn.Close()
	}
	if !errors.Is(err, errICMPForbidden) || os.Getenv(namespaceVar) != "" || os.Getenv(forbiddenVar) != "" {
		return nil // the tests say more
	}
	path, err := exec.LookPath(asUser[0])
	if err != nil {
		return fmt.Errorf("%w; %s", err, namespaceHint)
	}
	if out, err := exec.Command(path, append(asUser[1:], "ip", "link", "set", "lo", "up")...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w %s; %s", err, out, namespaceHint)
	}
	args := append(asUser, "sh", "-c", `ip link set lo up && exec "$0" "$@"`)
	return syscall.Exec(path, append(args, os.Args...), append(os.Environ(), namespaceVar+"=user"))
}

// TestInANetworkOfItsOwn runs this test once more where routes can be broken at will.
func TestInANetworkOfItsOwn(t *testing.T) {
	if os.Getenv(namespaceVar) == "net" {
		brokenRoutes(t)
		return
	}
	within := asRoot
	if exec.Command(within[0], append(within[1:], "true")...).Run() != nil {
		within = asUser
		if out, err := exec.Command(within[0], append(within[1:], "true")...).CombinedOutput(); err != nil {
			t.Fatalf("%v %s; %s", err, out, namespaceHint)
		}
	}
	cmd := exec.Command(within[0], append(within[1:], os.Args[0], "-test.run=^TestInANetworkOfItsOwn$", "-test.v")...)
	cmd.Env = append(os.Environ(), namespaceVar+"=net")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// brokenRoutes probes networks that cannot be reached, each for a reason of its own.
func brokenRoutes(t *testing.T) {
	startRouter(t)
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
	permittedICMP(t)
}

// startRouter sets up a router in a second namespace that refuses to forward to
// 203.0.113.0/24 and 2001:db8:1::/64, neighbours that are silent, and routes
// of our own that refuse.
func startRouter(t *testing.T) {
	t.Helper()
	router := exec.Command("unshare", "--net", "sleep", "60")
	if err := router.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = router.Process.Kill(); _ = router.Wait() })
	sh(t, fmt.Sprintf(`set -e; R=/proc/%d/ns/net
		while [ "$(readlink $R)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
		ip link set lo up
		ip link add v0 type veth peer name v1
		ip link set v1 netns %d
		ip addr add 192.0.2.1/24 dev v0; ip addr add 2001:db8::1/64 dev v0 nodad; ip link set v0 up
		nsenter --net=$R ip addr add 192.0.2.254/24 dev v1
		nsenter --net=$R ip addr add 2001:db8::254/64 dev v1 nodad
		nsenter --net=$R sh -c 'cd /proc/sys/net; for on in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 >$on; done
			for off in ipv4/icmp_ratelimit ipv6/icmp/ratelimit ipv6/conf/v1/accept_dad; do echo 0 >$off; done'
		nsenter --net=$R ip link set v1 up
		nsenter --net=$R ip route add unreachable 203.0.113.0/24
		nsenter --net=$R ip route add unreachable 2001:db8:1::/64
		ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v0
		ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:02 dev v0
		ip route add 203.0.113.0/24 via 192.0.2.254; ip route add 2001:db8:1::/64 via 2001:db8::254
		ip route add unreachable 198.51.100.0/25
		ip route add prohibit 198.51.100.128/25`, router.Process.Pid, router.Process.Pid))
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

// permittedICMP lets our group send echoes, and expects a socket that needs no capability.
func permittedICMP(t *testing.T) {
	if err := os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 0"), 0); err != nil {
		t.Fatal(err)
	}
	p := newProber(t)
	for family, host := range []string{"127.0.0.1", "::1"} {
		res := p.once(check(protocol.KindICMP, host))
		if res.Outcome != protocol.OutcomeUp || p.icmp[family].conn.raw() {
			t.Errorf("Run(%s) where echoes are permitted = %+v, on a raw socket: %v", host, res, p.icmp[family].conn.raw())
		}
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
