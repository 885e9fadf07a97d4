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
	minExpiry time.Duration
}

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
	return &tlsPlan{config, spec.MinExpiry}, nil
}

// handshake secures a connection and notes when its certificates end. A fault
// with the cause tls_expiring is none: the caller goes on and reports it last.
func (r *run) handshake(conn net.Conn, p *tlsPlan) (*tls.Conn, *fault) {
	begin := time.Now()
	secure := tls.Client(conn, p.config)
	err := secure.Handshake()
	r.res.Phases.TLS += time.Since(begin)
	if err != nil {
		var verify *tls.CertificateVerificationError
		if errors.As(err, &verify) {
			r.noteExpiry(verify.UnverifiedCertificates)
		}
		return nil, r.fail(handshaking, r.res.Endpoint, err)
	}
	state := secure.ConnectionState()
	served := r.noteExpiry(state.PeerCertificates)
	if p.minExpiry <= 0 {
		return secure, nil
	}
	// A server may send certificates that no chain needs; only a chain that verified counts.
	ends := served
	if len(state.VerifiedChains) > 0 {
		ends = latestChain(state.VerifiedChains)
	}
	left := ends.Sub(begin)
	if left <= 0 {
		return nil, faultf(protocol.CauseTLSExpired, "the certificate ended on %s", ends.UTC().Format(time.DateTime))
	}
	if left < p.minExpiry {
		return secure, faultf(protocol.CauseTLSExpiring, "the certificate ends on %s, in %v; less than %v is degraded",
			ends.UTC().Format(time.DateTime), left.Round(time.Minute), p.minExpiry)
	}
	return secure, nil
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
