package probe

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// place is where a plan connects to: a name or an address, and a port.
type place struct {
	host   string // as configured, without brackets
	port   uint16 // 0: none, as for echoes
	family protocol.Family
	// Of an IP literal, the address and what endpoint says of it.
	literal []netip.Addr
	name    string
}

// endpoint is how results name an address of a place.
func (at *place) endpoint(addr netip.Addr) string {
	switch {
	case at.name != "":
		return at.name
	case at.port == 0:
		return addr.String()
	}
	return netip.AddrPortFrom(addr, at.port).String()
}

// resolve returns the addresses of a place, asking afresh unless it is a literal.
func (r *run) resolve(at place) ([]netip.Addr, *fault) {
	if at.literal != nil {
		return at.literal, nil
	}
	network := [...]string{protocol.FamilyAny: "ip", protocol.FamilyIPv4: "ip4", protocol.FamilyIPv6: "ip6"}[at.family]
	begin := time.Now()
	ctx, cancel := context.WithDeadline(r.ctx, r.deadline)
	defer cancel()
	addrs, err := r.p.resolver.LookupNetIP(ctx, network, at.host)
	r.res.Phases.Resolve += time.Since(begin)
	if err == nil && len(addrs) == 0 {
		err = &net.DNSError{Err: "no such host", Name: at.host, IsNotFound: true}
	}
	if err != nil {
		return nil, r.fail(resolving, at.host, err)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, nil
}

// systemResolver asks the name servers of the system, each time afresh.
type systemResolver struct {
	server string // asked in place of the system's, unless it is ""
}

// LookupNetIP looks a name up on a net.Resolver of its own: a shared one joins
// lookups of one name, so that one check's deadline would fail another's, and
// leaves its sockets waiting for five seconds after the deadline.
func (s systemResolver) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	r := net.Resolver{PreferGo: true, Dial: func(_ context.Context, network, server string) (net.Conn, error) {
		if s.server != "" {
			server = s.server
		}
		conn, err := dialer.DialContext(ctx, network, server)
		if err == nil {
			context.AfterFunc(ctx, func() { closeQuietly(conn) })
		}
		return conn, err
	}}
	return r.LookupNetIP(ctx, network, host)
}
