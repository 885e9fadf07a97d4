package probe

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// tlsPlan is how a connection is secured and its certificate judged.
type tlsPlan struct {
	config    *tls.Config
	hybrid    *tls.Config // for a peer that refuses what config offers
	minExpiry time.Duration
}

// classical leaves out the post-quantum key exchange, which costs 200 µs of CPU
// a handshake: what a probe sends need not stay secret for decades.
var classical = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}

func prepareTLS(spec *protocol.TLSSpec, host, alpn string, c *planCache) (*tlsPlan, error) {
	if spec == nil {
		spec = &protocol.TLSSpec{}
	}
	config := &tls.Config{ServerName: host}
	if spec.ServerName != "" {
		config.ServerName = spec.ServerName
	}
	// The operator asked for it: a target with a private name or an appliance's own certificate.
	config.InsecureSkipVerify = spec.SkipVerify
	if alpn != "" {
		config.NextProtos = []string{alpn}
	}
	if spec.CAPEM != "" {
		pool, err := c.pool(spec.CAPEM)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	hybrid := config.Clone()
	config.CurvePreferences = classical
	return &tlsPlan{config, hybrid, spec.MinExpiry}, nil
}

// connection is an open one, secured where the check says so.
type connection struct {
	net.Conn
	tcp      net.Conn // that it is or secures
	unwatch  func() bool
	expiring *fault // to be reported when nothing worse is found
}

// Close closes the TCP connection alone: a TLS farewell could block on a peer that does not read.
func (c *connection) Close() error {
	c.unwatch()
	return c.tcp.Close()
}

// open connects to a place and, with a plan, secures the connection.
func (r *run) open(at place, p *tlsPlan) (*connection, *fault) {
	if p == nil {
		return r.openWith(at, nil, 0)
	}
	c, f := r.openWith(at, p.config, p.minExpiry)
	if f != nil && refusesClassical(f.err) {
		return r.openWith(at, p.hybrid, p.minExpiry)
	}
	return c, f
}

func (r *run) openWith(at place, config *tls.Config, minExpiry time.Duration) (*connection, *fault) {
	c, f := r.connect(at)
	if f != nil || config == nil {
		return c, f
	}
	secure := tls.Client(c.tcp, config)
	c.Conn = secure
	f = r.handshake(secure, minExpiry)
	if f != nil && f.cause != protocol.CauseTLSExpiring {
		closeQuietly(c)
		return nil, f
	}
	c.expiring = f
	return c, nil
}

// refusesClassical says whether a peer gave the answer of one that knows none of the key exchanges offered.
func refusesClassical(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error" && op.Err.Error() == handshakeFailure.Error()
}

const handshakeFailure = tls.AlertError(40)

// handshake secures a connection and notes when its certificates end.
func (r *run) handshake(secure *tls.Conn, minExpiry time.Duration) *fault {
	begin := time.Now()
	err := secure.Handshake()
	r.res.Phases.TLS += time.Since(begin)
	if err != nil {
		var verify *tls.CertificateVerificationError
		if errors.As(err, &verify) {
			r.noteExpiry(verify.UnverifiedCertificates)
		}
		return r.fail(handshaking, r.res.Endpoint, err)
	}
	state := secure.ConnectionState()
	served := r.noteExpiry(state.PeerCertificates)
	if minExpiry <= 0 {
		return nil
	}
	// A server may send certificates that no chain needs; only a chain that verified counts.
	ends := served
	if len(state.VerifiedChains) > 0 {
		ends = latestChain(state.VerifiedChains)
	}
	left := ends.Sub(begin)
	if left <= 0 {
		return faultf(protocol.CauseTLSExpired, "the certificate ended on %s", ends.UTC().Format(time.DateTime))
	}
	if left < minExpiry {
		return faultf(protocol.CauseTLSExpiring, "the certificate ends on %s, in %v; less than %v is degraded",
			ends.UTC().Format(time.DateTime), left.Round(time.Minute), minExpiry)
	}
	return nil
}

func (r *run) noteExpiry(chain []*x509.Certificate) time.Time {
	if len(chain) == 0 {
		return time.Time{}
	}
	ends := earliest(chain)
	r.res.TLSExpiry = ends.UnixMilli()
	return ends
}

func earliest(chain []*x509.Certificate) time.Time {
	ends := chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotAfter.Before(ends) {
			ends = c.NotAfter
		}
	}
	return ends
}

// latestChain returns the end of the chain that lasts longest.
func latestChain(chains [][]*x509.Certificate) time.Time {
	var ends time.Time
	for _, chain := range chains {
		if e := earliest(chain); e.After(ends) {
			ends = e
		}
	}
	return ends
}
