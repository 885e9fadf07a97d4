package probe

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// errICMPForbidden says what an administrator can do about it.
const errICMPForbidden = forbidden("ICMP is not permitted here: let the agent's group into net.ipv4.ping_group_range, or grant CAP_NET_RAW")

// forbidden is an error about what the agent may not do.
type forbidden string

func (e forbidden) Error() string { return string(e) }

// echoConn is a socket for echoes: a datagram one, which the kernel lets
// unprivileged groups have, or a raw one.
type echoConn interface {
	write(packet []byte, to netip.Addr) error
	raw() bool
	socket() packetConn
	Close() error
}

// listenICMP opens a datagram socket, or a raw one where only that is permitted.
func listenICMP(v6 bool) (echoConn, error) {
	datagram, raw, any := "udp4", "ip4:icmp", "0.0.0.0"
	if v6 {
		datagram, raw, any = "udp6", "ip6:ipv6-icmp", "::"
	}
	if c, err := icmp.ListenPacket(datagram, any); err == nil {
		conn := datagramConn{underlying(c, v6).(*net.UDPConn)}
		widen(conn.UDPConn)
		askErrors(conn.UDPConn, v6)
		return conn, nil
	} else if !denied(err) {
		return nil, err
	}
	c, err := icmp.ListenPacket(raw, any)
	if err != nil {
		if denied(err) {
			return nil, errICMPForbidden
		}
		return nil, err
	}
	if err := filter(c, v6); err != nil {
		closeQuietly(c)
		return nil, err
	}
	conn := rawConn{underlying(c, v6).(*net.IPConn)}
	widen(conn.IPConn)
	return conn, nil
}

func denied(err error) bool { return is(syscall.EACCES, syscall.EPERM)(err) }

func underlying(c *icmp.PacketConn, v6 bool) net.PacketConn {
	if v6 {
		return c.IPv6PacketConn().PacketConn
	}
	return c.IPv4PacketConn().PacketConn
}

// filter keeps from a raw socket what no echo can cause, such as our own requests on loopback.
func filter(c *icmp.PacketConn, v6 bool) error {
	if v6 {
		var f ipv6.ICMPFilter
		f.SetAll(true)
		for _, t := range []ipv6.ICMPType{ipv6.ICMPTypeEchoReply, ipv6.ICMPTypeDestinationUnreachable,
			ipv6.ICMPTypePacketTooBig, ipv6.ICMPTypeTimeExceeded, ipv6.ICMPTypeParameterProblem} {
			f.Accept(t)
		}
		return c.IPv6PacketConn().SetICMPFilter(&f)
	}
	var f ipv4.ICMPFilter
	f.SetAll(true)
	for _, t := range []ipv4.ICMPType{ipv4.ICMPTypeEchoReply, ipv4.ICMPTypeDestinationUnreachable,
		ipv4.ICMPTypeTimeExceeded, ipv4.ICMPTypeParameterProblem} {
		f.Accept(t)
	}
	return c.IPv4PacketConn().SetICMPFilter(&f)
}

type datagramConn struct{ *net.UDPConn }

func (c datagramConn) raw() bool          { return false }
func (c datagramConn) socket() packetConn { return c.UDPConn }

func (c datagramConn) write(packet []byte, to netip.Addr) error {
	_, err := c.WriteToUDPAddrPort(packet, netip.AddrPortFrom(to, 0))
	return err
}

type rawConn struct{ *net.IPConn }

func (c rawConn) raw() bool          { return true }
func (c rawConn) socket() packetConn { return c.IPConn }

func (c rawConn) write(packet []byte, to netip.Addr) error {
	_, err := c.WriteToIP(packet, &net.IPAddr{IP: to.AsSlice(), Zone: to.Zone()})
	return err
}
