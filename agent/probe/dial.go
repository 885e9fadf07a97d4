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

// dialer sets no keep-alive: a probe's connection does not live long enough to need it.
var dialer = net.Dialer{KeepAlive: -1}

// connect resolves a place and opens a TCP connection whose deadline is the
// run's. Addresses are tried in the resolver's order, as a customer's client does.
func (r *run) connect(at place) (*net.TCPConn, *fault) {
	addrs, f := r.resolve(at)
	if f != nil {
		return nil, f
	}
	addrs = addrs[:min(len(addrs), maxAddresses)]
	for i, addr := range addrs {
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
func (r *run) dial(to netip.AddrPort, n int) (*net.TCPConn, *fault) {
	r.res.Endpoint = to.String()
	begin := time.Now()
	ctx := &dialContext{r.ctx, share(begin, r.deadline, n)}
	// Not DialTCP, which binds: a bound port cannot be shared among destinations.
	c, err := dialer.DialContext(ctx, "tcp", r.res.Endpoint)
	r.res.Phases.Connect += time.Since(begin)
	if err == nil {
		conn := c.(*net.TCPConn)
		if err = conn.SetDeadline(r.deadline); err == nil {
			return conn, nil
		}
		closeQuietly(conn)
	}
	return nil, r.fail(connecting, r.res.Endpoint, err)
}

// share returns until when the first of n addresses may be tried.
func share(now, deadline time.Time, n int) time.Time {
	left := deadline.Sub(now)
	if n <= 1 || left <= minPerAddress {
		return deadline
	}
	return now.Add(max(left/time.Duration(n), minPerAddress))
}

// watch ends the connection's reads and writes when the context is cancelled.
// The returned function stops watching.
func (r *run) watch(conn net.Conn) func() bool {
	if r.ctx.Done() == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(r.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
}

// dialContext gives a deadline to a dial without a timer or a goroutine of its
// own: the dialer turns Deadline into the socket's, and cancellation comes
// from the parent through AfterFunc.
type dialContext struct {
	context.Context
	at time.Time
}

var never = make(chan struct{})

func (c *dialContext) Deadline() (time.Time, bool) { return c.at, true }

// Done is never nil: the dialer looks at Deadline only if there is something to wait for.
func (c *dialContext) Done() <-chan struct{} {
	if done := c.Context.Done(); done != nil {
		return done
	}
	return never
}

// AfterFunc is what package context asks for to register without a goroutine.
func (c *dialContext) AfterFunc(f func()) func() bool { return context.AfterFunc(c.Context, f) }
