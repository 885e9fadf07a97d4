package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

// Incidents lists incidents, newest first.
func (v views) Incidents(ctx context.Context, q web.IncidentQuery) ([]incident.Incident, error) {
	if q.Open {
		q.From = 1 << 62 // resolved never
	}
	records, err := v.c.db.Incidents(ctx, store.IncidentQuery{Agreement: q.Agreement, From: q.From, To: q.To, Before: q.Before, Limit: q.Limit})
	if err != nil {
		return nil, inWebWords(err)
	}
	return bodies[incident.Incident](records, func(r store.IncidentRecord) []byte { return r.Body })
}

// Incident is one incident with its record and how its clocks stand.
func (v views) Incident(ctx context.Context, id string) (web.IncidentView, error) {
	i, events, err := readIncident(ctx, v.c.db, id)
	if err != nil {
		return web.IncidentView{}, err
	}
	clocks, err := readClocks(v.c.set.Load(), i, events, v.c.now().UnixMilli())
	if err != nil {
		return web.IncidentView{}, err
	}
	out := web.IncidentView{Incident: *i, Events: events}
	for _, k := range clocks {
		out.Clocks = append(out.Clocks, clockView(&k))
	}
	return out, nil
}

func readIncident(ctx context.Context, db *store.Store, id string) (*incident.Incident, []incident.Event, error) {
	r, err := db.IncidentByID(ctx, id)
	if err != nil {
		return nil, nil, inWebWords(err)
	}
	i, err := incidentOf(&r)
	if err != nil {
		return nil, nil, err
	}
	records, err := db.IncidentEvents(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	events, err := eventsOf(records)
	return i, events, err
}

// Act appends an event to the record of an incident.
func (v views) Act(ctx context.Context, id string, e incident.Event) (incident.Event, error) {
	out, err := act(ctx, v.c.db, v.c.set.Load(), id, e, v.c.now().UnixMilli())
	if err != nil {
		return out, err
	}
	v.c.incidentChanged()
	i, _, err := readIncident(ctx, v.c.db, id)
	if err == nil {
		v.c.reopenPeriods(i)
	}
	return out, err
}

// act is Act for whoever has the store open.
func act(ctx context.Context, db *store.Store, set *contract.Set, id string, e incident.Event, now int64) (incident.Event, error) {
	var out incident.Event
	err := withBook(ctx, db, now, 0, func(b *book, _ *store.IncidentWrite) error {
		i, err := b.load(ctx, db, id)
		if err != nil {
			return err
		}
		if err := admissible(set, i, &e); err != nil {
			return err
		}
		if err := b.add(i, e); err != nil {
			return err
		}
		out = b.events[len(b.events)-1]
		return nil
	})
	return out, eventInWebWords(err)
}

// admissible holds an event against what the agreements of the incident say.
func admissible(set *contract.Set, i *incident.Incident, e *incident.Event) error {
	switch e.Kind {
	case incident.EventReviewed:
		required := false
		for _, id := range agreementsOf(i) {
			if a := set.Agreement(id); a != nil {
				required = required || a.Faults.ReportRequired
			}
		}
		return i.MayReview(required)
	case incident.EventPaused:
		return pausable(set, i, e)
	case incident.EventSeverity:
		a := set.Agreement(e.Agreement)
		if a == nil {
			return &incident.RecordError{Field: "agreement", Detail: fmt.Sprintf("%q is not in force", e.Agreement)}
		}
		level := a.Level(e.Severity)
		if level == nil {
			return &incident.RecordError{Field: "severity", Detail: fmt.Sprintf("%q is no severity of agreement %s: %s", e.Severity, a.ID, levelNames(a))}
		}
		e.Major = level.Major
	}
	return nil
}

// pausable refuses a reason for which no clock of the incident would stand still.
func pausable(set *contract.Set, i *incident.Incident, e *incident.Event) error {
	var known []string
	for _, id := range agreementsOf(i) {
		a := set.Agreement(id)
		if a == nil || e.Agreement != "" && e.Agreement != id {
			continue
		}
		for n := range a.Clocks {
			known = append(known, a.Clocks[n].Pauses...)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if e.Reason == "" || slices.Contains(known, e.Reason) {
		return nil // the record itself refuses an empty one
	}
	return &incident.RecordError{Field: "reason", Detail: fmt.Sprintf("%q pauses no clock of the incident; reasons that do: %s", e.Reason,
		orText(strings.Join(known, ", "), "none"))}
}

func levelNames(a *contract.Agreement) string {
	if len(a.Levels) == 0 {
		return "it has none; write [[severity]] into its file"
	}
	out := "it has"
	for i, l := range a.Levels {
		if i > 0 {
			out += ","
		}
		out += " " + l.Name
	}
	return out
}

// eventInWebWords turns what the record refuses into what package web answers.
func eventInWebWords(err error) error {
	var bad *incident.RecordError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad) && bad.Conflict:
		return errors.Join(bad, web.ErrConflict)
	case errors.As(err, &bad):
		return &web.InputError{Field: bad.Field, Detail: bad.Detail}
	case errors.Is(err, store.ErrConflict):
		return errors.Join(err, web.ErrConflict)
	}
	return inWebWords(err)
}

// load brings an incident into the book, however old it is.
func (b *book) load(ctx context.Context, db *store.Store, id string) (*incident.Incident, error) {
	if i := b.byID(id); i != nil {
		return i, nil
	}
	r, err := db.IncidentByID(ctx, id)
	if err != nil {
		return nil, err
	}
	i, err := incidentOf(&r)
	if err != nil {
		return nil, err
	}
	b.incidents = append(b.incidents, i)
	return i, nil
}

// OpenIncident opens one by hand.
func (v views) OpenIncident(ctx context.Context, in web.NewIncident) (incident.Incident, error) {
	a := v.c.set.Load().Agreement(in.Agreement)
	if a == nil {
		return incident.Incident{}, fmt.Errorf("agreement %q: %w", in.Agreement, web.ErrNotFound)
	}
	number, err := v.c.db.NextIncidentNumber(ctx, v.c.now().UTC().Year())
	if err != nil {
		return incident.Incident{}, err
	}
	var out *incident.Incident
	err = v.c.withBook(ctx, func(b *book, _ *store.IncidentWrite) error {
		out = &incident.Incident{ID: incidentID(v.c.now(), number)}
		b.incidents = append(b.incidents, out)
		e, err := openingOf(a, in.Severity)
		if err != nil {
			return err
		}
		e.Text, e.Effective, e.By = in.Title, in.Since, in.By
		if err := b.add(out, e); err != nil || in.Note == "" {
			return err
		}
		return b.add(out, incident.Event{Kind: incident.EventNote, By: in.By, Text: in.Note, Agreement: a.ID})
	})
	if err != nil {
		return incident.Incident{}, eventInWebWords(err)
	}
	v.c.incidentChanged()
	return *out, nil
}

// openingOf is the event that opens an incident of an agreement at a severity,
// "" for what its rules say of a fault that no probe measures.
func openingOf(a *contract.Agreement, severity string) (incident.Event, error) {
	e := incident.Event{Kind: incident.EventOpened, Agreement: a.ID}
	level, ok := a.Severity("", "", 0, 0, 0)
	if severity != "" {
		named := a.Level(severity)
		if named == nil {
			return e, &incident.RecordError{Field: "severity", Detail: fmt.Sprintf("%q is no severity of agreement %s: %s", severity, a.ID, levelNames(a))}
		}
		level, ok = *named, true
	}
	if ok {
		e.Severity, e.Major = level.Name, level.Major
	}
	return e, nil
}

// incidentChanged tells the pages, and has what follows from it done soon.
func (c *collector) incidentChanged() {
	c.web.Publish(web.Event{Kind: "incident", At: c.now().UnixMilli()})
	c.desk.look()
}
