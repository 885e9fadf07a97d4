package store

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// ErrInUse says that another collector writes results to the database.
var ErrInUse = errors.New("another collector is running on this database: stop it first, or give this one a path of its own")

// fileLock keeps a second collector off the database. Commands that only add
// maintenance, agents or tokens do not need it.
type fileLock struct {
	path string
	mu   sync.Mutex
	file *os.File
}

// claim makes this process the one that writes results.
func (s *Store) claim() error {
	if s.owner.Load() {
		return nil
	}
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := s.lock.take(); err != nil {
		return err
	}
	s.owner.Store(true)
	return nil
}

func (l *fileLock) take() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		return nil
	}
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("lock the database: %w", err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = ErrInUse
	}
	if err != nil {
		return errors.Join(fmt.Errorf("lock %s: %w", l.path, err), f.Close())
	}
	l.file = f
	return nil
}

func (l *fileLock) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	f := l.file
	l.file = nil
	return f.Close()
}
