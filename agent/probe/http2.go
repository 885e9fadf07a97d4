package probe

import (
	"context"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/net/http2"

	"github.com/probity-sla/probity/internal/protocol"
)

// http2Transport makes client connections of our own dialling; it pools none.
var http2Transport = http2.Transport{
	AllowHTTP:          true,
	DisableCompression: true,
	MaxHeaderListSize:  MaxHeaderBytes,
}

// exchange2 sends a request as HTTP/2 on a connection of its own.
func (p *httpPlan) exchange2(r *run, h *hop, conn net.Conn, followed int) (*hop, *fault) {
	if !offersHTTP2(conn) {
		return nil, faultf(protocol.CauseProtocol, "the server did not agree to HTTP/2 (ALPN h2)")
	}
	ctx, cancel := context.WithDeadline(r.ctx, r.deadline)
	defer cancel()
	sent := time.Now()
	client, err := http2Transport.NewClientConn(conn)
	if err != nil {
		return nil, r.fail(exchanging, r.res.Endpoint, err)
	}
	defer closeQuietly(client)
	req := h.req.Clone(ctx)
	req.Close = false
	if h.req.ContentLength > 0 {
		req.Body = io.NopCloser(strings.NewReader(p.spec.Body))
	}
	resp, err := client.RoundTrip(req)
	first := time.Now()
	r.res.Phases.FirstByte += first.Sub(sent)
	if err != nil {
		return nil, r.fail(exchanging, r.res.Endpoint, err)
	}
	var body bodyBuffer
	next, f := p.settle(r, h, resp, &body, followed)
	cancel() // before the close, which would wait for what the server still sends
	closeQuietly(resp.Body)
	r.res.Phases.Transfer += time.Since(first)
	return next, f
}
