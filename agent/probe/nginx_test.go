package probe

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const nginxConf = `user root; worker_processes 1; pid %[1]s/pid; error_log stderr crit;
events { worker_connections 256; }
http {
	access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	server { listen %[2]s; root %[1]s; location /gone { return 410; } location /to { return 301 /page.html; }
		location /away { return 302 https://elsewhere.example/; } location /drop { return 444; } }
	server { listen %[3]s ssl http2; root %[1]s; ssl_certificate %[1]s/cert.pem; ssl_certificate_key %[1]s/key.pem; }
}`

// startNginx serves a page at two addresses, the second over TLS.
func startNginx(t testing.TB, ca *authority) (plain, secure string) {
	t.Helper()
	dir := t.TempDir()
	plain, secure = closedPort(t), closedPort(t)
	cert := ca.issue(t, time.Now().Add(30*day), "127.0.0.1")
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nginx.conf": fmt.Appendf(nil, nginxConf, dir, plain, secure),
		"cert.pem":   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}),
		"key.pem":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"page.html":  []byte("<h1>all good</h1>\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("nginx", "-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-g", "daemon off;")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; `make test` installs it (the package nginx-light)", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	for range 500 {
		if c, err := net.Dial("tcp", secure); err == nil {
			closeQuietly(c)
			return plain, secure
		}
		<-time.After(10 * time.Millisecond)
	}
	t.Fatal("nginx did not start")
	return "", ""
}

func TestNginx(t *testing.T) {
	ca := newAuthority(t)
	plain, secure := startNginx(t, ca)
	p := newProber(t)
	trust := &protocol.TLSSpec{CAPEM: ca.pem}
	for i, row := range []struct {
		sentence string
		target   string
		spec     protocol.HTTPSpec
		want     protocol.Cause
		status   int
	}{
		{"a page is up", "http://" + plain + "/page.html", protocol.HTTPSpec{BodyContains: "all good", HeaderMatches: []protocol.Header{{Name: "Server", Value: "^nginx"}}}, protocol.CauseNone, 200},
		{"a page over TLS is up", "https://" + secure + "/page.html", protocol.HTTPSpec{TLS: trust, BodyContains: "all good"}, protocol.CauseNone, 200},
		{"a page over HTTP/2 is up", "https://" + secure + "/page.html", protocol.HTTPSpec{TLS: trust, HTTPVersion: "2", BodyContains: "all good"}, protocol.CauseNone, 200},
		{"HEAD is up", "http://" + plain + "/page.html", protocol.HTTPSpec{Method: "HEAD"}, protocol.CauseNone, 200},
		{"a missing page is down", "http://" + plain + "/none", protocol.HTTPSpec{}, protocol.CauseStatus, 404},
		{"a page that is gone is down", "http://" + plain + "/gone", protocol.HTTPSpec{}, protocol.CauseStatus, 410},
		{"a redirect is followed", "http://" + plain + "/to", protocol.HTTPSpec{MaxRedirects: 1, BodyContains: "all good"}, protocol.CauseNone, 200},
		{"a redirect elsewhere is not", "http://" + plain + "/away", protocol.HTTPSpec{MaxRedirects: 1}, protocol.CauseRedirect, 302},
		{"a dropped request is a reset", "http://" + plain + "/drop", protocol.HTTPSpec{}, protocol.CauseReset, 0},
		{"plain HTTP to the TLS port is down", "http://" + secure + "/", protocol.HTTPSpec{}, protocol.CauseStatus, 400},
		{"TLS to the plain port is down", "https://" + plain + "/", protocol.HTTPSpec{}, protocol.CauseTLSHandshake, 0},
		{"a method that is not allowed is down", "http://" + plain + "/page.html", protocol.HTTPSpec{Method: "POST", Body: "x"}, protocol.CauseStatus, 405},
	} {
		c := check(protocol.KindHTTP, row.target)
		c.ID, c.HTTP = protocol.CheckID(fmt.Sprintf("a/nginx/%d", i)), &row.spec
		if res := p.once(c); res.Cause != row.want || res.Status != row.status {
			t.Errorf("%s: Run(%s) = %v %v, status %d, %q; want %v, %d", row.sentence, row.target, res.Outcome, res.Cause,
				res.Status, res.Message, row.want, row.status)
		}
	}
}
