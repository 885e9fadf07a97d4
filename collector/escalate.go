package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

// escalation is one pass over the incidents, by one state of the configuration:
// a reload meanwhile is for the next pass.
type escalation struct {
	d         *alertDesk
	policies  *oncall.Config
	set       *contract.Set
	channels  []*notify.Channel
	overrides []oncall.Override
	now       int64
}

// escalate takes the steps of escalation that are due, and tells what became of
// incidents that somebody was told of. Each is an event of its incident, saved
// together with the messages it sends: after a restart the record says what was
// done. An incident for which that fails holds up no other.
func (d *alertDesk) escalate(ctx context.Context) error {
	now := d.c.now().UnixMilli()
	open, err := openBook(ctx, d.c.db, now, now-newsBack.Milliseconds())
	if err != nil {
		return err
	}
	overrides, err := overridesAround(ctx, d.c.db, now)
	if err != nil {
		return err
	}
	p := &escalation{d, &d.c.cfg.Load().OnCall, d.c.set.Load(), *d.c.channels.Load(), overrides, now}
	before := d.heard
	d.heard = make(map[string]int, len(open.incidents))
	var faults []error
	for _, i := range open.incidents {
		if seq, known := before[i.ID]; known && seq == i.Seq && i.State != incident.IncidentOpen {
			d.heard[i.ID] = seq
			continue
		}
		due, err := p.due(ctx, i)
		if err == nil && due {
			err = p.take(ctx, i.ID)
		} else if err == nil {
			d.heard[i.ID] = i.Seq
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("incident %s: %w", i.ID, err))
		}
	}
	return errors.Join(faults...)
}

// overridesReach is how long a swap on the rota may last to be seen.
const overridesReach = 400 * 24 * time.Hour

func overridesAround(ctx context.Context, db *store.Store, now int64) ([]oncall.Override, error) {
	records, err := db.Overrides(ctx, "", now-overridesReach.Milliseconds(), now+overridesReach.Milliseconds())
	out := make([]oncall.Override, len(records))
	for i, r := range records {
		out[i] = oncall.Override{ID: r.ID, Rotation: r.Rotation, Person: r.Person, From: r.From, To: r.To, RevokedAt: r.RevokedAt}
	}
	return out, err
}

// due reports whether there is anything to send for an incident as it was read.
// Mostly there is nothing, and then nobody has to open the book for it.
func (p *escalation) due(ctx context.Context, i *incident.Incident) (bool, error) {
	records, err := p.d.c.db.IncidentEvents(ctx, i.ID)
	if err != nil {
		return false, err
	}
	events, err := eventsOf(records)
	if err != nil {
		return false, err
	}
	if len(p.steps(i, events, p.now)) > 0 {
		return true, nil
	}
	news, err := newsOf(events)
	return len(news) > 0, err
}

// steps are those that are due now, by every policy of an incident.
func (p *escalation) steps(i *incident.Incident, events []incident.Event, at int64) []oncall.Step {
	var out []oncall.Step
	for _, policy := range p.policiesOf(i) {
		steps, _ := oncall.Due(p.policies, policy, i, events, p.overrides, at)
		out = append(out, steps...)
	}
	return out
}

// take sends what there is to send for an incident, and enters that.
func (p *escalation) take(ctx context.Context, id string) error {
	sent := false
	err := withIncident(ctx, p.d.c.db, p.now, id, func(b *book, i *incident.Incident, w *store.IncidentWrite) error {
		records, err := p.d.c.db.IncidentEvents(ctx, id)
		if err != nil {
			return err
		}
		if len(records) != i.Seq {
			return store.ErrConflict // an entry came between the two readings
		}
		events, err := eventsOf(records)
		if err != nil {
			return err
		}
		b.now = max(b.now, i.UpdatedAt) // entries and messages of them carry one time
		clocks, err := readClocks(p.set, i, events, b.now)
		if err != nil {
			return err
		}
		steps := p.steps(i, events, b.now)
		if err := p.tellNews(b, i, w, events, clocks, steps); err != nil {
			return err
		}
		for n := range steps {
			if err := b.add(i, incident.Event{Kind: incident.EventNotified, By: incident.System, Step: steps[n].Escalation()}); err != nil {
				return err
			}
			rows, err := p.messages(ctx, i, &steps[n], clocks, b.now)
			if err != nil {
				return err
			}
			w.Notifications = append(w.Notifications, rows...)
		}
		sent = len(w.Notifications) > 0
		return nil
	})
	if err == nil && sent {
		p.d.c.sender.Wake()
	}
	return err
}

// withIncident is withBook for one incident that is known.
func withIncident(ctx context.Context, db *store.Store, now int64, id string, do func(*book, *incident.Incident, *store.IncidentWrite) error) error {
	for try := 1; ; try++ {
		b := &book{now: now, changed: map[string]bool{}}
		var w store.IncidentWrite
		i, err := b.load(ctx, db, id)
		if err == nil {
			err = do(b, i, &w)
		}
		if err == nil {
			err = b.into(&w)
		}
		if err == nil && len(w.Notifications)+len(w.Events) > 0 {
			err = db.SaveIncident(ctx, w)
		}
		if !errors.Is(err, store.ErrConflict) || try == maxConflicts {
			return err
		}
	}
}

// policiesOf are those by which an incident escalates, each once: that of every
// agreement it touches. One that is no longer in force has none.
func (p *escalation) policiesOf(i *incident.Incident) []*oncall.Policy {
	var out []*oncall.Policy
	for _, id := range agreementsOf(i) {
		a := p.set.Agreement(id)
		if a == nil {
			continue
		}
		policy := p.policies.PolicyFor(a.Escalation, i.Severities[id], slices.Contains(i.Majors, id))
		if policy != nil && !slices.Contains(out, policy) {
			out = append(out, policy)
		}
	}
	return out
}

// messages are the outbox rows of one step, one for each of whom it tells.
func (p *escalation) messages(ctx context.Context, i *incident.Incident, s *oncall.Step, clocks []incident.ClockStatus, now int64) ([]store.Notification, error) {
	n := p.d.notice(i, clocks, now)
	n.Step = *s.Escalation()
	var out []store.Notification
	for _, r := range s.Tell {
		to := slices.DeleteFunc(slices.Clone(p.channels), func(c *notify.Channel) bool { return c.Name() != r.Channel })
		n.Person, n.AckURL = r.Person, ""
		var err error
		if n.AckURL, err = p.d.c.ackURL(ctx, i, orText(r.Person, r.Channel), now); err != nil {
			return nil, err
		}
		planned, err := notify.PlanIncident(to, n)
		if err != nil {
			return nil, err
		}
		out = append(out, stored(planned)...)
	}
	return out, nil
}

// notice is what is told of an incident, whoever is told.
func (d *alertDesk) notice(i *incident.Incident, clocks []incident.ClockStatus, now int64) notify.IncidentNotice {
	n := notify.IncidentNotice{Incident: *i, At: now, PageURL: d.c.pageURL("/incidents/" + i.ID)}
	for _, k := range clocks {
		n.Clocks = append(n.Clocks, notify.Clock{
			Agreement: k.Agreement, Severity: k.Severity, Name: k.Indicator, Due: k.DueAt, Done: k.StoppedAt != 0,
			Paused: k.StoppedAt == 0 && !k.Running, Missed: k.Breach,
		})
	}
	for _, a := range d.active() {
		if a.Kind == incident.ServiceDown && slices.ContainsFunc(i.Outages, func(o incident.OutageRef) bool {
			return o.Agreement == a.Agreement && o.Service == a.Service
		}) {
			n.Alerts = append(n.Alerts, a)
		}
	}
	if a := firstAgreement(d.c.set.Load(), i); a != nil {
		n.Zone = a.Zone
	}
	return n
}

func firstAgreement(set *contract.Set, i *incident.Incident) *contract.Agreement {
	for _, id := range agreementsOf(i) {
		if a := set.Agreement(id); a != nil {
			return a
		}
	}
	return nil
}

func stored(planned []notify.Notification) []store.Notification {
	out := make([]store.Notification, len(planned))
	for i, n := range planned {
		out[i] = store.Notification{Key: n.Key, Receiver: n.Channel, CreatedAt: n.CreatedAt, Payload: n.Payload}
	}
	return out
}

// pageURL is the address of a page for people.
func (c *collector) pageURL(path string) string {
	cfg := c.cfg.Load()
	return cfg.externalURL(cfg.Web.Listen.String()) + path
}
