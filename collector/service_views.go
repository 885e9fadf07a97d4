package collector

import (
	"context"
	"errors"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

func reportView(r *store.ServiceReportRecord) web.ServiceReport {
	return web.ServiceReport{
		ID: r.ID, Agreement: r.Agreement, Period: r.Label, Revision: r.Revision, State: r.State, CreatedAt: r.CreatedAt, CreatedBy: r.CreatedBy,
		UpdatedAt: r.UpdatedAt, ReviewedAt: r.ReviewedAt, ReviewedBy: r.ReviewedBy, IssuedAt: r.IssuedAt, IssuedBy: r.IssuedBy, Fingerprint: r.Fingerprint,
	}
}

func actionView(a *store.ActionRecord) web.ImprovementAction {
	return web.ImprovementAction{
		ID: a.ID, Agreement: a.Agreement, Incident: a.Incident, Text: a.Text, Owner: a.Owner, Due: a.Due, State: a.State, Note: a.Note,
		CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy, UpdatedAt: a.UpdatedAt, UpdatedBy: a.UpdatedBy, ClosedAt: a.ClosedAt,
	}
}

// reportInWebWords adds to an error what package web calls it.
func reportInWebWords(err error) error {
	for _, refusal := range []error{errNothingNew, errNotBegun, errNotOver, errChanged, store.ErrConflict} {
		if errors.Is(err, refusal) {
			return errors.Join(err, web.ErrConflict)
		}
	}
	return inWebWords(err)
}

// ServiceReports lists reports, newest first.
func (v views) ServiceReports(ctx context.Context, agreement string) ([]web.ServiceReport, error) {
	all, err := v.c.db.ServiceReports(ctx, agreement, "")
	out := make([]web.ServiceReport, len(all))
	for i := range all {
		out[i] = reportView(&all[i])
	}
	return out, err
}

// ServiceReport returns one report and what it says.
func (v views) ServiceReport(ctx context.Context, id string) (web.ServiceReport, *report.Model, error) {
	r, err := v.c.db.ServiceReport(ctx, id)
	if err != nil {
		return web.ServiceReport{}, nil, inWebWords(err)
	}
	m, err := modelOf(&r)
	return reportView(&r), m, err
}

// ReportFile returns a report as it was issued, or as it stands.
func (v views) ReportFile(ctx context.Context, id, format string) ([]byte, error) {
	data, err := v.c.serviceDesk().file(ctx, id, format)
	return data, inWebWords(err)
}

// DraftReport makes the report of a period.
func (v views) DraftReport(ctx context.Context, agreement, period, by string) (web.ServiceReport, error) {
	a := v.c.set.Load().Agreement(agreement)
	if a == nil {
		return web.ServiceReport{}, web.ErrNotFound
	}
	p, err := a.Period.Parse(period, a.Zone)
	if err != nil {
		return web.ServiceReport{}, &web.InputError{Field: "period", Detail: err.Error()}
	}
	r, err := v.c.serviceDesk().draft(ctx, a, p, by)
	return reportView(&r), reportInWebWords(err)
}

// ReviewReport signs a draft.
func (v views) ReviewReport(ctx context.Context, id, by string, seen int64) (web.ServiceReport, error) {
	if err := v.c.serviceDesk().review(ctx, id, by, seen); err != nil {
		return web.ServiceReport{}, reportInWebWords(err)
	}
	x, _, err := v.ServiceReport(ctx, id)
	return x, err
}

// IssueReport issues a reviewed report, and has it sent.
func (v views) IssueReport(ctx context.Context, id, by string) (web.ServiceReport, error) {
	x, _, err := v.ServiceReport(ctx, id)
	if err != nil {
		return x, err
	}
	if err := v.c.serviceDesk().issue(ctx, v.c.set.Load().Agreement(x.Agreement), id, by); err != nil {
		return x, reportInWebWords(err)
	}
	v.c.sender.Wake()
	x, _, err = v.ServiceReport(ctx, id)
	return x, err
}

// YearReview looks back over a year.
func (v views) YearReview(ctx context.Context, customer string, year int, language, by string) (*report.Review, error) {
	return v.c.serviceDesk().yearReview(ctx, v.c.set.Load(), customer, year, language, by)
}

// Actions lists improvement actions.
func (v views) Actions(ctx context.Context, agreement string) ([]web.ImprovementAction, error) {
	all, err := actionsOf(ctx, v.c.db, agreement)
	out := make([]web.ImprovementAction, len(all))
	for i := range all {
		out[i] = actionView(&all[i])
	}
	return out, err
}

// AddAction puts an action on record.
func (v views) AddAction(ctx context.Context, a web.ImprovementAction) (web.ImprovementAction, error) {
	made, err := addAction(ctx, v.c.db, store.ActionRecord{
		Agreement: a.Agreement, Text: a.Text, Owner: a.Owner, Due: a.Due, CreatedAt: a.CreatedAt, CreatedBy: a.CreatedBy,
	})
	return actionView(&made), err
}

// SettleAction records what became of an action.
func (v views) SettleAction(ctx context.Context, id, state, note, by string) error {
	err := settleAction(ctx, v.c.db, v.c.set.Load(), id, state, note, by, v.c.now().UnixMilli())
	if err == nil {
		v.c.incidentChanged()
	}
	return err
}
