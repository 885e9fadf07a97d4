package agent

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
)

// ledger keeps the gaps for results that were given up: one for each check and
// reason, on disk, until the collector is back to hear of them. Were they
// spooled at once, they would themselves be dropped at the cap, and grow again.
type ledger struct {
	path  string
	log   *slog.Logger
	codec *codec
	up    atomic.Bool // the last push succeeded

	mu    sync.Mutex
	gaps  map[ledgerKey]protocol.Gap
	dirty bool
	wait  time.Time // take nothing before
}

// ledgerWait is how long the ledger rests after the collector called something
// of it, or a result, the future.
const ledgerWait = time.Minute

type ledgerKey struct {
	check    protocol.CheckID
	interval time.Duration
	reason   protocol.GapReason
}

func newLedger(path string, c *codec, log *slog.Logger) *ledger {
	l := &ledger{path: path, log: log, codec: c, gaps: map[ledgerKey]protocol.Gap{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l
	}
	var b protocol.Batch
	if err == nil {
		err = protocol.DecodeBatch(data, &b)
	}
	if err != nil {
		log.LogAttrs(context.Background(), slog.LevelError, "record of lost results is unreadable, their slots stay without a reason",
			slog.String("file", path), slog.Any("error", err))
	}
	for _, g := range b.Gaps {
		l.merge(g)
	}
	return l
}

// lose records that a result is given up. lose and add leave saving to the
// caller's next take or save: they may run under the scheduler's lock.
func (l *ledger) lose(r *protocol.Result, why protocol.GapReason) {
	l.add(protocol.Gap{Check: r.Check, From: r.Slot, To: r.Slot, Count: 1, Interval: r.Interval, Reason: why})
}

func (l *ledger) add(g protocol.Gap) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.merge(g)
}

// merge widens the gap of the same check and reason.
func (l *ledger) merge(g protocol.Gap) {
	key := ledgerKey{g.Check, g.Interval, g.Reason}
	l.dirty = true
	was, ok := l.gaps[key]
	if !ok {
		l.gaps[key] = g
		return
	}
	g.From, g.To, g.Count = min(g.From, was.From), max(g.To, was.To), g.Count+was.Count
	if g.Interval > 0 {
		g.Count = min(g.Count, (g.To-g.From)/g.Interval.Milliseconds()+1)
	}
	l.gaps[key] = g
}

// spoolLost is the spool's report of what it gave up; it is saved before the
// spool deletes anything.
func (l *ledger) spoolLost(loss spool.Loss) {
	if !loss.Full {
		now := time.Now().UnixMilli()
		g := protocol.Gap{From: loss.From, To: loss.To, Reason: protocol.GapCorrupt}
		if g.To == 0 {
			g.To = max(now, g.From)
		}
		if g.From == 0 || g.From > g.To {
			g.From = g.To
		}
		l.add(g)
	}
	for i := range loss.Records {
		l.giveUp(loss.Records[i], protocol.GapSpoolFull, true)
	}
	l.save()
}

// giveUp records everything in a spooled batch as lost; its own gaps go on.
func (l *ledger) giveUp(r spool.Record, why protocol.GapReason, gaps bool) {
	var b protocol.Batch
	if err := l.codec.decode(r.Payload, &b); err != nil {
		l.log.LogAttrs(context.Background(), slog.LevelError, "spooled batch cannot be decoded to say what is lost with it",
			slog.Uint64("record", r.Seq), slog.Any("error", err))
		if r.High > 0 {
			l.add(protocol.Gap{From: r.High, To: r.High, Reason: protocol.GapCorrupt})
		}
		return
	}
	for i := range b.Results {
		l.lose(&b.Results[i], why)
	}
	if gaps {
		for _, g := range b.Gaps {
			l.add(g)
		}
	}
}

// postpone keeps what the collector calls the future: a clock that ran ahead
// has named slots that were not due. When they are, they will not be run again,
// so that they are gaps; until then the collector takes no gap for them either.
func (l *ledger) postpone(r spool.Record, rejected []protocol.Rejected) {
	var b protocol.Batch
	for _, x := range rejected {
		if !strings.HasPrefix(x.Reason, protocol.RejectedFuture+":") {
			continue
		}
		if b.Seq == 0 {
			if err := l.codec.decode(r.Payload, &b); err != nil {
				l.log.LogAttrs(context.Background(), slog.LevelError, "spooled batch cannot be decoded to say what was refused of it",
					slog.Uint64("record", r.Seq), slog.Any("error", err))
				return
			}
		}
		switch {
		case x.Gap && 0 <= x.Index && x.Index < len(b.Gaps):
			l.add(b.Gaps[x.Index])
		case !x.Gap && 0 <= x.Index && x.Index < len(b.Results):
			l.lose(&b.Results[x.Index], protocol.GapClockJump)
		}
	}
	if b.Seq != 0 {
		l.mu.Lock()
		l.wait = time.Now().Add(ledgerWait)
		l.mu.Unlock()
		l.save()
	}
}

// take returns up to n gaps to be sent, once the collector listens. They stay
// in the ledger until settle.
func (l *ledger) take(n int) []protocol.Gap {
	if !l.up.Load() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Now().Before(l.wait) {
		return nil
	}
	var out []protocol.Gap
	for _, g := range l.gaps {
		if len(out) == n {
			break
		}
		out = append(out, g)
	}
	return out
}

// settle removes gaps that are in the spool now, and saves the rest.
func (l *ledger) settle(taken []protocol.Gap) {
	l.mu.Lock()
	for _, g := range taken {
		key := ledgerKey{g.Check, g.Interval, g.Reason}
		if l.gaps[key] == g { // else it has grown meanwhile, and goes again
			delete(l.gaps, key)
			l.dirty = true
		}
	}
	l.mu.Unlock()
	l.save()
}

func (l *ledger) empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.gaps) == 0
}

// save writes the ledger to disk if it has changed.
func (l *ledger) save() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dirty {
		return
	}
	var err error
	if len(l.gaps) == 0 {
		if err = os.Remove(l.path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else {
		b := protocol.Batch{Agent: "ledger", Boot: [16]byte{1}, Seq: 1}
		for _, g := range l.gaps {
			b.Gaps = append(b.Gaps, g)
		}
		err = uplink.Keep(l.path, protocol.AppendBatch(nil, &b))
	}
	l.dirty = err != nil
	if err != nil {
		l.log.LogAttrs(context.Background(), slog.LevelError, "record of lost results is kept in memory only",
			slog.String("file", l.path), slog.Any("error", err))
	}
}

// codec reads batches back from the spool.
type codec struct{ zstd *protocol.Decompressor }

func newCodec() (*codec, error) {
	z, err := protocol.NewDecompressor(protocol.MaxBatchBytes)
	if err != nil {
		return nil, err
	}
	return &codec{z}, nil
}

func (c *codec) decode(payload []byte, b *protocol.Batch) error {
	_, frame, err := openEnvelope(payload)
	if err != nil {
		return err
	}
	raw, err := c.zstd.Decompress(nil, frame)
	if err != nil {
		return err
	}
	return protocol.DecodeBatch(raw, b)
}
