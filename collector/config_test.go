package collector

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/notify"
)

func TestExampleConfigurationLoadsAndExplainsEveryKey(t *testing.T) {
	const file = "../configs/collector.toml"
	if _, err := LoadConfig(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeFor[Config]()) {
		if !strings.Contains(string(data), key) {
			t.Errorf("%s does not mention the key %s", file, key)
		}
	}
}

// keysOf lists the toml keys of a struct and of the structs in it.
func keysOf(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("toml")
		if key == "" || key == "-" {
			continue
		}
		out = append(out, key)
		switch {
		case f.Type == reflect.TypeFor[[]notify.Config]():
			out = append(out, keysOf(f.Type.Elem())...)
		case f.Type.Kind() == reflect.Struct:
			out = append(out, keysOf(f.Type)...)
		}
	}
	return out
}

func TestConfigurationFaultsNameTheKeyAndTheRemedy(t *testing.T) {
	const base = "[store]\npath = \"x.db\"\n[agreements]\ndirectory = \"a\"\n"
	for _, c := range []struct{ name, text, want string }{
		{"no store", "[agreements]\ndirectory = \"a\"\n", "store.path: missing; name the SQLite file"},
		{"no agreements", "[store]\npath = \"x.db\"\n", "agreements.directory: missing; name the directory"},
		{"a key that is not known", base + "[web]\nlisten = \":80\"\n", "web.listen"},
		{"half a certificate", base + "[web]\ntls_cert_file = \"c\"\n", "web.tls_cert_file: needs web.tls_key_file"},
		{"open reading for everyone", base + "[web]\nlisten_address = \":8420\"\nopen_read = true\n", "web.open_read: would let everyone"},
		{"a bare number of seconds", base + "[evaluate]\nsettle = 10\n", "settle"},
		{"a settle time that judges too early", base + "[evaluate]\nsettle = \"10ms\"\n", "evaluate.settle: is not between 1s and 24h"},
		{"a grid that splits milliseconds", base + "[probing]\ngrid = \"1500us\"\n", "probing.grid: is not a whole number of milliseconds"},
		{"an address that is no URL", base + "[web]\nexternal_url = \"sla.example.net\"\n", "web.external_url: is not an http or https URL"},
		{"a channel of no type", base + "[[notify]]\nname = \"x\"\nurl = \"http://127.0.0.1\"\n", "channel x: type"},
	} {
		_, err := ParseConfig("collector.toml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: ParseConfig(%q) = %v; want a fault that says %q", c.name, c.text, err, c.want)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	data, err := os.ReadFile("../configs/collector.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("[store]\npath = \"x\"\n[agreements]\ndirectory = \"a\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig("collector.toml", data)
		if (c == nil) == (err == nil) {
			t.Fatalf("ParseConfig(%q) = %v, %v; want one of the two", data, c, err)
		}
	})
}
