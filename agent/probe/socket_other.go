//go:build !linux

package probe

import (
	"context"
	"net/netip"
	"time"
)

// establish opens a connection to an address until an instant.
func (r *run) establish(to netip.AddrPort, until time.Time) (*connection, error) {
	ctx, cancel := context.WithDeadline(r.ctx, until)
	defer cancel()
	// Not DialTCP, which binds: a bound port cannot be shared among destinations.
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(r.deadline); err != nil {
		closeQuietly(conn)
		return nil, err
	}
	return &connection{Conn: conn, tcp: conn, unwatch: r.watch(conn)}, nil
}
