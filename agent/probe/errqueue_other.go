//go:build !linux

package probe

import (
	"net/netip"
	"syscall"
)

// widen gives a shared socket a large receive buffer, as far as the system lets it.
func widen(conn syscall.Conn) {
	if c, ok := conn.(interface{ SetReadBuffer(int) error }); ok {
		_ = c.SetReadBuffer(socketBuffer)
	}
}

// askErrors and drainErrors do nothing: only Linux says which packet an ICMP error was about.
func askErrors(syscall.Conn, bool) {}

func drainErrors(syscall.Conn, func(netip.AddrPort, []byte, syscall.Errno)) {}
