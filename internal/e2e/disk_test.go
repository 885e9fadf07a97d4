package e2e

import (
	"errors"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDiskFull fills the collector's volume. Pushes are refused with a time to
// come again, the agent keeps its results, and nothing is lost.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	web := newTarget(t)
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", time.Now(), "", service("web", "", web.url, "page /page 100ms"))})
	fill, free := s.limitDisk()
	s.serve()
	north := s.enrol("north-1", "north")
	north.start()
	eventually(t, "results", func() bool { return s.tap.heard("north-1") > 0 })

	fill()
	full := func() (n int) {
		for _, r := range s.tap.refusals() {
			if r.status == 503 && r.retryAfter != "" && r.contentType == "application/problem+json" {
				n++
			}
		}
		return n
	}
	eventually(t, "pushes are refused", func() bool { return full() >= 2 })
	stuck := s.tap.heard("north-1")
	pause(time.Second)
	if s.tap.heard("north-1") != stuck {
		t.Error("results are acknowledged although the disk is full")
	}
	if status, body := s.do("GET", "/-/healthy", ""); status != 200 {
		t.Errorf("healthy on a full disk: %d %s", status, body)
	}
	free()
	eventually(t, "results are taken again", func() bool { return s.tap.heard("north-1") > stuck })
	north.settle()
	s.stopCollector(true)
	n, wrong := account(t, s.open(), s.tap, "acme/web/page", "north-1", 100*time.Millisecond)
	wrong.report(t)
	t.Logf("%d results, %d missed, %d pushes refused", n.results, n.gapped, len(s.tap.refusals()))
	for _, r := range s.tap.refusals() {
		if r.status != 503 && r.status != 429 { // 429: the agent lost patience with a push that is still under way
			t.Errorf("a push was answered %+v; want only 503 and 429", r)
		}
	}
}

// limitDisk gives the store a volume that fill fills and free frees: a tmpfs
// where we may mount one, else a limit on the size of the collector's files.
func (s *site) limitDisk() (fill, free func()) {
	s.t.Helper()
	err := unix.Mount("tmpfs", s.path("data"), "tmpfs", 0, "size=64m")
	if err == nil {
		s.t.Cleanup(func() {
			if err := unix.Unmount(s.path("data"), unix.MNT_DETACH); err != nil {
				s.t.Error(err)
			}
		})
		return s.ballast()
	}
	if !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EACCES) {
		s.t.Fatal(err)
	}
	s.t.Log("no right to mount a volume: the size of files is limited instead")
	limit := func(n uint64) {
		s.t.Helper()
		if err := unix.Prlimit(s.collector.cmd.Process.Pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: n, Max: unix.RLIM_INFINITY}, nil); err != nil {
			s.t.Fatal(err)
		}
	}
	return func() { limit(16 << 10) }, func() { limit(unix.RLIM_INFINITY) }
}

// ballast fills the volume with a file.
func (s *site) ballast() (fill, free func()) {
	name := s.path("data/ballast")
	fill = func() {
		s.t.Helper()
		f, err := os.Create(name)
		if err != nil {
			s.t.Fatal(err)
		}
		defer f.Close()
		for size := 1 << 20; size >= 1; {
			if _, err := f.Write(make([]byte, size)); errors.Is(err, unix.ENOSPC) {
				size /= 2
			} else if err != nil {
				s.t.Fatal(err)
			}
		}
	}
	free = func() {
		s.t.Helper()
		if err := os.Remove(name); err != nil {
			s.t.Fatal(err)
		}
	}
	return fill, free
}
