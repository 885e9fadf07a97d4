package notify

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// Types of channels.
const (
	TypeAlertmanager = "alertmanager" // API v2 of Prometheus Alertmanager
	TypeWebhook      = "webhook"
	TypeEmail        = "email"     // SMTP
	TypeSlack        = "slack"     // an incoming webhook, or a bot's token and a chat
	TypeTeams        = "teams"     // a workflow's or connector's webhook
	TypePagerDuty    = "pagerduty" // Events API v2
	TypeOpsgenie     = "opsgenie"  // Alert API
	TypeTelegram     = "telegram"  // Bot API
	TypeFeishu       = "feishu"    // a custom bot of Feishu or Lark
	TypeWeCom        = "wecom"     // a group robot
	TypeDingTalk     = "dingtalk"  // a custom robot
)

// Ways in which a mail server is spoken to.
const (
	TLSStart    = "starttls" // upgraded before anything is said: the default
	TLSImplicit = "tls"
	TLSNone     = "none" // to this machine only
)

// Payloads of a webhook.
const (
	FormatProbity      = "probity"
	FormatAlertmanager = "alertmanager" // the shape in which Alertmanager calls webhooks, version 4
)

// Defaults and bounds of channels.
const (
	DefaultTimeout = 10 * time.Second
	// DefaultMailTimeout is of a whole session; mail servers make strangers wait.
	DefaultMailTimeout = 30 * time.Second
	MinTimeout         = 100 * time.Millisecond
	MaxTimeout         = time.Minute
	// DefaultResend is how often Alertmanager is told that an alert still
	// fires. It must be well below its resolve_timeout, 5 min by default.
	DefaultResend = time.Minute
	MinRepeat     = 10 * time.Second
	MaxChannels   = 64
	MaxURLBytes   = 2048
)

// Secret is text that neither logs nor errors print.
type Secret string

func (s Secret) String() string       { return "[secret]" }
func (s Secret) GoString() string     { return "[secret]" }
func (s Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// Duration is a length with units in text: "1m30s".
type Duration time.Duration

func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a duration; write for example \"90s\"", text)
	}
	*d = Duration(v)
	return nil
}

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Config is one channel as [[notify]] in collector.toml names it. A secret may
// stand in a file of its own: key_file instead of key. Which type takes which
// keys is in takes.
type Config struct {
	Name         string   `toml:"name"` // stays with what is queued: renaming a channel orphans its queue
	Type         string   `toml:"type"`
	URL          Secret   `toml:"url"` // secret, because many services put their key into it
	URLFile      string   `toml:"url_file"`
	Secret       Secret   `toml:"secret"` // webhook: signs with HMAC-SHA256; feishu, dingtalk: the robot's
	SecretFile   string   `toml:"secret_file"`
	Token        Secret   `toml:"token"` // Authorization: Bearer; slack, telegram: of the bot; pagerduty, opsgenie: integration key
	TokenFile    string   `toml:"token_file"`
	Username     string   `toml:"username"` // Authorization: Basic; email: of the account
	Password     Secret   `toml:"password"`
	PasswordFile string   `toml:"password_file"`
	CAFile       string   `toml:"ca_file"`  // PEM; trusted besides the system's own
	Chat         string   `toml:"chat"`     // slack: channel, telegram: chat
	Host         string   `toml:"host"`     // email: the server that takes mail in
	Port         int      `toml:"port"`     // email: 587 for starttls, 465 for tls, 25 for none
	TLS          string   `toml:"tls"`      // email: starttls (default), tls, none
	From         string   `toml:"from"`     // email: "Probity <probity@example.net>"
	To           []string `toml:"to"`       // email
	Language     string   `toml:"language"` // of the words that the channel adds: en (default) or zh-CN
	Format       string   `toml:"format"`   // webhook: probity (default) or alertmanager
	Updates      bool     `toml:"updates"`  // send updates of alerts too, not only opened and closed
	Timeout      Duration `toml:"timeout"`
	Repeat       Duration `toml:"repeat"`     // tell again what still fires; alertmanager: 1m, others: never
	Severities   []string `toml:"severities"` // empty: page and ticket, not info
	Kinds        []string `toml:"kinds"`
	Agreements   []string `toml:"agreements"` // empty lists: all
}

// Files returns the file keys, so that relative paths can be resolved in place.
func (c *Config) Files() []*string {
	return []*string{&c.URLFile, &c.SecretFile, &c.TokenFile, &c.PasswordFile, &c.CAFile}
}

var nameOK = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// Validate lists every fault of the channels, each with the channel's name, the
// key and what to do. Files are read later, by Open.
func Validate(all []Config) []error {
	var faults []error
	if len(all) > MaxChannels {
		faults = append(faults, fmt.Errorf("%d channels; at most %d are served", len(all), MaxChannels))
	}
	seen := map[string]bool{}
	for i := range all {
		c := &all[i]
		who := cmp.Or(c.Name, fmt.Sprintf("number %d", i+1))
		for _, err := range c.faults() {
			faults = append(faults, fmt.Errorf("channel %s: %w", who, err))
		}
		if seen[c.Name] {
			faults = append(faults, fmt.Errorf("channel %s: name is used twice; each channel has a queue of its own name", who))
		}
		seen[c.Name] = true
	}
	return faults
}

func (c *Config) faults() []error {
	var out []error
	fault := func(format string, args ...any) { out = append(out, fmt.Errorf(format, args...)) }
	if !nameOK.MatchString(c.Name) {
		fault("name: %q is not 1 to 64 of a–z, 0–9, dot, underscore and hyphen", c.Name)
	}
	out = append(out, c.keyFaults()...)
	if c.URL != "" {
		if _, err := parseURL(string(c.URL)); err != nil {
			fault("url: %w", err)
		}
	}
	out = append(out, c.credentialFaults()...)
	if c.Type == TypeEmail {
		out = append(out, c.mailFaults()...)
	}
	if c.Language != "" && tongues[c.Language] == nil {
		fault("language: %q is neither \"en\" nor \"zh-CN\"", c.Language)
	}
	if c.Format != "" && c.Format != FormatProbity && c.Format != FormatAlertmanager {
		fault("format: %q is neither %q nor %q", c.Format, FormatProbity, FormatAlertmanager)
	}
	if t := time.Duration(c.Timeout); t != 0 && (t < MinTimeout || t > MaxTimeout) {
		fault("timeout: %v is not between %v and %v", t, MinTimeout, MaxTimeout)
	}
	if r := time.Duration(c.Repeat); r != 0 && r < MinRepeat {
		fault("repeat: %v is shorter than %v; leave it out for the default", r, MinRepeat)
	}
	for _, s := range c.Severities {
		if s != incident.Page && s != incident.Ticket && s != incident.Info {
			fault("severities: %q is none of %q, %q and %q", s, incident.Page, incident.Ticket, incident.Info)
		}
	}
	for _, k := range c.Kinds {
		if !slices.Contains(incident.Kinds, incident.Kind(k)) {
			fault("kinds: %q is none of %v", k, incident.Kinds)
		}
	}
	return out
}

func (c *Config) credentialFaults() []error {
	var out []error
	for _, both := range []struct {
		key   string
		value Secret
		file  string
	}{{"url", c.URL, c.URLFile}, {"secret", c.Secret, c.SecretFile}, {"token", c.Token, c.TokenFile}, {"password", c.Password, c.PasswordFile}} {
		if both.value != "" && both.file != "" {
			out = append(out, fmt.Errorf("%s: set %[1]s or %[1]s_file, not both", both.key))
		}
	}
	password := c.Password != "" || c.PasswordFile != ""
	if (c.Username != "") != password {
		out = append(out, errors.New("username: needs password beside it, and the other way round"))
	}
	if c.Username != "" && (c.Token != "" || c.TokenFile != "") {
		out = append(out, errors.New("token: set token, or username and password, not both"))
	}
	return out
}

// parseURL reads the address of a channel. Its errors never quote the address.
func parseURL(raw string) (*url.URL, error) {
	if len(raw) > MaxURLBytes {
		return nil, fmt.Errorf("longer than %d bytes", MaxURLBytes)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("not a URL; write for example https://alerts.example.net/hook")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("scheme is neither http nor https")
	case u.Hostname() == "":
		return nil, errors.New("names no host")
	case u.User != nil:
		return nil, errors.New("holds a user name; use username and password")
	case u.Fragment != "" || u.RawFragment != "":
		return nil, errors.New("holds a fragment (#…), which is never sent")
	}
	return u, nil
}
