package collector

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// agentsTick is how often agents are looked at for silence.
const agentsTick = 5 * time.Second

// outagesBack is how far back outages are restored that late results may touch.
const outagesBack = 40 * 24 * time.Hour

// alertDesk feeds facts to the rules, and puts what they decide on record
// together with the notifications that follow from it.
type alertDesk struct {
	c *collector

	mu     sync.Mutex // the engine belongs to whoever holds it
	engine *incident.Engine
	stale  bool // a change could not be saved: the engine is ahead of the record

	certificates int64 // ms UTC: when they were looked at; the watching goroutine alone uses it

	seen    map[string]int       // incident → number of its last event that was looked at; the watching goroutine alone uses it
	heard   map[string]int       // incident → number of its last event when everybody had heard of all; the watching goroutine alone uses it
	reports int                  // agreement whose service reports were looked at last; the watching goroutine alone uses it
	wake    chan struct{}        // something changed that should be looked at before the next tick
	told    map[string]sla.State // service → state last published; the evaluator's goroutine alone uses it
	figures movedFigures         // told with the next look
}

func newAlertDesk(ctx context.Context, c *collector, runbook string) (*alertDesk, error) {
	d := &alertDesk{c: c, told: map[string]sla.State{}, wake: make(chan struct{}, 1), seen: map[string]int{}, engine: incident.New(incident.Options{RunbookURL: runbook})}
	return d, d.restore(ctx)
}

// look has everything watched soon: the record of incidents may have changed.
func (d *alertDesk) look() {
	d.c.faulted.forget()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// restore brings the engine to what is on record.
func (d *alertDesk) restore(ctx context.Context) error {
	alerts, err := d.c.db.OpenAlerts(ctx)
	if err != nil {
		return err
	}
	now := d.c.now()
	outages, err := d.c.db.Outages(ctx, "", now.Add(-outagesBack).UnixMilli(), 1<<62)
	if err != nil {
		return err
	}
	open, err := bodies[incident.Alert](alerts, func(r store.AlertRecord) []byte { return r.Body })
	if err != nil {
		return fmt.Errorf("stored alerts: %w", err)
	}
	down, err := bodies[incident.Outage](outages, func(r store.OutageRecord) []byte { return r.Body })
	if err != nil {
		return fmt.Errorf("stored outages: %w", err)
	}
	d.engine.Restore(open, down)
	d.stale = false
	return nil
}

func bodies[T, R any](records []R, body func(R) []byte) ([]T, error) {
	out := make([]T, len(records))
	for i, r := range records {
		if err := json.Unmarshal(body(r), &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// observe judges one service's fresh state.
func (d *alertDesk) observe(ctx context.Context, a *contract.Agreement, live *evaluate.ServiceLive) {
	f, err := d.facts(ctx, a, live)
	if err != nil {
		d.c.log.LogAttrs(ctx, slog.LevelError, "alert rules not run; they run again in a moment", slog.Any("err", err))
		d.c.eval.TouchAll()
		return
	}
	d.apply(ctx, func() []incident.Change {
		if !d.c.inForce(a.ID, live.Service.ID) {
			return nil // it left during the round, and nobody would ever close what is opened now
		}
		return d.engine.Observe(f)
	})
	if service := a.ID + "/" + live.Service.ID; d.changed(service, live.State) {
		d.c.web.Publish(web.Event{Kind: "state", Agreement: a.ID, Service: live.Service.ID, State: live.State, At: live.Watermark})
		return
	}
	d.figures.moved(a.ID, live.Watermark)
}

// changed reports whether a service's state is another than last told.
func (d *alertDesk) changed(service string, s sla.State) bool {
	if last, seen := d.told[service]; seen && last == s {
		return false
	}
	d.told[service] = s
	return true
}

// apply runs rules and records what they changed; what cannot be recorded is
// judged again from the record as it is.
func (d *alertDesk) apply(ctx context.Context, rules func() []incident.Change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stale {
		if err := d.restore(ctx); err != nil {
			d.c.log.LogAttrs(ctx, slog.LevelError, "alerts not readable; rules wait until they are", slog.Any("err", err))
			return
		}
	}
	changes := rules()
	if len(changes) == 0 {
		return
	}
	if err := d.save(ctx, changes); err != nil {
		d.stale = true
		d.c.log.LogAttrs(ctx, slog.LevelError, "alerts not recorded; the rules run again", slog.Any("err", err))
		d.c.eval.TouchAll()
		return
	}
	d.c.sender.Wake()
	if slices.ContainsFunc(changes, concernsIncidents) {
		d.look() // to escalate, or to resolve
	}
	for _, x := range changes {
		d.tell(ctx, x)
	}
}

func (d *alertDesk) tell(ctx context.Context, x incident.Change) {
	if a := x.Alert; a != nil {
		d.c.log.LogAttrs(ctx, slog.LevelInfo, "alert changed", slog.String("alert", a.Key),
			slog.String("change", string(x.Kind)), slog.String("status", string(a.Status)), slog.String("reason", x.Reason))
		d.c.web.Publish(web.Event{Kind: "alert", Agreement: a.Agreement, Service: a.Service, Agent: a.Agent, At: x.At})
	}
}

// save records what changed, what follows from it for incidents, and what
// people are told, all or nothing.
func (d *alertDesk) save(ctx context.Context, changes []incident.Change) error {
	var w store.IncidentWrite
	for _, x := range changes {
		if err := enter(&w, x); err != nil {
			return err
		}
	}
	var err error
	if w.Notifications, err = d.notifications(changes); err != nil {
		return err
	}
	if !slices.ContainsFunc(changes, concernsIncidents) {
		return d.c.db.SaveIncident(ctx, w)
	}
	return d.c.withBook(ctx, func(b *book, all *store.IncidentWrite) error {
		*all = w
		for i := range changes {
			if err := d.follow(ctx, b, &changes[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func concernsIncidents(x incident.Change) bool {
	return x.Outage != nil || x.Alert != nil && x.Alert.Kind == incident.ServiceDown
}

// enter adds one change to a write.
func enter(w *store.IncidentWrite, x incident.Change) error {
	if a := x.Alert; a != nil {
		body, err := json.Marshal(a)
		if err != nil {
			return err
		}
		w.Alerts = append(w.Alerts, store.AlertRecord{
			ID: a.ID, Key: a.Key, Kind: string(a.Kind), Status: string(a.Status), Open: a.Open(), Agreement: a.Agreement,
			Service: a.Service, StartsAt: a.StartsAt, EndsAt: a.EndsAt, UpdatedAt: a.UpdatedAt, Body: body,
		})
	}
	if o := x.Outage; o != nil {
		body, err := json.Marshal(o)
		if err != nil {
			return err
		}
		w.Outages = append(w.Outages, store.OutageRecord{
			ID: o.ID, Agreement: o.Agreement, Service: o.Service, From: o.From, To: o.To,
			Ongoing: o.Ongoing, Withdrawn: o.Withdrawn, Body: body,
		})
	}
	return nil
}

// run watches until ctx ends.
func (d *alertDesk) run(ctx context.Context) error {
	t := time.NewTicker(cmp.Or(d.c.tick, agentsTick))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-d.wake:
		}
		d.figures.tell(d.c.web.Publish)
		d.watch(ctx)
	}
}

func (d *alertDesk) watchAgents(ctx context.Context) error {
	agents, err := d.c.db.Agents(ctx)
	if err != nil {
		return err
	}
	now := d.c.now().UnixMilli()
	for _, a := range agents {
		if a.RevokedAt != 0 {
			d.apply(ctx, func() []incident.Change { return d.engine.RetireAgent(now, string(a.Name), "the agent was revoked") })
			continue
		}
		f := incident.AgentFacts{
			At: now, Agent: string(a.Name), Location: string(a.Location),
			LastSeen: max(d.c.heard.last(&a), a.EnrolledAt, d.c.started.UnixMilli()), SilentAfter: d.c.silentAfter(a.Location).Milliseconds(),
		}
		if a.Heartbeat != nil {
			f.Faults, f.Checks = a.Heartbeat.Faults, a.Heartbeat.Checks
			f.ClockKnown, f.ClockError = true, a.Heartbeat.At-a.HeartbeatAt
		}
		d.apply(ctx, func() []incident.Change { return d.engine.ObserveAgent(f) })
	}
	return nil
}

// facts are what the rules may know of a service.
func (d *alertDesk) facts(ctx context.Context, a *contract.Agreement, live *evaluate.ServiceLive) (incident.Facts, error) {
	f := factsOf(a, live, max(d.c.started.UnixMilli(), a.ValidFrom))
	if live.State != sla.Down && live.State != sla.Degraded {
		return f, nil
	}
	var err error
	f.Cause, err = d.cause(ctx, live)
	return f, err
}

// cause is why the newest failing result failed, among those that decide.
func (d *alertDesk) cause(ctx context.Context, live *evaluate.ServiceLive) (string, error) {
	cause, newest := "", int64(0)
	for _, c := range live.Checks {
		for _, l := range c.Locations {
			if l.State != live.State || l.LastSlot <= newest {
				continue
			}
			r, ok, err := d.c.db.Latest(ctx, c.Check.ID, l.Agent)
			if err != nil {
				return "", err
			}
			if ok {
				cause, newest = r.Cause.String(), l.LastSlot
			}
		}
	}
	return cause, nil
}
