package probe

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// authority is a certificate authority for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// issue makes a certificate for names and IP addresses that ends at an instant.
func (a *authority) issue(t testing.TB, ends time.Time, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test"},
		NotBefore: ends.Add(-1000 * time.Hour), NotAfter: ends}
	for _, name := range names {
		if addr, err := netip.ParseAddr(name); err == nil {
			template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// listenTLS is listen, secured with a certificate; a handshake that fails is not served.
func listenTLS(t testing.TB, cert tls.Certificate, serve func(net.Conn)) string {
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	return listen(t, func(c net.Conn) {
		secure := tls.Server(c, config)
		defer closeQuietly(secure)
		if secure.Handshake() == nil {
			serve(secure)
		}
	})
}

// hold keeps a connection open, unread, until the client closes it, and a second at most.
func hold(c net.Conn) {
	defer closeQuietly(c)
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return
	}
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); {
		gone := false
		_ = raw.Control(func(fd uintptr) {
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}, 10)
			gone = err == nil && n > 0
		})
		if gone {
			return
		}
	}
}

// say sends words once something has come, and then holds the connection.
func say(words string) func(net.Conn) {
	return func(c net.Conn) {
		readSome(c)
		_, _ = io.WriteString(c, words)
		hold(c)
	}
}

// sayAndClose sends words once something has come, and closes.
func sayAndClose(words string) func(net.Conn) {
	return func(c net.Conn) {
		defer closeQuietly(c)
		readSome(c)
		_, _ = io.WriteString(c, words)
	}
}

// reset answers with a reset once something has come.
func reset(c net.Conn) {
	readSome(c)
	_ = c.(*net.TCPConn).SetLinger(0)
	closeQuietly(c)
}

func readSome(c net.Conn) { _, _ = c.Read(make([]byte, 64<<10)) }

// bothOnOnePort listens over TCP and UDP on one port of 127.0.0.1; other
// programs take ports too, so a pair may need several tries.
func bothOnOnePort(t testing.TB) (net.Listener, net.PacketConn) {
	t.Helper()
	var last error
	for range 50 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		pc, err := net.ListenPacket("udp", l.Addr().String())
		if err == nil {
			return l, pc
		}
		closeQuietly(l)
		last = err
	}
	t.Fatal(last)
	return nil, nil
}

// closedPort returns an address of 127.0.0.1 where nothing listens.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeQuietly(l)
	return l.Addr().String()
}

// fullBacklog returns an address whose queue of connections is full: a SYN gets no answer.
func fullBacklog(t testing.TB) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := addrPortOf(sa).String()
	for range 3 {
		c, err := net.DialTimeout("tcp", addr, 50*time.Millisecond)
		if err == nil {
			t.Cleanup(func() { closeQuietly(c) })
		}
	}
	return addr
}

// silentUDP returns an address that takes datagrams and never answers.
func silentUDP(t testing.TB) string {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeQuietly(pc) })
	return pc.LocalAddr().String()
}

// serveTLS starts a web server with a certificate that no one knows, which keeps quiet about clients that say so.
func serveTLS(t testing.TB, h http.Handler, http2 bool) *httptest.Server {
	t.Helper()
	web := httptest.NewUnstartedServer(h)
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.EnableHTTP2 = http2
	web.StartTLS()
	t.Cleanup(web.Close)
	return web
}
