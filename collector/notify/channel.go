package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	maxSecretBytes = 64 << 10
	maxAnswerBytes = 64 << 10 // of a receiver's answer; the rest is left unread
	maxQuoteBytes  = 200      // of an answer in an error text
)

// SignatureHeader carries the time of sending and the HMAC-SHA256 over
// "time.body" with the webhook's secret: "t=1767225600,v1=hex".
const SignatureHeader = "X-Probity-Signature"

// IdempotencyHeader is the same for every attempt to deliver one notification.
const IdempotencyHeader = "Idempotency-Key"

// Channel is a receiver ready to be written to. It is safe for concurrent use.
type Channel struct {
	name, external string
	cfg            Config // without secrets
	updates        bool
	url            *url.URL
	secret         []byte
	authorization  string // whole header
	client         *http.Client
}

// Open reads the files of a valid configuration and returns its channel.
// external is the address at which people reach the collector, for links.
func Open(cfg Config, external string) (*Channel, error) {
	if faults := cfg.faults(); len(faults) > 0 {
		return nil, fmt.Errorf("channel %s: %w", cfg.Name, errors.Join(faults...))
	}
	c := &Channel{name: cfg.Name, external: strings.TrimRight(external, "/"), cfg: cfg}
	c.updates = cfg.Updates || cfg.Type == TypeAlertmanager
	if err := c.readSecrets(&cfg); err != nil {
		return nil, fmt.Errorf("channel %s: %w", cfg.Name, err)
	}
	c.cfg.URL, c.cfg.Secret, c.cfg.Token, c.cfg.Password = "", "", "", ""
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = perChannel
	c.client = &http.Client{
		Transport: transport,
		Timeout:   cmp.Or(time.Duration(cfg.Timeout), DefaultTimeout),
		// A redirect could carry alerts and credentials to a place nobody configured.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// DialWith replaces how the channel connects. Call it before the first Send.
func (c *Channel) DialWith(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	c.client.Transport.(*http.Transport).DialContext = dial
}

func (c *Channel) readSecrets(cfg *Config) error {
	values := map[string]Secret{}
	for _, s := range []struct {
		key   string
		value Secret
		file  string
	}{{"url", cfg.URL, cfg.URLFile}, {"secret", cfg.Secret, cfg.SecretFile}, {"token", cfg.Token, cfg.TokenFile}, {"password", cfg.Password, cfg.PasswordFile}} {
		v, err := fromFile(s.value, s.file)
		if err != nil {
			return fmt.Errorf("%s_file: %w", s.key, err)
		}
		values[s.key] = v
	}
	u, err := parseURL(string(values["url"]))
	if err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if c.cfg.Type == TypeAlertmanager && !strings.HasSuffix(u.Path, alertsPath) {
		u = u.JoinPath(alertsPath)
	}
	c.url, c.secret = u, []byte(values["secret"])
	switch {
	case values["token"] != "":
		c.authorization = "Bearer " + string(values["token"])
	case cfg.Username != "":
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(cfg.Username, string(values["password"]))
		c.authorization = r.Header.Get("Authorization")
	}
	return nil
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
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url.String(), bytes.NewReader(n.Payload))
	if err != nil {
		return c.fail("request not made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "probity-collector")
	req.Header.Set(IdempotencyHeader, idempotencyKey(n))
	if c.authorization != "" {
		req.Header.Set("Authorization", c.authorization)
	}
	if len(c.secret) > 0 {
		req.Header.Set(SignatureHeader, sign(c.secret, time.Now().Unix(), n.Payload))
	}
	resp, err := c.client.Do(req)
	if err != nil {
		var wrapped *url.Error // its text holds the whole address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return c.fail(err.Error())
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	if resp.StatusCode/100 == 2 {
		return nil // taken, whatever became of the answer's body
	}
	text := "answered " + resp.Status
	if c.cfg.Type == TypeAlertmanager && err == nil {
		text += ": " + c.quote(answer)
	}
	f := c.fail(text)
	f.final = final(resp.StatusCode)
	f.after = retryAfter(resp.Header.Get("Retry-After"))
	return f
}

func (c *Channel) fail(text string) *failure {
	return &failure{text: fmt.Sprintf("POST %s://%s: %s", c.url.Scheme, c.url.Host, text)}
}

// quote returns the beginning of an answer; an address may be a secret, so what it repeats is taken out.
func (c *Channel) quote(answer []byte) string {
	s := string(answer)
	for _, hide := range []string{c.url.EscapedPath(), c.url.Path, c.url.RawQuery, c.authorization} {
		if len(hide) > 1 {
			s = strings.ReplaceAll(s, hide, "[…]")
		}
	}
	return bounded(strings.Join(strings.Fields(s), " "), maxQuoteBytes)
}

// final reports whether a status means that this body will never be taken.
// Everything else, wrong credentials too, can be mended at the other end.
func final(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// retryAfter reads the seconds that a receiver asks for; dates and nonsense count as nothing.
func retryAfter(h string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(h), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func sign(secret []byte, at int64, body []byte) string {
	t := itoa(at)
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
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
