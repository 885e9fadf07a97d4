package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	maxSecretBytes = 64 << 10
	maxAnswerBytes = 64 << 10 // of a receiver's answer; the rest is left unread
	maxQuoteBytes  = 200      // of an answer in an error text
)

// Channel is a receiver ready to be written to. It is safe for concurrent use.
type Channel struct {
	name, external string
	cfg            Config // without secrets
	updates        bool
	url            *url.URL
	secret, token  string
	authorization  string   // whole header
	hide           []string // what no error may quote
	client         *http.Client
	mail           *mailer // email only
}

// Open reads the files of a valid configuration and returns its channel.
// external is the address at which people reach the collector, for links.
func Open(cfg Config, external string) (*Channel, error) {
	if faults := cfg.faults(); len(faults) > 0 {
		return nil, fmt.Errorf("channel %s: %w", cfg.Name, errors.Join(faults...))
	}
	c := &Channel{name: cfg.Name, external: strings.TrimRight(external, "/"), cfg: cfg}
	c.updates = cfg.Updates || cfg.Type == TypeAlertmanager
	c.cfg.Timeout = Duration(cmp.Or(time.Duration(cfg.Timeout), DefaultTimeout))
	values, err := readSecrets(&cfg)
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", cfg.Name, err)
	}
	c.cfg.URL, c.cfg.Secret, c.cfg.Token, c.cfg.Password = "", "", "", ""
	roots, err := readRoots(cfg.CAFile)
	if err != nil {
		return nil, fmt.Errorf("channel %s: ca_file: %w", cfg.Name, err)
	}
	if cfg.Type == TypeEmail {
		c.mail = newMailer(&c.cfg, string(values["password"]), roots)
		c.hide = []string{string(values["password"])}
		return c, nil
	}
	if err := c.address(&cfg, values); err != nil {
		return nil, fmt.Errorf("channel %s: %w", cfg.Name, err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = perChannel
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	c.client = &http.Client{
		Transport: transport,
		Timeout:   time.Duration(c.cfg.Timeout),
		// A redirect could carry alerts and credentials to a place nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// DialWith replaces how the channel connects. Call it before the first Send.
func (c *Channel) DialWith(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	if c.mail != nil {
		c.mail.dial = dial
		return
	}
	c.client.Transport.(*http.Transport).DialContext = dial
}

func readSecrets(cfg *Config) (map[string]Secret, error) {
	values := map[string]Secret{}
	for _, s := range []struct {
		key   string
		value Secret
		file  string
	}{{"url", cfg.URL, cfg.URLFile}, {"secret", cfg.Secret, cfg.SecretFile}, {"token", cfg.Token, cfg.TokenFile}, {"password", cfg.Password, cfg.PasswordFile}} {
		v, err := fromFile(s.value, s.file)
		if err != nil {
			return nil, fmt.Errorf("%s_file: %w", s.key, err)
		}
		values[s.key] = v
	}
	return values, nil
}

// address takes in where the channel posts to, and with which credentials.
func (c *Channel) address(cfg *Config, values map[string]Secret) error {
	raw := cmp.Or(string(values["url"]), serviceAddress[cfg.Type])
	u, err := parseURL(raw)
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if c.cfg.Type == TypeAlertmanager && !strings.HasSuffix(u.Path, alertsPath) {
		u = u.JoinPath(alertsPath)
	}
	c.url, c.secret, c.token = u, string(values["secret"]), string(values["token"])
	if strings.ContainsFunc(c.token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("token: holds a character that none has")
	}
	if cfg.Type == TypeTelegram && !telegramToken.MatchString(c.token) {
		return errors.New("token: not the token of a Telegram bot; it looks like 123456:ABC-def")
	}
	switch {
	case cfg.Type == TypeOpsgenie:
		c.authorization = "GenieKey " + c.token
	case c.token != "" && cfg.Type != TypePagerDuty && cfg.Type != TypeTelegram:
		c.authorization = "Bearer " + c.token
	case cfg.Username != "":
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(cfg.Username, string(values["password"]))
		c.authorization = r.Header.Get("Authorization")
	}
	c.hide = []string{c.url.RequestURI(), c.url.EscapedPath(), c.url.Path, c.url.RawQuery, c.authorization, c.secret, c.token, string(values["password"])}
	for _, all := range c.url.Query() {
		c.hide = append(c.hide, all...)
	}
	if values["url"] != "" {
		c.hide = append(c.hide, strings.Split(c.url.Path, "/")...)
	}
	slices.SortFunc(c.hide, func(a, b string) int { return len(b) - len(a) }) // no part is replaced before the whole
	return nil
}

func readRoots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil // the system's
	}
	pem, err := fromFile("", path)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM([]byte(pem)) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", path)
	}
	return roots, nil
}

const alertsPath = "/api/v2/alerts"

func fromFile(value Secret, path string) (Secret, error) {
	if path == "" {
		return value, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSecretBytes+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxSecretBytes:
		return "", fmt.Errorf("%s holds more than %d bytes", path, maxSecretBytes)
	}
	s := Secret(strings.TrimRight(string(raw), "\r\n"))
	if s == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return s, nil
}

// Name returns the channel's name.
func (c *Channel) Name() string { return c.name }

// TakesMessages reports whether people can be told of incidents through the
// channel. Alertmanager has alerts of its own kind, and is given only those.
func (c *Channel) TakesMessages() bool { return c.cfg.Type != TypeAlertmanager }

// failure is a delivery that did not succeed. Its text holds no secret.
type failure struct {
	text  string
	final bool          // the receiver will never take this body
	after time.Duration // what the receiver asked for; 0: nothing
}

func (f *failure) Error() string { return f.text }

// Send delivers one notification. The error says what happened without the
// path, the query or the credentials of the address.
func (c *Channel) Send(ctx context.Context, n Notification) error {
	if c.cfg.Type == TypeAlertmanager || c.cfg.Type == TypeWebhook {
		return c.post(ctx, request{url: c.url, body: n.Payload, key: idempotencyKey(n)})
	}
	m, err := readMessage(n.Payload)
	if err != nil {
		return &failure{text: c.scrub(err.Error()), final: true}
	}
	if c.mail != nil {
		if f := c.mail.send(ctx, n, m); f != nil {
			f.text = c.scrub(f.text)
			return f
		}
		return nil
	}
	r, err := c.form(m)
	if err != nil {
		return &failure{text: c.scrub(err.Error()), final: true}
	}
	if r.url == nil {
		return nil // the service has no word for it
	}
	r.key = idempotencyKey(n)
	return c.post(ctx, r)
}

// scrub takes what is secret out of a text: libraries and receivers repeat addresses.
func (c *Channel) scrub(text string) string {
	for _, hide := range c.hide {
		if len(hide) > 3 {
			text = strings.ReplaceAll(text, hide, "[…]")
		}
	}
	return text
}

// idempotencyKey names a notification by its content and, for stored ones, its
// row: two channels, or two alike events, never share one.
func idempotencyKey(n Notification) string {
	h := sha256.New()
	h.Write([]byte(n.Channel + "\x00" + itoa(n.ID) + "\x00"))
	h.Write(n.Payload)
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func fingerprint(key string) string {
	h := sha256.Sum256([]byte(key))
	return hex.EncodeToString(h[:8])
}
