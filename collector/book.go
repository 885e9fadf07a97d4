package collector

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// maxConflicts bounds how often a write is tried again because another process
// wrote to the same incident in between.
const maxConflicts = 5

// book is the incidents that a change may touch, as they are on record, with
// what is to be added to them. Nothing is on record before its write is saved.
type book struct {
	now       int64
	incidents []*incident.Incident // in the order in which they were opened
	changed   map[string]bool
	events    []incident.Event
}

// openBook reads the incidents that still want something, and those that ended
// at or after since.
func openBook(ctx context.Context, db *store.Store, now, since int64) (*book, error) {
	b := &book{now: now, changed: map[string]bool{}}
	seen := map[string]bool{}
	for _, q := range []store.IncidentQuery{{OpenOnly: true, Limit: maxOpenIncidents}, {From: since, To: 1 << 62, Limit: maxOpenIncidents}} {
		records, err := db.Incidents(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if seen[r.ID] {
				continue
			}
			seen[r.ID] = true
			i, err := incidentOf(&r)
			if err != nil {
				return nil, err
			}
			b.incidents = append(b.incidents, i)
		}
	}
	slices.SortFunc(b.incidents, func(x, y *incident.Incident) int {
		return cmp.Or(cmp.Compare(x.OpenedAt, y.OpenedAt), cmp.Compare(x.ID, y.ID))
	})
	return b, nil
}

// maxOpenIncidents bounds what is read at once; a house with more open
// incidents has other troubles than the newest of them.
const maxOpenIncidents = 10_000

func incidentOf(r *store.IncidentRecord) (*incident.Incident, error) {
	i := &incident.Incident{}
	if err := json.Unmarshal(r.Body, i); err != nil {
		return nil, fmt.Errorf("stored incident %s: %w", r.ID, err)
	}
	return i, nil
}

// add enters one event, dated now, as the next of its incident.
func (b *book) add(i *incident.Incident, e incident.Event) error {
	e.Incident, e.Seq, e.At = i.ID, i.Seq+1, b.now
	if e.By == incident.System { // a clock that was set back holds nothing up
		e.At = max(e.At, i.UpdatedAt)
		if e.Outage != nil {
			e.At = max(e.At, e.Outage.From, e.Outage.To)
		}
		e.Effective = min(e.Effective, e.At)
	}
	if err := i.Apply(e); err != nil {
		return fmt.Errorf("incident %s: %w", i.ID, err)
	}
	b.changed[i.ID] = true
	b.events = append(b.events, e)
	return nil
}

func (b *book) byID(id string) *incident.Incident {
	if i := slices.IndexFunc(b.incidents, func(x *incident.Incident) bool { return x.ID == id }); i >= 0 {
		return b.incidents[i]
	}
	return nil
}

// notReviewed are the incidents that an outage may join: whose review is closed
// is left as it was signed, and what comes later is another incident.
func (b *book) notReviewed() []*incident.Incident {
	return slices.DeleteFunc(slices.Clone(b.incidents), func(i *incident.Incident) bool { return i.State == incident.IncidentReviewed })
}

// find returns the incident that knows an outage, or nil.
func (b *book) find(outage string) *incident.Incident {
	for _, i := range slices.Backward(b.incidents) {
		if slices.ContainsFunc(i.Outages, func(o incident.OutageRef) bool { return o.ID == outage }) {
			return i
		}
	}
	return nil
}

// knownSince is how long before an outage its incident may have been resolved:
// by hand, before a late result dated the outage anew.
const knownSince = 7 * 24 * 60 * 60 * 1000

// knowing brings into the book the incident that knows an outage, or one of the
// same service that the outage reaches into and may have swallowed, however long
// ago it ended: late results and corrections change what is over. nil: none does.
func (b *book) knowing(ctx context.Context, db *store.Store, o *incident.Outage) (*incident.Incident, error) {
	records, err := db.Incidents(ctx, store.IncidentQuery{Agreement: o.Agreement, From: o.From - knownSince, Limit: maxOpenIncidents})
	if err != nil {
		return nil, err
	}
	var near *incident.Incident
	for n := range records {
		i := b.byID(records[n].ID)
		if i == nil {
			if i, err = incidentOf(&records[n]); err != nil {
				return nil, err
			}
		}
		for _, r := range i.Outages {
			switch {
			case r.ID == o.ID:
				b.take(i)
				return i, nil
			case r.Agreement == o.Agreement && r.Service == o.Service && !r.Withdrawn && o.From < r.To && r.From < o.To:
				near = i
			}
		}
	}
	if near == nil || o.Withdrawn {
		return nil, nil
	}
	b.take(near)
	return near, nil
}

// take makes an incident one of the book's.
func (b *book) take(i *incident.Incident) {
	if b.byID(i.ID) == nil {
		b.incidents = append(b.incidents, i)
	}
}

// into adds what the book holds to a write.
func (b *book) into(w *store.IncidentWrite) error {
	for _, i := range b.incidents {
		if !b.changed[i.ID] {
			continue
		}
		body, err := json.Marshal(i)
		if err != nil {
			return err
		}
		w.Incidents = append(w.Incidents, store.IncidentRecord{
			ID: i.ID, State: string(i.State), Major: i.Major, Open: wantsSomething(i), OpenedAt: i.OpenedAt, ResolvedAt: i.ResolvedAt, UpdatedAt: i.UpdatedAt,
			Seq: i.Seq, Agreements: agreementsOf(i), Body: body,
		})
	}
	for i := range b.events {
		e := &b.events[i]
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		w.Events = append(w.Events, store.EventRecord{
			Incident: e.Incident, Seq: e.Seq, Kind: string(e.Kind), At: e.At, Effective: e.Effective, By: e.By, Agreement: e.Agreement, Body: body,
		})
	}
	return nil
}

// wantsSomething reports whether somebody still has to do something: mend it,
// or say that it was seen.
func wantsSomething(i *incident.Incident) bool {
	switch i.State {
	case incident.IncidentReviewed:
		return false
	case incident.IncidentResolved:
		return i.AcknowledgedAt == 0
	}
	return true
}

// agreementsOf are those whose service an incident touches.
func agreementsOf(i *incident.Incident) []string {
	var out []string
	for _, o := range i.Outages {
		out = append(out, o.Agreement)
	}
	for a := range i.Severities {
		out = append(out, a)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func eventsOf(records []store.EventRecord) ([]incident.Event, error) {
	return bodies[incident.Event](records, func(r store.EventRecord) []byte { return r.Body })
}
