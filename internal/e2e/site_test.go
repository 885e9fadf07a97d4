package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/store"
)

const collectorConfig = `
[web]
listen_address = "127.0.0.1:0"
open_read = true

[store]
path = "data/collector.db"

[agreements]
directory = "agreements"

[evaluate]
settle = "1s"
`

// site is one collector with its directory, and the agents that push to it
// through the tap.
type site struct {
	t         *testing.T
	dir       string
	tap       *tap
	collector *process
	address   string
	tokens    []string // every secret that the programs were given
}

// newSite writes a collector's configuration with agreements by file name.
func newSite(t *testing.T, agreements map[string]string) *site {
	s := &site{t: t, dir: t.TempDir(), tap: newTap(t)}
	for _, d := range []string{"agreements", "data"} {
		if err := os.Mkdir(s.path(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.write("collector.toml", collectorConfig)
	for name, text := range agreements {
		s.write("agreements/"+name, text)
	}
	t.Cleanup(s.noSecrets)
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// noSecrets fails the test when a token stands in a log, even at level debug.
func (s *site) noSecrets() {
	logs, _ := filepath.Glob(s.path("*.log"))
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			s.t.Error(err)
		}
		for _, token := range s.tokens {
			if bytes.Contains(data, []byte(token)) {
				s.t.Errorf("%s holds a token", name)
			}
		}
	}
}

// try runs a command of the collector and returns what it printed.
func (s *site) try(args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(filepath.Join(bin, "probity-collector"), append(args, "--config", s.path("collector.toml"))...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

func (s *site) run(args ...string) string {
	s.t.Helper()
	out, errs, err := s.try(args...)
	if err != nil {
		s.t.Fatalf("probity-collector %s: %v\n%s", strings.Join(args, " "), err, errs)
	}
	return out
}

// start starts the collector without waiting for it.
func (s *site) start() {
	s.t.Helper()
	s.collector = launch(s.t, s.dir, "collector", "probity-collector", "serve", "--config", s.path("collector.toml"), "--log.format", "json", "--log.level", "debug")
}

// ready waits until the collector serves, and connects the tap.
func (s *site) ready() {
	s.t.Helper()
	s.address = s.collector.said("collector serves")["address"].(string)
	s.tap.connect(s.address)
}

func (s *site) serve() {
	s.t.Helper()
	s.start()
	s.ready()
}

// stopCollector stops it in order, or by kill -9.
func (s *site) stopCollector(kill bool) {
	s.tap.connect("")
	if kill {
		s.collector.kill()
		return
	}
	s.collector.stop()
}

// token makes a token for a person or program.
func (s *site) token(role string) string {
	s.t.Helper()
	token := strings.TrimSpace(s.run("token", "create", role+"er", "--role", role, "--quiet"))
	s.tokens = append(s.tokens, token)
	return token
}

// open opens the store of the stopped, or killed, collector.
func (s *site) open() *store.Store {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Options{Path: s.path("data/collector.db"), ReadOnly: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return db
}

// get reads one document of the API.
func (s *site) get(path string, into any) {
	s.t.Helper()
	status, body := s.do(http.MethodGet, path, "")
	if status != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		s.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
}

func (s *site) do(method, path, token string) (int, []byte) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.address+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, body
}
