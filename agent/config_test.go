package agent

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/config"
)

// TestAnnotatedExample holds configs/agent.toml: it loads, it explains every
// key, and what it shows as a default is one.
func TestAnnotatedExample(t *testing.T) {
	data, err := os.ReadFile("../configs/agent.toml")
	if err != nil {
		t.Fatal(err)
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte(testToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "/etc/probity/agent.token", token, 1)
	none := func(string) (string, bool) { return "", false }
	got, err := parseConfig("agent.toml", []byte(text), none, func(*Config) {})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Warnings) > 0 || got.token.Reveal() != testToken {
		t.Errorf("warnings %q, token of %d bytes", got.Warnings, len(got.token.Reveal()))
	}
	want := Defaults()
	want.Agent, want.Collector.URL, want.Collector.TokenFile = got.Agent, got.Collector.URL, token
	want.file, want.token, want.Canary.Targets = got.file, got.token, []string{}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example is not the defaults:\n got %+v\nwant %+v", got, want)
	}
	for _, key := range keys(reflect.TypeFor[Config](), "") {
		if last := key[strings.LastIndexByte(key, '.')+1:]; !strings.Contains(string(data), last) {
			t.Errorf("configs/agent.toml does not explain %s", key)
		}
	}
}

func keys(t reflect.Type, prefix string) (out []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("toml")
		switch {
		case tag == "" || tag == "-":
		case f.Type.Kind() == reflect.Struct && strings.HasSuffix(f.Type.Name(), "Config"):
			out = append(out, keys(f.Type, prefix+tag+".")...)
		default:
			out = append(out, prefix+tag)
		}
	}
	return out
}

func TestOnlyARestartChangesWhatIsFixed(t *testing.T) {
	was := Defaults()
	for _, c := range []struct {
		key    string
		change func(*Config)
	}{
		{"agent", func(c *Config) { c.Agent = "other" }},
		{"data_dir", func(c *Config) { c.DataDir = "/elsewhere" }},
		{"schedule.drain", func(c *Config) { c.Schedule.Drain++ }},
		{"web.listen_address", func(c *Config) { c.Web.ListenAddress.Port++ }},
		{"log.format", func(c *Config) { c.Log.Format = "json" }},
		{"", func(c *Config) { c.Collector.URL, c.token = "https://other.test", config.NewSecret("new") }},
		{"", func(c *Config) { c.Batch.MaxResults, c.Canary.Targets = 7, []string{"tcp://192.0.2.1:1"} }},
	} {
		next := Defaults()
		c.change(&next)
		err := was.fixed(&next)
		if (err == nil) != (c.key == "") || (err != nil && !strings.Contains(err.Error(), c.key+": changed")) {
			t.Errorf("fixed = %v; want %q", err, c.key)
		}
	}
}

// FuzzConfig: any file is a configuration or a list of faults.
func FuzzConfig(f *testing.F) {
	data, err := os.ReadFile("../configs/agent.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("agent = \"a\"\n[collector]\nurl = \"http://[::1]:1\"\ntoken = \"x\"\n[batch]\nmax_results = 99999999\n"))
	f.Add([]byte("[canary]\ntargets = [\"icmp://\\u0000\"]\ntimeout = \"1d\"\n"))
	none := func(string) (string, bool) { return "", false }
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseConfig("agent.toml", data, none, func(c *Config) { c.Collector.TokenFile, c.Collector.CAFile, c.Web.ReloadTokenFile = "", "", "" })
		if err == nil && (c.Agent == "" || c.token.Empty()) {
			t.Fatalf("accepted %+v", c)
		}
	})
}
