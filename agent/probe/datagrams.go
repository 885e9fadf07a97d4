package probe

import (
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/net/ipv4"
)

// atOnce is how many datagrams one system call takes from a shared socket:
// the echoes of one wake-up's probes come together. (Answers to DNS queries come
// too thinly for it to pay.)
const atOnce = 8

// maxDatagram is the most that UDP or ICMP can bring.
const maxDatagram = 64 << 10

// packetConn is a socket for datagrams of either family.
type packetConn interface {
	net.PacketConn
	syscall.Conn
}

// datagrams reads a socket, several datagrams at a time.
type datagrams struct {
	conn     *ipv4.PacketConn // its ReadBatch takes any family
	messages [atOnce]ipv4.Message
	header   bool // each datagram begins with an IPv4 header
}

func newDatagrams(conn packetConn, header bool) *datagrams {
	d := &datagrams{conn: ipv4.NewPacketConn(conn), header: header}
	for i := range d.messages {
		d.messages[i].Buffers = [][]byte{make([]byte, maxDatagram)}
	}
	return d
}

// read waits for datagrams and hands each to a function, which may not keep it.
func (d *datagrams) read(each func(from netip.AddrPort, datagram []byte)) error {
	n, err := d.conn.ReadBatch(d.messages[:], 0)
	if err != nil {
		return err
	}
	for i := range d.messages[:n] {
		m := &d.messages[i]
		datagram := m.Buffers[0][:m.N]
		if d.header {
			datagram = datagram[min(len(datagram), headerLength(datagram)):]
		}
		each(source(m.Addr), datagram)
	}
	return nil
}

// headerLength is how long an IPv4 header says it is.
func headerLength(packet []byte) int {
	if len(packet) == 0 {
		return 0
	}
	return int(packet[0]&0x0f) * 4
}

func source(addr net.Addr) netip.AddrPort {
	switch a := addr.(type) {
	case *net.UDPAddr:
		from := a.AddrPort()
		return netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	case *net.IPAddr:
		from, _ := netip.AddrFromSlice(a.IP)
		return netip.AddrPortFrom(from.Unmap().WithZone(a.Zone), 0)
	}
	return netip.AddrPort{}
}
