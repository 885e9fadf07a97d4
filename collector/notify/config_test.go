package notify_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

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
