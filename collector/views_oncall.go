package collector

import (
	"context"
	"errors"
	"fmt"

	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

// Rotations lists each rotation with its shifts in a window.
func (v views) Rotations(ctx context.Context, from, to int64) ([]web.Rotation, error) {
	cfg := &v.c.cfg.Load().OnCall
	records, err := v.c.db.Overrides(ctx, "", from, to)
	if err != nil {
		return nil, err
	}
	overrides, err := overridesAround(ctx, v.c.db, v.c.now().UnixMilli())
	if err != nil {
		return nil, err
	}
	out := make([]web.Rotation, len(cfg.Rotations))
	for i := range cfg.Rotations {
		r := &cfg.Rotations[i]
		out[i] = web.Rotation{Name: r.Name, Zone: r.Zone.Location().String(), People: r.People, Shifts: []web.Shift{}, Overrides: []web.Override{}}
		for _, s := range oncall.Schedule(r, overrides, from, to) {
			out[i].Shifts = append(out[i].Shifts, web.Shift{Person: s.Person, From: s.From, To: s.To, Override: s.Override})
		}
		for j := range records {
			if records[j].Rotation == r.Name {
				out[i].Overrides = append(out[i].Overrides, overrideView(&records[j]))
			}
		}
	}
	return out, nil
}

func overrideView(r *store.OverrideRecord) web.Override {
	return web.Override{
		ID: r.ID, Rotation: r.Rotation, Person: r.Person, From: r.From, To: r.To,
		CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, RevokedBy: r.RevokedBy, RevokedAt: r.RevokedAt,
	}
}

// AddOverride puts a person on call.
func (v views) AddOverride(ctx context.Context, o web.Override) (web.Override, error) {
	r, err := addOverride(ctx, v.c.db, v.c.cfg.Load(), o)
	if err != nil {
		return web.Override{}, err
	}
	v.c.web.Publish(web.Event{Kind: "oncall", At: o.CreatedAt})
	v.c.desk.look()
	return overrideView(&r), nil
}

// addOverride is AddOverride for whoever has the store open.
func addOverride(ctx context.Context, db *store.Store, cfg *Config, o web.Override) (store.OverrideRecord, error) {
	r := store.OverrideRecord{
		ID: newID("ov"), Rotation: o.Rotation, Person: o.Person, From: o.From, To: o.To, CreatedBy: o.CreatedBy, CreatedAt: o.CreatedAt,
	}
	faults := oncall.ValidateOverride(&cfg.OnCall, oncall.Override{ID: r.ID, Rotation: r.Rotation, Person: r.Person, From: r.From, To: r.To})
	var bad *oncall.FieldError
	if len(faults) > 0 && errors.As(faults[0], &bad) {
		return r, &web.InputError{Field: bad.Path, Detail: bad.Problem + "; " + bad.Hint}
	}
	if len(faults) > 0 {
		return r, fmt.Errorf("override: %w", errors.Join(faults...))
	}
	return r, db.AddOverride(ctx, r)
}

// RevokeOverride ends an override.
func (v views) RevokeOverride(ctx context.Context, id, by string, at int64) (web.Override, error) {
	if err := v.c.db.RevokeOverride(ctx, id, by, at); err != nil {
		return web.Override{}, inWebWords(err)
	}
	v.c.web.Publish(web.Event{Kind: "oncall", At: at})
	v.c.desk.look()
	all, err := v.c.db.Overrides(ctx, "", 0, 1<<62)
	for i := range all {
		if all[i].ID == id {
			return overrideView(&all[i]), err
		}
	}
	return web.Override{}, err
}
