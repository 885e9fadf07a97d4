package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"sync"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// logins are the ways to log in, the best first; a password never goes out without TLS.
var logins = []mail.SMTPAuthType{mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin}

// mailer hands mails to a server. Each is a session of its own.
type mailer struct {
	cfg      *Config
	password string
	tls      *tls.Config
	dial     func(ctx context.Context, network, address string) (net.Conn, error)

	mu  sync.Mutex
	has map[string]map[string]bool // Message-ID → recipients that have the mail, others not
}

func newMailer(cfg *Config, password string, roots *x509.CertPool) *mailer {
	return &mailer{
		cfg: cfg, password: password, dial: (&net.Dialer{}).DialContext, has: map[string]map[string]bool{},
		tls: &tls.Config{ServerName: cfg.Host, RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
}

// send hands over one mail. Refusals of a recipient or of the text that the
// server calls permanent are final; all else, wrong credentials too, can be
// mended or passes.
func (s *mailer) send(ctx context.Context, n Notification, m *Message) *failure {
	composed, err := s.compose(n, m)
	if err != nil {
		return &failure{text: "mail not composed: " + err.Error(), final: true}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Duration(s.cfg.Timeout))
	defer cancel()
	client, closeConn, err := s.connect(ctx)
	defer closeConn()
	if err != nil {
		return s.fail("not ready to take mail", err)
	}
	if err := client.Mail("<" + composed.from + ">"); err != nil {
		return s.fail("sender refused", err)
	}
	left, refused, f := s.recipients(client, composed)
	if f != nil {
		return f
	}
	if len(left) > 0 {
		if f := s.data(client, composed.msg); f != nil {
			return f
		}
		_ = client.Quit() // the mail is taken, whatever becomes of the farewell
	}
	return s.settle(composed, n.CreatedAt, left, refused)
}

// connect opens a session, secured and logged in. closeConn ends it in any case.
func (s *mailer) connect(ctx context.Context) (client *smtp.Client, closeConn func(), err error) {
	var conn net.Conn
	closeConn = func() {
		if conn != nil {
			conn.Close()
		}
	}
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		c, err := s.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		conn = c
		context.AfterFunc(ctx, func() { c.Close() })
		if s.cfg.TLS != TLSImplicit {
			return c, nil
		}
		secure := tls.Client(c, s.tls)
		return secure, secure.HandshakeContext(dialing)
	}
	o := []mail.Option{
		mail.WithTimeout(time.Duration(s.cfg.Timeout)), mail.WithTLSConfig(s.tls), mail.WithDialContextFunc(dial),
		mail.WithPort(s.port()), mail.WithTLSPolicy(mail.TLSMandatory),
	}
	switch s.cfg.TLS {
	case TLSImplicit:
		o = append(o, mail.WithSSL())
	case TLSNone:
		o = append(o, mail.WithTLSPolicy(mail.NoTLS))
	}
	if s.cfg.Username != "" {
		o = append(o, mail.WithOpportunisticSMTPAuth(logins...), mail.WithUsername(s.cfg.Username), mail.WithPassword(s.password))
	}
	c, err := mail.NewClient(s.cfg.Host, o...)
	if err != nil {
		return nil, closeConn, err
	}
	client, err = c.DialToSMTPClientWithContext(ctx)
	return client, closeConn, err
}

func (s *mailer) port() int {
	return cmp.Or(s.cfg.Port, map[string]int{TLSImplicit: 465, TLSNone: 25}[s.cfg.TLS], 587)
}

func (s *mailer) data(client *smtp.Client, msg *mail.Msg) *failure {
	w, err := client.Data()
	if err != nil {
		return s.judged("mail refused", err)
	}
	if _, err := msg.WriteTo(w); err != nil {
		return s.fail("mail not sent whole", err)
	}
	if err := w.Close(); err != nil {
		return s.judged("mail refused", err)
	}
	return nil
}

func (s *mailer) fail(what string, err error) *failure {
	if err != nil {
		what += ": " + err.Error()
	}
	return &failure{text: fmt.Sprintf("mail to %s: %s", net.JoinHostPort(s.cfg.Host, itoa(int64(s.port()))), bounded(oneLine(what), 5*maxQuoteBytes))}
}

// judged is a failure that is final when the server says so for good.
func (s *mailer) judged(what string, err error) *failure {
	f := s.fail(what, err)
	f.final = smtpCode(err)/100 == 5
	return f
}

// smtpCode is the code of the server's answer; 0 when there was none.
func smtpCode(err error) int {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return answer.Code
	}
	return 0
}
