package notify

import (
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// MaxRecipients bounds the addresses of one mail.
const MaxRecipients = 100

// takes says which keys a type of channel needs and which it may have, besides
// name, type, ca_file, language, timeout, repeat and the filters.
var takes = map[string]struct{ needs, may []string }{
	TypeAlertmanager: {[]string{"url"}, []string{"token", "username", "password"}},
	TypeWebhook:      {[]string{"url"}, []string{"token", "username", "password", "secret", "format", "updates"}},
	TypeEmail:        {[]string{"host", "from", "to"}, []string{"port", "tls", "username", "password", "updates"}},
	TypeSlack:        {nil, []string{"url", "token", "chat", "updates"}},
	TypeTeams:        {[]string{"url"}, []string{"updates"}},
	TypePagerDuty:    {[]string{"token"}, []string{"url", "updates"}},
	TypeOpsgenie:     {[]string{"token"}, []string{"url", "updates"}},
	TypeTelegram:     {[]string{"token", "chat"}, []string{"url", "updates"}},
	TypeFeishu:       {[]string{"url"}, []string{"secret", "updates"}},
	TypeWeCom:        {[]string{"url"}, []string{"updates"}},
	TypeDingTalk:     {[]string{"url"}, []string{"secret", "updates"}},
}

// keys tells of each key that only some types take whether it is set.
func (c *Config) keys() map[string]bool {
	return map[string]bool{
		"url": c.URL != "" || c.URLFile != "", "secret": c.Secret != "" || c.SecretFile != "",
		"token": c.Token != "" || c.TokenFile != "", "username": c.Username != "",
		"password": c.Password != "" || c.PasswordFile != "", "chat": c.Chat != "",
		"host": c.Host != "", "port": c.Port != 0, "tls": c.TLS != "", "from": c.From != "", "to": len(c.To) > 0,
		"format": c.Format != "", "updates": c.Updates,
	}
}

func (c *Config) keyFaults() []error {
	t, known := takes[c.Type]
	if !known {
		return []error{fmt.Errorf("type: %q is none of %s", c.Type, strings.Join(slices.Sorted(maps.Keys(takes)), ", "))}
	}
	var out []error
	set := c.keys()
	for _, key := range slices.Sorted(maps.Keys(set)) {
		switch {
		case slices.Contains(t.needs, key) && !set[key]:
			out = append(out, fmt.Errorf("%s: a channel of type %s needs it", key, c.Type))
		case set[key] && !slices.Contains(t.needs, key) && !slices.Contains(t.may, key):
			out = append(out, fmt.Errorf("%s: a channel of type %s does not take it", key, c.Type))
		}
	}
	if c.Type == TypeSlack && (set["url"] == set["token"] || set["token"] != set["chat"]) {
		out = append(out, errors.New("url: slack needs the url of an incoming webhook, or the token of a bot and a chat"))
	}
	if c.Type == TypeTelegram && c.Token != "" && !telegramToken.MatchString(string(c.Token)) {
		out = append(out, errors.New("token: not the token of a Telegram bot; it looks like 123456:ABC-def"))
	}
	return out
}

var telegramToken = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)

func (c *Config) mailFaults() []error {
	var out []error
	fault := func(format string, args ...any) { out = append(out, fmt.Errorf(format, args...)) }
	if c.Port < 0 || c.Port > 65535 {
		fault("port: %d is not between 1 and 65535", c.Port)
	}
	if c.Host != "" && !hostOK.MatchString(c.Host) {
		fault("host: %q is neither a name nor an address; the port has a key of its own", c.Host)
	}
	switch c.TLS {
	case "", TLSStart, TLSImplicit:
	case TLSNone:
		if !loopback(c.Host) {
			fault("tls: %q is for a server on this machine; %q names another", TLSNone, c.Host)
		}
		if c.Username != "" {
			fault("username: is never sent without TLS")
		}
	default:
		fault("tls: %q is none of %q, %q and %q", c.TLS, TLSStart, TLSImplicit, TLSNone)
	}
	if c.From != "" {
		if _, err := mailbox(c.From); err != nil {
			fault("from: %w", err)
		}
	}
	if len(c.To) > MaxRecipients {
		fault("to: %d addresses; at most %d are served", len(c.To), MaxRecipients)
	}
	for _, to := range c.To {
		if _, err := mailbox(to); err != nil {
			fault("to: %w", err)
		}
	}
	return out
}

var hostOK = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,253}$`)

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// mailbox reads one address, with or without a name: "Ops <ops@example.net>".
func mailbox(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || len(s) > 320 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return nil, fmt.Errorf("%q is not a mail address; write for example \"Ops <ops@example.net>\"", s)
	}
	return a, nil
}
