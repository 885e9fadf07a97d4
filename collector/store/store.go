// Package store keeps everything durable of a collector: results, agents and
// tokens, maintenance and corrections, statements, alerts and notifications,
// incidents, reported faults, overrides of who is on call, service reports and
// improvement actions.
//
// Results go to a journal that is synced before AppendBatch returns. The head,
// in memory, holds what is in the journal and can always be rebuilt from it.
// Run moves it into pieces, a day of a series each, and drops the journal rows
// in the same transaction; reads join head and pieces. Merging is a set union,
// so nothing can be counted twice.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/collector/timeline"
)

// What callers test for.
var (
	ErrReadOnly = errors.New("the store is open for reading only")
	ErrNotFound = errors.New("no such record")
	ErrExists   = errors.New("exists already")
	ErrSettled  = errors.New("was settled before: approved, revoked, cancelled, ended, reviewed or issued already")
)

// Options of a store. Log, Metrics and Now may be left zero.
type Options struct {
	Path     string
	Log      *slog.Logger
	Metrics  *metrics.Set
	Now      func() time.Time
	ReadOnly bool // sees what is committed when it opens; for commands beside a running collector

	// When the head is flushed into pieces; 0: DefaultFlushAge, DefaultFlushResults.
	FlushAge     time.Duration
	FlushResults int
	// How often Run looks whether there is something to do; 0: maintainEvery.
	Tick time.Duration
}

const (
	// DefaultFlushAge bounds how old the journal gets, and so the time to start.
	DefaultFlushAge = 10 * time.Minute
	// DefaultFlushResults bounds the memory of the head, at about 40 bytes a result.
	DefaultFlushResults = 500_000
)

// Store is one database file.
type Store struct {
	opts   Options
	log    *slog.Logger
	now    func() time.Time
	writer *sql.DB // one connection; nil when read-only
	reader *sql.DB

	commit      chan struct{} // held while journal and head move together
	journal     journal
	head        head
	series      seriesTable
	cache       runCache
	changes     changes
	codecs      sync.Pool  // *timeline.Codec
	flushMu     sync.Mutex // one flush or compaction at a time; guards prunedAt, compactedAt
	prunedAt    time.Time
	compactedAt time.Time
	owner       atomic.Bool // this process appends: it flushes when it closes
	lock        fileLock
	m           *storeMetrics
}

// Open opens or creates the database, upgrades its schema and rebuilds the head
// from the journal.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := newStore(o)
	var err error
	if s.writer, s.reader, err = openDB(ctx, o.Path, o.ReadOnly); err != nil {
		return nil, fmt.Errorf("open database %s: %w", o.Path, err)
	}
	if err := s.load(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", o.Path, err), s.closeDB())
	}
	return s, nil
}

func newStore(o Options) *Store {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = metrics.NewSet()
	}
	if o.FlushAge == 0 {
		o.FlushAge = DefaultFlushAge
	}
	if o.Tick == 0 {
		o.Tick = maintainEvery
	}
	if o.FlushResults == 0 {
		o.FlushResults = DefaultFlushResults
	}
	s := &Store{opts: o, log: o.Log, now: o.Now, commit: make(chan struct{}, 1)}
	s.journal.boots = map[bootKey]*seqSet{}
	s.head.init()
	s.series.init()
	s.cache.init()
	s.changes.init()
	s.lock.path = o.Path + ".lock"
	s.m = newStoreMetrics(o.Metrics, s)
	return s
}

func (s *Store) load(ctx context.Context) error {
	if s.writer == nil {
		if err := checkSchema(ctx, s.reader); err != nil {
			return err
		}
	} else if err := s.migrate(ctx); err != nil {
		return err
	}
	// The journal before the series: a row that leaves it meanwhile is in a piece
	// of a series that is loaded after.
	if err := s.loadJournal(ctx); err != nil {
		return err
	}
	return s.loadSeries(ctx)
}

// Run flushes and compacts until ctx ends. It refuses when another process
// writes results to the same file.
func (s *Store) Run(ctx context.Context) error {
	if err := s.claim(); err != nil {
		return err
	}
	tick := time.NewTicker(min(s.opts.FlushAge, s.opts.Tick))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.head.full:
		case <-tick.C:
		}
		s.maintain(ctx)
	}
}

// Close flushes what this process appended and closes the database. It must not
// run beside other methods.
func (s *Store) Close() error {
	var err error
	if s.owner.Load() {
		if err = s.Flush(context.Background()); err != nil {
			err = fmt.Errorf("flush: %w; what is acknowledged stays in the journal", err)
		}
	}
	return errors.Join(err, s.closeDB())
}

func (s *Store) closeDB() error {
	err := s.reader.Close()
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	return errors.Join(err, s.lock.release())
}

// withCodec lends a codec.
func (s *Store) withCodec(f func(*timeline.Codec) error) error {
	c, _ := s.codecs.Get().(*timeline.Codec)
	if c == nil {
		var err error
		if c, err = timeline.NewCodec(); err != nil {
			return err
		}
	}
	defer s.codecs.Put(c)
	return f(c)
}

// Generation counts the writes of maintenance, corrections, agents, tokens,
// overrides and agreements, by whatever process.
func (s *Store) Generation(ctx context.Context) (int64, error) {
	var n int64
	err := s.reader.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'generation'`).Scan(&n)
	return n, err
}
