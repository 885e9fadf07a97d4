// Package spool keeps payloads on disk until they are acknowledged: plain
// segment files of checksummed records, synced before Append returns. A torn
// tail is cut off, interior damage is set aside in a file and reported, and at
// the byte cap the oldest segment is dropped and reported: nothing goes silently.
package spool

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Defaults and bounds of a spool.
const (
	DefaultMaxBytes = 256 << 20
	MinMaxBytes     = 64 << 10
	MaxRecordBytes  = 8 << 20 // one payload
	maxQuarantined  = 64      // files kept of what was damaged or refused
	segmentsAtCap   = 32      // the cap is divided into about so many segments
	minSegment      = 16 << 10
	maxSegment      = 4 << 20
)

// Errors that callers test for.
var (
	ErrLocked   = errors.New("in use by another process")
	ErrTooLarge = errors.New("payload too large")
	ErrClosed   = errors.New("spool is closed")
)

// Meta is what a record says about the slots in it, so that a lost record can
// be bounded by its neighbours. Both are ms UTC, and 0 when not known.
type Meta struct {
	Mark int64 // everything up to here is in this record or an earlier one
	High int64 // nothing beyond here is in this record or an earlier one
}

// Record is one payload as it was appended.
type Record struct {
	Seq uint64 // 1, 2, … for the life of the directory
	Meta
	Payload []byte
}

// Loss is what the spool had to give up.
type Loss struct {
	Full    bool     // dropped at the cap; else damaged
	Records []Record // intact records that were dropped
	From    int64    // ms UTC: damaged: first instant that may be lost; 0: not known
	To      int64    // ms UTC: damaged: last instant that may be lost; 0: not known
	Bytes   int64
	File    string // where damaged bytes were set aside
}

// Options of Open.
type Options struct {
	MaxBytes int64      // of all segments; 0: DefaultMaxBytes
	Lost     func(Loss) // called before anything is deleted, with the spool locked: it must not call back
	Log      *slog.Logger
}

// Spool is an open spool directory. It is safe for concurrent use.
type Spool struct {
	dir   string
	opts  Options
	lock  *os.File
	ready chan struct{}

	mu       sync.Mutex
	segments []*segment // oldest first; the last is appended to
	cursor   *cursor
	next     uint64   // of the next record appended
	newest   Meta     // of the newest record
	offset   int64    // of the oldest unacknowledged record in segments[0]
	head     *Record  // at offset, once read
	headSize int64    // on disk, of head
	out      *os.File // of the last segment
	fresh    bool     // the next record starts a new segment
	bytes    int64
	dropped  int64 // records, since Open
	closed   bool
}

// Stats is the state of a spool.
type Stats struct {
	Bytes    int64 // on disk
	Records  int64 // not acknowledged
	Dropped  int64 // at the cap, since Open
	Segments int
	Newest   Meta // of the newest record ever appended
}

// Open locks the directory, which it makes if need be, and recovers what is in it.
func Open(dir string, o Options) (*Spool, error) {
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	if o.MaxBytes < MinMaxBytes {
		return nil, fmt.Errorf("open spool %s: cap of %d bytes is below the least, %d", dir, o.MaxBytes, MinMaxBytes)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Lost == nil {
		o.Lost = func(Loss) {}
	}
	if err := os.MkdirAll(filepath.Join(dir, quarantineDir), 0o700); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open spool %s: %w", dir, err)
	}
	s := &Spool{dir: dir, opts: o, lock: lock, ready: make(chan struct{}, 1)}
	if err := s.recover(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open spool %s: %w", dir, err)
	}
	return s, nil
}

func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrLocked
		}
		return nil, fmt.Errorf("lock: %w", err)
	}
	return f, nil
}

// Ready receives after an Append: there may be a record to read.
func (s *Spool) Ready() <-chan struct{} { return s.ready }

// Stats returns the present state.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{
		Bytes: s.bytes, Records: int64(s.next - 1 - s.cursor.seq), Dropped: s.dropped,
		Segments: len(s.segments), Newest: s.newest,
	}
}

// SetMaxBytes changes the cap; it takes effect at the next Append.
func (s *Spool) SetMaxBytes(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.MaxBytes = max(n, MinMaxBytes)
}

// Close releases the directory. Everything appended is already durable.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var errs []error
	if s.out != nil {
		errs = append(errs, s.out.Close())
	}
	if s.cursor != nil {
		errs = append(errs, s.cursor.close())
	}
	return errors.Join(append(errs, s.lock.Close())...)
}
