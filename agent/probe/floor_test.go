package probe

import (
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/probity-sla/probity/internal/protocol"
)

// BenchmarkBareSystemCalls is what the same exchanges cost a program that does
// nothing else: blocking calls on one thread, no deadline, no judgement. It
// tells on a busy machine how much of BenchmarkProbe is the system's.
func BenchmarkBareSystemCalls(b *testing.B) {
	at := startPeers(b)
	query, err := packQuery(&protocol.DNSSpec{Name: "www.example.org"})
	if err != nil {
		b.Fatal(err)
	}
	udp, raw := openSocket(b, unix.SOCK_DGRAM, 0), openSocket(b, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	// Drop all but replies: loopback returns our own requests too.
	const icmpFilter, allButReplies = 1, ^1
	if err := unix.SetsockoptInt(raw, unix.SOL_RAW, icmpFilter, allButReplies); err != nil {
		b.Fatal(err)
	}
	for _, kind := range []struct {
		name     string
		exchange func() error
	}{
		{"HTTP", bareStream(at.HTTP, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")},
		{"TCP", bareStream(at.TCP, "")},
		{"DNS", bareDatagram(udp, at.DNS, query)},
		{"ICMP", bareDatagram(raw, "127.0.0.1:0", appendEcho(nil, false, 1, 1, 1, defaultEcho))},
	} {
		b.Run(kind.name, func(b *testing.B) {
			measured(b, func() {
				for range b.N {
					if err := kind.exchange(); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func openSocket(b *testing.B, kind, proto int) int {
	b.Helper()
	fd, err := unix.Socket(unix.AF_INET, kind|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = unix.Close(fd) })
	return fd
}

// bareStream connects, sends a request if there is one, reads to the end, and closes.
func bareStream(addr, request string) func() error {
	_, peer, _ := sockaddr(netip.MustParseAddrPort(addr))
	buf := make([]byte, 4096)
	return func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer func() { _ = unix.Close(fd) }()
		if err := unix.Connect(fd, peer); err != nil || request == "" {
			return err
		}
		_, err = unix.Write(fd, []byte(request))
		for n := 1; n > 0 && err == nil; {
			n, err = unix.Read(fd, buf)
		}
		return err
	}
}

// bareDatagram sends one packet and reads one.
func bareDatagram(fd int, addr string, packet []byte) func() error {
	_, peer, _ := sockaddr(netip.MustParseAddrPort(addr))
	buf := make([]byte, 4096)
	return func() error {
		if err := unix.Sendto(fd, packet, 0, peer); err != nil {
			return err
		}
		_, err := unix.Read(fd, buf)
		return err
	}
}
