// Package collector is the collector program: it takes results from agents,
// stores them, computes availability against agreements, and tells people.
package collector

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/ingest"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/promapi"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/selfmon"
)

const (
	// shutdownTimeout bounds how long open requests may keep a stopping collector.
	shutdownTimeout = 10 * time.Second
	// readHeaderTimeout bounds how long a peer may take to send its request's head.
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// RunOptions are what a running collector needs beside its configuration.
type RunOptions struct {
	Log    *slog.Logger
	Reload func() (*Config, error) // reads the configuration again
	Hangup <-chan os.Signal        // SIGHUP
	Bound  func(address string)    // told the listen address once it is bound
	Now    func() time.Time        // nil: time.Now

	// What stands between this program and the world; simulations replace it.
	Listener net.Listener                                                         // open already, instead of web.listen_address
	Dial     func(ctx context.Context, network, address string) (net.Conn, error) // to receivers of alerts
	Tick     time.Duration                                                        // between looks at the clock and at the records; 0: as often as each needs
}

// collector is the program's stages, wired.
type collector struct {
	log      *slog.Logger
	now      func() time.Time
	cfg      atomic.Pointer[Config]
	set      atomic.Pointer[contract.Set]
	registry *selfmon.Registry
	health   *selfmon.Health
	db       *store.Store
	eval     *evaluate.Evaluator
	desk     *alertDesk
	sender   *notify.Dispatcher
	channels atomic.Pointer[[]*notify.Channel]
	web      *web.Server
	ingest   *ingest.Handler
	prom     *promapi.API
	exporter *promapi.Exporter
	snapshot lastSnapshot
	faulted  faulted
	started  time.Time
	heard    heard
	touched  chan struct{} // wakes the evaluator
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	tick     time.Duration
}

// Run serves until ctx ends, then stops in order: no new requests, last
// evaluation, notifications under way, store flushed.
func Run(ctx context.Context, cfg *Config, o RunOptions) (err error) {
	c := newCollector(o)
	c.db, err = store.Open(ctx, store.Options{Path: cfg.Store.Path, Log: c.log, Metrics: c.registry.Set, Now: c.now, Tick: c.tick})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.db.Close()) }()
	c.health.Hold("store")
	if err := c.wire(ctx, cfg); err != nil {
		return err
	}
	listener := o.Listener
	if listener == nil {
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Web.Listen.String()); err != nil {
			return fmt.Errorf("web.listen_address: %w", err)
		}
	}
	if o.Bound != nil {
		o.Bound(listener.Addr().String())
	}
	c.log.LogAttrs(ctx, slog.LevelInfo, "collector serves",
		slog.String("address", listener.Addr().String()), slog.String("version", selfmon.Version().String()),
		slog.Int("agreements", len(c.set.Load().Agreements)))
	if err := c.serve(ctx, cfg, o, listener); err != nil {
		return err
	}
	c.log.LogAttrs(context.WithoutCancel(ctx), slog.LevelInfo, "collector stopped")
	return nil
}

func newCollector(o RunOptions) *collector {
	c := &collector{
		log: o.Log, now: o.Now, registry: selfmon.NewRegistry("collector"),
		health: selfmon.NewHealth("store", "agreements", "evaluation"), touched: make(chan struct{}, 1),
		dial: o.Dial, tick: o.Tick,
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.started = c.now()
	return c
}

// serve runs every stage until ctx ends or one of them fails.
func (c *collector) serve(ctx context.Context, cfg *Config, o RunOptions, l net.Listener) error {
	reloader := selfmon.NewReloader(c.registry, c.log, func() error { return c.reload(ctx, o.Reload) })
	server := &http.Server{
		Handler: c.routes(reloader), ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes, ErrorLog: slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	server.RegisterOnShutdown(c.web.Close)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		var err error
		if cfg.Web.TLSCert != "" {
			err = server.ServeTLS(l, cfg.Web.TLSCert, cfg.Web.TLSKey)
		} else {
			err = server.Serve(l)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serve: %w", err)
	})
	g.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		if err := server.Shutdown(stop); err != nil {
			c.log.LogAttrs(stop, slog.LevelWarn, "requests were still open at the end; they are cut", slog.Any("err", err))
			return server.Close()
		}
		return nil
	})
	g.Go(func() error { return c.db.Run(ctx) })
	g.Go(func() error { return c.eval.Run(ctx, c.wakes(ctx), c.takeChanges) })
	g.Go(func() error { return c.watchRecords(ctx) })
	g.Go(func() error { return c.sender.Run(ctx) })
	g.Go(func() error { return c.desk.run(ctx) })
	g.Go(func() error { return reloader.Run(ctx, o.Hangup) })
	return g.Wait()
}

// wakes joins what should start a round: new results, and changed records.
func (c *collector) wakes(ctx context.Context) <-chan struct{} {
	out := make(chan struct{}, 1)
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-c.db.Changed():
			case <-c.touched:
			}
			select {
			case out <- struct{}{}:
			default:
			}
		}
	}()
	return out
}

func (c *collector) takeChanges() []evaluate.Change {
	changed := c.db.TakeChanges()
	out := make([]evaluate.Change, len(changed))
	for i, x := range changed {
		out[i] = evaluate.Change{Check: x.Check, Agent: x.Agent, From: x.From, To: x.To - 1}
	}
	return out
}

// recordsPoll is how often records that another process wrote (the command
// line does) are looked for.
const recordsPoll = time.Second

// watchRecords has everything recomputed when maintenance, corrections or
// agents changed, in this process or in another.
func (c *collector) watchRecords(ctx context.Context) error {
	last := int64(-1)
	t := time.NewTicker(cmp.Or(c.tick, recordsPoll))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		now, err := c.db.Generation(ctx)
		if err != nil {
			if ctx.Err() == nil {
				c.log.LogAttrs(ctx, slog.LevelWarn, "records not readable; tried again in a second", slog.Any("err", err))
			}
			continue
		}
		if now != last {
			if err := c.recordsChanged(ctx); err != nil {
				c.log.LogAttrs(ctx, slog.LevelError, "changed records not taken in; tried again in a second", slog.Any("err", err))
				continue
			}
			last = now
		}
	}
}

// recordsChanged recomputes what changed records touch, however long ago.
func (c *collector) recordsChanged(ctx context.Context) error {
	if err := c.eval.TouchRecords(ctx); err != nil {
		return err
	}
	c.web.Publish(web.Event{Kind: "maintenance", At: c.now().UnixMilli()})
	select {
	case c.touched <- struct{}{}:
	default:
	}
	return nil
}
