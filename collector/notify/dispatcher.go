package notify

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/collector/incident"
)

// Defaults and bounds of the dispatcher.
const (
	DefaultPoll        = 5 * time.Second // how long a row waits at most when nobody wakes the dispatcher
	DefaultBackoff     = time.Second     // after the first failure; doubles with each
	DefaultBackoffMax  = 5 * time.Minute
	DefaultMaxAge      = 72 * time.Hour // a notification older than this is dead: a weekend is survived
	DefaultMaxAttempts = 5000           // more than MaxAge holds at BackoffMax: a bound for a broken clock
	DefaultGrace       = 5 * time.Second
	MaxDue             = 4096 // rows looked at together; more wait for the next look
	perChannel         = 4    // deliveries at a time to one channel
	markRetry          = time.Second
)

// Options of a Dispatcher. Outbox and Log are needed; zero values are the defaults.
type Options struct {
	Outbox      Outbox
	Active      func(context.Context) ([]incident.Alert, error)              // open alerts, for repetitions; nil: none
	Depth       func(context.Context) (pending int, oldest int64, err error) // of the outbox, for metrics; nil: none
	Channels    []*Channel
	Log         *slog.Logger
	Metrics     *metrics.Set // nil: one of its own
	Poll        time.Duration
	Backoff     time.Duration
	BackoffMax  time.Duration
	MaxAge      time.Duration
	MaxAttempts int
	Grace       time.Duration // for deliveries under way when Run is told to stop
}

// Dispatcher drains the outbox into channels: in order for each alert and
// channel, in parallel otherwise, until every row is delivered or dead.
type Dispatcher struct {
	o        Options
	channels atomic.Pointer[map[string]*Channel]
	wake     chan struct{}
	m        *counters
}

// New returns a dispatcher.
func New(o Options) (*Dispatcher, error) {
	if o.Outbox == nil || o.Log == nil {
		return nil, errors.New("notify: Options need Outbox and Log")
	}
	o.Poll = cmp.Or(o.Poll, DefaultPoll)
	o.Backoff = cmp.Or(o.Backoff, DefaultBackoff)
	o.BackoffMax = cmp.Or(o.BackoffMax, DefaultBackoffMax)
	o.MaxAge = cmp.Or(o.MaxAge, DefaultMaxAge)
	o.MaxAttempts = cmp.Or(o.MaxAttempts, DefaultMaxAttempts)
	o.Grace = cmp.Or(o.Grace, DefaultGrace)
	if o.Metrics == nil {
		o.Metrics = metrics.NewSet()
	}
	d := &Dispatcher{o: o, wake: make(chan struct{}, 1), m: newCounters(o.Metrics)}
	d.SetChannels(o.Channels)
	return d, nil
}

// SetChannels replaces the channels, also while Run runs. What is queued for a
// name that is gone is retried like a failure, in case it comes back, and dies
// of age.
func (d *Dispatcher) SetChannels(all []*Channel) {
	m := make(map[string]*Channel, len(all))
	for _, c := range all {
		m[c.name] = c
		d.m.declare(c.name)
	}
	d.channels.Store(&m)
}

// Wake makes the dispatcher look at the outbox now. It never blocks.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends, then gives the deliveries under way Grace to
// end. A row whose delivery could not be recorded is sent again by the next Run.
func (d *Dispatcher) Run(ctx context.Context) error {
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	s := newSchedule(d, work)
	poll := time.NewTicker(d.o.Poll)
	defer poll.Stop()
	s.look(ctx)
	for {
		s.start(ctx)
		var pause <-chan time.Time
		if wait := s.untilPauseEnds(); wait > 0 {
			pause = time.After(wait)
		}
		select {
		case <-ctx.Done():
			s.settle(stop)
			return nil
		case <-poll.C:
			s.look(ctx)
			s.repeat(ctx)
			d.measure(ctx)
		case <-d.wake:
			s.look(ctx)
		case <-pause:
			s.look(ctx)
		case r := <-s.done:
			s.finish(r)
			if s.start(ctx) == 0 {
				s.look(ctx) // the next of this lane, perhaps
			}
		}
	}
}

// deliver sends one notification and records what became of it.
func (d *Dispatcher) deliver(ctx context.Context, c *Channel, n Notification, failures int) result {
	began := time.Now()
	err := errNoChannel
	if c != nil {
		err = c.Send(ctx, n)
	}
	now := time.Now()
	d.m.took(n.Channel, now.Sub(began))
	r := result{lane: lane{n.Channel, n.Key}, ok: err == nil, at: now}
	if err == nil {
		d.m.delivered(n.Channel)
		if n.ID != 0 {
			d.mark(ctx, n, func() error { return d.o.Outbox.MarkDelivered(ctx, n.ID, now.UnixMilli()) })
		}
		return r
	}
	d.m.failed(n.Channel)
	var f *failure
	errors.As(err, &f)
	r.pause = d.backoff(max(failures, n.Attempts), f)
	r.final = f != nil && f.final
	r.err = err
	if n.ID != 0 {
		dead := r.final || now.UnixMilli()-n.CreatedAt >= d.o.MaxAge.Milliseconds() || n.Attempts+1 >= d.o.MaxAttempts
		r.blocked = !dead
		d.mark(ctx, n, func() error {
			return d.o.Outbox.MarkFailed(ctx, n.ID, now.UnixMilli(), now.Add(r.pause).UnixMilli(), err.Error(), dead)
		})
		if dead {
			d.m.dead(n.Channel)
			d.o.Log.LogAttrs(ctx, slog.LevelError, "notification given up; it stays listed in the outbox",
				slog.String("channel", n.Channel), slog.String("alert", n.Key), slog.Int64("id", n.ID), slog.Any("err", err))
		}
	}
	return r
}

var errNoChannel = errors.New("no channel of this name is configured; bring it back, or let the notification grow old")

// mark records an outcome, however long the store refuses: while it waits
// nothing else of the lane goes out, and nothing is sent twice.
func (d *Dispatcher) mark(ctx context.Context, n Notification, record func() error) {
	for {
		err := record()
		if err == nil || ctx.Err() != nil {
			return
		}
		d.o.Log.LogAttrs(ctx, slog.LevelError, "delivery not recorded; tried again in a second",
			slog.Int64("id", n.ID), slog.String("channel", n.Channel), slog.Any("err", err))
		select {
		case <-ctx.Done():
			return
		case <-time.After(markRetry):
		}
	}
}

// backoff returns how long to wait after so many failures: doubling, capped,
// with half of it left to chance so that rows do not come back in step.
func (d *Dispatcher) backoff(failures int, f *failure) time.Duration {
	wait := d.o.BackoffMax
	if shifted := d.o.Backoff << min(failures, 30); failures < 30 && shifted > 0 {
		wait = min(wait, shifted)
	}
	wait = wait/2 + rand.N(wait/2+1)
	if f != nil {
		wait = max(wait, min(f.after, d.o.BackoffMax))
	}
	return wait
}

func (d *Dispatcher) measure(ctx context.Context) {
	if d.o.Depth == nil {
		return
	}
	pending, oldest, err := d.o.Depth(ctx)
	if err != nil {
		return // the store says so itself
	}
	d.m.depth.Set(float64(pending))
	age := 0.0
	if pending > 0 {
		age = max(0, float64(time.Now().UnixMilli()-oldest)/1000)
	}
	d.m.oldest.Set(age)
}
