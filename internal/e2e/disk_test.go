package e2e

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

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
