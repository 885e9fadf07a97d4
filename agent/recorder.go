package agent

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
)

// envelopeSize is what precedes the compressed batch in a spool record: boot
// and sequence number, which make the push's idempotency key.
const envelopeSize = 16 + 8

const (
	minDiskRetry = 500 * time.Millisecond // after the disk refused a batch
	maxDiskRetry = 30 * time.Second
)

// recorder gathers results and gaps into batches and makes them durable. What
// the disk refuses is held in memory up to a bound, then recorded as a gap.
type recorder struct {
	agent     protocol.AgentID
	boot      [16]byte
	spool     *spool.Spool
	accounted func() int64 // schedule.Accounted
	ledger    *ledger
	zstd      *protocol.Compressor
	log       *slog.Logger
	full      chan struct{} // a whole batch is there, or the ledger wants out
	dropped   *metrics.Counter

	mu      sync.Mutex
	bounds  BatchConfig
	results []protocol.Result // oldest first
	gaps    []protocol.Gap
	high    int64 // greatest slot so far
	mark    int64 // of the last batch

	// Owned by run.
	seq     uint64
	raw     []byte
	pending []byte // encoded, refused by the disk, to be tried again unchanged
	meta    spool.Meta
	ledgers []protocol.Gap // in pending, not yet settled in the ledger
	failing error
}

// add takes a finished result.
func (r *recorder) add(res protocol.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.high = max(r.high, res.Slot)
	r.results = append(r.results, res)
	if len(r.results) == r.bounds.MaxResults {
		r.kick()
	}
	if over := len(r.results) - r.bounds.MaxHeld; over > 0 {
		for i := range r.results[:over] {
			r.ledger.lose(&r.results[i], protocol.GapSpoolFull)
		}
		r.dropped.Add(over)
		r.results = append(r.results[:0], r.results[over:]...)
	}
}

// gap takes slots that were missed. It never blocks: the scheduler is locked.
func (r *recorder) gap(g protocol.Gap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.high = max(r.high, g.To)
	if len(r.gaps) >= r.bounds.MaxHeld {
		r.ledger.add(g)
		return
	}
	r.gaps = append(r.gaps, g)
}

func (r *recorder) kick() {
	select {
	case r.full <- struct{}{}:
	default:
	}
}

// run spools a batch whenever one is full or the delay has passed, until ctx ends.
func (r *recorder) run(ctx context.Context) {
	wait := r.delay()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.full:
		case <-timer.C:
		}
		wait = r.next(r.flush(), wait)
		timer.Reset(wait)
	}
}

// next returns how long to wait after a flush: longer and longer on a bad disk.
func (r *recorder) next(err error, wait time.Duration) time.Duration {
	switch {
	case err == nil && r.failing != nil:
		r.log.LogAttrs(context.Background(), slog.LevelInfo, "spool takes results again")
	case err != nil && r.failing == nil:
		r.log.LogAttrs(context.Background(), slog.LevelError,
			"spool refuses results, holding them in memory and trying again", slog.Any("error", err))
	}
	r.mu.Lock()
	r.failing = err
	r.mu.Unlock()
	if err == nil {
		return r.delay()
	}
	return min(max(2*wait, minDiskRetry), maxDiskRetry)
}

func (r *recorder) delay() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bounds.MaxDelay.Std()
}

// fault says why results do not reach the disk; nil when they do.
func (r *recorder) fault() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failing
}

func (r *recorder) rebound(b BatchConfig) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bounds = b
}

// flush spools everything gathered, a batch at a time.
func (r *recorder) flush() error {
	for {
		if r.pending == nil && !r.cut() {
			return nil
		}
		err := r.spool.Append(r.pending, r.meta)
		if errors.Is(err, spool.ErrTooLarge) {
			r.log.LogAttrs(context.Background(), slog.LevelError, "batch does not fit into the spool; lower batch.max_results or raise spool.max_size",
				slog.Any("error", err))
			r.ledger.giveUp(spool.Record{Payload: r.pending, Meta: r.meta}, protocol.GapSpoolFull, true)
		} else if err != nil {
			return err
		}
		r.pending = nil
		r.ledger.settle(r.ledgers)
		r.ledgers = nil
	}
}

// cut moves what is gathered into the next pending batch; false when nothing is.
// The mark is read before the results are taken: what it covers is among them.
func (r *recorder) cut() bool {
	mark := r.accounted()
	b := protocol.Batch{Agent: r.agent, Boot: r.boot, Seq: r.seq + 1}
	r.ledgers = r.ledger.take(maxBatch / 2)
	r.mu.Lock()
	n, g := min(len(r.results), r.bounds.MaxResults), min(len(r.gaps), maxBatch/2)
	if n+g+len(r.ledgers) == 0 {
		r.mu.Unlock()
		return false
	}
	b.Results = append(b.Results, r.results[:n]...)
	r.results = append(r.results[:0], r.results[n:]...)
	b.Gaps = append(append(b.Gaps, r.gaps[:g]...), r.ledgers...)
	r.gaps = append(r.gaps[:0], r.gaps[g:]...)
	if len(r.results)+len(r.gaps) == 0 {
		r.mark = mark
	}
	r.meta = spool.Meta{Mark: r.mark, High: r.high}
	r.mu.Unlock()
	r.seq++
	r.encode(&b)
	return true
}

func (r *recorder) encode(b *protocol.Batch) {
	r.raw = protocol.AppendBatch(r.raw[:0], b)
	r.pending = append(make([]byte, 0, envelopeSize+len(r.raw)/2), r.boot[:]...)
	r.pending = binary.BigEndian.AppendUint64(r.pending, b.Seq)
	r.pending = r.zstd.Compress(r.pending, r.raw)
}

// open splits a spool record into its push key and its compressed batch.
func openEnvelope(payload []byte) (key string, frame []byte, err error) {
	if len(payload) < envelopeSize {
		return "", nil, fmt.Errorf("spool record of %d bytes is too short to be a batch", len(payload))
	}
	return uplink.BatchKey([16]byte(payload[:16]), binary.BigEndian.Uint64(payload[16:])), payload[envelopeSize:], nil
}

// held returns how many results are in memory.
func (r *recorder) held() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.results)
}
