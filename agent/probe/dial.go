package probe

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const (
	maxAddresses  = 3               // of a name are tried in turn
	minPerAddress = 2 * time.Second // of the time left goes to each, if there is that much
)

// dialer is what asks name servers. It sets no keep-alive: its connections do
// not live long enough to need it.
var dialer = net.Dialer{KeepAlive: -1}

// connect resolves a place and opens a TCP connection that ends with the run:
// at its deadline, or when it is cancelled. Addresses are tried in the resolver's order, as a customer's client does.
func (r *run) connect(at place) (*connection, *fault) {
	addrs, f := r.resolve(at)
	if f != nil {
		return nil, f
	}
	addrs = addrs[:min(len(addrs), maxAddresses)]
	for i, addr := range addrs {
		r.res.Endpoint = at.endpoint(addr)
		conn, next := r.dial(netip.AddrPortFrom(addr, at.port), len(addrs)-i)
		if next == nil {
			return conn, nil
		}
		// What the target did outweighs what the agent could not do, such as having no IPv6.
		if f == nil || next.cause != protocol.CauseAgentFault {
			f = next
		}
		if !time.Now().Before(r.deadline) {
			break
		}
	}
	return nil, f
}

// dial opens one connection, the first of n that the time left is for.
func (r *run) dial(to netip.AddrPort, n int) (*connection, *fault) {
	begin := time.Now()
	c, err := r.establish(to, share(begin, r.deadline, n))
	r.res.Phases.Connect += time.Since(begin)
	if err != nil {
		return nil, r.fail(connecting, r.res.Endpoint, err)
	}
	return c, nil
}

// share returns until when the first of n addresses may be tried.
func share(now, deadline time.Time, n int) time.Time {
	left := deadline.Sub(now)
	if n <= 1 || left <= minPerAddress {
		return deadline
	}
	return now.Add(max(left/time.Duration(n), minPerAddress))
}

// watch ends the connection's reads and writes when the run is cancelled. The
// returned function stops watching.
func (r *run) watch(conn net.Conn) (unwatch func() bool) {
	if r.ctx.Done() == nil {
		return unwatched
	}
	return context.AfterFunc(r.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

func unwatched() bool { return true }
