package web

import (
	"context"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/sla"
)

// fixtureReports is the part of the fixture that reports and actions live in.
type fixtureReports struct {
	reports []ServiceReport // newest first
	actions []ImprovementAction
}

// newFixtureReports has one of aurora-shop in each state, and one that is issued
// of harbour-wan.
func newFixtureReports() fixtureReports {
	issued := func(id, agreement, period string) ServiceReport {
		return ServiceReport{ID: id, Agreement: agreement, Period: period, Revision: 1, State: "issued", CreatedAt: at(2, 6, 0), CreatedBy: "probity", UpdatedAt: at(2, 6, 0),
			ReviewedAt: at(3, 9, 0), ReviewedBy: "anna", IssuedAt: at(3, 10, 0), IssuedBy: "ben", Fingerprint: "f1"}
	}
	draft := ServiceReport{ID: "sr-2", Agreement: "aurora-shop", Period: "2026-10", Revision: 2, State: "draft", CreatedAt: at(9, 6, 0), CreatedBy: "probity", UpdatedAt: at(9, 6, 0), Fingerprint: "f2"}
	reviewed := ServiceReport{ID: "sr-3", Agreement: "aurora-shop", Period: "2026-08", Revision: 1, State: "reviewed", CreatedAt: at(1, 6, 0), CreatedBy: "anna", UpdatedAt: at(1, 6, 0),
		ReviewedAt: at(1, 9, 0), ReviewedBy: "anna", Fingerprint: "f0"}
	return fixtureReports{
		reports: []ServiceReport{draft, issued("sr-4", "harbour-wan", "2026-10"), issued("sr-1", "aurora-shop", "2026-10"), reviewed},
		actions: []ImprovementAction{
			{ID: "INC-2026-0042/1", Agreement: "aurora-shop", Incident: "INC-2026-0042", Text: "Keep a spare card", Owner: "anna", Due: "2026-11-01", State: incident.ActionOpen,
				CreatedAt: at(19, 13, 25), CreatedBy: "anna", UpdatedAt: at(19, 13, 25), UpdatedBy: "anna"},
			{ID: "ac-1", Agreement: "aurora-shop", Text: "A second <script>alert(3)</script> line", Owner: "ben", Due: "2026-09-01", State: incident.ActionDone, Note: "Ordered and lit",
				CreatedAt: at(1, 8, 0), CreatedBy: "ben", UpdatedAt: at(2, 8, 0), UpdatedBy: "ben", ClosedAt: at(2, 8, 0)},
		},
	}
}

func (f *fixture) ServiceReports(_ context.Context, agreement string) ([]ServiceReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []ServiceReport
	for _, x := range f.reports.reports {
		if agreement == "" || x.Agreement == agreement {
			out = append(out, x)
		}
	}
	return out, f.fail
}

func (f *fixture) reportByID(id string) (*ServiceReport, error) {
	for i := range f.reports.reports {
		if x := &f.reports.reports[i]; x.ID == id {
			return x, f.fail
		}
	}
	return nil, ErrNotFound
}

func (f *fixture) ServiceReport(_ context.Context, id string) (ServiceReport, *report.Model, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, err := f.reportByID(id)
	if err != nil {
		return ServiceReport{}, nil, err
	}
	services := []report.Figures{
		{Service: "storefront", Name: "Storefront", Availability: "99.979", Objective: "99.9", Coverage: "100.000", Verdict: "kept"},
		{Service: "payments", Name: "Payments", Availability: "99.832", Objective: "99.9", Coverage: "98.650", Verdict: "missed"},
	}
	m := &report.Model{Agreement: x.Agreement, Label: x.Period, Revision: x.Revision, State: x.State, Final: true, Language: "en", Zone: "UTC", Services: services,
		Overall: report.Figures{Availability: "99.832", Objective: "99.9", Coverage: "98.650", Verdict: "missed"}}
	if x.Revision > 1 {
		m.Replaces, m.Differences = 1, []report.Difference{{Service: "storefront", Figure: "availability %", Was: "100.000", Is: "99.979"}}
	}
	return *x, m, nil
}

func (f *fixture) ReportFile(_ context.Context, id, format string) ([]byte, error) {
	if format == "json" {
		return []byte(`{"id": "` + id + `"}`), f.fail
	}
	return []byte(format + " of " + id), f.fail
}

func (f *fixture) DraftReport(_ context.Context, agreement, period, by string) (ServiceReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.reports.reports {
		if x := &f.reports.reports[i]; x.Agreement == agreement && x.Period == period && x.State != "issued" {
			x.State, x.UpdatedAt, x.ReviewedAt, x.ReviewedBy = "draft", fixtureNow.UnixMilli(), 0, ""
			return *x, f.fail
		}
	}
	now := fixtureNow.UnixMilli()
	x := ServiceReport{ID: fmt.Sprintf("sr-%d", len(f.reports.reports)+1), Agreement: agreement, Period: period, Revision: 1, State: "draft",
		CreatedAt: now, CreatedBy: by, UpdatedAt: now, Fingerprint: "f9"}
	f.reports.reports = append([]ServiceReport{x}, f.reports.reports...)
	return x, f.fail
}

func (f *fixture) ReviewReport(_ context.Context, id, by string, seen int64) (ServiceReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, err := f.reportByID(id)
	if err != nil {
		return ServiceReport{}, err
	}
	if x.State != "draft" || seen != 0 && seen != x.UpdatedAt {
		return ServiceReport{}, fmt.Errorf("it changed: %w", ErrConflict)
	}
	x.State, x.ReviewedAt, x.ReviewedBy = "reviewed", fixtureNow.UnixMilli(), by
	return *x, nil
}

func (f *fixture) IssueReport(_ context.Context, id, by string) (ServiceReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x, err := f.reportByID(id)
	if err != nil {
		return ServiceReport{}, err
	}
	if x.State != "reviewed" {
		return ServiceReport{}, fmt.Errorf("it is not reviewed: %w", ErrConflict)
	}
	x.State, x.IssuedAt, x.IssuedBy = "issued", fixtureNow.UnixMilli(), by
	return *x, nil
}

func (f *fixture) YearReview(ctx context.Context, customer string, year int, language, by string) (*report.Review, error) {
	in := report.ReviewInput{Customer: customer, Language: language, Zone: "UTC", Label: fmt.Sprint(year), Window: sla.Window{From: at(1, 0, 0), To: at(30, 0, 0)},
		Created: report.Signature{By: by, At: fixtureNow.UnixMilli()}}
	for _, a := range f.agreements {
		if a.ID != "aurora-shop" || customer != "" && a.Customer != customer {
			continue
		}
		st, err := f.Statement(ctx, StatementQuery{Agreement: a.ID, Label: "2026-11", Window: in.Window})
		if err != nil {
			return nil, err
		}
		in.Agreements = append(in.Agreements, report.ReviewAgreement{Agreement: a, Statements: []*sla.Statement{st}})
	}
	for _, x := range f.reports.actions {
		in.Actions = append(in.Actions, report.ReviewAction{Agreement: x.Agreement, ActionRow: report.ActionRow{ID: x.ID, Text: x.Text, Owner: x.Owner, Due: x.Due, State: x.State}})
	}
	return report.BuildReview(in)
}

func (f *fixture) Actions(_ context.Context, agreement string) ([]ImprovementAction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []ImprovementAction
	for _, x := range f.reports.actions {
		if agreement == "" || x.Agreement == agreement {
			out = append(out, x)
		}
	}
	return out, f.fail
}

func (f *fixture) AddAction(_ context.Context, a ImprovementAction) (ImprovementAction, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a.ID, a.State, a.UpdatedAt, a.UpdatedBy = fmt.Sprintf("ac-%d", len(f.reports.actions)), incident.ActionOpen, a.CreatedAt, a.CreatedBy
	f.reports.actions = append(f.reports.actions, a)
	return a, f.fail
}

func (f *fixture) SettleAction(_ context.Context, id, state, note, by string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.reports.actions, func(a ImprovementAction) bool { return a.ID == id })
	if i < 0 {
		return ErrNotFound
	}
	a := &f.reports.actions[i]
	a.State, a.Note, a.UpdatedBy, a.ClosedAt = state, note, by, fixtureNow.UnixMilli()
	return f.fail
}
