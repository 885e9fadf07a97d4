package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const (
	maxGroup      = 64       // batches committed at once
	maxGroupBytes = 16 << 20 // and their payload
	// bootsKept is how long a boot's sequence numbers outlive its last batch.
	bootsKept = 90 * 24 * time.Hour
)

// journal collects batches that wait for the next commit, and knows which ones
// were committed.
type journal struct {
	mu      sync.Mutex
	queue   []*request
	buffers sync.Pool // *[]byte: payloads that are committed

	boots map[bootKey]*seqSet // guarded by Store.commit

	rows  atomic.Int64
	bytes atomic.Int64
}

type bootKey struct {
	agent protocol.AgentID
	boot  [16]byte
}

type request struct {
	batch      *protocol.Batch
	payload    []byte
	receivedAt int64
	done       chan struct{} // closed when id, duplicate and err are final
	id         int64         // journal row; 0: none
	duplicate  bool
	err        error
}

// AppendBatch makes a batch durable. Once it returns nil, every result and gap
// of the batch survives kill -9 and power loss; duplicate says that they did
// before. Whoever comes first commits for all who wait. When it returns an
// error the batch may be durable or not: sending it again does no harm.
func (s *Store) AppendBatch(ctx context.Context, b *protocol.Batch, receivedAt int64) (duplicate bool, err error) {
	if err := s.claim(); err != nil {
		return false, err
	}
	if err := storable(b); err != nil {
		return false, fmt.Errorf("store batch %d of agent %s: %w", b.Seq, b.Agent, err)
	}
	r := &request{batch: b, receivedAt: receivedAt, done: make(chan struct{})}
	buf, _ := s.journal.buffers.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	*buf = protocol.AppendBatch((*buf)[:0], b)
	r.payload = *buf
	s.journal.mu.Lock()
	s.journal.queue = append(s.journal.queue, r)
	s.journal.mu.Unlock()
	for {
		select {
		case <-r.done:
			s.journal.buffers.Put(buf)
			return r.duplicate, r.err
		case <-ctx.Done():
			return false, ctx.Err()
		case s.commit <- struct{}{}:
			s.commitGroup(ctx)
			<-s.commit
		}
	}
}

// commitGroup commits what waits, as much as one group holds. The caller holds
// commit; that it gives up must not fail the others.
func (s *Store) commitGroup(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	group := s.journal.take()
	if len(group) == 0 {
		return
	}
	start := time.Now()
	boots := map[bootKey]*seqSet{}
	err := s.write(ctx, func(tx *sql.Tx) error { return s.journal.insert(ctx, tx, group, boots) })
	s.m.commitSeconds.UpdateDuration(start)
	s.m.commitBatches.Update(float64(len(group)))
	if err != nil {
		s.m.commitErrors.Inc()
		err = fmt.Errorf("commit to the journal: %w", err)
	} else {
		s.settle(group, boots)
	}
	for _, r := range group {
		r.err = err
		close(r.done)
	}
}

func (j *journal) take() []*request {
	j.mu.Lock()
	defer j.mu.Unlock()
	n, size := 0, 0
	for n < len(j.queue) && n < maxGroup && (n == 0 || size+len(j.queue[n].payload) <= maxGroupBytes) {
		size += len(j.queue[n].payload)
		n++
	}
	group := j.queue[:n:n]
	j.queue = append([]*request(nil), j.queue[n:]...)
	return group
}

// insert writes the rows of a group, and in boots what its agents sent by now.
func (j *journal) insert(ctx context.Context, tx *sql.Tx, group []*request, boots map[bootKey]*seqSet) error {
	add, err := tx.PrepareContext(ctx, `INSERT INTO journal (received_at, payload) VALUES (?, ?)`)
	if err != nil {
		return err
	}
	defer add.Close()
	for _, r := range group {
		key := bootKey{r.batch.Agent, r.batch.Boot}
		set := boots[key]
		if set == nil {
			set = j.boots[key].clone()
			boots[key] = set
		}
		if r.duplicate = set.has(r.batch.Seq); r.duplicate {
			continue
		}
		set.add(r.batch.Seq)
		set.lastAt = r.receivedAt
		res, err := add.ExecContext(ctx, r.receivedAt, r.payload)
		if err != nil {
			return err
		}
		if r.id, err = res.LastInsertId(); err != nil {
			return err
		}
		if err := saveLate(ctx, tx, r.batch, r.receivedAt); err != nil {
			return err
		}
	}
	for key, set := range boots {
		const upsert = `INSERT INTO boots (agent, boot, seen, last_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (agent, boot) DO UPDATE SET seen = excluded.seen, last_at = excluded.last_at`
		if _, err := tx.ExecContext(ctx, upsert, string(key.agent), key.boot[:], set.encode(), set.lastAt); err != nil {
			return err
		}
	}
	return nil
}

// settle makes a committed group visible.
func (s *Store) settle(group []*request, boots map[bootKey]*seqSet) {
	for key, set := range boots {
		s.journal.boots[key] = set
	}
	for _, r := range group {
		if r.duplicate {
			s.m.duplicates.Inc()
			continue
		}
		s.journal.rows.Add(1)
		s.journal.bytes.Add(int64(len(r.payload)))
		s.m.results.Add(len(r.batch.Results))
		s.head.apply(r.batch, r.id, r.receivedAt, &s.changes)
	}
	s.head.signalWhenFull(s.opts.FlushResults)
}
