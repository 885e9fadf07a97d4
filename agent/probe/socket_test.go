package probe

import (
	"errors"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/probity-sla/probity/internal/protocol"
)

// TestAConnectionToItselfIsNone: TCP lets one socket play both ends, where nobody listens.
func TestAConnectionToItselfIsNone(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	self, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Connect(fd, self); err != nil {
		t.Fatal(err)
	}
	if err := (&socket{peer: self}).opened(fd); !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("opened() of a connection to itself = %v; want connection refused", err)
	}
}

func TestZonesNameInterfaces(t *testing.T) {
	lo, err := net.InterfaceByIndex(1)
	if err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]uint32{"": 0, "7": 7, lo.Name: 1} {
		_, sa, err := sockaddr(netip.AddrPortFrom(netip.MustParseAddr("fe80::1").WithZone(zone), 80))
		if err != nil || sa.(*unix.SockaddrInet6).ZoneId != want {
			t.Errorf("sockaddr([fe80::1%%%s]:80) = %+v, %v; want the zone %d", zone, sa, err, want)
		}
	}
	res := newProber(t).once(check(protocol.KindTCP, "[fe80::1%none0]:80"))
	if res.Cause != protocol.CauseAgentFault {
		t.Errorf("Run() on an interface that is not there = %+v; want agent_fault", res)
	}
}
