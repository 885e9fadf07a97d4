package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// crashChild in the environment makes the test binary append batches to the
// database it names, from several agents at once, and print each that is acknowledged.
const (
	crashChild  = "PROBITY_STORE_CRASH_CHILD"
	crashRounds = 25
	crashAgents = 4
	crashBatch  = 7 // results in a batch
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashChild); path != "" {
		fmt.Fprintln(os.Stderr, appendForEver(path))
		os.Exit(1)
	}
	if path := os.Getenv(crashRecords); path != "" {
		fmt.Fprintln(os.Stderr, recordForEver(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func crashAgent(i int) protocol.AgentID { return protocol.AgentID("agent-" + strconv.Itoa(i)) }

// crashResult is the k-th result of an agent's only check.
func crashResult(k int64) protocol.Result {
	o := protocol.OutcomeUp
	if k%5 == 4 {
		o = protocol.OutcomeDown
	}
	return result(k, o)
}

func appendForEver(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: path, FlushResults: 200, FlushAge: 20 * time.Millisecond})
	if err != nil {
		return err
	}
	go s.Run(ctx)
	var out sync.Mutex
	errs := make(chan error)
	for i := range crashAgents {
		go func() {
			latest, _, err := s.Latest(ctx, check, crashAgent(i))
			if err != nil {
				errs <- err
			}
			// Go on behind what an earlier round may have left, acknowledged or not.
			k := (latest.Slot-day0)/step.Milliseconds() + 1
			if latest.Slot == 0 {
				k = 0
			}
			for boot := [16]byte{byte(i + 1), byte(k), byte(k >> 8), byte(k >> 16)}; ; {
				b := &protocol.Batch{Agent: crashAgent(i), Boot: boot, Seq: uint64(k) + 1}
				for range crashBatch {
					b.Results = append(b.Results, crashResult(k))
					k++
				}
				if _, err := s.AppendBatch(ctx, b, time.Now().UnixMilli()); err != nil {
					errs <- err
				}
				out.Lock()
				fmt.Println(i, k)
				out.Unlock()
			}
		}()
	}
	return <-errs
}

func TestKillLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "probity.db")
	acked := make([]int64, crashAgents) // results, per agent
	for round := range crashRounds {
		runAndKill(t, crashChild+"="+path, time.Duration(40+round*37%211)*time.Millisecond, acked)
		verifyAcked(t, path, round, acked)
	}
	if acked[0] == 0 {
		t.Fatal("no batch was acknowledged in any round")
	}
	t.Logf("%d rounds, acknowledged results per agent: %v", crashRounds, acked)
}

// runAndKill lets a child append for a while after its first acknowledgement.
func runAndKill(t *testing.T, env string, d time.Duration, acked []int64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), env)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	first := true
	for lines.Scan() {
		if first {
			time.AfterFunc(d, func() { cmd.Process.Kill() })
			first = false
		}
		var i int
		var k int64
		if n, _ := fmt.Sscanf(lines.Text(), "%d %d\n", &i, &k); n == 2 && k > acked[i] {
			acked[i] = k
		}
	}
	cmd.Wait()
	if first || stderr.Len() > 0 {
		t.Fatalf("the child failed: %s", stderr.String())
	}
}

// verifyAcked holds every acknowledged result, exactly once, against what was sent.
func verifyAcked(t *testing.T, path string, round int, acked []int64) {
	t.Helper()
	ctx := context.Background()
	s := openStore(t, path, func(o *Options) { o.ReadOnly = round%2 == 0 })
	defer s.Close()
	for i, n := range acked {
		runs, err := s.Runs(ctx, check, crashAgent(i), 0, day0+n*step.Milliseconds())
		must(t, err)
		k := int64(0)
		for _, r := range runs {
			for j := range r.Count {
				want := crashResult(k)
				if r.First+j*r.Step != want.Slot || uint8(r.Outcome) != uint8(want.Outcome) {
					t.Fatalf("round %d, agent %d: result %d is slot %d, %v; want slot %d, %v",
						round, i, k, r.First+j*r.Step, r.Outcome, want.Slot, want.Outcome)
				}
				k++
			}
		}
		if k != n {
			t.Fatalf("round %d, agent %d: %d results, %d were acknowledged", round, i, k, n)
		}
		failures, err := s.Failures(ctx, check, crashAgent(i), 0, day0+n*step.Milliseconds(), 0)
		must(t, err)
		if want := min(n/5, MaxFailures); int64(len(failures)) != want || want > 0 && failures[0].Message == "" {
			t.Fatalf("round %d, agent %d: %d failures with evidence, want %d", round, i, len(failures), want)
		}
	}
}
