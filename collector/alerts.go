package collector

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

func (c *collector) wireAlerts(ctx context.Context, cfg *Config) (err error) {
	c.sender, err = notify.New(notify.Options{
		Outbox: outbox{c.db}, Log: c.log, Metrics: c.registry.Set, Poll: c.tick,
		Active: func(context.Context) ([]incident.Alert, error) { return c.desk.active(), nil },
		Depth: func(ctx context.Context) (int, int64, error) {
			s, err := c.db.OutboxStats(ctx)
			return s.Pending, s.Oldest, err
		},
	})
	if err != nil {
		return err
	}
	channels, err := c.openChannels(cfg)
	if err != nil {
		return err
	}
	c.useChannels(channels)
	c.desk, err = newAlertDesk(ctx, c, cfg.Alerts.RunbookURL)
	return err
}

func (c *collector) openChannels(cfg *Config) ([]*notify.Channel, error) {
	channels := make([]*notify.Channel, len(cfg.Notify))
	for i := range cfg.Notify {
		var err error
		if channels[i], err = notify.Open(cfg.Notify[i], cfg.externalURL(cfg.Web.Listen.String())); err != nil {
			return nil, err
		}
		if c.dial != nil {
			channels[i].DialWith(c.dial)
		}
	}
	return channels, nil
}

// useChannels puts channels in force: for what is planned, and for what is sent.
func (c *collector) useChannels(channels []*notify.Channel) {
	c.channels.Store(&channels)
	c.sender.SetChannels(channels)
}

// notifications are the outbox rows that changes ask for.
func (d *alertDesk) notifications(changes []incident.Change) ([]store.Notification, error) {
	planned, err := notify.Plan(changes, d.c.houseChannels())
	return stored(planned), err
}

// houseChannels are those that carry alerts: all but the ones by which
// escalation reaches a person.
func (c *collector) houseChannels() []*notify.Channel {
	return slices.DeleteFunc(slices.Clone(*c.channels.Load()), func(ch *notify.Channel) bool {
		return slices.ContainsFunc(c.cfg.Load().People, func(p oncall.Person) bool { return slices.Contains(p.Channels, ch.Name()) })
	})
}

// active returns the open alerts.
func (d *alertDesk) active() []incident.Alert {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.engine.Active()
}

// retire closes what is open for a service that is no longer in force.
func (d *alertDesk) retire(ctx context.Context, at int64, agreement, service string) {
	d.apply(ctx, func() []incident.Change {
		return d.engine.Retire(at, agreement, service, "it is no longer in any agreement in force")
	})
}

// outbox is the store's outbox in the words of package notify.
type outbox struct{ db *store.Store }

func (o outbox) DueNotifications(ctx context.Context, now int64, limit int) ([]notify.Notification, error) {
	due, err := o.db.DueNotifications(ctx, now, limit)
	out := make([]notify.Notification, len(due))
	for i, n := range due {
		out[i] = notify.Notification{ID: n.ID, Key: n.Key, Channel: n.Receiver, Payload: n.Payload, Attempts: n.Attempts, CreatedAt: n.CreatedAt}
	}
	return out, err
}

func (o outbox) MarkDelivered(ctx context.Context, id, at int64) error {
	return o.db.MarkDelivered(ctx, id, at)
}

func (o outbox) MarkFailed(ctx context.Context, id, at, next int64, errText string, dead bool) error {
	return o.db.MarkFailed(ctx, id, at, next, errText, dead)
}

// maxAlerts bounds what is read to answer for open alerts alone.
const maxAlerts = 10_000

// Alerts lists alerts, newest first.
func (v views) Alerts(ctx context.Context, q web.AlertQuery) ([]web.Alert, error) {
	alerts, err := v.alerts(ctx, q)
	if err != nil {
		return nil, err
	}
	out := []web.Alert{}
	for _, a := range alerts {
		if q.Agreement != "" && a.Agreement != q.Agreement {
			continue
		}
		if out = append(out, alertView(&a)); q.Limit > 0 && len(out) == q.Limit {
			break
		}
	}
	return out, nil
}

// alerts reads those that are open, with figures of now, or those on record.
func (v views) alerts(ctx context.Context, q web.AlertQuery) ([]incident.Alert, error) {
	if q.Open {
		open := v.c.desk.active()
		slices.SortStableFunc(open, func(a, b incident.Alert) int { return cmp.Compare(b.StartsAt, a.StartsAt) })
		return open, nil
	}
	limit := q.Limit
	if limit <= 0 {
		limit = maxAlerts
	}
	records, err := v.c.db.Alerts(ctx, q.Agreement, limit)
	if err != nil {
		return nil, err
	}
	alerts, err := bodies[incident.Alert](records, func(r store.AlertRecord) []byte { return r.Body })
	if err != nil {
		return nil, fmt.Errorf("stored alerts: %w", err)
	}
	return alerts, nil
}

func alertView(a *incident.Alert) web.Alert {
	return web.Alert{
		ID: a.ID, Rule: string(a.Kind), Severity: a.Severity, Agreement: a.Agreement, Service: a.Service, Agent: a.Agent,
		Summary: a.Annotations["summary"], StartedAt: a.StartsAt, EndedAt: a.EndsAt, Suppressed: a.Suppressed,
	}
}

// maxDeadLetters is how many given-up notifications are shown.
const maxDeadLetters = 100

// Outbox counts what waits, and shows what was given up.
func (v views) Outbox(ctx context.Context) (web.Outbox, error) {
	stats, err := v.c.db.OutboxStats(ctx)
	if err != nil {
		return web.Outbox{}, err
	}
	dead, err := v.c.db.DeadNotifications(ctx, maxDeadLetters)
	if err != nil {
		return web.Outbox{}, err
	}
	out := web.Outbox{Pending: stats.Pending, Oldest: stats.Oldest, Dead: stats.Dead, Letters: []web.DeadLetter{}}
	for _, n := range dead {
		out.Letters = append(out.Letters, web.DeadLetter{
			ID: fmt.Sprint(n.ID), Receiver: n.Receiver, Attempts: n.Attempts, Error: n.LastError, At: n.DeadAt,
		})
	}
	return out, nil
}
