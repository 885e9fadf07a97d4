package collector

import (
	"context"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

// clockHorizon is how far ahead due times are looked for.
const clockHorizon = 60 * 24 * time.Hour

// clockRules are the clocks of an agreement in the words of package incident.
func clockRules(a *contract.Agreement) []incident.ClockRule {
	var out []incident.ClockRule
	for i := range a.Clocks {
		k := &a.Clocks[i]
		r := incident.ClockRule{
			Agreement: a.ID, Severity: k.Severity, Indicator: k.Indicator.String(), Terms: k.Terms,
			OpensByReport: k.Opens == contract.ByReport, StopsAtWorkaround: k.Stops == contract.Workaround, Pauses: k.Pauses,
		}
		out = append(out, r)
	}
	return out
}

// readClocks reads every clock that runs for an incident, for each of its agreements in force.
func readClocks(set *contract.Set, i *incident.Incident, events []incident.Event, now int64) ([]incident.ClockStatus, error) {
	var rules []incident.ClockRule
	for _, id := range agreementsOf(i) {
		if a := set.Agreement(id); a != nil {
			rules = append(rules, clockRules(a)...)
		}
	}
	if len(rules) == 0 {
		return nil, nil
	}
	return incident.ReadClocks(events, rules, now, clockHorizon.Milliseconds())
}

func clockView(k *incident.ClockStatus) web.IncidentClock {
	pauses := k.Pauses
	if pauses == nil {
		pauses = []string{}
	}
	return web.IncidentClock{
		Agreement: k.Agreement, Severity: k.Severity, Indicator: k.Indicator, Target: k.Target, Elapsed: k.Elapsed, Paused: k.Paused,
		OffHours: k.OffHours, Running: k.Running, Stopped: k.StoppedAt != 0, Breach: k.Breach, DueAt: k.DueAt, Pauses: pauses,
	}
}

// watchClocks judges the clocks of the incidents that want something, and lets
// go of those that want nothing any more.
func (d *alertDesk) watchClocks(ctx context.Context) error {
	now := d.c.now().UnixMilli()
	b, err := openBook(ctx, d.c.db, now, now)
	if err != nil {
		return err
	}
	wanted := map[string]bool{}
	for _, i := range b.incidents {
		if !wantsSomething(i) {
			continue
		}
		wanted[i.ID] = true
		_, events, err := readIncident(ctx, d.c.db, i.ID)
		if err != nil {
			return err
		}
		clocks, err := readClocks(d.c.set.Load(), i, events, now)
		if err != nil {
			return err
		}
		for _, k := range clocks {
			f := d.clockFacts(i, &k, now)
			d.apply(ctx, func() []incident.Change { return d.engine.ObserveClock(f) })
		}
	}
	for _, a := range d.active() {
		if a.Incident != "" && !wanted[a.Incident] {
			d.apply(ctx, func() []incident.Change {
				return d.engine.RetireIncident(now, a.Incident, "the incident is answered and resolved")
			})
		}
	}
	return nil
}

func (d *alertDesk) clockFacts(i *incident.Incident, k *incident.ClockStatus, now int64) incident.ClockFacts {
	f := incident.ClockFacts{
		At: now, Incident: i.ID, Title: i.Title, Agreement: k.Agreement, Severity: k.Severity, Indicator: incident.Indicator(k.Indicator),
		DueAt: k.DueAt, Target: k.Target, Elapsed: k.Elapsed, Running: k.Running, Stopped: k.StoppedAt != 0, StoppedAt: k.StoppedAt,
		Breach: k.Breach, Budget: -1,
	}
	if a := d.c.set.Load().Agreement(k.Agreement); a != nil {
		f.AgreementName, f.Customer, f.Language, f.Zone = a.Name, a.Customer, a.Language, a.Zone
	}
	for _, o := range i.Outages {
		s := d.serviceLive(o.Agreement, o.Service)
		if o.Agreement != k.Agreement || o.Withdrawn || s == nil {
			continue
		}
		f.Where = append(f.Where, d.where(o.Agreement, o.Service)...)
		if v := s.Verdict; v.Budget >= 0 && (f.Budget < 0 || v.BudgetLeft < f.BudgetLeft) {
			f.Budget, f.BudgetLeft = v.Budget, v.BudgetLeft
		}
	}
	return f
}
