package collector

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// correctionOf shows a record to package web.
func correctionOf(c *store.CorrectionRecord) web.Correction {
	return web.Correction{
		ID: c.ID, Agreement: c.Agreement, Services: c.Services, Effect: c.Effect, From: c.From, To: c.To, Reason: c.Reason,
		CreatedBy: c.CreatedBy, CreatedAt: c.CreatedAt, ApprovedBy: c.ApprovedBy, ApprovedAt: c.ApprovedAt,
		RevokedBy: c.RevokedBy, RevokedAt: c.RevokedAt,
	}
}

// Corrections lists what touches a window.
func (v views) Corrections(ctx context.Context, agreement string, w sla.Window) ([]web.Correction, error) {
	records, err := v.c.db.Corrections(ctx, agreement, w.From, w.To)
	if err != nil {
		return nil, err
	}
	out := make([]web.Correction, len(records))
	for i := range records {
		out[i] = correctionOf(&records[i])
	}
	return out, nil
}

// CorrectionByID finds one.
func (v views) CorrectionByID(ctx context.Context, id string) (web.Correction, error) {
	c, err := v.c.db.CorrectionByID(ctx, id)
	return correctionOf(&c), inWebWords(err)
}

// Propose stores a correction that web has checked and dated.
func (v views) Propose(ctx context.Context, c web.Correction) (web.Correction, error) {
	r := store.CorrectionRecord{
		ID: newID("co"), Agreement: c.Agreement, Services: c.Services, Effect: c.Effect, From: c.From, To: c.To,
		Reason: c.Reason, CreatedBy: c.CreatedBy, CreatedAt: c.CreatedAt,
	}
	return correctionOf(&r), v.c.db.AddCorrection(ctx, r)
}

// Approve lets a correction count from now on.
func (v views) Approve(ctx context.Context, id, by string, at int64) (web.Correction, error) {
	if err := v.c.db.ApproveCorrection(ctx, id, by, at); err != nil {
		return web.Correction{}, inWebWords(err)
	}
	return v.CorrectionByID(ctx, id)
}

// Revoke lets a correction no longer count; both stay on record.
func (v views) Revoke(ctx context.Context, id, by string, at int64) (web.Correction, error) {
	if err := v.c.db.RevokeCorrection(ctx, id, by, at); err != nil {
		return web.Correction{}, inWebWords(err)
	}
	return v.CorrectionByID(ctx, id)
}

// inWebWords adds to an error of the store what package web calls it.
func inWebWords(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errors.Join(err, web.ErrNotFound)
	case errors.Is(err, store.ErrSettled), errors.Is(err, errOver), errors.Is(err, errInFile):
		return errors.Join(err, web.ErrConflict)
	}
	return err
}

// WriteCalendar writes the maintenance of an agreement that stands or stood.
func (v views) WriteCalendar(ctx context.Context, w io.Writer, agreement string) error {
	a := v.c.set.Load().Agreement(agreement)
	if a == nil {
		return fmt.Errorf("agreement %q: %w", agreement, web.ErrNotFound)
	}
	return writeCalendar(ctx, w, v.c.db, a, v.c.now())
}

// ImportCalendar announces what is not known yet.
func (v views) ImportCalendar(ctx context.Context, agreement string, entries []contract.Planned, by string, at int64) (web.Imported, error) {
	var out web.Imported
	a := v.c.set.Load().Agreement(agreement)
	if a == nil {
		return out, fmt.Errorf("agreement %q: %w", agreement, web.ErrNotFound)
	}
	done, err := announceEntries(ctx, v.c.db, a, entries, by, at)
	var bad *entryError
	if errors.As(err, &bad) {
		return out, &web.InputError{Field: "calendar: " + bad.entry, Detail: bad.err.Error()}
	}
	for _, e := range done {
		switch e.became {
		case entryAnnounced:
			out.Announced = append(out.Announced, e.id)
		case entryKnown:
			out.Known = append(out.Known, e.id)
		default:
			out.Over = append(out.Over, e.planned.ID)
		}
	}
	return out, err
}

// Revisions lists the frozen statements of a period.
func (v views) Revisions(ctx context.Context, agreement, label string) ([]web.Revision, error) {
	all, err := v.c.db.StatementRevisions(ctx, agreement, label)
	out := make([]web.Revision, len(all))
	for i, r := range all {
		out[i] = web.Revision{Number: r.Revision, ComputedAt: r.ComputedAt, Fingerprint: r.Fingerprint}
	}
	return out, err
}

// Revision returns one frozen statement.
func (v views) Revision(ctx context.Context, agreement, label string, number int) (*sla.Statement, error) {
	st, err := v.c.db.Statement(ctx, agreement, label, number)
	return st, inWebWords(err)
}

// WhatIf computes what other terms would have made of stored history.
func (v views) WhatIf(ctx context.Context, q web.StatementQuery, terms *contract.Agreement) (*sla.Statement, error) {
	return v.c.eval.Statement(ctx, evaluate.Request{Agreement: q.Agreement, Label: q.Label, Window: q.Window, Instead: terms})
}
