package notify_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

func TestValidate(t *testing.T) {
	good := notify.Config{Name: "hook", Type: "webhook", URL: "https://alerts.example.net/h"}
	for _, tt := range []struct {
		name string
		edit func(*notify.Config)
		want string // part of the faults, "" for none
	}{
		{"a webhook with an address is enough", func(*notify.Config) {}, ""},
		{"an alertmanager too", func(c *notify.Config) { c.Type = "alertmanager" }, ""},
		{"everything at once", func(c *notify.Config) {
			c.Format, c.Secret, c.Token, c.Timeout, c.Repeat = "alertmanager", "k", "t", notify.Duration(time.Second), notify.Duration(time.Hour)
			c.Severities, c.Kinds, c.Agreements = []string{"page"}, []string{"service_down"}, []string{"shop"}
		}, ""},
		{"a name that cannot be one", func(c *notify.Config) { c.Name = "Our Hook" }, "name:"},
		{"no name", func(c *notify.Config) { c.Name = "" }, "channel number 1: name:"},
		{"a type nobody knows", func(c *notify.Config) { c.Type = "pager" }, "type:"},
		{"no address", func(c *notify.Config) { c.URL = "" }, "url: a channel of type webhook needs it"},
		{"two addresses", func(c *notify.Config) { c.URLFile = "x" }, "not both"},
		{"an address of another scheme", func(c *notify.Config) { c.URL = "ftp://key-in-here/x" }, "neither http nor https"},
		{"an address without a host", func(c *notify.Config) { c.URL = "http:///x" }, "no host"},
		{"an address with a password", func(c *notify.Config) { c.URL = "http://u:key-in-here@h/" }, "user name"},
		{"an address that is none", func(c *notify.Config) { c.URL = "http://[key-in-here" }, "not a URL"},
		{"a fragment", func(c *notify.Config) { c.URL = "http://h/#x" }, "fragment"},
		{"an endless address", func(c *notify.Config) { c.URL = notify.Secret("http://h/" + strings.Repeat("x", 3000)) }, "longer than"},
		{"a secret twice", func(c *notify.Config) { c.Secret, c.SecretFile = "k", "f" }, "secret: set secret or secret_file"},
		{"a user without a password", func(c *notify.Config) { c.Username = "u" }, "password"},
		{"two kinds of credentials", func(c *notify.Config) { c.Username, c.Password, c.Token = "u", "p", "t" }, "not both"},
		{"an alertmanager that is signed", func(c *notify.Config) { c.Type, c.Secret = "alertmanager", "k" }, "secret: a channel of type alertmanager does not take it"},
		{"an alertmanager with a format", func(c *notify.Config) { c.Type, c.Format = "alertmanager", "probity" }, "format: a channel of type alertmanager does not take it"},
		{"a format nobody knows", func(c *notify.Config) { c.Format = "xml" }, "format:"},
		{"a timeout of an hour", func(c *notify.Config) { c.Timeout = notify.Duration(time.Hour) }, "timeout:"},
		{"a repetition each second", func(c *notify.Config) { c.Repeat = notify.Duration(time.Second) }, "repeat:"},
		{"a severity nobody knows", func(c *notify.Config) { c.Severities = []string{"critical"} }, "severities:"},
		{"a kind nobody knows", func(c *notify.Config) { c.Kinds = []string{"down"} }, "kinds:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			tt.edit(&c)
			err := errors.Join(notify.Validate([]notify.Config{c})...)
			if tt.want == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Validate = %v, want %q", err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "key-in-here") {
				t.Errorf("%v quotes the address", err)
			}
		})
	}
	if err := errors.Join(notify.Validate([]notify.Config{good, good})...); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("Validate(same name) = %v, want a fault", err)
	}
	bad := notify.Config{Type: "email"}
	if n := len(notify.Validate([]notify.Config{bad})); n < 3 {
		t.Errorf("Validate(%+v) lists %d faults, want name, host, from and to", bad, n)
	}
}

func TestConfigDecodes(t *testing.T) {
	var c struct{ Notify []notify.Config }
	meta, err := toml.Decode(`
[[notify]]
name = "hook"
type = "webhook"
url = "https://h/s3cret"
secret_file = "hook.secret"
format = "alertmanager"
updates = true
timeout = "5s"
repeat = "4h"
severities = ["page"]
`, &c)
	if err != nil || len(meta.Undecoded()) > 0 {
		t.Fatalf("Decode = %v, not decoded %v", err, meta.Undecoded())
	}
	if got := time.Duration(c.Notify[0].Repeat); got != 4*time.Hour {
		t.Errorf("repeat = %v, want 4h", got)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", c, c, c, c.Notify[0].URL); strings.Contains(s, "s3cret") {
		t.Errorf("printing shows the address: %s", s)
	}
	if _, err := toml.Decode("[[notify]]\ntimeout = \"5 seconds\"", &c); err == nil || !strings.Contains(err.Error(), "not a duration") {
		t.Errorf("Decode(5 seconds) = %v, want a fault", err)
	}
}

func TestOpenReadsFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	good := notify.Config{Name: "hook", Type: "webhook", URLFile: file("url", "https://h/x\n"), SecretFile: file("key", "k")}
	if _, err := notify.Open(good, ""); err != nil {
		t.Errorf("Open = %v", err)
	}
	for _, tt := range []struct{ name, url, want string }{
		{"a file that is not there", filepath.Join(dir, "none"), "url_file"},
		{"a file that is empty", file("empty", "\n"), "is empty"},
		{"a file that is too long", file("long", strings.Repeat("x", 70_000)), "more than"},
		{"a file that holds no address", file("bad", "k3y"), "url: scheme"},
	} {
		c := good
		c.URLFile = tt.url
		if _, err := notify.Open(c, ""); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "k3y") {
			t.Errorf("%s: Open = %v, want %q", tt.name, err, tt.want)
		}
	}
}

// FuzzURL: an address that is taken can be asked, and a fault never quotes it.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"https://h/x?k=v", "http://[::1]:9093", "http://h:bad", "//h", "http://u@h", "http://h/#f", "\x00", "HTTP://H"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := notify.ParseURL(s)
		if err != nil {
			if len(s) > 24 && strings.Contains(err.Error(), s) {
				t.Errorf("ParseURL(%q) = %v quotes the address", s, err)
			}
			return
		}
		if u.Host == "" || u.User != nil || len(s) > notify.MaxURLBytes {
			t.Errorf("ParseURL(%q) = %+v", s, u)
		}
		for _, typ := range []string{notify.TypeWebhook, notify.TypeAlertmanager} {
			if _, err := notify.Open(notify.Config{Name: "x", Type: typ, URL: notify.Secret(s)}, ""); err != nil {
				t.Errorf("Open(%q) = %v, though the address is taken", s, err)
			}
		}
	})
}

// TestValidateTypes: what each type needs, and what it does not take.
func TestValidateTypes(t *testing.T) {
	mail := notify.Config{Type: "email", Host: "mail.example.net", From: "Probity <p@example.net>", To: []string{"ops@example.net"}}
	with := func(c notify.Config, edit func(*notify.Config)) notify.Config { edit(&c); return c }
	for _, tt := range []struct {
		name string
		cfg  notify.Config
		want string // part of the faults, "" for none
	}{
		{"a mail server, from and to are enough", mail, ""},
		{"a login", with(mail, func(c *notify.Config) { c.Username, c.PasswordFile = "u", "f" }), ""},
		{"no recipient", with(mail, func(c *notify.Config) { c.To = nil }), "to: a channel of type email needs it"},
		{"a recipient that is none", with(mail, func(c *notify.Config) { c.To = []string{"ops"} }), "not a mail address"},
		{"two in one", with(mail, func(c *notify.Config) { c.To = []string{"a@b.c, d@e.f"} }), "not a mail address"},
		{"a header in it", with(mail, func(c *notify.Config) { c.From = "a@b.c\r\nBcc: d@e.f" }), "from:"},
		{"far too many", with(mail, func(c *notify.Config) { c.To = slices.Repeat([]string{"a@b.c"}, 101) }), "at most 100"},
		{"in the clear to another machine", with(mail, func(c *notify.Config) { c.TLS = "none" }), "on this machine"},
		{"in the clear to this machine", with(mail, func(c *notify.Config) { c.TLS, c.Host = "none", "::1" }), ""},
		{"a password in the clear", with(mail, func(c *notify.Config) { c.TLS, c.Host, c.Username, c.Password = "none", "localhost", "u", "p" }), "never sent without TLS"},
		{"a way nobody knows", with(mail, func(c *notify.Config) { c.TLS = "ssl" }), "tls:"},
		{"a port with the host", with(mail, func(c *notify.Config) { c.Host = "mail.example.net/25" }), "host:"},
		{"a port that is none", with(mail, func(c *notify.Config) { c.Port = 70000 }), "port:"},
		{"mail to an address", with(mail, func(c *notify.Config) { c.URL = "https://h" }), "url: a channel of type email does not take it"},
		{"a webhook with recipients", notify.Config{Type: "webhook", URL: "https://h", To: []string{"a@b.c"}}, "to: a channel of type webhook does not take it"},
		{"slack by webhook", notify.Config{Type: "slack", URL: "https://hooks.slack.com/services/x"}, ""},
		{"slack by bot", notify.Config{Type: "slack", Token: "xoxb-1", Chat: "C1"}, ""},
		{"slack by neither", notify.Config{Type: "slack"}, "incoming webhook"},
		{"slack by both", notify.Config{Type: "slack", URL: "https://h", Token: "x", Chat: "C1"}, "incoming webhook"},
		{"a bot without a chat", notify.Config{Type: "slack", Token: "x"}, "and a chat"},
		{"teams", notify.Config{Type: "teams", URLFile: "f"}, ""},
		{"pagerduty", notify.Config{Type: "pagerduty", Token: "k"}, ""},
		{"pagerduty without a key", notify.Config{Type: "pagerduty"}, "token: a channel of type pagerduty needs it"},
		{"opsgenie in Europe", notify.Config{Type: "opsgenie", TokenFile: "f", URL: "https://api.eu.opsgenie.com"}, ""},
		{"telegram", notify.Config{Type: "telegram", Token: "123:abc", Chat: "@ops"}, ""},
		{"telegram without a chat", notify.Config{Type: "telegram", Token: "123:abc"}, "chat: a channel"},
		{"telegram with what is no token", notify.Config{Type: "telegram", Token: "key-in-here", Chat: "@ops"}, "not the token"},
		{"feishu, signed", notify.Config{Type: "feishu", URL: "https://open.feishu.cn/x", Secret: "k"}, ""},
		{"dingtalk, signed", notify.Config{Type: "dingtalk", URL: "https://oapi.dingtalk.com/x", SecretFile: "f"}, ""},
		{"wecom cannot sign", notify.Config{Type: "wecom", URL: "https://h", Secret: "k"}, "secret: a channel of type wecom does not take it"},
		{"a language nobody speaks here", notify.Config{Type: "teams", URL: "https://h", Language: "tlh"}, "language:"},
		{"info on request", notify.Config{Type: "teams", URL: "https://h", Severities: []string{"info"}, Kinds: []string{"maintenance_begins"}}, ""},
	} {
		tt.cfg.Name = "x"
		err := errors.Join(notify.Validate([]notify.Config{tt.cfg})...)
		if tt.want == "" != (err == nil) || err != nil && (!strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "key-in-here")) {
			t.Errorf("%s: Validate = %v, want %q", tt.name, err, tt.want)
		}
	}
	c := notify.Config{CAFile: "a", URLFile: "b", SecretFile: "c", TokenFile: "d", PasswordFile: "e"}
	for _, f := range c.Files() {
		*f = "dir/" + *f
	}
	if c.CAFile != "dir/a" || c.URLFile != "dir/b" || c.SecretFile != "dir/c" || c.TokenFile != "dir/d" || c.PasswordFile != "dir/e" {
		t.Errorf("Files misses one: %+v", c)
	}
	if _, err := notify.Open(notify.Config{Name: "x", Type: "teams", URL: "https://h", CAFile: os.DevNull}, ""); err == nil || !strings.Contains(err.Error(), "ca_file") {
		t.Errorf("Open with an empty ca_file = %v, want a fault", err)
	}
}

// TestInfoOnRequest: what nobody has to act on goes to those who ask for it.
func TestInfoOnRequest(t *testing.T) {
	c := change(incident.ChangeOpened, "web", 1, 2)
	c.Alert.Severity = incident.Info
	all := []*notify.Channel{
		open(t, notify.Config{Name: "all", Type: "webhook", URL: "http://h"}), open(t, notify.Config{Name: "am", Type: "alertmanager", URL: "http://h"}),
		open(t, notify.Config{Name: "info", Type: "webhook", URL: "http://h", Severities: []string{"info"}}),
	}
	rows, err := notify.Plan([]incident.Change{c}, all)
	if err != nil || len(rows) != 1 || rows[0].Channel != "info" {
		t.Errorf("Plan(info) = %v, %v; want the channel that asks for it", rows, err)
	}
}
