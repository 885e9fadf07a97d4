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

	told map[string]sla.State // service → state last published; the evaluator's goroutine alone uses it
}

func newAlertDesk(ctx context.Context, c *collector, runbook string) (*alertDesk, error) {
	d := &alertDesk{c: c, told: map[string]sla.State{}, engine: incident.New(incident.Options{RunbookURL: runbook})}
	return d, d.restore(ctx)
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
	d.c.web.Publish(web.Event{
		Kind: d.eventKind(a.ID+"/"+live.Service.ID, live.State), Agreement: a.ID, Service: live.Service.ID, State: live.State, At: live.Watermark,
	})
}

// eventKind is "state" when a service's state is another than last told, else
// "statement": its figures moved on.
func (d *alertDesk) eventKind(service string, s sla.State) string {
	if last, seen := d.told[service]; seen && last == s {
		return "statement"
	}
	d.told[service] = s
	return "state"
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

func (d *alertDesk) save(ctx context.Context, changes []incident.Change) error {
	var w store.IncidentWrite
	for _, x := range changes {
		if x.Alert != nil {
			body, err := json.Marshal(x.Alert)
			if err != nil {
				return err
			}
			a := x.Alert
			w.Alerts = append(w.Alerts, store.AlertRecord{
				ID: a.ID, Key: a.Key, Kind: string(a.Kind), Status: string(a.Status), Open: a.Open(), Agreement: a.Agreement,
				Service: a.Service, StartsAt: a.StartsAt, EndsAt: a.EndsAt, UpdatedAt: a.UpdatedAt, Body: body,
			})
		}
		if x.Outage != nil {
			body, err := json.Marshal(x.Outage)
			if err != nil {
				return err
			}
			o := x.Outage
			w.Outages = append(w.Outages, store.OutageRecord{
				ID: o.ID, Agreement: o.Agreement, Service: o.Service, From: o.From, To: o.To,
				Ongoing: o.Ongoing, Withdrawn: o.Withdrawn, Body: body,
			})
		}
	}
	var err error
	if w.Notifications, err = d.notifications(changes); err != nil {
		return err
	}
	return d.c.db.SaveIncident(ctx, w)
}

// run looks at the agents until ctx ends.
func (d *alertDesk) run(ctx context.Context) error {
	t := time.NewTicker(cmp.Or(d.c.tick, agentsTick))
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		if err := d.watchAgents(ctx); err != nil && ctx.Err() == nil {
			d.c.log.LogAttrs(ctx, slog.LevelError, "agents not looked at; tried again in a few seconds", slog.Any("err", err))
		}
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
		}
		d.apply(ctx, func() []incident.Change { return d.engine.ObserveAgent(f) })
	}
	return nil
}

// facts are what the rules may know of a service.
func (d *alertDesk) facts(ctx context.Context, a *contract.Agreement, live *evaluate.ServiceLive) (incident.Facts, error) {
	s, v := live.Service, live.Verdict
	f := incident.Facts{
		At: live.Watermark, Agreement: a.ID, AgreementName: a.Name, Service: s.ID, ServiceName: s.Name,
		Customer: a.Customer, Tier: a.Tier, Language: a.Language, Zone: a.Zone,
		Watching: max(d.c.started.UnixMilli(), a.ValidFrom),
		Confirm:  incident.Confirm{Slots: max(1, s.Confirm), Interval: slowest(s).Milliseconds()},
	}
	f.FromVerdict(live.Recent) // states and outages: the live window
	f.Outages, f.OutagesFrom = observedOutages(live.Recent), live.Recent.Period.From
	f.Figures(v)
	f.PeriodID, f.Rolling = periodID(a, v), a.Period.Kind == contract.Rolling
	if w := live.InWindow; w != nil {
		f.Maintenance = &incident.Cover{ID: w.ID, Until: w.To, Qualifies: live.Excused}
		if !live.Excused {
			f.Maintenance.Why = "it was announced too late, or exceeds what the agreement allows"
		}
	}
	for _, b := range live.Burn {
		f.Burn = append(f.Burn, incident.Burn{
			Severity: b.Rule.Severity, Long: b.Rule.Long, Short: b.Rule.Short, Factor: b.Rule.Factor,
			LongBurn: b.Long, ShortBurn: b.Short,
		})
	}
	if live.State == sla.Down || live.State == sla.Degraded {
		var err error
		if f.Cause, err = d.cause(ctx, live); err != nil {
			return f, err
		}
	}
	return f, nil
}

// slowest is the longest interval of a service's checks: a failure is repeated
// only when every check had its turn again.
func slowest(s *contract.Service) time.Duration {
	var out time.Duration
	for _, c := range s.Checks {
		out = max(out, c.Interval)
	}
	return out
}

func periodID(a *contract.Agreement, v *sla.Verdict) string {
	if a.Period.Kind == contract.Rolling {
		return fmt.Sprintf("%dd", a.Period.Days)
	}
	return a.Period.Containing(v.Period.From, a.Zone).Label
}

// observedOutages are the runs of observed down, maintenance or not: what the
// rules open, suppress and close. What counts against the contract is in Counted.
func observedOutages(v *sla.Verdict) []sla.Outage {
	var out []sla.Outage
	for _, e := range v.Ledger {
		if e.Observed != sla.Down {
			continue
		}
		counted := int64(0)
		if e.State == sla.Down {
			counted = e.To - e.From
		}
		if n := len(out); n > 0 && out[n-1].To == e.From {
			o := &out[n-1]
			o.To, o.Counted = e.To, o.Counted+counted
			for _, w := range e.Where {
				if !slices.Contains(o.Where, w) {
					o.Where = append(o.Where, w)
				}
			}
			continue
		}
		out = append(out, sla.Outage{From: e.From, To: e.To, Counted: counted, Where: slices.Clone(e.Where)})
	}
	if n := len(out); n > 0 {
		out[n-1].Ongoing = out[n-1].To >= v.Until
	}
	return out
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
