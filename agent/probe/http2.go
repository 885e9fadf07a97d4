package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// newHTTP2Transport returns a transport that speaks HTTP/2 alone, on
// connections that were opened before: it dials and pools none of its own.
func newHTTP2Transport() *http.Transport {
	t := &http.Transport{
		Protocols:              new(http.Protocols),
		DialContext:            dialled,
		DialTLSContext:         dialled,
		DisableCompression:     true,
		MaxResponseHeaderBytes: MaxHeaderBytes,
	}
	t.Protocols.SetHTTP2(true)
	t.Protocols.SetUnencryptedHTTP2(true)
	return t
}

// openConn is the key under which a context carries the connection to speak
// HTTP/2 on: the one way to hand a connection to http.Transport.
type openConn struct{}

func dialled(ctx context.Context, _, _ string) (net.Conn, error) {
	conn, ok := ctx.Value(openConn{}).(net.Conn)
	if !ok {
		return nil, errors.New("no connection was opened for the request")
	}
	return conn, nil
}

// exchange2 sends a request as HTTP/2 on a connection of its own.
func (p *httpPlan) exchange2(r *run, h *hop, conn net.Conn, followed int) (*hop, *fault) {
	if !offersHTTP2(conn) {
		return nil, faultf(protocol.CauseProtocol, "the server did not agree to HTTP/2 (ALPN h2)")
	}
	ctx, cancel := context.WithDeadline(r.ctx, r.deadline)
	defer cancel()
	sent := time.Now()
	client, err := r.p.http2.NewClientConn(context.WithValue(ctx, openConn{}, conn), h.url.Scheme, r.res.Endpoint)
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
