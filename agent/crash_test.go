package agent

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestKillLeavesEverySlotAccountedFor kills the real program at random instants,
// while the collector comes and goes: no slot is left without result or reason,
// and none has two results.
func TestKillLeavesEverySlotAccountedFor(t *testing.T) {
	rounds := 25
	if testing.Short() {
		rounds = 5
	}
	check := httpCheck(target(t).URL, 100*time.Millisecond)
	c := newTestCollector(t, check)
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "probity-agent") // the name tells the test binary what to be
	conf := filepath.Join(dir, "agent.toml")
	text := fmt.Sprintf("agent = \"berlin-1\"\ndata_dir = %q\n[collector]\nurl = %q\ntoken = %q\n[batch]\nmax_delay = \"50ms\"\n[log]\nlevel = \"error\"\n",
		filepath.Join(dir, "data"), c.URL, testToken)
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() *exec.Cmd {
		cmd := exec.Command(program, "run", "--config", conf, "--web.listen-address", "127.0.0.1:0")
		cmd.Stderr = t.Output()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for round := range rounds {
		cmd := run()
		<-time.After(time.Duration(100+rand.IntN(700)) * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		away := round%3 == 1 && round < rounds-1
		c.set(func() {
			if c.answer = nil; away {
				c.answer = refuse(503)
			}
		})
	}
	c.set(func() { c.answer = nil })
	cmd := run()
	before := c.count()
	// The last gap is held open for some seconds, to grow: wait for what comes after it.
	eventually(t, "results of the last start", func() bool { return c.count() > before+80 })
	_ = cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the last start: %v", err)
	}

	from, to := int64(1<<62), int64(0)
	for k := range c.results {
		from, to = min(from, k.slot), max(to, k.slot)
	}
	results, missed := c.account(check, from, to)
	t.Logf("%d starts: %d results, %d slots missed with a reason, %d delivered twice", rounds+1, results, missed, c.twice)
	if c.twice > 0 {
		t.Errorf("%d slots have two results", c.twice)
	}
}
