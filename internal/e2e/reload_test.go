package e2e

import (
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// refusedMsg is what both programs log of a configuration that they do not take.
const refusedMsg = "configuration refused; the old one stays in force"

// TestReload changes a running collector's agreements and configuration, well
// and badly, through SIGHUP and POST /-/reload, and looks at what agents run.
func TestReload(t *testing.T) {
	t.Parallel()
	web := newTarget(t)
	start := time.Now()
	acme := func(checks ...string) string {
		return agreement("acme", start, "", service("web", "", web.url, checks...))
	}
	s := newSite(t, map[string]string{"acme.toml": acme("one /one 100ms", "two /two 100ms")})
	s.serve()
	operate, read := s.token("operate"), s.token("read")
	north := s.enrol("north-1", "north")
	north.start()
	s.runs("acme/web/one", "acme/web/two")

	// One good change beside each bad one: neither may come into force.
	for _, bad := range []struct{ what, file, text, says string }{
		{"an agreement that is not TOML", "agreements/bad.toml", "id = \n", "bad.toml"},
		{"an agreement with an unknown key", "agreements/bad.toml", "id = \"bad\"\ncolour = \"red\"\n", "colour"},
		{"an agreement without a service", "agreements/bad.toml", "id = \"bad\"\nzone = \"UTC\"\n[period]\nkind = \"month\"\n", "[[service]]"},
		{"two agreements of one name", "agreements/bad.toml", acme("three /three 100ms"), "acme"},
		{"a configuration that is not TOML", "collector.toml", "[web\n", "collector.toml"},
		{"a configuration with an unknown key", "collector.toml", collectorConfig + "\n[wed]\n", "wed"},
		{"another store", "collector.toml", strings.Replace(collectorConfig, "collector.db", "other.db", 1), "[store]"},
		{"a directory that is not there", "collector.toml", strings.Replace(collectorConfig, `"agreements"`, `"nowhere"`, 1), "nowhere"},
	} {
		s.write("agreements/acme.toml", acme("one /one 100ms", "two /two 100ms", "three /three 100ms"))
		s.write(bad.file, bad.text)
		if status, body := s.do(http.MethodPost, "/-/reload", operate); status != http.StatusUnprocessableEntity || !strings.Contains(string(body), bad.says) {
			t.Errorf("reload with %s: %d %s; want 422 and a word of %q", bad.what, status, body, bad.says)
		}
		refused := len(s.collector.lines(refusedMsg))
		s.collector.signal(syscall.SIGHUP)
		eventually(t, "SIGHUP with "+bad.what+" is refused", func() bool {
			return len(s.collector.lines(refusedMsg)) > refused
		})
		s.write("collector.toml", collectorConfig)
		_ = os.Remove(s.path("agreements/bad.toml"))
	}
	s.runs("acme/web/one", "acme/web/two")
	for token, want := range map[string]int{"": 401, read: 403, "pt_wrong": 401} {
		if status, body := s.do(http.MethodPost, "/-/reload", token); status != want {
			t.Errorf("reload with token %q: %d %s; want %d", token, status, body, want)
		}
	}

	s.write("agreements/acme.toml", acme("two /two 200ms", "three /three 100ms"))
	if status, body := s.do(http.MethodPost, "/-/reload", operate); status != http.StatusOK {
		t.Fatalf("a good reload: %d %s", status, body)
	}
	s.runs("acme/web/three", "acme/web/two")
	s.write("agreements/acme.toml", acme("one /one 100ms"))
	s.collector.signal(syscall.SIGHUP)
	s.runs("acme/web/one")
	s.agentReload(north)
	north.settle()
	s.stopCollector(false)
	db := s.open()
	if n := len(stored(t, db, "acme/web/three", "north-1")); n == 0 {
		t.Error("nothing is stored of the check that came and went")
	}
	if len(s.tap.rejected) > 0 {
		t.Errorf("rejected while the assignment changed: %+v", s.tap.rejected)
	}
}

// agentReload does the same to an agent.
func (s *site) agentReload(a *agent) {
	t := s.t
	t.Helper()
	name := string(a.name) + ".toml"
	good, err := os.ReadFile(s.path(name))
	if err != nil {
		t.Fatal(err)
	}
	address := a.said("agent runs")["listen"].(string)
	reload := func() int {
		req, err := http.NewRequest(http.MethodPost, "http://"+address+"/-/reload", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+reloadToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	for what, text := range map[string]string{
		"is not TOML":          "agent = \n",
		"has an unknown key":   string(good) + "\n[bach]\n",
		"renames the agent":    strings.Replace(string(good), "north-1", "west-1", 1),
		"has a bound too wide": strings.Replace(string(good), `"50ms"`, `"5h"`, 1),
	} {
		s.write(name, text)
		if got := reload(); got != http.StatusUnprocessableEntity {
			t.Errorf("reload of an agent's configuration that %s: %d; want 422", what, got)
		}
		refused := len(a.lines(refusedMsg))
		a.signal(syscall.SIGHUP)
		eventually(t, "SIGHUP with a configuration that "+what+" is refused", func() bool {
			return len(a.lines(refusedMsg)) > refused
		})
	}
	s.runs("acme/web/one")
	s.write(name, strings.Replace(string(good), `"50ms"`, `"90ms"`, 1))
	if got := reload(); got != http.StatusOK {
		t.Errorf("a good reload of an agent: %d; want 200", got)
	}
	s.runs("acme/web/one")
}

// runs waits until the agents run exactly these checks.
func (s *site) runs(want ...protocol.CheckID) {
	s.t.Helper()
	for range 10 { // as an old assignment may live for another poll
		from := time.Now().UnixMilli()
		pause(700 * time.Millisecond)
		got := s.tap.checksSince(from)
		same := len(got) == len(want)
		for _, id := range want {
			same = same && got[id]
		}
		if same {
			return
		}
	}
	s.t.Errorf("the agents do not run exactly %q", want)
}
