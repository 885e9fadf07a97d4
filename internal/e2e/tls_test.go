package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// TestOverTLS has an agent push to a collector that serves TLS: first without
// knowing its certificate, then with it.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	web := newTarget(t)
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", time.Now(), "", service("web", "", web.url, "page /page 100ms"))})
	s.certificate()
	s.write("collector.toml", strings.Replace(collectorConfig, "[store]", "tls_cert_file = \"tls.crt\"\ntls_key_file = \"tls.key\"\n\n[store]", 1))
	s.start()
	s.address = s.collector.said("collector serves")["address"].(string)
	north := s.enrol("north-1", "north")
	collector := fmt.Sprintf("url = %q", "https://"+s.address)
	config := strings.Replace(s.read("north-1.toml"), fmt.Sprintf("url = %q", s.tap.url), collector, 1)

	s.write("north-1.toml", config)
	north.start()
	warning := north.said("assignment is not up to date, trying again")["error"].(string)
	if !strings.Contains(warning, "certificate") || !strings.Contains(warning, "collector.ca_file") {
		t.Errorf("a certificate that nobody vouches for: %q; want to be told of collector.ca_file", warning)
	}
	north.kill()

	s.write("north-1.toml", strings.Replace(config, collector, collector+fmt.Sprintf("\nca_file = %q", s.path("tls.crt")), 1))
	north.start()
	north.said("assignment in force")
	pause(time.Second)
	north.stop()
	if left := north.said("agent stopped")["spooled_batches"]; left != 0.0 {
		t.Errorf("%v batches were not delivered", left)
	}
	s.collector.stop()
	if n := len(stored(t, s.open(), "acme/web/page", "north-1")); n == 0 {
		t.Error("no results arrived over TLS")
	}
}

// certificate writes a certificate for 127.0.0.1 that vouches for itself, and its key.
func (s *site) certificate() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "collector of tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("tls.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	s.write("tls.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}
