package notify

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
)

// Bounds of secrets.
const (
	maxSecretBytes = 64 << 10 // of a file
	minSecretBytes = 4        // shorter ones are not looked for in texts
	minKeyBytes    = 8        // a part of an address that is as long may be a key
)

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
	for part := range strings.SplitSeq(c.url.Path, "/") {
		if len(part) >= minKeyBytes {
			c.hide = append(c.hide, part)
		}
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

// scrub takes what is secret out of a text: libraries and receivers repeat addresses.
func (c *Channel) scrub(text string) string {
	for _, hide := range c.hide {
		if len(hide) >= minSecretBytes {
			text = strings.ReplaceAll(text, hide, "[…]")
		}
	}
	return text
}
