package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
)

// Waits of the delivery.
const (
	deniedWait    = time.Minute      // between pushes while the token is refused
	stillFailing  = 10 * time.Minute // between log lines of one failure
	lastPushBound = 5 * time.Second  // for what is left, on stop
)

// delivery pushes spooled batches in order, one at a time, and frees each on
// its acknowledgement.
type delivery struct {
	spool  *spool.Spool
	link   *atomic.Pointer[uplink.Client]
	ledger *ledger
	kick   func() // the recorder, for what the ledger has to say
	log    *slog.Logger
	nudge  chan struct{} // try again now: the configuration changed

	accepted, rejected, poisoned *metrics.Counter

	failures int
	since    time.Time // of the first failure in a row
	said     time.Time // when it was last logged
}

// run delivers until ctx ends.
func (d *delivery) run(ctx context.Context) {
	for ctx.Err() == nil {
		more, wait := d.step(ctx)
		if more && wait == 0 {
			continue
		}
		d.pause(ctx, more, wait)
	}
}

// last delivers what is left until the spool is empty, a push fails or ctx ends.
func (d *delivery) last(ctx context.Context) {
	if d.failures > 0 {
		return // it is the next start's
	}
	ctx = uplink.WithoutRetry(ctx)
	for ctx.Err() == nil {
		if more, wait := d.step(ctx); !more || wait > 0 {
			return
		}
	}
}

func (d *delivery) pause(ctx context.Context, more bool, wait time.Duration) {
	var ready <-chan struct{}
	var after <-chan time.Time
	if more || wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		after = timer.C
	} else {
		ready = d.spool.Ready()
	}
	select {
	case <-ctx.Done():
	case <-ready:
	case <-after:
	case <-d.nudge:
	}
}

// step tries the oldest batch. more is false when there is none; wait says how
// long to leave the collector, or the disk, in peace.
func (d *delivery) step(ctx context.Context) (more bool, wait time.Duration) {
	rec, ok, err := d.spool.Next()
	if err != nil {
		return true, d.failed(ctx, err)
	}
	if !ok {
		return false, 0
	}
	key, frame, err := openEnvelope(rec.Payload)
	if err != nil {
		return true, d.setAside(ctx, rec, err)
	}
	ack, err := d.link.Load().Push(ctx, frame, key)
	if err == nil {
		return true, d.delivered(ctx, rec, key, ack)
	}
	if ctx.Err() != nil {
		return true, 0
	}
	var status *uplink.StatusError
	if errors.As(err, &status) && status.Poison() {
		return true, d.setAside(ctx, rec, err)
	}
	wait = d.failed(ctx, err)
	if status != nil && status.Denied() {
		wait = deniedWait
	} else if status != nil {
		wait = max(wait, status.RetryAfter)
	}
	return true, wait
}

func (d *delivery) delivered(ctx context.Context, rec spool.Record, key string, ack *protocol.Ack) time.Duration {
	if d.failures > 0 {
		d.log.LogAttrs(ctx, slog.LevelInfo, "collector takes results again", slog.Duration("after", time.Since(d.since)))
		d.failures = 0
	}
	d.accepted.Add(ack.Accepted)
	d.rejected.Add(len(ack.Rejected))
	if n := len(ack.Rejected); n > 0 {
		first := ack.Rejected[0]
		d.log.LogAttrs(ctx, slog.LevelWarn, "collector rejected results of a batch; they are not sent again",
			slog.String("batch", key), slog.Int("rejected", n), slog.String("check", first.Check),
			slog.Int64("slot", first.Slot), slog.String("reason", first.Reason))
		d.ledger.postpone(rec, ack.Rejected)
	}
	d.ledger.up.Store(true)
	if !d.ledger.empty() {
		d.kick()
	}
	if err := d.spool.Ack(rec.Seq); err != nil {
		return d.failed(ctx, err)
	}
	return 0
}

// setAside gives up a batch that the collector will never take: its results
// become gaps. Its gaps do not, or they might come back for ever.
func (d *delivery) setAside(ctx context.Context, rec spool.Record, why error) time.Duration {
	d.poisoned.Inc()
	d.ledger.giveUp(rec, protocol.GapCorrupt, false)
	d.ledger.save()
	path, err := d.spool.Quarantine(rec.Seq)
	d.log.LogAttrs(ctx, slog.LevelError, "collector will never take this batch, set aside; please report it",
		slog.String("file", path), slog.Any("error", why))
	if err != nil {
		return d.failed(ctx, err)
	}
	d.kick()
	return 0
}

// failed logs the first failure in a row and then one now and again, and
// returns how long to wait.
func (d *delivery) failed(ctx context.Context, err error) time.Duration {
	d.ledger.up.Store(false)
	d.failures++
	now := time.Now()
	if d.failures == 1 {
		d.since, d.said = now, time.Time{}
	}
	if now.Sub(d.said) >= stillFailing {
		d.said = now
		d.log.LogAttrs(ctx, slog.LevelWarn, "results are not delivered, keeping them in the spool",
			slog.Any("error", err), slog.Duration("for", now.Sub(d.since)), slog.Int64("spooled_bytes", d.spool.Stats().Bytes))
	}
	return uplink.Wait(d.failures)
}
