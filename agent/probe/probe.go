// Package probe runs one check once and says how the target answered. A failed
// probe is a Result, never an error; what the agent itself could not do is the
// outcome unknown with the cause agent_fault, never the target's downtime.
//
// Every probe opens a fresh connection, resolves names afresh, times each phase
// in line, and ends within its check's timeout. Plain queries share sockets:
// one UDP socket per family for DNS, one ICMP socket per family for echoes.
package probe

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/internal/protocol"
)

// DefaultTimeout bounds a probe whose check names no timeout.
const DefaultTimeout = 10 * time.Second

// Resolver looks names up; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options are what a Prober needs; every field may be left out.
type Options struct {
	Log      *slog.Logger
	Metrics  *metrics.Set // nil: counted nowhere
	Resolver Resolver     // nil: the system's, without a cache
}

// Prober runs checks of every kind. Its methods may be called concurrently.
type Prober struct {
	log      *slog.Logger
	resolver Resolver
	counts   *counts
	plans    planCache
	dns      [2]dnsSocket  // by family: IPv4, IPv6
	icmp     [2]icmpSocket // by family: IPv4, IPv6
	http2    *http.Transport
	closed   atomic.Bool
}

// New builds a Prober. Sockets are opened when the first check needs them.
func New(o Options) (*Prober, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Metrics == nil {
		o.Metrics = metrics.NewSet()
	}
	if o.Resolver == nil {
		o.Resolver = systemResolver{}
	}
	p := &Prober{log: o.Log, resolver: o.Resolver, counts: newCounts(o.Metrics), http2: newHTTP2Transport()}
	for family := range 2 {
		p.dns[family].init(family == 1, p.counts)
		p.icmp[family].init(family == 1, p.counts, o.Log)
	}
	return p, nil
}

// Close releases the shared sockets. Probes that still run, or run later, end as agent_fault.
func (p *Prober) Close() {
	p.closed.Store(true)
	for family := range 2 {
		p.dns[family].shut(true)
		p.icmp[family].shut(true)
	}
}

// Run probes a check for a slot (ms UTC). The result is complete whatever
// happens: it never panics, and ends within 50 ms of the check's timeout. A
// check must not be changed after it was first run.
func (p *Prober) Run(ctx context.Context, check *protocol.Check, slot int64) (res protocol.Result) {
	r := runs.Get().(*run)
	r.p, r.ctx, r.start = p, ctx, time.Now()
	r.res.Check, r.res.Slot, r.res.Interval = check.ID, slot, check.Interval
	p.counts.running.Add(1)
	defer func() {
		p.counts.running.Add(-1)
		if v := recover(); v != nil {
			p.counts.panics.Inc()
			p.log.LogAttrs(ctx, slog.LevelError, "probe panicked; its result is unknown, please report this",
				slog.String("check", string(check.ID)), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
			r.finish(faultf(protocol.CauseAgentFault, "the probe panicked; the agent's log has the stack"), check.Degraded)
		}
		p.counts.observe(check.Kind, &r.res)
		res = r.res
		*r = run{}
		runs.Put(r)
	}()
	r.finish(r.perform(check), check.Degraded)
	return res // set by the deferred function
}

// run is the state of one probe.
type run struct {
	p        *Prober
	ctx      context.Context
	start    time.Time
	deadline time.Time
	res      protocol.Result
	latency  time.Duration // judged against Degraded; 0: the whole duration
}

// runs keeps the memory of runs that are over.
var runs = sync.Pool{New: func() any { return new(run) }}

func (r *run) perform(check *protocol.Check) *fault {
	if r.p.closed.Load() {
		return faultf(protocol.CauseAgentFault, "the agent is stopping")
	}
	plan, err := r.p.plans.get(check)
	if err != nil {
		return faultf(protocol.CauseAgentFault, "the check cannot be run: %v", err)
	}
	r.start = time.Now() // what compiling took is not the target's latency
	r.res.Lateness = max(0, r.start.Sub(time.UnixMilli(r.res.Slot)))
	r.deadline = r.start.Add(timeoutOf(check))
	if at, ok := r.ctx.Deadline(); ok && at.Before(r.deadline) {
		r.deadline = at
	}
	return plan.probe(r)
}

// finish judges the run: f, unless it is nil and the target was merely slow.
func (r *run) finish(f *fault, degraded time.Duration) {
	res := &r.res
	res.Duration = time.Since(r.start)
	if r.latency == 0 {
		r.latency = res.Duration
	}
	if degraded > 0 && r.latency > degraded && (f == nil || f.cause == protocol.CauseTLSExpiring) {
		f = faultf(protocol.CauseSlow, "took %v; more than %v is degraded", round(r.latency), degraded)
	}
	if f == nil {
		res.Outcome, res.Cause = protocol.OutcomeUp, protocol.CauseNone
		return
	}
	res.Cause, res.Message, res.Outcome = f.cause, cut(f.message), outcomeOf(f.cause)
}

func timeoutOf(c *protocol.Check) time.Duration {
	switch {
	case c.Timeout > 0:
		return c.Timeout
	case c.Interval > 0 && c.Interval < DefaultTimeout:
		return c.Interval
	}
	return DefaultTimeout
}

// closeQuietly closes what was only read from or is broken: its error tells nothing more.
func closeQuietly(c io.Closer) { _ = c.Close() }
