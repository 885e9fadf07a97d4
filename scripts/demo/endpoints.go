package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/errgroup"
)

// The flaky endpoint fails for flakyDown out of every flakyCycle, the first
// time flakyFirst after the start, so that a minute shows an outage and its end.
const (
	flakyFirst = 12 * time.Second
	flakyDown  = 10 * time.Second
	flakyCycle = 45 * time.Second
)

// The maintained endpoint is down inside its announced window, and only there.
// The window is wider than the work by a margin at both ends: a result holds
// until the next one.
const (
	maintenanceStart  = 18 * time.Second
	maintenanceLength = 24 * time.Second
	maintenanceMargin = 2 * time.Second
)

// endpoints are real local services for the sample agreements to probe.
type endpoints struct {
	HTTP, HTTPS, Flaky, Maintained, TCP, DNS string // "127.0.0.1:port"
	CA                                       []byte // PEM that signs HTTPS
	start                                    time.Time
}

// startEndpoints listens on loopback ports of the kernel's choice and serves until ctx ends.
func startEndpoints(ctx context.Context, g *errgroup.Group, start time.Time) (*endpoints, error) {
	e := &endpoints{start: start}
	cert, ca, err := selfSigned(start)
	if err != nil {
		return nil, err
	}
	e.CA = ca
	for _, s := range []struct {
		addr *string
		tls  *tls.Config
		h    http.Handler
	}{
		{&e.HTTP, nil, page(nil)},
		{&e.HTTPS, &tls.Config{Certificates: []tls.Certificate{cert}}, page(nil)},
		{&e.Flaky, nil, page(e.flakyDown)},
		{&e.Maintained, nil, page(e.inMaintenance)},
	} {
		if *s.addr, err = serveHTTP(ctx, g, s.tls, s.h); err != nil {
			return nil, err
		}
	}
	if e.TCP, err = serveTCP(ctx, g); err != nil {
		return nil, err
	}
	e.DNS, err = serveDNS(ctx, g)
	return e, err
}

func (e *endpoints) flakyDown() bool {
	since := time.Since(e.start) - flakyFirst
	return since >= 0 && since%flakyCycle < flakyDown
}

func (e *endpoints) inMaintenance() bool {
	since := time.Since(e.start)
	return since >= maintenanceStart+maintenanceMargin && since < maintenanceStart+maintenanceLength-maintenanceMargin
}

// page answers 200, or 503 while down says so.
func page(down func() bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down != nil && down() {
			http.Error(w, "out of order", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "in good order")
	})
}

func serveHTTP(ctx context.Context, g *errgroup.Group, conf *tls.Config, h http.Handler) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	addr := l.Addr().String()
	if conf != nil {
		l = tls.NewListener(l, conf)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	g.Go(func() error {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error { <-ctx.Done(); return srv.Close() })
	return addr, nil
}

// serveTCP greets each connection and echoes lines, like a small mail server.
func serveTCP(ctx context.Context, g *errgroup.Group) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	g.Go(func() error { <-ctx.Done(); return l.Close() })
	g.Go(func() error {
		for {
			c, err := l.Accept()
			if err != nil {
				return nil // closed on stop
			}
			go greet(c)
		}
	})
	return l.Addr().String(), nil
}

func greet(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprint(c, "220 demo ready\r\n")
	for in := bufio.NewScanner(c); in.Scan(); {
		fmt.Fprintf(c, "250 %.100s\r\n", in.Text())
	}
}

// serveDNS is authoritative for demo.test.
func serveDNS(ctx context.Context, g *errgroup.Group) (string, error) {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	mux := dns.NewServeMux()
	mux.HandleFunc("demo.test.", func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Authoritative = true
		if q.Question[0].Qtype == dns.TypeA {
			m.Answer = append(m.Answer, &dns.A{
				Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 30},
				A:   net.IPv4(192, 0, 2, 10),
			})
		}
		w.WriteMsg(m)
	})
	srv := &dns.Server{PacketConn: pc, Handler: mux}
	g.Go(srv.ActivateAndServe)
	g.Go(func() error { <-ctx.Done(); return srv.Shutdown() })
	return pc.LocalAddr().String(), nil
}

func selfSigned(now time.Time) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Probity demo"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(90 * 24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, ca, nil
}
