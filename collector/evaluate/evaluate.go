// Package evaluate turns stored results into statements: it follows the
// watermark of each service, recomputes the periods that a result touched, and
// freezes periods that are over. It declares what it needs of the store; the
// maths is package sla's.
package evaluate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

const (
	// DefaultSettle is how long after a slot's deadline its result may still
	// arrive before the slot is judged to be missing.
	DefaultSettle = 10 * time.Second
	// Margin is how far outside a period results are read, so that an outage
	// across its edge is measured whole (SLA-SEMANTICS, section E).
	Margin = 31 * 24 * time.Hour
	// DefaultTick bounds how long a live state may lag when no result arrives.
	DefaultTick = time.Second
	// MaxWindow bounds a window asked for on demand.
	MaxWindow = 10 * 366 * 24 * time.Hour
)

// ErrUnknownAgreement is returned for an agreement that is not loaded.
var ErrUnknownAgreement = errors.New("no such agreement")

// Results is what evaluate reads of the stored timelines.
type Results interface {
	Sources(ctx context.Context, check protocol.CheckID) ([]protocol.AgentID, error)
	Runs(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64) ([]timeline.Run, error)
	// Late returns where results of [from, to) lie that came after their time
	// and later than the instant `after`.
	Late(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to, after int64) ([]sla.Window, error)
}

// Records is what people decided: exclusions, and the statements that were frozen.
type Records interface {
	// Exclusions returns what touches w, as it stood at asOf (ms UTC; 0: now).
	Exclusions(ctx context.Context, a *contract.Agreement, w sla.Window, asOf int64) (*Exclusions, error)
	SaveStatement(ctx context.Context, s *sla.Statement) (revision int, err error)
	// Frozen returns the newest frozen statement of a period, nil when there is none.
	// asOf leaves out those frozen later (ms UTC; 0: none).
	Frozen(ctx context.Context, agreement, label string, asOf int64) (*sla.Statement, error)
	// InForce returns the revision of an agreement that was loaded at an
	// instant; "" when there was none yet.
	InForce(ctx context.Context, id string, at int64) (revision string, err error)
	// AgreementAt returns the agreement as it read in an earlier revision.
	AgreementAt(ctx context.Context, id, revision string) (*contract.Agreement, error)
	// Handled returns how the incidents of an agreement that opened in w were
	// handled, as known at the instant at, ms UTC, nil when there were none.
	// credit is what is owed for availability alone.
	Handled(ctx context.Context, a *contract.Agreement, w sla.Window, credit sla.Ratio, at int64) (*sla.Handled, error)
}

// Agents lists where agents stand, revoked ones included.
type Agents interface {
	Vantages(ctx context.Context) ([]Vantage, error)
}

// Vantage is one agent at its location.
type Vantage struct {
	Agent    protocol.AgentID
	Location protocol.Location
	Active   bool // enrolled and not revoked: its results are expected
}

// Maintenance is a window and the services that it covers; none listed means all.
type Maintenance struct {
	sla.Maintenance
	Services []string
	Reason   string
	By       string
}

// Adjustment is a correction and the services that it covers; none listed means all.
type Adjustment struct {
	sla.Adjustment
	Services []string
	By       string // who proposed it
}

// Exclusions is everything that people recorded about a window of an agreement.
type Exclusions struct {
	Maintenance []Maintenance
	Adjustments []Adjustment
	Tickets     []int64
}

// Change says that results of a check from an agent arrived in [From, To] (ms UTC).
type Change struct {
	Check    protocol.CheckID
	Agent    protocol.AgentID
	From, To int64
}

// Options wire an Evaluator.
type Options struct {
	Results Results
	Records Records
	Agents  Agents
	Now     func() time.Time
	Settle  time.Duration // 0: DefaultSettle
	Tick    time.Duration // 0: DefaultTick
	Log     *slog.Logger
	Metrics *metrics.Set
	// Observe is called with each service's fresh state, in one goroutine.
	Observe func(ctx context.Context, a *contract.Agreement, live *ServiceLive)
}

// Evaluator keeps the running statement of every agreement.
type Evaluator struct {
	o Options

	mu     sync.RWMutex
	set    *contract.Set
	live   map[string]*AgreementLive
	tracks map[trackKey]*track
	homes  map[protocol.CheckID]home // check → where it is used

	asking  sync.Mutex        // one statement on demand at a time: a round waits for one at most
	work    sync.Mutex        // one computation of live state at a time
	closed  map[string]string // agreement → label of the newest period that was frozen
	reopen  map[string]reopened
	known   map[string]recordSet
	seconds *metrics.PrometheusHistogram
	errs    *metrics.Counter
}

// reopened says of an agreement what late results or records touched of the
// periods that are over.
type reopened struct {
	from int64 // earliest instant touched
	last int64 // when something was touched last
}

type home struct {
	agreement string
	interval  time.Duration
	timeout   time.Duration
}

// New builds an Evaluator over no agreements; SetAgreements gives it some.
func New(o Options) *Evaluator {
	if o.Settle == 0 {
		o.Settle = DefaultSettle
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Metrics == nil {
		o.Metrics = metrics.NewSet()
	}
	return &Evaluator{
		o: o, live: map[string]*AgreementLive{}, tracks: map[trackKey]*track{},
		closed: map[string]string{}, reopen: map[string]reopened{}, known: map[string]recordSet{},
		seconds: o.Metrics.GetOrCreatePrometheusHistogram("probity_collector_evaluate_duration_seconds"),
		errs:    o.Metrics.GetOrCreateCounter("probity_collector_evaluate_errors_total"),
	}
}

// SetAgreements replaces the agreements whole; what they have in common keeps its state.
func (e *Evaluator) SetAgreements(set *contract.Set) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.set = set
	e.homes = map[protocol.CheckID]home{}
	keep := map[string]bool{}
	for _, a := range set.Agreements {
		keep[a.ID] = true
		for i := range a.Services {
			for _, c := range a.Services[i].Checks {
				e.homes[c.ID] = home{a.ID, c.Interval, c.Timeout}
			}
		}
	}
	for id, l := range e.live {
		if !keep[id] {
			delete(e.live, id)
			continue
		}
		l.dirty = true
	}
	for k := range e.tracks {
		if _, ok := e.homes[k.check]; !ok {
			delete(e.tracks, k)
		}
	}
}

// Touch marks what results changed; the next round recomputes it.
func (e *Evaluator) Touch(changes []Change) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range changes {
		if t := e.tracks[trackKey{c.Check, c.Agent}]; t != nil {
			t.touch(c.From, c.To)
		}
		h, ok := e.homes[c.Check]
		if !ok {
			continue
		}
		l := e.live[h.agreement]
		if l != nil {
			l.dirty = true
		}
		if l == nil || c.From < l.periodFrom {
			e.noteReopen(h.agreement, c.From)
		}
	}
}

// noteReopen needs e.mu.
func (e *Evaluator) noteReopen(agreement string, from int64) {
	if old, ok := e.reopen[agreement]; ok {
		from = min(from, old.from)
	}
	e.reopen[agreement] = reopened{from: from, last: e.o.Now().UnixMilli()}
}

// TouchAll recomputes every running statement in the next round.
func (e *Evaluator) TouchAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, l := range e.live {
		l.dirty = true
	}
}

// Run recomputes live states until ctx ends: when wake fires, and once a tick.
func (e *Evaluator) Run(ctx context.Context, wake <-chan struct{}, changes func() []Change) error {
	t := time.NewTicker(cmp.Or(e.o.Tick, DefaultTick))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-wake:
		case <-t.C:
		}
		e.Touch(changes())
		e.Round(ctx)
	}
}

// turn is how long a round keeps whoever asks for a statement waiting.
const turn = 20 * time.Millisecond

// Round brings every agreement that is due up to its watermark.
func (e *Evaluator) Round(ctx context.Context) {
	e.work.Lock()
	defer e.work.Unlock()
	start := time.Now()
	held := start
	e.mu.RLock()
	set := e.set
	e.mu.RUnlock()
	if set == nil {
		return
	}
	vantages, err := e.o.Agents.Vantages(ctx)
	if err != nil {
		e.fail(ctx, "agents not readable; live states stand still until they are", err)
		return
	}
	now := e.o.Now().UnixMilli()
	for _, a := range set.Agreements {
		if ctx.Err() != nil {
			return
		}
		if time.Since(held) >= turn {
			e.work.Unlock()
			e.work.Lock()
			held = time.Now()
		}
		if err := e.update(ctx, a, vantages, now); err != nil {
			e.setDirty(a.ID)
			e.fail(ctx, "agreement not evaluated; its last figures stay", fmt.Errorf("agreement %s: %w", a.ID, err))
		}
	}
	e.seconds.UpdateDuration(start)
}

func (e *Evaluator) fail(ctx context.Context, msg string, err error) {
	if ctx.Err() != nil {
		return
	}
	e.errs.Inc()
	e.o.Log.LogAttrs(ctx, slog.LevelError, msg, slog.Any("err", err))
}
