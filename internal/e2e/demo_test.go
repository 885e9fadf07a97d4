package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// demoSeconds is long enough for an outage, a maintenance and their ends.
const demoSeconds = "45"

// startDemo runs the demo as `make run` does, but in a directory of ours.
func startDemo(t *testing.T, dir string, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	t.Helper()
	out = &bytes.Buffer{}
	cmd = exec.Command(filepath.Join(bin, "demo"), append(args, "-listen", "127.0.0.1:0", "-dir", dir)...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// endDemo waits for the demo and returns what it printed; it must end well, in
// time, and leave no program behind.
func endDemo(t *testing.T, cmd *exec.Cmd, out *bytes.Buffer, dir string, within time.Duration) string {
	t.Helper()
	late := time.AfterFunc(within, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v, it had %v:\n%s", err, within, out)
	}
	for _, left := range programsOf(t, dir) {
		t.Errorf("the demo left a program behind: %s", left)
	}
	return out.String()
}

// programsOf lists the running programs whose command line names a directory.
func programsOf(t *testing.T, dir string) (found []string) {
	t.Helper()
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(names) == 0 {
		t.Fatalf("no list of programs: %v", err)
	}
	for _, name := range names {
		line, err := os.ReadFile(name)
		if err == nil && bytes.Contains(line, []byte(dir)) { // else it ended meanwhile
			found = append(found, name+" "+string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// TestDemo runs the demo to its end and reads what a user reads; then it counts
// every millisecond of each of its statements.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, out := startDemo(t, dir, "-seconds", demoSeconds)
	text := endDemo(t, cmd, out, dir, 100*time.Second)
	for what, form := range map[string]string{
		"the dashboard's address":       `(?m)^Dashboard: http://127\.0\.0\.1:\d+/$`,
		"the head of the table":         `CHECK +STATE +AVAILABILITY +BUDGET LEFT +LAST CAUSE`,
		"a row of a check that is up":   `(?m)^demo-network/names/www +up +100\.\d+ % +\S+ +–$`,
		"a row of a check that is down": `(?m)^demo-\S+ +down +\S+ % +\S+ +status at \d\d:\d\d:\d\d$`,
		"the cause of the fault":        `(?m)^demo-flaky/api/quotes +\S+ +\S+ % +\S+ +status at \d\d:\d\d:\d\d$`,
		"a row of each path":            `(?s)demo-network/line/path-a .*demo-network/line/path-b `,
		"an alert when it opens":        `(?m)^alert .*opened .*Quotation API.* is down`,
		"a page to who is on call":      `(?m)^alert .*to anna .*INC-\d{4}-\d{4}`,
		"an alert when it is over":      `(?m)^alert .*resolved .*Quotation API.* is down`,
		"the statements, all of them":   `(?s)Statement of demo-web, .*Statement of demo-network, .*Statement of demo-flaky, `,
		"an outage in demo-flaky":       `(?s)Statement of demo-flaky, .*outages: [1-9].*quotes/local`,
		"an exclusion in demo-web":      `(?s)Statement of demo-web, .*excluded +down +F\.maintenance=exclude; maintenance mw-\w+; front/local`,
		"a shop that kept its promise":  `(?m)^shop +100\.000 +99\.9 +kept `,
		"an API that missed it":         `(?m)^api +\d+\.\d+ +99\.999 +missed `,
	} {
		if !regexp.MustCompile(form).MatchString(text) {
			t.Errorf("the demo does not show %s (%s)", what, form)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	countDemo(t, dir)
}

// countDemo holds the demo's statements against the brute-force count. Its
// terms are the defaults, but for what is said here.
func countDemo(t *testing.T, dir string) {
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "collector.db"), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for id, services := range map[string]map[string]*promise{
		"demo-web": {
			"shop":   {checks: []protocol.CheckID{"demo-web/shop/front"}, notice: 5 * time.Second},
			"portal": {checks: []protocol.CheckID{"demo-web/portal/https", "demo-web/portal/http"}, notice: 5 * time.Second},
		},
		"demo-network": {
			"mail":  {checks: []protocol.CheckID{"demo-network/mail/banner"}},
			"names": {checks: []protocol.CheckID{"demo-network/names/www"}},
			"line":  {checks: []protocol.CheckID{"demo-network/line/path-a", "demo-network/line/path-b"}, anyUp: true},
		},
		"demo-flaky": {"api": {checks: []protocol.CheckID{"demo-flaky/api/quotes"}}},
	} {
		file, faults := contract.LoadFile(filepath.Join(dir, "agreements", strings.TrimPrefix(id, "demo-")+".toml"))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		for _, p := range services {
			p.validFrom = file.ValidFrom
		}
		text, err := exec.Command(filepath.Join(bin, "probity-collector"), "statement", "--agreement", id, "--format", "json",
			"--config", filepath.Join(dir, "collector.toml")).Output()
		if err != nil {
			t.Fatal(err)
		}
		var st sla.Statement
		if err := json.Unmarshal(text, &st); err != nil {
			t.Fatal(err)
		}
		if len(st.Services) != len(services) {
			t.Errorf("%s has %d services, want %d", id, len(st.Services), len(services))
		}
		compare(t, db, &st, services).report(t)
	}
}

// TestDemoStopsOnCtrlC interrupts the demo as a terminal does.
func TestDemoStopsOnCtrlC(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd, out := startDemo(t, dir)
	eventually(t, "both programs of the demo run", func() bool { return len(programsOf(t, dir)) == 3 }) // and the demo itself
	pause(2 * time.Second)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if text := endDemo(t, cmd, out, dir, 15*time.Second); !strings.Contains(text, "Stopping.") {
		t.Errorf("the demo printed %q and not that it stops", text)
	}
}
