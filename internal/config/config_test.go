package config

import (
	"errors"
	"strings"
	"testing"
)

type settings struct {
	Collector string   `toml:"collector"`
	Poll      Duration `toml:"poll"`
	Spool     struct {
		Path string `toml:"path"`
		Max  Size   `toml:"max_size"`
	} `toml:"spool"`
	Web    Listen            `toml:"web"`
	Token  Secret            `toml:"token"`
	Labels map[string]string `toml:"labels"`
	Peers  []struct {
		Name string `toml:"name"`
	} `toml:"peer"`
}

func TestDecode(t *testing.T) {
	s := settings{Poll: 5}
	err := Decode("agent.toml", []byte(`
collector = "https://c.example"
token = "hunter2"
web = "127.0.0.1:9410"
[spool]
max_size = "256 MiB"
[labels]
any = "thing"
`), &s)
	if err != nil {
		t.Fatalf("Decode = %v; want nil", err)
	}
	if s.Spool.Max != 256<<20 || s.Token.Reveal() != "hunter2" || s.Web.Port != 9410 || s.Poll != 5 {
		t.Errorf("Decode gave %+v", s)
	}
}

func TestDecodeFaults(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"all unknown keys at once, with the nearest", "colector = 'x'\n[spool]\npaht = 'y'\n[[peer]]\nnme = 'z'",
			[]string{`agent.toml: colector: unknown key; did you mean "collector"?`, `agent.toml: spool.paht: unknown key; did you mean "path"?`,
				`agent.toml: peer.nme: unknown key; did you mean "name"?`}},
		{"an unknown table is one fault", "[zzzzzzz]\na = 1\nb = 2", []string{"agent.toml: zzzzzzz: unknown key; remove it, or use one of collector, labels, peer, poll"}},
		{"a bare integer is no duration", "poll = 30", []string{"agent.toml:1: poll: ", `write "30s" for seconds`}},
		{"a bare integer is no size", "[spool]\nmax_size = 30", []string{"agent.toml:2: spool.max_size: ", `"256 MiB"`}},
		{"a type mismatch names the key", "collector = 3", []string{"agent.toml:1: collector: is an integer, but must be a string"}},
		{"a syntax error has its line", "\n\ncollector = ", []string{"agent.toml:3: ", "expected value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := Decode("agent.toml", []byte(tt.in), &settings{})
			if err == nil {
				t.Fatalf("Decode(%q) = nil; want a fault", tt.in)
			}
			var key *KeyError
			if !errors.As(err, &key) {
				t.Errorf("Decode(%q) = %T; want a *KeyError in it", tt.in, err)
			}
			for _, w := range tt.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("Decode(%q) = %q; want %q in it", tt.in, err, w)
				}
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("poll = '1m'\n[spool]\nmax_size = '1 MiB'"))
	f.Add([]byte("[[peer]]\nname = 'a'\n[[peer]]\nnam = 1"))
	f.Add([]byte("a.b.c = [1, {x = nan}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := Decode("f.toml", data, &settings{}); err != nil && !strings.HasPrefix(err.Error(), "f.toml") {
			t.Errorf("Decode(%q) = %q; want the file's name first", data, err)
		}
	})
}
