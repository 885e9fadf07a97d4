package collector

import (
	"context"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

// escalate takes the steps of escalation that are due. Each is an event of its
// incident, saved together with the messages it sends: after a restart the
// record says what was done.
func (d *alertDesk) escalate(ctx context.Context) error {
	if len(d.c.cfg.Load().OnCall.Policies) == 0 {
		return nil
	}
	now := d.c.now().UnixMilli()
	open, err := openBook(ctx, d.c.db, now, now)
	if err != nil {
		return err
	}
	overrides, err := overridesAround(ctx, d.c.db, now)
	if err != nil {
		return err
	}
	for _, i := range open.incidents {
		if due, err := d.stepDue(ctx, i, overrides, now); err != nil {
			return err
		} else if !due {
			continue
		}
		if err := d.escalateOne(ctx, i.ID, overrides); err != nil {
			return err
		}
	}
	return nil
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

// stepDue reports whether a step is to be taken for an incident as it was read.
// Mostly there is none, and then nobody has to open the book for it.
func (d *alertDesk) stepDue(ctx context.Context, i *incident.Incident, overrides []oncall.Override, now int64) (bool, error) {
	if i.State != incident.IncidentOpen {
		return false, nil
	}
	records, err := d.c.db.IncidentEvents(ctx, i.ID)
	if err != nil {
		return false, err
	}
	events, err := eventsOf(records)
	if err != nil {
		return false, err
	}
	for _, p := range d.policies(i) {
		if steps, _ := oncall.Due(&d.c.cfg.Load().OnCall, p, i, events, overrides, now); len(steps) > 0 {
			return true, nil
		}
	}
	return false, nil
}

func (d *alertDesk) escalateOne(ctx context.Context, id string, overrides []oncall.Override) error {
	sent := false
	err := d.c.withBook(ctx, func(b *book, w *store.IncidentWrite) error {
		i := b.byID(id)
		if i == nil {
			return nil
		}
		_, events, err := readIncident(ctx, d.c.db, id)
		if err != nil {
			return err
		}
		clocks, err := readClocks(d.c.set.Load(), i, events, b.now)
		if err != nil {
			return err
		}
		for _, p := range d.policies(i) {
			steps, _ := oncall.Due(&d.c.cfg.Load().OnCall, p, i, events, overrides, b.now)
			for _, s := range steps {
				if err := b.add(i, incident.Event{Kind: incident.EventNotified, By: incident.System, Step: s.Escalation()}); err != nil {
					return err
				}
				rows, err := d.messages(ctx, i, &s, clocks, b.now)
				if err != nil {
					return err
				}
				w.Notifications = append(w.Notifications, rows...)
				sent = true
			}
		}
		return nil
	})
	if err == nil && sent {
		d.c.sender.Wake()
	}
	return err
}

// policies are those by which an incident escalates, each once: that of every
// agreement it touches.
func (d *alertDesk) policies(i *incident.Incident) []*oncall.Policy {
	var out []*oncall.Policy
	for _, id := range agreementsOf(i) {
		named := ""
		if a := d.c.set.Load().Agreement(id); a != nil {
			named = a.Escalation
		}
		p := d.c.cfg.Load().OnCall.PolicyFor(named, i.Severities[id], slices.Contains(i.Majors, id))
		if p != nil && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// messages are the outbox rows of one step, one for each of whom it tells.
func (d *alertDesk) messages(ctx context.Context, i *incident.Incident, s *oncall.Step, clocks []incident.ClockStatus, now int64) ([]store.Notification, error) {
	n := d.notice(i, clocks, now)
	n.Step = *s.Escalation()
	var out []store.Notification
	for _, r := range s.Tell {
		to := slices.DeleteFunc(slices.Clone(*d.c.channels.Load()), func(c *notify.Channel) bool { return c.Name() != r.Channel })
		n.Person, n.AckURL = r.Person, ""
		var err error
		if n.AckURL, err = d.c.ackURL(ctx, i.ID, orText(r.Person, r.Channel), now); err != nil {
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
