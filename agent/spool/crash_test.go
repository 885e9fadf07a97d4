package spool

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// crashBytes holds what a child can append in a round on the fastest disk, so
// that nothing is dropped for want of room.
const crashBytes = 1 << 30

// child appends and acknowledges for ever, saying so after each, until it is
// killed; or, with a file size limit, until the disk refuses.
func child(dir string) {
	s, err := Open(dir, Options{MaxBytes: crashBytes})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	first, _ := strconv.Atoi(os.Getenv("PROBITY_SPOOL_FIRST"))
	if limit, _ := strconv.ParseUint(os.Getenv("PROBITY_SPOOL_LIMIT"), 10, 64); limit > 0 {
		signal.Ignore(syscall.SIGXFSZ)
		_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: 1 << 40})
		childOnFullDisk(s, first)
		return
	}
	for i := first; ; i++ {
		if err := s.Append(payload(i), Meta{Mark: int64(i), High: int64(i)}); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("append", i)
		if i%3 == 0 {
			r, ok, _ := s.Next()
			if ok && s.Ack(r.Seq) == nil {
				fmt.Println("ack", r.Mark)
			}
		}
	}
}

func childOnFullDisk(s *Spool, i int) {
	var err error
	for ; err == nil; i++ {
		err = s.Append(payload(i), Meta{Mark: int64(i), High: int64(i)})
	}
	i--
	fmt.Println("refused", i, err)
	_ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 40, Max: 1 << 40})
	for range 10 {
		if err := s.Append(payload(i), Meta{Mark: int64(i), High: int64(i)}); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		i++
	}
	fmt.Println("end", i)
}

func start(t *testing.T, dir string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "PROBITY_SPOOL_CHILD="+dir), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

func TestKillLosesNothingThatWasAppended(t *testing.T) {
	dir := t.TempDir()
	next, acked := 1, 0
	for round := range 25 {
		cmd, lines := start(t, dir, "PROBITY_SPOOL_FIRST="+strconv.Itoa(next))
		appended := next - 1
		var timer *time.Timer // from the first sign of life
		for lines.Scan() {
			if timer == nil {
				timer = time.AfterFunc(time.Duration(1+7*round)*time.Millisecond, func() { _ = cmd.Process.Kill() })
			}
			word, rest, _ := strings.Cut(lines.Text(), " ")
			n, err := strconv.Atoi(rest)
			switch {
			case word == "append" && err == nil:
				appended = n
			case word == "ack" && err == nil:
				acked = n
			default:
				t.Fatalf("round %d: %s", round, lines.Text())
			}
		}
		_ = cmd.Wait()
		if timer != nil {
			timer.Stop()
		}

		s := open(t, dir, Options{MaxBytes: crashBytes, Lost: func(l Loss) { t.Errorf("round %d: Lost(%+v)", round, l) }})
		newest := int(s.Stats().Newest.Mark)
		if newest < appended || newest > appended+1 {
			t.Fatalf("round %d: newest record is %d; %d was appended", round, newest, appended)
		}
		if round%5 == 4 {
			got := take(t, s)
			if len(got) == 0 || got[0] > acked+2 || got[0] <= acked-2 || got[len(got)-1] != newest || len(got) != newest-got[0]+1 {
				t.Fatalf("round %d: delivered %d records from %v; acknowledged before were %d, newest is %d", round, len(got), got[:min(1, len(got))], acked, newest)
			}
			acked = newest
		}
		next = newest + 1
		_ = s.Close()
	}
}

func TestFullDiskIsAnErrorThatCanBeRetried(t *testing.T) {
	dir := t.TempDir()
	cmd, lines := start(t, dir, "PROBITY_SPOOL_FIRST=1", "PROBITY_SPOOL_LIMIT=20000")
	refused, end := 0, 0
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch f[0] {
		case "refused":
			refused, _ = strconv.Atoi(f[1])
			if !strings.Contains(lines.Text(), "append to segment") {
				t.Errorf("error %q does not name the segment", lines.Text())
			}
		case "end":
			end, _ = strconv.Atoi(f[1])
		default:
			t.Error(lines.Text())
		}
	}
	if err := cmd.Wait(); err != nil || refused == 0 || end != refused+10 {
		t.Fatalf("child: %v, refused %d, end %d", err, refused, end)
	}
	s := open(t, dir, Options{})
	wantRun(t, take(t, s), 1, end)

	full := s.explain(fmt.Errorf("write: %w", syscall.ENOSPC))
	if !strings.Contains(full.Error(), "free space") || !errors.Is(full, syscall.ENOSPC) {
		t.Errorf("explain = %v; want what to do", full)
	}
}
