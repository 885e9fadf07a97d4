package collector

import (
	"context"
	"errors"
	"log/slog"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

const (
	// reportsLooked bounds the agreements that one pass looks at; the next pass
	// goes on behind them.
	reportsLooked = 50
	// reportsMissed bounds how many periods back a report is made up for that
	// fell due while the collector stood still.
	reportsMissed = 12
)

// watchReports makes the service reports that are due, and those that figures
// have left behind: one for each agreement and pass at most. What it did is in
// the store and nowhere else, so that a restart repeats nothing.
func (d *alertDesk) watchReports(ctx context.Context) error {
	all := d.c.set.Load().Agreements
	for range min(reportsLooked, len(all)) {
		d.reports = (d.reports + 1) % len(all)
		a := all[d.reports]
		if err := d.c.watchReport(ctx, a); err != nil {
			d.c.log.LogAttrs(ctx, slog.LevelError, "service report not made; tried again in a few seconds",
				slog.String("agreement", a.ID), slog.Any("err", err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil
}

// watchReport takes the one step that an agreement's reports wait for, if any.
func (c *collector) watchReport(ctx context.Context, a *contract.Agreement) error {
	if a.Period.Kind == contract.Rolling {
		return nil // a rolling window is never over
	}
	all, err := c.db.ServiceReports(ctx, a.ID, "")
	if err != nil {
		return err
	}
	desk := c.serviceDesk()
	newest := map[string]*store.ServiceReportRecord{} // by period
	for i := range all {
		if r := newest[all[i].Label]; r == nil || all[i].Revision > r.Revision {
			newest[all[i].Label] = &all[i]
		}
	}
	for _, r := range newest {
		if done, err := c.keepReport(ctx, desk, a, r); done || err != nil {
			return err
		}
	}
	p, due, err := c.dueReport(ctx, a, desk.now, newest)
	if err != nil || !due {
		return err
	}
	return c.makeReport(ctx, desk, a, p)
}

// dueReport is the oldest period whose report is due and does not exist. How
// far back periods count, reports show: without any only the last one does.
func (c *collector) dueReport(ctx context.Context, a *contract.Agreement, now int64, newest map[string]*store.ServiceReportRecord) (due contract.Span, found bool, err error) {
	if a.Report.IssueAfter == 0 {
		return due, false, nil
	}
	p := a.Period.Previous(a.Period.Containing(now-a.Report.IssueAfter.Milliseconds(), a.Zone), a.Zone)
	for n := 0; n < reportsMissed && p.To > a.ValidFrom; n++ {
		if newest[p.Label] != nil {
			break
		}
		frozen, err := c.db.StatementRevisions(ctx, a.ID, p.Label)
		if err != nil {
			return due, false, err
		}
		if len(frozen) > 0 {
			due, found = p, true
		}
		if len(newest) == 0 {
			break
		}
		p = a.Period.Previous(p, a.Zone)
	}
	return due, found, nil
}

// keepReport makes a report anew whose figures have changed, and issues one that
// waits for nobody.
func (c *collector) keepReport(ctx context.Context, desk *serviceDesk, a *contract.Agreement, r *store.ServiceReportRecord) (done bool, err error) {
	p, err := a.Period.Parse(r.Label, a.Zone)
	if err != nil || p.To < desk.now-evaluate.MaxReopen*a.Period.Nominal().Milliseconds() {
		return false, nil // from before the agreement's periods changed, or out of reach of any change
	}
	frozen, err := c.db.StatementRevisions(ctx, a.ID, r.Label)
	if err != nil || len(frozen) == 0 {
		return false, err
	}
	if frozen[len(frozen)-1].Fingerprint != r.Fingerprint {
		return true, c.makeReport(ctx, desk, a, p)
	}
	if r.State == store.ReportIssued || !issuesItself(a, r) {
		return false, nil
	}
	return true, c.signReport(ctx, desk, a, r)
}

// makeReport makes a draft; where no person reviews, it is issued at once.
func (c *collector) makeReport(ctx context.Context, desk *serviceDesk, a *contract.Agreement, p contract.Span) error {
	r, err := desk.draft(ctx, a, p, incident.System)
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrSettled) {
		return nil // somebody else was quicker; the next pass sees what there is now
	}
	if err != nil {
		return err
	}
	c.log.LogAttrs(ctx, slog.LevelInfo, "service report drafted", slog.String("agreement", a.ID), slog.String("period", p.Label),
		slog.Int("revision", r.Revision), slog.String("report", r.ID))
	c.reportChanged(a.ID)
	if !issuesItself(a, &r) {
		return nil
	}
	return c.signReport(ctx, desk, a, &r)
}

// issuesItself reports whether a report waits for no person: its agreement asks
// for no review, and no person made the draft.
func issuesItself(a *contract.Agreement, r *store.ServiceReportRecord) bool {
	return !a.Report.Review && a.Report.IssueAfter > 0 && r.CreatedBy == incident.System
}

func (c *collector) signReport(ctx context.Context, desk *serviceDesk, a *contract.Agreement, r *store.ServiceReportRecord) error {
	if r.State == store.ReportDraft {
		if err := desk.review(ctx, r.ID, incident.System, r.UpdatedAt); err != nil {
			return err
		}
	}
	if err := desk.issue(ctx, a, r.ID, incident.System); err != nil {
		return err
	}
	c.sender.Wake()
	c.log.LogAttrs(ctx, slog.LevelInfo, "service report issued", slog.String("agreement", a.ID), slog.String("period", r.Label),
		slog.Int("revision", r.Revision), slog.String("report", r.ID))
	c.reportChanged(a.ID)
	return nil
}

// reportChanged has open pages look again.
func (c *collector) reportChanged(agreement string) {
	c.web.Publish(web.Event{Kind: "report", Agreement: agreement, At: c.now().UnixMilli()})
}
