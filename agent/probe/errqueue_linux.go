package probe

import (
	"encoding/binary"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// widen gives a shared socket a large receive buffer, beyond the system's limit
// where the agent may.
func widen(conn syscall.Conn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	// A smaller buffer works too, so this may not fail a probe.
	_ = raw.Control(func(fd uintptr) {
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, socketBuffer) != nil {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, socketBuffer)
		}
	})
}

// askErrors has the ICMP errors that a socket's packets cause queued for drainErrors.
func askErrors(conn syscall.Conn, v6 bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	// Without them a refusal is a timeout: later, but as true.
	_ = raw.Control(func(fd uintptr) {
		if v6 {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
		} else {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVERR, 1)
		}
	})
}

// drainErrors empties a socket's error queue: for each ICMP error, where the
// packet was sent to, what it held, and the errno that stands for the error.
func drainErrors(conn syscall.Conn, each func(to netip.AddrPort, sent []byte, errno syscall.Errno)) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		var sent [1500]byte
		var control [512]byte
		for {
			n, cn, _, from, err := unix.Recvmsg(int(fd), sent[:], control[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
			if err != nil {
				return
			}
			if errno, ok := queuedErrno(control[:cn]); ok {
				each(addrPortOf(from), sent[:n], errno)
			}
		}
	})
}

// queuedErrno finds the extended error in a control message, if ICMP caused it.
func queuedErrno(control []byte) (syscall.Errno, bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		ours := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR ||
			m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if !ours || len(m.Data) < 16 {
			continue
		}
		if origin := m.Data[4]; origin == unix.SO_EE_ORIGIN_ICMP || origin == unix.SO_EE_ORIGIN_ICMP6 {
			return syscall.Errno(binary.NativeEndian.Uint32(m.Data)), true
		}
	}
	return 0, false
}

func addrPortOf(sa unix.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr).Unmap(), uint16(a.Port))
	}
	return netip.AddrPort{}
}
