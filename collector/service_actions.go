package collector

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

// maxActionBytes bounds each text of an action.
const maxActionBytes = 4000

// actionsOf are the improvement actions of an agreement, of all for "": those
// of reviews, and those that incidents brought, by the day they are due. One of
// an incident that several agreements share belongs to each of them.
func actionsOf(ctx context.Context, db *store.Store, agreement string) ([]store.ActionRecord, error) {
	out, err := db.Actions(ctx, agreement)
	if err != nil {
		return nil, err
	}
	found, err := db.Incidents(ctx, store.IncidentQuery{Agreement: agreement, Limit: maxOpenIncidents})
	if err != nil {
		return nil, err
	}
	for n := range found {
		i, err := incidentOf(&found[n])
		if err != nil {
			return nil, err
		}
		if len(i.Actions) == 0 {
			continue
		}
		of, err := incidentActions(ctx, db, i, agreement)
		if err != nil {
			return nil, err
		}
		out = append(out, of...)
	}
	slices.SortStableFunc(out, func(x, y store.ActionRecord) int { return strings.Compare(x.Due+x.ID, y.Due+y.ID) })
	return out, nil
}

// incidentActions reads from the events of an incident who entered its actions,
// and when they changed.
func incidentActions(ctx context.Context, db *store.Store, i *incident.Incident, agreement string) ([]store.ActionRecord, error) {
	stored, err := db.IncidentEvents(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	events, err := eventsOf(stored)
	if err != nil {
		return nil, err
	}
	own := agreementsOf(i)
	if agreement == "" && len(own) > 0 {
		agreement = own[0]
	}
	var out []store.ActionRecord
	for _, x := range i.Actions {
		r := store.ActionRecord{ID: x.ID, Agreement: agreement, Incident: i.ID, Text: x.Text, Owner: x.Owner, Due: x.Due, State: x.State, Note: x.Note}
		for _, e := range events {
			if e.Kind != incident.EventAction || e.Action == nil || e.Action.ID != x.ID {
				continue
			}
			if r.CreatedAt == 0 {
				r.CreatedAt, r.CreatedBy = e.At, e.By
			}
			r.UpdatedAt, r.UpdatedBy = e.At, e.By
			switch {
			case e.Action.State == incident.ActionOpen:
				r.ClosedAt = 0
			case r.ClosedAt == 0:
				r.ClosedAt = e.At
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func actionRow(r *store.ActionRecord) report.ActionRow {
	return report.ActionRow{
		ID: r.ID, Incident: r.Incident, Text: r.Text, Owner: r.Owner, Due: r.Due, State: r.State, Note: r.Note,
		CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt,
	}
}

// addAction puts an action of a review on record.
func addAction(ctx context.Context, db *store.Store, a store.ActionRecord) (store.ActionRecord, error) {
	a.ID, a.State, a.UpdatedAt, a.UpdatedBy = newID("ac"), incident.ActionOpen, a.CreatedAt, a.CreatedBy
	a.Text, a.Owner = strings.TrimSpace(a.Text), strings.TrimSpace(a.Owner)
	if err := checkAction(&a); err != nil {
		return a, err
	}
	return a, db.SaveAction(ctx, a)
}

func checkAction(a *store.ActionRecord) error {
	for _, x := range []struct{ field, text string }{{"text", a.Text}, {"owner", a.Owner}} {
		if x.text == "" {
			return &web.InputError{Field: x.field, Detail: "is missing"}
		}
	}
	for _, x := range []struct{ field, text string }{{"text", a.Text}, {"owner", a.Owner}, {"note", a.Note}} {
		if len(x.text) > maxActionBytes {
			return &web.InputError{Field: x.field, Detail: fmt.Sprintf("is longer than %d bytes", maxActionBytes)}
		}
	}
	if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
		return &web.InputError{Field: "due", Detail: "is no date; write 2026-12-15"}
	}
	if !slices.Contains([]string{incident.ActionOpen, incident.ActionDone, incident.ActionDropped}, a.State) {
		return &web.InputError{Field: "state", Detail: "is not open, done or dropped"}
	}
	return nil
}

// settleAction changes the state of an action, wherever it is kept: that of an
// incident is an entry of its record.
func settleAction(ctx context.Context, db *store.Store, set *contract.Set, id, state, note, by string, now int64) error {
	if number, _, of := strings.Cut(id, "/"); of {
		i, _, err := readIncident(ctx, db, number)
		if errors.Is(err, store.ErrNotFound) {
			return inWebWords(fmt.Errorf("action %s: %w", id, store.ErrNotFound))
		}
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(i.Actions, func(x incident.Action) bool { return x.ID == id }) {
			return inWebWords(fmt.Errorf("action %s: %w", id, store.ErrNotFound))
		}
		e := incident.Event{Kind: incident.EventAction, By: by, Action: actionOf(i, incident.Action{ID: id, State: state, Note: note}, "")}
		_, err = act(ctx, db, set, i.ID, e, now)
		return err
	}
	all, err := db.Actions(ctx, "")
	if err != nil {
		return err
	}
	n := slices.IndexFunc(all, func(a store.ActionRecord) bool { return a.ID == id })
	if n < 0 {
		return inWebWords(fmt.Errorf("action %s: %w", id, store.ErrNotFound))
	}
	a := all[n]
	a.State, a.UpdatedAt, a.UpdatedBy, a.ClosedAt = state, now, by, 0
	if note != "" {
		a.Note = note
	}
	if state != incident.ActionOpen {
		a.ClosedAt = now
	}
	if err := checkAction(&a); err != nil {
		return err
	}
	return db.SaveAction(ctx, a)
}
