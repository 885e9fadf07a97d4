package notify_test

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/probity-sla/probity/collector/notify"
)

// mailServer is an SMTP server on a socket that keeps what it took.
type mailServer struct {
	srv  *smtp.Server
	addr string
	ca   string // file

	mu      sync.Mutex
	taken   []letter
	tries   int                     // sessions that came to DATA
	rcpt    func(to string) error   // nil: takes everybody
	data    func(body []byte) error // before a mail is taken; nil: takes everything
	hangUp  bool                    // after DATA, without an answer, having taken the mail
	logins  []string
	inClear bool // a mail came without TLS
}

// letter is a mail as the server has it.
type letter struct {
	from string
	to   []string
	body []byte
}

func startMail(t testing.TB, mode string) *mailServer {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	t.Cleanup(web.Close)
	s := &mailServer{ca: filepath.Join(t.TempDir(), "ca.pem")}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(s.ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.serve(t, l, mode, &tls.Config{Certificates: web.TLS.Certificates})
	return s
}

func (s *mailServer) serve(t testing.TB, l net.Listener, mode string, secure *tls.Config) {
	s.addr = l.Addr().String()
	s.srv = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{s: s, c: c}, nil }))
	s.srv.Domain = "mail.example.net"
	s.srv.ErrorLog = discard{}
	switch mode {
	case notify.TLSStart:
		s.srv.TLSConfig = secure
	case notify.TLSImplicit:
		l = tls.NewListener(l, secure)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.srv.Serve(l) }()
	t.Cleanup(func() { _ = s.srv.Close(); <-done })
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func (s *mailServer) config(t testing.TB, mode string) notify.Config {
	t.Helper()
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := net.LookupPort("tcp", port)
	if err != nil {
		t.Fatal(err)
	}
	return notify.Config{
		Name: "mail", Type: notify.TypeEmail, Host: "127.0.0.1", Port: n, TLS: mode,
		From: "Probity <probity@sla.example.net>", To: []string{"Ops <ops@example.net>", "boss@example.net"},
	}
}

func (s *mailServer) all() ([]letter, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken), s.tries
}

func (s *mailServer) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// session is one client's.
type session struct {
	s *mailServer
	c *smtp.Conn
	letter
}

func (x *session) Reset()        { x.letter = letter{} }
func (x *session) Logout() error { return nil }

func (x *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		x.s.set(func() { x.s.logins = append(x.s.logins, user) })
		if password != "s3cret-word" {
			return errors.New("no")
		}
		return nil
	}), nil
}

func (x *session) Mail(from string, _ *smtp.MailOptions) error { x.from = from; return nil }

func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.rcpt != nil {
		if err := x.s.rcpt(to); err != nil {
			return err
		}
	}
	x.to = append(x.to, to)
	return nil
}

func (x *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.tries++
	if x.s.data != nil {
		if err := x.s.data(body); err != nil {
			return err
		}
	}
	x.body = body
	x.s.taken = append(x.s.taken, x.letter)
	if _, secure := x.c.TLSConnectionState(); !secure {
		x.s.inClear = true
	}
	if x.s.hangUp {
		x.c.Conn().Close()
	}
	return nil
}

func refuse(code int, enhanced smtp.EnhancedCode, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: text}
}
