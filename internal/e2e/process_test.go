package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	stopBound  = 30 * time.Second      // for a program to stop when it is asked to
	waitBound  = 40 * time.Second      // for anything that a test waits for
	pollPeriod = 10 * time.Millisecond // between two looks at it
	shownBytes = 4000                  // of a log, when a test fails
)

// process is one started program; its log is a file of JSON lines.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	log  string
	from int64 // where this start's lines begin
	done chan struct{}
	err  error // of Wait, once done is closed
	over sync.Once
}

// launch starts a program of ours with its log appended to dir/label.log. It is
// killed at the end of the test at the latest.
func launch(t *testing.T, dir, label, name string, args ...string) *process {
	t.Helper()
	p := &process{t: t, name: label, log: filepath.Join(dir, label+".log"), done: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if p.from, err = log.Seek(0, io.SeekEnd); err != nil {
		t.Fatal(err)
	}
	p.cmd = exec.Command(filepath.Join(bin, name), args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		log.Close()
		close(p.done)
	}()
	t.Cleanup(func() {
		p.kill()
		p.over.Do(func() {
			if t.Failed() {
				t.Logf("end of %s:\n%s", p.log, p.tail())
			}
		})
	})
	return p
}

// kill ends the program as a power cut would, and returns when it is gone.
func (p *process) kill() {
	select {
	case <-p.done:
	default:
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %s: %v", p.name, err)
	}
}

// stop asks the program to stop and wants exit status 0.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
		if p.err != nil {
			p.t.Errorf("%s ended with %v", p.name, p.err)
		}
	case <-time.After(stopBound):
		p.t.Errorf("%s did not stop within %v", p.name, stopBound)
		p.kill()
	}
}

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// lines returns this start's log records with the message.
func (p *process) lines(msg string) (out []map[string]any) {
	data, err := os.ReadFile(p.log)
	if err != nil || int64(len(data)) < p.from {
		return nil
	}
	for in := bufio.NewScanner(bytes.NewReader(data[p.from:])); in.Scan(); {
		var rec map[string]any
		if json.Unmarshal(in.Bytes(), &rec) == nil && rec["msg"] == msg {
			out = append(out, rec)
		}
	}
	return out
}

// said waits for a log record with the message, and returns the last.
func (p *process) said(msg string) map[string]any {
	p.t.Helper()
	var found []map[string]any
	eventually(p.t, p.name+" says "+msg, func() bool {
		found = p.lines(msg)
		return len(found) > 0 || !p.running()
	})
	if len(found) == 0 {
		p.t.Fatalf("%s ended (%v) and never said %q:\n%s", p.name, p.err, msg, p.tail())
	}
	return found[len(found)-1]
}

func (p *process) tail() string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(data[max(0, len(data)-shownBytes):])
}

// eventually waits until ok, which looks at another process, is true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(waitBound); time.Now().Before(end); pause(pollPeriod) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %v: %s", waitBound, what)
}

// pause lets other processes live for a while; there is no clock to fake for them.
func pause(d time.Duration) { <-time.After(d) }
