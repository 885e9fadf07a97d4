package agent

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const benchRun = 10 * time.Second // after as long to settle

// BenchmarkAgentHTTP runs the real program with HTTP checks at 500 probes a
// second and reads its own metrics: CPU for a probe, all included, and memory.
// Run it with -benchtime 1x.
func BenchmarkAgentHTTP(b *testing.B) {
	for _, checks := range []int{1000, 10_000} {
		b.Run(strconv.Itoa(checks), func(b *testing.B) {
			url := target(b).URL
			list := make([]protocol.Check, checks)
			for i := range list {
				list[i] = httpCheck(url, time.Duration(checks)*2*time.Millisecond)
				list[i].ID = protocol.CheckID(fmt.Sprintf("bench/web/%d", i))
				list[i].Timeout = time.Second
			}
			addr := spawn(b, newTestCollector(b, list...).URL)
			<-time.After(benchRun)
			was := scrape(b, addr)
			for b.Loop() {
				<-time.After(benchRun)
			}
			is := scrape(b, addr)
			probes := is["probity_agent_slots_run_total"] - was["probity_agent_slots_run_total"]
			b.ReportMetric((is["process_cpu_seconds_total"]-was["process_cpu_seconds_total"])*1e6/probes, "cpu-µs/probe")
			b.ReportMetric(is["process_resident_memory_bytes"]/(1<<20), "MiB-resident")
			b.ReportMetric(probes/benchRun.Seconds()/float64(b.N), "probes/s")
		})
	}
}

// spawn starts the program and returns the address of its metrics.
func spawn(b *testing.B, collector string) string {
	dir := b.TempDir()
	self, _ := os.Executable()
	program, conf := filepath.Join(dir, "probity-agent"), filepath.Join(dir, "agent.toml")
	text := fmt.Sprintf("agent = \"berlin-1\"\ndata_dir = %q\n[collector]\nurl = %q\ntoken = %q\n", filepath.Join(dir, "data"), collector, testToken)
	if err := os.Symlink(self, program); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--config", conf, "--web.listen-address", "127.0.0.1:0")
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, addr, ok := strings.Cut(lines.Text(), "listen="); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return addr
		}
	}
	b.Fatal("the agent did not start")
	return ""
}

func scrape(b *testing.B, addr string) map[string]float64 {
	resp, err := http.Get("http://" + addr + "/metrics")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	out := map[string]float64{}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			out[name] = v
		}
	}
	return out
}
