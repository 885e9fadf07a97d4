package collector

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// withBook opens the book, lets do enter events, and saves them together with
// what else belongs to the same transaction. Somebody else's entry in between
// has it done again, on the book as it is then.
func (c *collector) withBook(ctx context.Context, do func(*book, *store.IncidentWrite) error) error {
	return withBook(ctx, c.db, c.now().UnixMilli(), c.cfg.Load().Incidents.ReopenWithin.Std(), do)
}

func withBook(ctx context.Context, db *store.Store, now int64, back time.Duration, do func(*book, *store.IncidentWrite) error) error {
	for try := 1; ; try++ {
		b, err := openBook(ctx, db, now, now-back.Milliseconds())
		if err != nil {
			return err
		}
		var w store.IncidentWrite
		if err := do(b, &w); err != nil {
			return err
		}
		if err := b.into(&w); err != nil {
			return err
		}
		if len(w.Alerts)+len(w.Outages)+len(w.Notifications)+len(w.Events) == 0 {
			return nil
		}
		if err = db.SaveIncident(ctx, w); !errors.Is(err, store.ErrConflict) || try == maxConflicts {
			return err
		}
	}
}

// follow enters what a change of the rules means for incidents.
func (d *alertDesk) follow(ctx context.Context, b *book, x *incident.Change) error {
	if o := x.Outage; o != nil {
		return d.followOutage(ctx, b, x.Kind, o)
	}
	if a := x.Alert; a.Kind == incident.ServiceDown && a.Outage != "" && (x.Kind == incident.ChangeOpened || x.Kind == incident.ChangeSuppressed) {
		return d.followAlert(ctx, b, a)
	}
	return nil
}

// followOutage keeps the record of outages that an incident knows, however long
// ago it ended, and adds those that come while the service's alert fires.
func (d *alertDesk) followOutage(ctx context.Context, b *book, kind incident.ChangeKind, o *incident.Outage) error {
	i := b.find(o.ID)
	if i == nil && kind != incident.ChangeConfirmed {
		var err error
		if i, err = b.knowing(ctx, d.c.db, o); err != nil {
			return err
		}
	}
	ref := &incident.OutageRef{ID: o.ID, Agreement: o.Agreement, Service: o.Service, From: o.From}
	if !o.Ongoing {
		ref.To = o.To
	}
	switch {
	case i == nil && kind == incident.ChangeConfirmed && d.firing(o.Agreement, o.Service):
		return d.trouble(ctx, b, ref, o.Where, true)
	case i == nil:
		return nil
	case kind == incident.ChangeWithdrawn:
		return b.add(i, incident.Event{Kind: incident.EventOutageWithdrawn, By: incident.System, Outage: ref})
	case slices.Contains(i.Outages, *ref):
		return nil
	case !o.Ongoing && !slices.ContainsFunc(i.Outages, func(r incident.OutageRef) bool { return r.ID == o.ID }):
		return b.add(i, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: o.From, Outage: ref})
	case !o.Ongoing:
		return b.add(i, incident.Event{Kind: incident.EventOutageEnded, By: incident.System, Effective: o.To, Outage: ref})
	case !i.Unresolved() && d.firing(o.Agreement, o.Service):
		return d.trouble(ctx, b, ref, o.Where, true) // it goes on after all
	}
	return b.add(i, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: o.From, Outage: ref})
}

// firing reports whether people were told that a service is down. It needs d.mu.
func (d *alertDesk) firing(agreement, service string) bool {
	return slices.ContainsFunc(d.engine.Active(), func(a incident.Alert) bool {
		return a.Kind == incident.ServiceDown && a.Agreement == agreement && a.Service == service && a.Status == incident.Firing
	})
}

// followAlert opens an incident for an alert that fires. One that is suppressed
// because a parent is down joins the parent's incident; one in maintenance is none.
func (d *alertDesk) followAlert(ctx context.Context, b *book, a *incident.Alert) error {
	if b.find(a.Outage) != nil || a.Status == incident.Suppressed && a.Maintenance != "" {
		return nil
	}
	ref := &incident.OutageRef{ID: a.Outage, Agreement: a.Agreement, Service: a.Service, From: a.StartsAt}
	return d.trouble(ctx, b, ref, a.Where, a.Status == incident.Firing)
}

// trouble adds an outage to the incident of the same cause, or opens one.
func (d *alertDesk) trouble(ctx context.Context, b *book, ref *incident.OutageRef, where []string, open bool) error {
	a := d.c.set.Load().Agreement(ref.Agreement)
	if a == nil {
		return nil
	}
	keys := d.keys(a, ref.Service, where)
	t := incident.Trouble{Outage: *ref, Keys: keys, Title: troubleTitle(a, ref.Service)}
	id, reopen, ok := incident.Group(b.notReviewed(), t, b.now, incident.GroupOptions{ReopenWithin: d.c.cfg.Load().Incidents.ReopenWithin.Std().Milliseconds()})
	if !ok {
		if !open {
			return nil
		}
		return d.openIncident(ctx, b, a, t, where)
	}
	i := b.byID(id)
	if reopen {
		if err := b.add(i, incident.Event{Kind: incident.EventReopened, By: incident.System}); err != nil {
			return err
		}
	}
	if err := b.add(i, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: ref.From, Outage: ref, Keys: keys}); err != nil {
		return err
	}
	return d.grade(b, i, a)
}

func troubleTitle(a *contract.Agreement, service string) string {
	name := service
	for i := range a.Services {
		if a.Services[i].ID == service && a.Services[i].Name != "" {
			name = a.Services[i].Name
		}
	}
	title := name + " of " + orText(a.Name, a.ID) + " is down"
	if a.Language == "zh-CN" {
		title = orText(a.Name, a.ID) + "的" + name + "发生故障"
	}
	return cutRunes(title, incident.MaxTitle)
}

// cutRunes is a text of at most n characters.
func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (d *alertDesk) openIncident(ctx context.Context, b *book, a *contract.Agreement, t incident.Trouble, where []string) error {
	number, err := d.c.db.NextIncidentNumber(ctx, d.c.now().UTC().Year())
	if err != nil {
		return err
	}
	i := &incident.Incident{ID: incidentID(d.c.now(), number)}
	e := incident.Event{Kind: incident.EventOpened, By: incident.System, Text: t.Title, Effective: t.Outage.From, Agreement: a.ID, Outage: &t.Outage, Keys: t.Keys}
	level, known := d.level(a, t.Outage.Service, where, time.Duration(b.now-t.Outage.From)*time.Millisecond)
	if known {
		e.Severity, e.Major = level.Name, level.Major
	}
	b.incidents = append(b.incidents, i)
	return b.add(i, e)
}

func incidentID(now time.Time, number int) string {
	return fmt.Sprintf("INC-%d-%04d", now.UTC().Year(), number)
}

// level is the severity of an outage as it is seen now.
func (d *alertDesk) level(a *contract.Agreement, service string, where []string, lasted time.Duration) (contract.Level, bool) {
	var failing []string
	for _, w := range where {
		_, location, _ := strings.Cut(w, "/")
		if !slices.Contains(failing, location) {
			failing = append(failing, location)
		}
	}
	return a.Severity(service, "down", len(failing), d.locations(a.ID, service), lasted)
}

// locations counts those from which a service is probed.
func (d *alertDesk) locations(agreement, service string) int {
	live := d.c.eval.Live(agreement)
	if live == nil {
		return 0
	}
	var seen []protocol.Location
	for _, s := range live.Services {
		if s.Service.ID != service {
			continue
		}
		for _, c := range s.Checks {
			for _, l := range c.Locations {
				if l.Expected && !slices.Contains(seen, l.Location) {
					seen = append(seen, l.Location)
				}
			}
		}
	}
	return len(seen)
}

// grade raises the severity of an incident for an agreement when an outage of
// it has come to deserve a graver one. What a person decided stays, and nothing
// is ever lowered without one.
func (d *alertDesk) grade(b *book, i *incident.Incident, a *contract.Agreement) error {
	if by, graded := i.SeveritiesBy[a.ID]; graded && by != incident.System {
		return nil
	}
	best := -1
	for _, o := range i.Outages {
		if o.Agreement != a.ID || o.To != 0 || o.Withdrawn {
			continue
		}
		level, ok := d.level(a, o.Service, d.where(a.ID, o.Service), time.Duration(b.now-o.From)*time.Millisecond)
		if n := slices.IndexFunc(a.Levels, func(l contract.Level) bool { return l.Name == level.Name }); ok && n >= 0 && (best < 0 || n < best) {
			best = n
		}
	}
	now := slices.IndexFunc(a.Levels, func(l contract.Level) bool { return l.Name == i.Severities[a.ID] })
	if best < 0 || now >= 0 && best >= now {
		return nil
	}
	level := a.Levels[best]
	return b.add(i, incident.Event{Kind: incident.EventSeverity, By: incident.System, Agreement: a.ID, Severity: level.Name, Major: level.Major})
}

// where are the parts that decide a service's present state.
func (d *alertDesk) where(agreement, service string) []string {
	if s := d.serviceLive(agreement, service); s != nil && s.State == sla.Down {
		return s.Where
	}
	return nil
}

func (d *alertDesk) serviceLive(agreement, service string) *evaluate.ServiceLive {
	live := d.c.eval.Live(agreement)
	if live == nil {
		return nil
	}
	for _, s := range live.Services {
		if s.Service.ID == service {
			return s
		}
	}
	return nil
}

// keys are what joins an outage to others of the same cause.
func (d *alertDesk) keys(a *contract.Agreement, service string, where []string) []string {
	i := slices.IndexFunc(a.Services, func(s contract.Service) bool { return s.ID == service })
	if i < 0 {
		return incident.Keys(a.ID+"/"+service, nil, nil)
	}
	var hosts []string
	for _, w := range where {
		check, _, _ := strings.Cut(w, "/")
		for _, c := range a.Services[i].Checks {
			if shortCheck(c.ID) == check {
				hosts = append(hosts, hostOf(c.Target))
			}
		}
	}
	return incident.Keys(a.ID+"/"+service, hosts, a.Services[i].DependsOn)
}

// hostOf is the host that a target names, in lower case.
func hostOf(target string) string {
	if u, err := url.Parse(target); err == nil && u.Host != "" {
		return strings.ToLower(u.Hostname())
	}
	if host, _, err := net.SplitHostPort(target); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(target)
}
