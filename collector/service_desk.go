package collector

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

// What a service report cannot do in its present state.
var (
	errNothingNew = errors.New("nothing has changed since the revision that is issued")
	errNotBegun   = errors.New("the period has not begun: there is nothing to report")
	errNotOver    = errors.New("the period is not over, or its late results have not settled: its report can be a draft only")
	errChanged    = errors.New("the draft has changed since it was read: read it again")
)

// reportFormats are the forms of a report, each with its media type.
var reportFormats = []struct {
	name, mime string
	write      func(io.Writer, report.Report) error
}{
	{"html", "text/html; charset=utf-8", report.WriteHTML},
	{"pdf", "application/pdf", report.WritePDF},
	{"csv", "text/csv; charset=utf-8", report.WriteCSV},
	{"json", "application/json", report.WriteJSON},
}

// render writes a report in a format; it is false for one that there is not.
func render(r report.Report, format string) (data []byte, ok bool, err error) {
	for _, f := range reportFormats {
		if f.name == format {
			var b bytes.Buffer
			err := f.write(&b, r)
			return b.Bytes(), true, err
		}
	}
	return nil, false, nil
}

// serviceDesk makes, reviews and issues service reports.
type serviceDesk struct {
	bindery
	mail *notify.Channel // nil: nobody is sent a mail
	page func(path string) string
}

// draft makes the report of a period, or makes the one anew that is not issued yet.
func (d *serviceDesk) draft(ctx context.Context, a *contract.Agreement, p contract.Span, by string) (store.ServiceReportRecord, error) {
	var none store.ServiceReportRecord
	if p.From > d.now {
		return none, fmt.Errorf("%s: %w", p.Label, errNotBegun)
	}
	all, err := d.db.ServiceReports(ctx, a.ID, p.Label)
	if err != nil {
		return none, err
	}
	m, err := d.service(ctx, a, p, by)
	if err != nil {
		return none, err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return none, err
	}
	for _, r := range all {
		if r.State == store.ReportIssued {
			continue
		}
		if err := d.db.ReplaceDraft(ctx, r.ID, body, m.Method.Fingerprint, d.now); err != nil {
			return none, err
		}
		return d.db.ServiceReport(ctx, r.ID)
	}
	if m.Replaces != 0 && len(m.Differences) == 0 {
		return none, fmt.Errorf("%s, %s: %w", a.ID, p.Label, errNothingNew)
	}
	r := store.ServiceReportRecord{
		ID: newID("sr"), Agreement: a.ID, Label: p.Label, CreatedAt: d.now, CreatedBy: by, Fingerprint: m.Method.Fingerprint, Model: body,
	}
	if _, err := d.db.AddServiceReport(ctx, r); err != nil {
		return none, err
	}
	return d.db.ServiceReport(ctx, r.ID)
}

// review records that a person read a draft and stands for it. seen is when the
// draft that was read had been made, 0 for whichever there is.
func (d *serviceDesk) review(ctx context.Context, id, by string, seen int64) error {
	r, err := d.db.ServiceReport(ctx, id)
	if err != nil {
		return err
	}
	if seen != 0 && seen != r.UpdatedAt {
		return errChanged
	}
	m, err := modelOf(&r)
	if err != nil {
		return err
	}
	if !m.Final {
		return errNotOver
	}
	return d.db.ReviewServiceReport(ctx, id, by, d.now)
}

// issue signs a reviewed report, keeps it in every format, and mails it, all or nothing.
func (d *serviceDesk) issue(ctx context.Context, a *contract.Agreement, id, by string) error {
	r, err := d.db.ServiceReport(ctx, id)
	if err != nil {
		return err
	}
	if r.State != store.ReportReviewed { // the store says what is wrong
		return d.db.IssueServiceReport(ctx, id, by, d.now, nil, nil)
	}
	r.State, r.IssuedAt, r.IssuedBy = store.ReportIssued, d.now, by
	m, err := modelOf(&r)
	if err != nil {
		return err
	}
	var files []store.ReportFile
	var pdf []byte
	for _, f := range reportFormats {
		data, _, err := render(m, f.name)
		if err != nil {
			return fmt.Errorf("service report %s as %s: %w", id, f.name, err)
		}
		if f.name == "pdf" {
			pdf = data
		}
		files = append(files, store.ReportFile{Format: f.name, Data: data})
	}
	tell, err := d.letters(a, m, id, pdf)
	if err != nil {
		return err
	}
	return d.db.IssueServiceReport(ctx, id, by, d.now, files, tell)
}

// file is a report in a format: as it was issued, or as it stands.
func (d *serviceDesk) file(ctx context.Context, id, format string) ([]byte, error) {
	r, err := d.db.ServiceReport(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.State == store.ReportIssued {
		return d.db.ReportFile(ctx, id, format)
	}
	m, err := modelOf(&r)
	if err != nil {
		return nil, err
	}
	data, ok, err := render(m, format)
	if err == nil && !ok {
		err = fmt.Errorf("format %q: %w", format, store.ErrNotFound)
	}
	return data, err
}

// reportFileName is what a downloaded report is called: agreement, period, revision.
func reportFileName(agreement, label string, revision int, format string) string {
	name := fmt.Sprintf("%s-%s-r%d.%s", agreement, label, revision, format)
	return name
}

// serviceDesk is the running collector's own.
func (c *collector) serviceDesk() *serviceDesk {
	return &serviceDesk{
		bindery: bindery{db: c.db, dir: c.cfg.Load().Agreements.Directory, eval: c.eval, now: c.now().UnixMilli()},
		mail:    c.channelNamed(c.cfg.Load().Reports.Mail), page: c.pageURL,
	}
}

// channelNamed is a channel in force, nil when there is none of the name.
func (c *collector) channelNamed(name string) *notify.Channel {
	for _, ch := range *c.channels.Load() {
		if name != "" && ch.Name() == name {
			return ch
		}
	}
	return nil
}

// offlineDesk is that of one command, over a store that a collector may be writing.
func offlineDesk(cfg *Config, db *store.Store, set *contract.Set, now time.Time) (*serviceDesk, error) {
	d := &serviceDesk{
		bindery: bindery{db: db, dir: cfg.Agreements.Directory, eval: evaluatorOf(cfg, db, set), now: now.UnixMilli()},
		page:    func(path string) string { return cfg.externalURL(cfg.Web.Listen.String()) + path },
	}
	for i := range cfg.Notify {
		if cfg.Notify[i].Name == cfg.Reports.Mail {
			var err error
			if d.mail, err = notify.Open(cfg.Notify[i], cfg.externalURL(cfg.Web.Listen.String())); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}
