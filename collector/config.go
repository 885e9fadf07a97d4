package collector

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/internal/config"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
)

// DefaultListen is where the collector listens unless told otherwise.
const DefaultListen = "127.0.0.1:8420"

// MaxConfigBytes bounds the configuration file.
const MaxConfigBytes = 1 << 20

// Config is collector.toml. configs/collector.toml explains every key.
type Config struct {
	Web        WebConfig        `toml:"web"`
	Store      StoreConfig      `toml:"store"`
	Agreements AgreementsConfig `toml:"agreements"`
	Evaluate   EvaluateConfig   `toml:"evaluate"`
	Probing    ProbingConfig    `toml:"probing"`
	Alerts     AlertsConfig     `toml:"alerts"`
	Incidents  IncidentsConfig  `toml:"incidents"`
	Reports    ReportsConfig    `toml:"reports"`
	Log        LogConfig        `toml:"log"`
	Notify     []notify.Config  `toml:"notify"`

	People    []oncall.Person   `toml:"person"`
	Rotations []oncall.Rotation `toml:"rotation"`
	Policies  []oncall.Policy   `toml:"escalation"`
	OnCall    oncall.Config     `toml:"-"` // the three above
}

// WebConfig is the one listener: API, pages, agents.
type WebConfig struct {
	Listen      config.Listen `toml:"listen_address"`
	ExternalURL string        `toml:"external_url"` // how people reach it; for links in alerts
	OpenRead    bool          `toml:"open_read"`    // reading without a token, on loopback only
	TLSCert     string        `toml:"tls_cert_file"`
	TLSKey      string        `toml:"tls_key_file"`
}

// StoreConfig says where results and records are kept.
type StoreConfig struct {
	Path string `toml:"path"` // SQLite file
}

// AgreementsConfig says where the agreements are.
type AgreementsConfig struct {
	Directory string `toml:"directory"`
}

// EvaluateConfig tunes the judging of results.
type EvaluateConfig struct {
	Settle config.Duration `toml:"settle"`
}

// ProbingConfig is what all agents share.
type ProbingConfig struct {
	Grid config.Duration `toml:"grid"`
}

// AlertsConfig is what all alerts share.
type AlertsConfig struct {
	RunbookURL string `toml:"runbook_url"` // where the runbook is published; alerts link to its sections
}

// IncidentsConfig says when the collector closes an incident, and when it is the same one again.
type IncidentsConfig struct {
	ResolveAfter config.Duration `toml:"resolve_after"` // without an outage
	ReopenWithin config.Duration `toml:"reopen_within"` // after its end, by another outage of the same cause
	CustomerMail string          `toml:"customer_mail"` // [[notify]] of type email by which customers hear of the faults they reported
}

// ReportsConfig says how service reports reach people.
type ReportsConfig struct {
	Mail string `toml:"mail"` // [[notify]] of type email that carries issued reports to their recipients
}

// Defaults and bounds of [incidents].
const (
	DefaultResolveAfter = 15 * time.Minute
	DefaultReopenWithin = time.Hour
	MaxIncidentSpan     = 7 * 24 * time.Hour
)

// LogConfig is how the collector logs.
type LogConfig struct {
	Level  string `toml:"level"`
	Format string `toml:"format"`
}

// LoadConfig reads and checks a configuration file. Relative paths in it are
// relative to its directory. The error lists every fault, one a line.
func LoadConfig(path string) (*Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w; name the file with --config", err)
	}
	if info.Size() > MaxConfigBytes {
		return nil, fmt.Errorf("%s: larger than %d bytes; this is not a collector.toml", path, MaxConfigBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return ParseConfig(path, data)
}

// ParseConfig is LoadConfig for bytes already read; name is the file's path.
func ParseConfig(name string, data []byte) (*Config, error) {
	c := &Config{}
	c.Web.Listen, _ = config.ParseListen(DefaultListen)
	c.Evaluate.Settle = config.Duration(evaluate.DefaultSettle)
	c.Probing.Grid = config.Duration(protocol.DefaultGrid)
	c.Incidents = IncidentsConfig{ResolveAfter: config.Duration(DefaultResolveAfter), ReopenWithin: config.Duration(DefaultReopenWithin)}
	c.Log = LogConfig{Level: "info", Format: "text"}
	if err := config.Decode(name, data, c); err != nil {
		return nil, err
	}
	c.OnCall = oncall.Config{People: c.People, Rotations: c.Rotations, Policies: c.Policies}
	dir := filepath.Dir(name)
	paths := []*string{&c.Store.Path, &c.Agreements.Directory, &c.Web.TLSCert, &c.Web.TLSKey}
	for i := range c.Notify {
		paths = append(paths, c.Notify[i].Files()...)
	}
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
	if faults := c.validate(name); len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

func (c *Config) validate(name string) config.Errors {
	var faults config.Errors
	fault := func(path, problem, hint string) {
		faults = append(faults, &config.KeyError{File: name, Path: path, Problem: problem, Hint: hint})
	}
	if c.Store.Path == "" {
		fault("store.path", "missing", `name the SQLite file, for example "/var/lib/probity/collector.db"`)
	}
	if c.Agreements.Directory == "" {
		fault("agreements.directory", "missing", `name the directory of agreement files, for example "/etc/probity/agreements"`)
	}
	if (c.Web.TLSCert == "") != (c.Web.TLSKey == "") {
		fault("web.tls_cert_file", "needs web.tls_key_file beside it, and the other way round", "set both or neither")
	}
	if c.Web.OpenRead && !c.Web.Listen.Loopback() {
		fault("web.open_read", "would let everyone who reaches "+c.Web.Listen.String()+" read",
			"listen on a loopback address, or remove it and create tokens with: probity-collector token create --role read")
	}
	if u, err := url.Parse(c.Web.ExternalURL); err != nil || c.Web.ExternalURL != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		fault("web.external_url", "is not an http or https URL", `write for example "https://sla.example.net"`)
	}
	if s := c.Evaluate.Settle.Std(); s < time.Second || s > 24*time.Hour {
		fault("evaluate.settle", "is not between 1s and 24h", "10s suits agents that push every second")
	}
	if g := c.Probing.Grid.Std(); g < time.Millisecond || g > time.Second || g%time.Millisecond != 0 {
		fault("probing.grid", "is not a whole number of milliseconds from 1ms to 1s", "20ms is the default")
	}
	for _, x := range []struct {
		key  string
		span time.Duration
	}{{"resolve_after", c.Incidents.ResolveAfter.Std()}, {"reopen_within", c.Incidents.ReopenWithin.Std()}} {
		if x.span < 0 || x.span > MaxIncidentSpan {
			fault("incidents."+x.key, "is not between 0s and "+MaxIncidentSpan.String(), "leave it out for the default")
		}
	}
	for _, err := range notify.Validate(c.Notify) {
		fault("notify", err.Error(), "")
	}
	channels := make([]string, len(c.Notify))
	for i := range c.Notify {
		channels[i] = c.Notify[i].Name
	}
	for _, x := range []struct{ key, name string }{{"incidents.customer_mail", c.Incidents.CustomerMail}, {"reports.mail", c.Reports.Mail}} {
		if x.name != "" && !slices.ContainsFunc(c.Notify, func(n notify.Config) bool { return n.Name == x.name && n.Type == notify.TypeEmail }) {
			fault(x.key, "names "+strconv.Quote(x.name)+", which is no [[notify]] of type email", "name one, or leave it out")
		}
	}
	for _, err := range oncall.Validate(&c.OnCall, channels) {
		fault("on call", err.Error(), "")
	}
	for i := range c.Notify {
		if n := &c.Notify[i]; n.Type == notify.TypeAlertmanager && c.escalates(n.Name) {
			fault("escalation", "tells channel "+strconv.Quote(n.Name)+", which is an Alertmanager and takes alerts only",
				"name a channel that takes messages: webhook, email, or a chat or paging service")
		}
	}
	return faults
}

// escalates reports whether escalation sends through a channel.
func (c *Config) escalates(channel string) bool {
	for _, p := range c.People {
		if slices.Contains(p.Channels, channel) {
			return true
		}
	}
	for _, p := range c.Policies {
		for _, l := range p.Levels {
			if slices.Contains(l.Notify, "channel:"+channel) {
				return true
			}
		}
	}
	return false
}

// policiesKnown refuses agreements that escalate by a policy which is not there.
func (c *Config) policiesKnown(set *contract.Set) error {
	var faults config.Errors
	for _, a := range set.Agreements {
		if a.Escalation != "" && c.OnCall.Policy(a.Escalation) == nil {
			faults = append(faults, &config.KeyError{File: a.File, Path: "escalation", Problem: "names the policy " + strconv.Quote(a.Escalation) + ", which the collector does not have",
				Hint: "add [[escalation]] name = " + strconv.Quote(a.Escalation) + " to collector.toml, or take the key out"})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	return nil
}

// warnings are what a configuration and its agreements say and can hardly mean.
func (c *Config) warnings(set *contract.Set) []string {
	var out []string
	if c.Web.TLSCert == "" && !c.Web.Listen.Loopback() {
		out = append(out, "web.listen_address "+c.Web.Listen.String()+" is open to other machines without TLS: "+
			"tokens can be read on the way; set web.tls_cert_file and web.tls_key_file")
	}
	for _, a := range set.Agreements {
		if len(a.Report.Recipients) > 0 && c.Reports.Mail == "" {
			out = append(out, fmt.Sprintf("%s: report.recipients: nobody is sent a report, for reports.mail of the collector's configuration names no channel", a.File))
		}
		for _, f := range contract.Lint(a) {
			out = append(out, fmt.Sprintf("%s: %v", a.File, f))
		}
	}
	return out
}

// externalURL is the address for people, without a trailing slash.
func (c *Config) externalURL(bound string) string {
	if c.Web.ExternalURL != "" {
		return trimSlash(c.Web.ExternalURL)
	}
	scheme := "http"
	if c.Web.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + bound
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}
