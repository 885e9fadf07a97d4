package collector

import (
	"context"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// handledBack is how long before a period incidents are read whose clocks may
// still open in it: one that waits for the customer's report.
const handledBack = 90 * 24 * 60 * 60 * 1000

// Handled returns how the incidents of a window were handled, nil without any.
func (r records) Handled(ctx context.Context, a *contract.Agreement, w sla.Window, credit sla.Ratio, at int64) (*sla.Handled, error) {
	found, err := r.db.Incidents(ctx, store.IncidentQuery{Agreement: a.ID, From: w.From - handledBack, To: w.To, Limit: maxOpenIncidents})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	var all [][]incident.Event
	var handlings []sla.Handling
	for _, f := range found {
		records, err := r.db.IncidentEvents(ctx, f.ID)
		if err != nil {
			return nil, err
		}
		events, err := eventsOf(knownBy(records, at))
		if err != nil {
			return nil, err
		}
		if len(events) == 0 {
			continue
		}
		h, ok, err := incident.HandlingOf(events, a.ID)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		all, handlings = append(all, events), append(handlings, h)
	}
	clocks, err := incident.ComplianceOf(w, clockRules(a), all, at, clockHorizon.Milliseconds())
	if err != nil {
		return nil, err
	}
	out := &sla.Handled{Clocks: clocks, Times: sla.MeanTimesOf(w, handlings), Credits: a.PeriodCredit(credit, clocks)}
	counted := out.Times.Incidents
	for _, c := range clocks {
		counted += c.Incidents
	}
	if counted == 0 {
		return nil, nil
	}
	return out, nil
}

// knownBy leaves out what was entered after an instant.
func knownBy(records []store.EventRecord, at int64) []store.EventRecord {
	for i := range records {
		if records[i].At > at {
			return records[:i]
		}
	}
	return records
}
