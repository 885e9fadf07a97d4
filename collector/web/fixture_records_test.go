package web

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// fixtureTerms is the text behind aurora-shop, for those who ask under other terms.
const fixtureTerms = `
id = "aurora-shop"
name = "Aurora online shop"
customer = "Aurora Retail GmbH"
provider = "Nordnetz"
zone = "Europe/Berlin"
[period]
kind = "month"
[terms]
target_pct = "99.9"
[[service]]
id = "payments"
name = "Payments"
[[service.check]]
id = "api"
target = "https://pay.example/health"
interval = "30s"
timeout = "5s"
`

func fixtureCorrections() []Correction {
	return []Correction{
		{ID: "co-1", Agreement: "aurora-shop", Services: []string{"storefront"}, Effect: sla.EffectExclude, From: at(7, 4, 12), To: at(7, 4, 21),
			Reason: "The customer's own power cut", CreatedBy: "ops", CreatedAt: at(8, 9, 0), ApprovedBy: "Aurora", ApprovedAt: at(9, 9, 0)},
		{ID: "co-2", Agreement: "aurora-shop", Effect: sla.EffectDown, From: at(3, 22, 31), To: at(3, 22, 40),
			Reason: "Orders failed for longer than was probed", CreatedBy: "ops", CreatedAt: at(8, 9, 5)},
		{ID: "co-3", Agreement: "aurora-shop", Effect: sla.EffectUp, From: at(5, 0, 0), To: at(5, 1, 0), Reason: "Wrong day",
			CreatedBy: "ops", CreatedAt: at(8, 9, 6), ApprovedBy: "Aurora", ApprovedAt: at(8, 9, 7), RevokedBy: "ops", RevokedAt: at(8, 9, 8)},
	}
}

func (f *fixture) Corrections(_ context.Context, agreement string, w sla.Window) ([]Correction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []Correction
	for _, c := range f.corrections {
		if c.Agreement == agreement && c.From < w.To && c.To > w.From {
			out = append(out, c)
		}
	}
	return out, f.fail
}

func (f *fixture) CorrectionByID(_ context.Context, id string) (Correction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.corrections {
		if c.ID == id {
			return c, f.fail
		}
	}
	return Correction{}, ErrNotFound
}

func (f *fixture) Propose(_ context.Context, c Correction) (Correction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.ID = fmt.Sprintf("co-%d", len(f.corrections)+1)
	f.corrections = append(f.corrections, c)
	return c, nil
}

func (f *fixture) settle(id string, change func(*Correction)) (Correction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.corrections, func(c Correction) bool { return c.ID == id })
	change(&f.corrections[i])
	return f.corrections[i], nil
}

func (f *fixture) Approve(_ context.Context, id, by string, at int64) (Correction, error) {
	return f.settle(id, func(c *Correction) { c.ApprovedBy, c.ApprovedAt = by, at })
}

func (f *fixture) Revoke(_ context.Context, id, by string, at int64) (Correction, error) {
	return f.settle(id, func(c *Correction) { c.RevokedBy, c.RevokedAt = by, at })
}

func (f *fixture) WriteCalendar(_ context.Context, w io.Writer, agreement string) error {
	return contract.WriteICS(w, agreement, zone(f.find(agreement)), fixtureNow.UnixMilli(), nil)
}

func (f *fixture) ImportCalendar(_ context.Context, agreement string, entries []contract.Planned, by string, at int64) (Imported, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out Imported
	for _, p := range entries {
		id := "cal-" + agreement + "-" + p.ID
		switch {
		case p.ID == "over":
			out.Over = append(out.Over, p.ID)
		case slices.ContainsFunc(f.windows, func(m MaintenanceWindow) bool { return m.ID == id }):
			out.Known = append(out.Known, id)
		default:
			f.windows = append(f.windows, MaintenanceWindow{ID: id, Agreement: agreement, AnnouncedAt: at, CreatedBy: by, Reason: p.Reason})
			out.Announced = append(out.Announced, id)
		}
	}
	return out, f.fail
}

// October is frozen twice: the second revision knows nine minutes more of down time.
func (f *fixture) Revisions(_ context.Context, agreement, label string) ([]Revision, error) {
	if agreement != "aurora-shop" || label != "2026-10" {
		return nil, f.fail
	}
	return []Revision{{1, at(1, 6, 0), "f1"}, {2, at(8, 9, 10), "f2"}}, f.fail
}

func (f *fixture) Revision(ctx context.Context, agreement, label string, number int) (*sla.Statement, error) {
	list, _ := f.Revisions(ctx, agreement, label)
	if number < 1 || number > len(list) {
		return nil, ErrNotFound
	}
	a := f.find(agreement)
	p, err := a.Period.Parse(label, zone(a))
	if err != nil {
		return nil, err
	}
	st, err := f.Statement(ctx, StatementQuery{Agreement: agreement, Label: label, Window: p.Window})
	if err != nil {
		return nil, err
	}
	r := list[number-1]
	st.Revision, st.Final, st.ComputedAt, st.Fingerprint = r.Number, true, r.ComputedAt, r.Fingerprint
	if number == 2 {
		v := &st.Services[0].Verdict
		v.Bad = sla.Of(9*minute, 1)
		v.Availability = sla.Of(v.Good.Num-9*minute, v.Good.Num)
	}
	return st, nil
}

func (f *fixture) WhatIf(ctx context.Context, q StatementQuery, terms *contract.Agreement) (*sla.Statement, error) {
	st, err := f.Statement(ctx, q)
	if err == nil {
		st.AgreementRevision = terms.Revision
		for i := range st.Services {
			st.Services[i].Verdict.Target = terms.Services[0].Terms.Target
		}
	}
	return st, err
}
