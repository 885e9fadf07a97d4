package probe

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// MaxExpectBytes bounds what a TCP check reads while it waits for its expectation.
const MaxExpectBytes = 64 << 10

// tcpPlan connects, secures, sends and expects; each but the first if asked for.
type tcpPlan struct {
	at     place
	tls    *tlsPlan
	send   []byte
	expect *regexp.Regexp
}

func prepareTCP(check *protocol.Check, c *planCache) (plan, error) {
	spec := check.TCP
	if spec == nil {
		spec = &protocol.TCPSpec{}
	}
	at, err := parsePlace(check.Target, "", check.Family)
	if err != nil {
		return nil, err
	}
	p := &tcpPlan{at: at, send: []byte(spec.Send)}
	if p.expect, err = compile("tcp.expect", spec.Expect); err != nil {
		return nil, err
	}
	if spec.UseTLS || spec.TLS != nil {
		if p.tls, err = prepareTLS(spec.TLS, at.host, "", c); err != nil {
			return nil, fmt.Errorf("tcp.tls.%w", err)
		}
	}
	return p, nil
}

func (p *tcpPlan) probe(r *run) *fault {
	conn, f := r.open(p.at, p.tls)
	if f != nil {
		return f
	}
	defer closeQuietly(conn)
	sent := time.Now()
	if len(p.send) > 0 {
		if _, err := conn.Write(p.send); err != nil {
			return r.fail(exchanging, r.res.Endpoint, err)
		}
	}
	if p.expect != nil {
		if f := p.await(r, conn, sent); f != nil {
			return f
		}
	}
	return conn.expiring
}

var expectBuffers = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// await reads until the expectation is met, the peer ends, or the bound is reached.
func (p *tcpPlan) await(r *run, conn net.Conn, sent time.Time) *fault {
	pooled := expectBuffers.Get().(*[]byte)
	buf := (*pooled)[:0]
	defer func() { *pooled = buf[:0]; expectBuffers.Put(pooled) }()
	var first time.Time
	for len(buf) < MaxExpectBytes {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := conn.Read(buf[len(buf):min(cap(buf), MaxExpectBytes)])
		if n > 0 && first.IsZero() {
			first = time.Now()
			r.res.Phases.FirstByte = first.Sub(sent)
		}
		buf = buf[:len(buf)+n]
		if n > 0 && p.expect.Match(buf) {
			r.res.Phases.Transfer = time.Since(first)
			return nil
		}
		if err == nil {
			continue
		}
		if len(buf) > 0 && r.ctx.Err() == nil && (timedOut(err) || errors.Is(err, io.EOF)) {
			return faultf(protocol.CauseAssertion, "tcp.expect does not match the %d bytes that came from %s", len(buf), r.res.Endpoint)
		}
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	return faultf(protocol.CauseAssertion, "tcp.expect does not match the first %d bytes from %s", len(buf), r.res.Endpoint)
}

// parsePlace reads "host:port", "[v6]:port" or, where a port is known, "host".
func parsePlace(target, port string, family protocol.Family) (place, error) {
	host := target
	if h, p, err := net.SplitHostPort(target); err == nil {
		host, port = h, p
	} else if port == "" {
		return place{}, fmt.Errorf("target %q: expected host:port, such as mail.example.org:25 or [2001:db8::1]:25", target)
	} else if bare := strings.TrimSuffix(strings.TrimPrefix(target, "["), "]"); strings.Contains(bare, ":") {
		if _, err := netip.ParseAddr(bare); err != nil {
			return place{}, fmt.Errorf("target %q: neither host, host:port nor an IPv6 address", target)
		}
		host = bare
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return place{}, fmt.Errorf("target %q: port %q is not a number from 1 to 65535", target, port)
	}
	return newPlace(host, uint16(number), family)
}

// maxHostBytes is what DNS allows a name to have.
const maxHostBytes = 253

func newPlace(host string, port uint16, family protocol.Family) (place, error) {
	if host == "" || len(host) > maxHostBytes || strings.ContainsAny(host, " /\\@?#\t\r\n\x00") {
		return place{}, fmt.Errorf("host %q: expected a name or an IP address", host)
	}
	at := place{host: host, port: port, family: family}
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap()
		if family == protocol.FamilyIPv4 && !addr.Is4() || family == protocol.FamilyIPv6 && addr.Is4() {
			return place{}, fmt.Errorf("host %q is not an address of the family %s", host, family)
		}
		at.name, at.literal = at.endpoint(addr), []netip.Addr{addr}
	}
	return at, nil
}
