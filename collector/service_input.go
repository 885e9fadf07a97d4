package collector

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/selfmon"
	"github.com/probity-sla/probity/internal/sla"
)

// trendPeriods is how many earlier periods a service report looks back on.
const trendPeriods = 12

// bindery puts service reports and reviews together from what the collector has
// on record. It only reads.
type bindery struct {
	db   *store.Store
	dir  string // of the agreements
	eval *evaluate.Evaluator
	now  int64 // ms UTC
}

// service makes the report of a period as it stands now: a draft of the next
// revision, or of the one that is not issued yet.
func (b *bindery) service(ctx context.Context, a *contract.Agreement, p contract.Span, by string) (*report.Model, error) {
	in := report.Input{State: report.Draft, Created: report.Signature{By: by, At: b.now}, Version: selfmon.Version().Version}
	var err error
	if in.Statement, err = b.statement(ctx, a.ID, p); err != nil {
		return nil, err
	}
	if in.Agreement, err = b.judgedBy(ctx, a, in.Statement); err != nil {
		return nil, err
	}
	if in.Trend, err = b.trend(ctx, a, p); err != nil {
		return nil, err
	}
	if err := b.people(ctx, &in, p.Window); err != nil {
		return nil, err
	}
	if err := b.before(ctx, &in, p); err != nil {
		return nil, err
	}
	return report.Build(in)
}

// statement is the frozen statement of a period, else what is computed now.
func (b *bindery) statement(ctx context.Context, agreement string, p contract.Span) (*sla.Statement, error) {
	st, err := b.db.Statement(ctx, agreement, p.Label, 0)
	if errors.Is(err, store.ErrNotFound) {
		return b.eval.Statement(ctx, evaluate.Request{Agreement: agreement, Label: p.Label, Window: p.Window})
	}
	return st, err
}

// judgedBy is the agreement as it read when the statement was made, in the
// language in which reports are wanted now.
func (b *bindery) judgedBy(ctx context.Context, a *contract.Agreement, st *sla.Statement) (*contract.Agreement, error) {
	then := a
	if st.AgreementRevision != a.Revision {
		var err error
		if then, err = (records{b.db, b.dir}).AgreementAt(ctx, a.ID, st.AgreementRevision); err != nil {
			return nil, err
		}
	}
	out := *then
	out.Language = cmp.Or(a.Report.Language, a.Language)
	return &out, nil
}

// trend is the statements of the periods before, oldest first, from the first
// that has one.
func (b *bindery) trend(ctx context.Context, a *contract.Agreement, p contract.Span) ([]*sla.Statement, error) {
	var out []*sla.Statement
	for range trendPeriods {
		p = a.Period.Previous(p, a.Zone)
		if p.To <= a.ValidFrom {
			break
		}
		st, err := b.statement(ctx, a.ID, p)
		if err != nil {
			return nil, err
		}
		if st.Overall.Coverage.Num == 0 {
			st = nil
		}
		out = append(out, st)
	}
	slices.Reverse(out)
	for len(out) > 0 && out[0] == nil {
		out = out[1:]
	}
	return out, nil
}

// people adds what was done about the faults of the period, corrections and actions.
func (b *bindery) people(ctx context.Context, in *report.Input, w sla.Window) error {
	a := in.Agreement
	all, err := b.db.Incidents(ctx, store.IncidentQuery{Agreement: a.ID, Limit: maxOpenIncidents})
	if err != nil {
		return err
	}
	for i := range all {
		c, touches, err := b.incident(ctx, a, &all[i], w, in.Statement.ComputedAt)
		if err != nil {
			return err
		}
		if touches {
			in.Incidents = append(in.Incidents, c)
		}
	}
	if in.Corrections, err = b.corrections(ctx, a.ID); err != nil {
		return err
	}
	actions, err := actionsOf(ctx, b.db, a.ID)
	for _, x := range actions {
		in.Actions = append(in.Actions, actionRow(&x))
	}
	return err
}

// incident is one incident as it concerns the agreement: cause and remedy as
// they are known today, its clocks as the statement knew them.
func (b *bindery) incident(ctx context.Context, a *contract.Agreement, r *store.IncidentRecord, w sla.Window, at int64) (c report.Case, touches bool, err error) {
	i, err := incidentOf(r)
	if err != nil {
		return c, false, err
	}
	if i.OpenedAt >= w.To || i.ResolvedAt != 0 && i.ResolvedAt < w.From-handledBack {
		return c, false, nil
	}
	stored, err := b.db.IncidentEvents(ctx, i.ID)
	if err != nil {
		return c, false, err
	}
	events, err := eventsOf(knownBy(stored, at))
	if err != nil || len(events) == 0 {
		return c, false, err
	}
	clocks, err := incident.ReadClocks(events, clockRules(a), at, clockHorizon.Milliseconds())
	if err != nil {
		return c, false, err
	}
	c.Record = ownPart(a, i)
	for n := range clocks {
		c.Clocks = append(c.Clocks, report.ClockOf(&clocks[n]))
	}
	return c, true, nil
}

// ownPart is what of an incident the customer of an agreement may read. The
// title of one that others share may tell of them: it is called by its number.
func ownPart(a *contract.Agreement, i *incident.Incident) incident.Incident {
	own := *i
	own.Outages = slices.DeleteFunc(slices.Clone(i.Outages), func(o incident.OutageRef) bool { return o.Agreement != a.ID })
	own.Actions = nil // they come with all others
	if len(agreementsOf(i)) > 1 {
		own.Title = i.ID
	}
	return own
}

// corrections are all of an agreement, of any period, as a statement lists them.
func (b *bindery) corrections(ctx context.Context, agreement string) ([]sla.Record, error) {
	all, err := b.db.Corrections(ctx, agreement, 0, 1<<62)
	var out []sla.Record
	for _, c := range all {
		if c.ApprovedAt == 0 {
			continue // a proposal changes nothing
		}
		out = append(out, sla.Record{
			ID: c.ID, Kind: effectName(c.Effect), Services: c.Services, From: c.From, To: c.To, Reason: c.Reason, By: c.CreatedBy,
			ApprovedBy: c.ApprovedBy, ApprovedAt: c.ApprovedAt, RevokedAt: c.RevokedAt,
		})
	}
	return out, err
}

// before adds the reports that came before this one: the issued revision that
// it corrects, and the last on an earlier period.
func (b *bindery) before(ctx context.Context, in *report.Input, p contract.Span) error {
	all, err := b.db.ServiceReports(ctx, in.Agreement.ID, "")
	if err != nil {
		return err
	}
	in.Revision = 1
	var replaces, previous store.ServiceReportRecord
	last := int64(0)
	for _, r := range all {
		if r.State != store.ReportIssued {
			continue
		}
		span, err := in.Agreement.Period.Parse(r.Label, in.Agreement.Zone)
		switch {
		case r.Label == p.Label && r.Revision >= in.Revision:
			replaces, in.Revision = r, r.Revision+1
		case err == nil && span.From < p.From && (span.From > last || span.From == last && r.Revision > previous.Revision):
			previous, last = r, span.From
		}
	}
	if in.Replaces, err = b.model(ctx, replaces.ID); err != nil {
		return err
	}
	in.Previous, err = b.model(ctx, previous.ID)
	return err
}

// model reads the model of a report, nil for "".
func (b *bindery) model(ctx context.Context, id string) (*report.Model, error) {
	if id == "" {
		return nil, nil
	}
	r, err := b.db.ServiceReport(ctx, id)
	if err != nil {
		return nil, err
	}
	return modelOf(&r)
}

// modelOf is the model of a report with the signatures that it bears by now.
func modelOf(r *store.ServiceReportRecord) (*report.Model, error) {
	m := &report.Model{}
	if err := json.Unmarshal(r.Model, m); err != nil {
		return nil, fmt.Errorf("stored service report %s: %w", r.ID, err)
	}
	m.State, m.Revision = r.State, r.Revision
	if r.ReviewedAt != 0 {
		m.Reviewed = &report.Signature{By: r.ReviewedBy, At: r.ReviewedAt}
	}
	if r.IssuedAt != 0 {
		m.Issued = &report.Signature{By: r.IssuedBy, At: r.IssuedAt}
	}
	return m, nil
}
