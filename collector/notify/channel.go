package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
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
	c.cfg.Timeout = cmp.Or(cfg.Timeout, Duration(DefaultTimeout))
	if cfg.Type == TypeEmail {
		c.cfg.Timeout = cmp.Or(cfg.Timeout, Duration(DefaultMailTimeout))
	}
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
