// Package schedule turns an assignment into due slots. Every check has a grid of
// slots (protocol.Phase + k·interval); all checks of a grid point start at one
// wake-up. A slot is either run, once, or missed with a reason: none is lost,
// none is repeated, whatever the clock, the load or the machine does.
package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// Defaults and bounds of a scheduler.
const (
	DefaultWorkers     = 1024             // probes at once
	DefaultMaxLateness = 10 * time.Second // a slot that starts later is missed; never more than its interval
	DefaultDrain       = 10 * time.Second // for running probes, on stop

	clockCheck   = time.Second            // longest sleep between two looks at the clocks, unless told otherwise
	jumpBound    = 200 * time.Millisecond // a smaller step of the wall clock is lateness
	jumpGrace    = time.Second            // after a jump, a slot this recent still runs, late
	gapHold      = 5 * time.Second        // a gap stays open this long, to grow instead of repeating
	missLogEvery = 10 * time.Second       // between log lines about missed slots
	keepIdle     = 64                     // idle workers kept for the next grid point
	rewindBound  = time.Hour              // on start, how far ahead the last known slot is believed
	maxLived     = 64                     // spans of lived wall time remembered for backward jumps
)

// Options of New. Run and Missed are required.
type Options struct {
	Agent       protocol.AgentID
	Grid        time.Duration // of an assignment that names none; protocol.DefaultGrid when 0
	Workers     int
	MaxLateness time.Duration
	Drain       time.Duration
	Last        int64 // ms UTC: every slot up to here was accounted for before this start; 0: never ran
	Clock       Clock
	ClockCheck  time.Duration // longest sleep between two looks at the clocks; 0: a second
	Log         *slog.Logger
	Metrics     *metrics.Set

	// Run does one probe and hands its result on. It returns false when the
	// slot has no result (it was cut short): the slot is then missed as stopped.
	Run func(ctx context.Context, check *protocol.Check, slot int64) bool
	// Missed takes one gap. It is called with the scheduler locked, so that
	// Accounted never runs ahead of it: it must neither block nor call back.
	Missed func(protocol.Gap)
}

// Scheduler runs the checks of one assignment. Make one with New.
type Scheduler struct {
	opts Options
	log  *slog.Logger
	m    *meters
	wake chan struct{}
	idle *sync.Cond // workers waiting for the queue; locks mu

	mu        sync.Mutex
	agenda    agenda // by next slot
	checks    map[protocol.CheckID]*entry
	busy      []*entry // with a slot that waits or runs
	open      []*entry // with an open gap
	queue     fifo     // slots that wait for a worker
	seen      reading  // clocks at the last tick; every slot up to here was handled
	lived     []span   // wall time handled before the present stretch, sorted
	since     int64    // ms UTC: start of the present stretch
	floor     int64    // Options.Last: nothing before it is missed now
	workers   int      // goroutines
	sleepers  int      // of them, waiting and not yet signalled
	loaded    bool     // an assignment has been seen
	stopping  bool
	ended     chan struct{}                    // closed when stopping and no worker is left
	misses    map[protocol.GapReason]missCount // since the last log line
	sayMisses time.Duration                    // when the next log line may come, by the monotonic clock
}

// New returns a scheduler without checks.
func New(o Options) (*Scheduler, error) {
	if o.Run == nil || o.Missed == nil {
		return nil, errors.New("new scheduler: Run and Missed are required")
	}
	if o.Workers < 0 || o.MaxLateness < 0 || o.Drain < 0 || o.Grid < 0 {
		return nil, fmt.Errorf("new scheduler: negative bound: workers %d, max lateness %v, drain %v, grid %v",
			o.Workers, o.MaxLateness, o.Drain, o.Grid)
	}
	o.Grid = cmp.Or(o.Grid, protocol.DefaultGrid)
	o.Workers = cmp.Or(o.Workers, DefaultWorkers)
	o.MaxLateness = cmp.Or(o.MaxLateness, DefaultMaxLateness)
	o.Drain = cmp.Or(o.Drain, DefaultDrain)
	o.ClockCheck = cmp.Or(o.ClockCheck, clockCheck)
	o.Clock = o.Clock.withDefaults()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = metrics.NewSet()
	}
	s := &Scheduler{
		opts: o, log: o.Log, wake: make(chan struct{}, 1), ended: make(chan struct{}),
		checks: map[protocol.CheckID]*entry{}, misses: map[protocol.GapReason]missCount{},
	}
	s.idle = sync.NewCond(&s.mu)
	s.m = newMeters(o.Metrics, s)
	s.seen = o.Clock.read()
	s.since = s.seen.millis()
	s.recall(o.Last)
	return s, nil
}

// Run starts due slots until ctx ends, then waits for the probes that run: up
// to Options.Drain for them to finish, and as long again once they are cancelled.
func (s *Scheduler) Run(ctx context.Context) error {
	probes, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.drain(cancel)
		case <-s.wake:
		case <-timer.C:
		}
		timer.Reset(s.tick(probes))
	}
}

// Accounted returns the instant (ms UTC) up to which every slot has either had
// Run return or been given to Missed. It is what Options.Last wants at the next start.
func (s *Scheduler) Accounted() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.loaded {
		return s.opts.Last
	}
	t := s.seen.millis()
	for _, l := range s.lived {
		if l.has(t) {
			t = l.to
		}
	}
	for _, e := range s.busy {
		if e.waits {
			t = min(t, e.slot-1)
		}
		if e.runs {
			t = min(t, e.running-1)
		}
	}
	for _, e := range s.open {
		if e.gap.Count > 0 {
			t = min(t, e.gap.From-1)
		}
	}
	return t
}

// tick handles everything due now and returns how long to sleep.
func (s *Scheduler) tick(probes context.Context) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Clock.read()
	s.watch(now)
	s.seen = now
	s.startDue(probes, now.millis())
	s.flushGaps(now.mono, gapHold)
	if len(s.agenda) == 0 {
		return s.opts.ClockCheck
	}
	at := s.agenda[0].next
	if g := s.opts.Grid.Milliseconds(); at%g != 0 {
		at += g - at%g // a slot off the grid joins the next grid point's wake-up
	}
	sleep := time.Duration(at*int64(time.Millisecond) - now.wall)
	return max(0, min(sleep, s.opts.ClockCheck))
}

// startDue moves every entry past now, giving its newest due slot to a worker.
func (s *Scheduler) startDue(probes context.Context, now int64) {
	for len(s.agenda) > 0 && s.agenda[0].next <= now {
		e := s.agenda[0]
		if behind := (now - e.next) / e.interval; behind > 0 && len(s.lived) == 0 {
			s.missWaiting(e)
			s.miss(e, e.next, behind, e.blame())
			e.next += behind * e.interval
		}
		slot := e.next
		e.next = s.unlived(e, slot+e.interval)
		s.agenda.fix()
		s.m.slots.Inc()
		s.start(probes, e, slot)
	}
}

// start gives a due slot to a worker, or leaves it waiting for one, or for the
// check's previous probe: a check never overlaps itself.
func (s *Scheduler) start(probes context.Context, e *entry, slot int64) {
	s.missWaiting(e)
	e.waits, e.slot = true, slot
	s.hold(e)
	if e.runs || e.queued {
		return
	}
	e.queued = true
	s.queue.push(e)
	s.callWorker(probes)
}

// missWaiting gives up the slot that still waits, because a newer one is due.
func (s *Scheduler) missWaiting(e *entry) {
	if !e.waits {
		return
	}
	e.waits = false
	s.miss(e, e.slot, 1, e.blame())
}

// drain ends the schedule: what waits is missed as stopped, what runs may finish.
func (s *Scheduler) drain(cancel context.CancelFunc) error {
	s.stop()
	if s.settled(s.opts.Drain) {
		return nil
	}
	s.log.LogAttrs(context.Background(), slog.LevelWarn, "probes still running at the end of the drain, cancelling them",
		slog.Duration("drain", s.opts.Drain))
	cancel()
	if s.settled(s.opts.Drain) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Errorf("stop the schedule: %d probes ignored their cancellation for %v", s.workers, s.opts.Drain)
}

func (s *Scheduler) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Clock.read()
	s.watch(now)
	s.seen = now
	s.stopping = true
	s.queue = fifo{}
	for _, e := range s.agenda {
		if e.waits {
			e.waits, e.queued = false, false
			s.miss(e, e.slot, 1, protocol.GapStopped)
		}
		s.missUntil(e, now.millis(), protocol.GapStopped)
	}
	s.flushGaps(now.mono, 0)
	s.sleepers = 0
	s.idle.Broadcast()
	if s.workers == 0 {
		close(s.ended)
	}
}

// settled waits up to bound for the workers to end.
func (s *Scheduler) settled(bound time.Duration) bool {
	timer := time.NewTimer(bound)
	defer timer.Stop()
	select {
	case <-s.ended:
	case <-timer.C:
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushGaps(s.seen.mono, 0)
	return true
}
