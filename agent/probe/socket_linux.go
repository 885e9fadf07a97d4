package probe

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// establish opens a connection to an address until an instant. It asks less of
// the system than package net does, as system calls are most of what a probe
// costs: no broadcast permission, and no names of either end but one.
func (r *run) establish(to netip.AddrPort, until time.Time) (*connection, error) {
	s, err := beginConnect(to)
	if err != nil {
		return nil, err
	}
	c := &connection{Conn: s, tcp: s, unwatch: unwatched}
	if err = s.SetDeadline(until); err == nil {
		c.unwatch = r.watch(s)
		err = s.awaitConnect()
	}
	if err == nil && until != r.deadline {
		c.unwatch() // else a cancellation now would be undone
		err = s.SetDeadline(r.deadline)
		c.unwatch = r.watch(s)
	}
	if err != nil {
		closeQuietly(c)
		return nil, err
	}
	return c, nil
}

// socket is a TCP connection of our own making. The file is how package os
// lends us the runtime's poller.
type socket struct {
	*os.File
	peer  unix.Sockaddr
	local netip.AddrPort
}

// beginConnect sends the first packet of a connection.
func beginConnect(to netip.AddrPort) (*socket, error) {
	family, peer, err := sockaddr(to)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return nil, err
	}
	if err := unix.Connect(fd, peer); err != nil && err != unix.EINPROGRESS && err != unix.EINTR {
		_ = unix.Close(fd)
		return nil, err
	}
	return &socket{File: os.NewFile(uintptr(fd), "tcp"), peer: peer}, nil
}

// awaitConnect returns when the connection is open, refused, or late.
func (s *socket) awaitConnect() error {
	raw, err := s.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Write(func(fd uintptr) bool {
		done := false
		done, failed = s.connected(int(fd))
		return done
	})
	return errors.Join(err, failed)
}

// connected says whether connecting has ended, and how. It polls, which takes
// no lock: Linux makes little of an ICMP error that comes while one is held.
func (s *socket) connected(fd int) (bool, error) {
	ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
	if n, err := unix.Poll(ready, 0); n <= 0 {
		return err != nil && err != unix.EINTR, err
	}
	if ready[0].Revents&(unix.POLLERR|unix.POLLHUP) == 0 {
		return true, s.opened(fd)
	}
	why, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		return true, err
	case why == 0:
		return true, unix.ECONNABORTED
	}
	return true, unix.Errno(why)
}

// opened looks at a new connection. One to itself is none: the kernel may give
// a connection to a free port of this machine that very port.
func (s *socket) opened(fd int) error {
	local, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	s.local = addrPortOf(local)
	if s.local == addrPortOf(s.peer) {
		return unix.ECONNREFUSED
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
}

func (s *socket) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(s.local) }
func (s *socket) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(addrPortOf(s.peer)) }

func sockaddr(to netip.AddrPort) (family int, sa unix.Sockaddr, err error) {
	if to.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}, nil
	}
	zone, err := zoneIndex(to.Addr().Zone())
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16(), ZoneId: zone}, err
}

// zoneIndex is the number of the interface that a link-local address is on.
func zoneIndex(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	on, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, syscall.EADDRNOTAVAIL // the agent has no such interface
	}
	return uint32(on.Index), nil
}
