package collector

import (
	"context"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// watchIncidents does what time alone asks of incidents: resolve those whose
// service has been up long enough, and raise severities with duration.
func (d *alertDesk) watchIncidents(ctx context.Context) error {
	return d.c.withBook(ctx, func(b *book, _ *store.IncidentWrite) error {
		after := d.c.cfg.Load().Incidents.ResolveAfter.Std().Milliseconds()
		d.reopenPeriods(b.incidents)
		for _, i := range b.incidents {
			if effective, _, due := incident.Restored(i, b.now, after); due && measured(i) {
				if err := b.add(i, incident.Event{Kind: incident.EventResolved, By: incident.System, Effective: effective}); err != nil {
					return err
				}
			}
			if !i.Unresolved() {
				continue
			}
			for _, id := range agreementsOf(i) {
				if a := d.c.set.Load().Agreement(id); a != nil {
					if err := d.grade(b, i, a); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// measured reports whether probes alone know of an incident. What a customer
// reported, or a person opened, is over when a person says so.
func measured(i *incident.Incident) bool {
	return i.OpenedBy == incident.System && len(i.Faults) == 0
}

// reopenPeriods has the closed periods looked at again in which incidents began
// that changed, in this process or in another.
func (d *alertDesk) reopenPeriods(all []*incident.Incident) {
	before := d.seen
	d.seen = make(map[string]int, len(all))
	for _, i := range all {
		d.seen[i.ID] = i.Seq
		if last, known := before[i.ID]; !known || last == i.Seq {
			continue
		}
		d.c.reopenPeriods(i)
	}
}

func (c *collector) reopenPeriods(i *incident.Incident) {
	for _, a := range agreementsOf(i) {
		c.eval.Reopen(a, i.OpenedAt)
	}
}
