// Package agent is the agent program: it probes what the collector assigns to
// it and delivers every result. New wires the stages, Run runs them:
//
//	uplink.assignment → schedule → probe → recorder → spool → uplink.push
package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/probity-sla/probity/agent/probe"
	"github.com/probity-sla/probity/agent/schedule"
	"github.com/probity-sla/probity/agent/spool"
	"github.com/probity-sla/probity/agent/uplink"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/selfmon"
)

// Agent is the wired program. Make one with New and run it once.
type Agent struct {
	cfg        atomic.Pointer[Config]
	load       func() (Config, error) // reads the configuration again
	log        *slog.Logger
	level      *slog.LevelVar // nil: not ours to change
	registry   *selfmon.Registry
	health     *selfmon.Health
	boot       [16]byte
	listener   net.Listener
	dial       func(ctx context.Context, network, address string) (net.Conn, error)
	now        func() time.Time
	link       atomic.Pointer[uplink.Client]
	linkMeters *uplink.Meters
	prober     *probe.Prober
	run        func(ctx context.Context, check *protocol.Check, slot int64) protocol.Result
	sched      *schedule.Scheduler
	spool      *spool.Spool
	rec        *recorder
	ledger     *ledger
	delivery   *delivery
	canary     atomic.Pointer[canary]
	clock      *clockWatch
	assignment atomic.Pointer[protocol.Assignment]
	uplinkLost atomic.Bool
	reloader   *selfmon.Reloader
	signal     <-chan os.Signal
	pollNow    chan struct{}
	beatNow    chan struct{}

	faultMu         sync.Mutex
	assignmentFault error
	staleSince      time.Time   // of the first failed poll in a row
	answered        atomic.Bool // the last heartbeat was
}

// Options of New, all optional.
type Options struct {
	Log    *slog.Logger
	Level  *slog.LevelVar         // of Log, for reloads to change
	Clock  schedule.Clock         // other than the machine's, for tests
	Load   func() (Config, error) // for reloads; nil: LoadConfig of the same file
	Signal <-chan os.Signal       // each one reloads

	// What stands between this program and the world; simulations replace it.
	Listener net.Listener // open already, instead of web.listen_address
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
	Probe    func(ctx context.Context, check *protocol.Check, slot int64) protocol.Result
	Tick     time.Duration // longest sleep between two looks at the clocks; 0: a second
}

// New builds an agent: it opens the spool, recalls the assignment and listens.
// The caller must Run it.
func New(cfg Config, o Options) (*Agent, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &Agent{
		log: o.Log, level: o.Level, load: o.Load, signal: o.Signal, registry: selfmon.NewRegistry("agent"),
		health: selfmon.NewHealth("assignment", "schedule"), dial: o.Dial, now: o.Clock.Wall, pollNow: make(chan struct{}, 1), beatNow: make(chan struct{}, 1),
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.load == nil {
		a.load = func() (Config, error) { return LoadConfig(cfg.file, os.LookupEnv) }
	}
	a.cfg.Store(&cfg)
	if _, err := rand.Read(a.boot[:]); err != nil {
		return nil, fmt.Errorf("draw a boot id: %w", err)
	}
	for _, warning := range cfg.Warnings {
		a.log.Warn(warning)
	}
	if err := a.build(&cfg, o); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// build makes the stages, from the far end of the data flow to its beginning.
func (a *Agent) build(cfg *Config, o Options) (err error) {
	set := a.registry.Set
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return fmt.Errorf("data_dir: %w; name a directory that the agent may write to", err)
	}
	a.linkMeters = uplink.NewMeters(set)
	link, err := a.newLink(cfg)
	if err != nil {
		return err
	}
	a.link.Store(link)
	codec, err := newCodec()
	if err != nil {
		return err
	}
	a.ledger = newLedger(cfg.lossesFile(), codec, a.log)
	a.spool, err = spool.Open(cfg.SpoolDir(), spool.Options{MaxBytes: cfg.Spool.MaxSize.Bytes(), Lost: a.ledger.spoolLost, Log: a.log})
	if errors.Is(err, spool.ErrLocked) {
		return fmt.Errorf("%w; another agent runs on this data_dir: stop it, or give this one a data_dir of its own", err)
	}
	if err != nil {
		return err
	}
	if a.prober, err = probe.New(probe.Options{Log: a.log, Metrics: set}); err != nil {
		return err
	}
	if a.run = o.Probe; a.run == nil {
		a.run = a.prober.Run
	}
	c, err := newCanary(cfg.Canary, a.run)
	if err != nil {
		return err
	}
	a.canary.Store(c)
	a.clock = &clockWatch{log: a.log, bound: cfg.Clock.MaxOffset.Std()}
	if err := a.buildRecorder(cfg); err != nil {
		return err
	}
	if err := a.buildSchedule(cfg, o); err != nil {
		return err
	}
	a.gauges()
	a.reloader = selfmon.NewReloader(a.registry, a.log, a.apply)
	return a.listen(cfg, o.Listener)
}

func (a *Agent) newLink(cfg *Config) (*uplink.Client, error) {
	o := cfg.uplinkOptions()
	o.Log, o.Meters, o.Dial, o.Now = a.log, a.linkMeters, a.dial, a.now
	return uplink.New(o)
}

func (a *Agent) buildRecorder(cfg *Config) error {
	set := a.registry.Set
	z, err := protocol.NewCompressor()
	if err != nil {
		return err
	}
	a.rec = &recorder{
		agent: protocol.AgentID(cfg.Agent), boot: a.boot, spool: a.spool, ledger: a.ledger, zstd: z, log: a.log,
		full: make(chan struct{}, 1), bounds: cfg.Batch, dropped: set.NewCounter("probity_agent_results_dropped_total"),
	}
	a.delivery = &delivery{
		spool: a.spool, link: &a.link, ledger: a.ledger, kick: a.rec.kick, log: a.log, nudge: make(chan struct{}, 1),
		accepted: set.NewCounter("probity_agent_results_accepted_total"),
		rejected: set.NewCounter("probity_agent_results_rejected_total"),
		poisoned: set.NewCounter("probity_agent_batches_quarantined_total"),
	}
	return nil
}

func (a *Agent) buildSchedule(cfg *Config, o Options) (err error) {
	a.sched, err = schedule.New(schedule.Options{
		Agent: protocol.AgentID(cfg.Agent), Workers: cfg.Schedule.Workers, Clock: o.Clock, ClockCheck: o.Tick,
		MaxLateness: cfg.Schedule.MaxLateness.Std(), Drain: cfg.Schedule.Drain.Std(),
		Last: a.spool.Stats().Newest.Mark, Log: a.log, Metrics: a.registry.Set, Run: a.probe, Missed: a.rec.gap,
	})
	if err != nil {
		return err
	}
	a.rec.accounted = a.sched.Accounted
	kept, err := uplink.Recall(cfg.assignmentFile())
	if err != nil {
		a.log.LogAttrs(context.Background(), slog.LevelError, "kept assignment is unreadable, waiting for the collector's", slog.Any("error", err))
	}
	if kept != nil && kept.Agent == protocol.AgentID(cfg.Agent) {
		a.assign(context.Background(), kept)
	}
	return nil
}

// probe runs one slot; it returns false when the agent's stop cut it short.
func (a *Agent) probe(ctx context.Context, check *protocol.Check, slot int64) bool {
	res := a.run(ctx, check, slot)
	if ctx.Err() != nil {
		return false
	}
	a.judge(ctx, &res)
	a.rec.add(res)
	return true
}

// Run works until ctx ends, then stops in the order of the data flow, so that
// whatever was probed is in the spool, and pushed if the collector listens.
func (a *Agent) Run(ctx context.Context) error {
	background, stopBackground := context.WithCancel(context.WithoutCancel(ctx))
	recording, stopRecording := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBackground()
	defer stopRecording()
	var polls, pushes, records sync.WaitGroup
	polls.Go(func() { a.follow(background) })
	polls.Go(func() { a.beat(background) })
	pushes.Go(func() { a.delivery.run(background) })
	records.Go(func() { a.rec.run(recording) })
	polls.Go(func() { _ = a.reloader.Run(background, a.signal) }) // always nil
	stopServer := a.serve()
	a.health.Hold("schedule")
	a.log.LogAttrs(ctx, slog.LevelInfo, "agent runs", slog.String("agent", a.cfg.Load().Agent),
		slog.String("collector", a.cfg.Load().Collector.URL), slog.String("listen", a.Addr()))

	err := a.sched.Run(ctx)
	a.health.Fail("schedule", "stopping")
	stopBackground()
	stopRecording()
	records.Wait()
	polls.Wait()
	pushes.Wait()
	if ferr := a.rec.flush(); ferr != nil {
		err = errors.Join(err, fmt.Errorf("spool the last results: %w", ferr))
	}
	last, stopLast := context.WithTimeout(context.WithoutCancel(ctx), lastPushBound)
	defer stopLast()
	a.delivery.last(last)
	a.ledger.save()
	stopServer()
	a.log.LogAttrs(context.Background(), slog.LevelInfo, "agent stopped", slog.Int64("spooled_batches", a.spool.Stats().Records))
	return errors.Join(err, a.close())
}

// close frees what New has opened.
func (a *Agent) close() error {
	if a.prober != nil {
		a.prober.Close()
	}
	if c := a.link.Load(); c != nil {
		c.Close()
	}
	var errs []error
	if a.listener != nil {
		if err := a.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if a.spool != nil {
		errs = append(errs, a.spool.Close())
	}
	return errors.Join(errs...)
}

func (a *Agent) gauges() {
	set, began := a.registry.Set, time.Now()
	set.NewGauge("probity_agent_spool_bytes", func() float64 { return float64(a.spool.Stats().Bytes) })
	set.NewGauge("probity_agent_spool_batches", func() float64 { return float64(a.spool.Stats().Records) })
	set.NewGauge("probity_agent_spool_dropped_batches", func() float64 { return float64(a.spool.Stats().Dropped) })
	set.NewGauge("probity_agent_results_held", func() float64 { return float64(a.rec.held()) })
	set.NewGauge("probity_agent_clock_offset_seconds", func() float64 { return a.clock.offset().Seconds() })
	set.NewGauge("probity_agent_uptime_seconds", func() float64 { return time.Since(began).Seconds() })
	flag := func(name string, on func() bool) {
		set.NewGauge(name, func() float64 {
			if on() {
				return 1
			}
			return 0
		})
	}
	flag("probity_agent_uplink_lost", a.uplinkLost.Load)
	flag("probity_agent_clock_off", func() bool { return a.clock.fault() != nil })
	flag("probity_agent_delivery_ok", a.ledger.up.Load)
}
