package collector

import (
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
)

// newsBack is how long after its resolution an incident is still looked at for
// what has to be told: as long as the collector may have stood still.
const newsBack = 7 * 24 * time.Hour

// news is a change in the life of an incident that those who were told of it
// have not heard of, by whomever and in whatever process it was entered.
type news struct {
	was      *incident.Incident // as the change left it
	change   incident.EventKind
	people   []string // who were told before, each once
	channels []string // through what
}

// newsOf reads from the record what is not told yet, oldest first. Paging
// services keep an incident open until they hear of its end.
func newsOf(events []incident.Event) ([]news, error) {
	heard := 0 // number of the last entry that told a change: what is before it is told
	for n := range events {
		if s := events[n].Step; s != nil && s.Change != "" {
			heard = events[n].Seq
		}
	}
	var out []news
	var people, channels []string
	i := &incident.Incident{}
	for n := range events {
		e := &events[n]
		before := i.State
		if err := i.Apply(*e); err != nil {
			return nil, err
		}
		if s := e.Step; s != nil && s.Change == "" {
			people, channels = union(people, s.People), union(channels, s.Channels)
		}
		if e.Seq > heard && i.State != before && len(channels) > 0 && isNews(e.Kind) {
			out = append(out, news{i.Clone(), e.Kind, slices.Clone(people), slices.Clone(channels)})
		}
	}
	return out, nil
}

func isNews(k incident.EventKind) bool {
	return k == incident.EventAcknowledged || k == incident.EventResolved || k == incident.EventReopened
}

// union adds to a list what it lacks.
func union(list, more []string) []string {
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// tellNews plans the messages of what is not told yet, and enters that. Whom a
// step tells of a reopened incident at the same time hears of it by that.
func (p *escalation) tellNews(b *book, i *incident.Incident, w *store.IncidentWrite, events []incident.Event, clocks []incident.ClockStatus, steps []oncall.Step) error {
	all, err := newsOf(events)
	if err != nil {
		return err
	}
	for n, x := range all {
		to := slices.DeleteFunc(slices.Clone(p.channels), func(c *notify.Channel) bool {
			last := n == len(all)-1 && x.change == incident.EventReopened
			return !slices.Contains(x.channels, c.Name()) || last && stepTells(steps, c.Name())
		})
		notice := p.d.notice(x.was, clocks, b.now)
		notice.Change = x.change
		rows, err := notify.PlanIncident(to, notice)
		if err != nil {
			return err
		}
		w.Notifications = append(w.Notifications, stored(rows)...)
		step := &incident.Escalation{Change: x.change, People: x.people, Channels: x.channels}
		if err := b.add(i, incident.Event{Kind: incident.EventNotified, By: incident.System, Step: step}); err != nil {
			return err
		}
	}
	return nil
}

func stepTells(steps []oncall.Step, channel string) bool {
	return slices.ContainsFunc(steps, func(s oncall.Step) bool {
		return slices.ContainsFunc(s.Tell, func(r oncall.Recipient) bool { return r.Channel == channel })
	})
}
