package store

import "context"

const reportColumns = `id, agreement, label, revision, state, created_at, created_by, updated_at,
	reviewed_at, reviewed_by, issued_at, issued_by, fingerprint, note`

// ServiceReports returns the reports of an agreement and a period, "" meaning
// all, newest first, without their models.
func (s *Store) ServiceReports(ctx context.Context, agreement, label string) ([]ServiceReportRecord, error) {
	return all(ctx, s.reader, scanReport, `SELECT `+reportColumns+`, NULL FROM service_reports
		WHERE (agreement = ? OR ? = '') AND (label = ? OR ? = '') ORDER BY created_at DESC, label DESC, revision DESC, id DESC`,
		agreement, agreement, label, label)
}

// ServiceReport returns one report with its model, ErrNotFound when there is none.
func (s *Store) ServiceReport(ctx context.Context, id string) (ServiceReportRecord, error) {
	r, err := one(ctx, s.reader, scanReport, `SELECT `+reportColumns+`, model FROM service_reports WHERE id = ?`, id)
	return r, named(err, "service report", id)
}

// ReportFile returns an issued report in a format, ErrNotFound when there is none.
func (s *Store) ReportFile(ctx context.Context, id, format string) ([]byte, error) {
	data, err := one(ctx, s.reader, scanBody, `SELECT data FROM report_files WHERE report = ? AND format = ?`, id, format)
	return data, named(err, format+" of service report", id)
}

// ReportFormats returns the formats in which a report was issued, in alphabetical order.
func (s *Store) ReportFormats(ctx context.Context, id string) ([]string, error) {
	return all(ctx, s.reader, scanName, `SELECT format FROM report_files WHERE report = ? ORDER BY format`, id)
}

func scanReport(row scanner) (ServiceReportRecord, error) {
	var r ServiceReportRecord
	err := row.Scan(&r.ID, &r.Agreement, &r.Label, &r.Revision, &r.State, &r.CreatedAt, &r.CreatedBy, &r.UpdatedAt,
		&r.ReviewedAt, &r.ReviewedBy, &r.IssuedAt, &r.IssuedBy, &r.Fingerprint, &r.Note, &r.Model)
	return r, err
}

func scanName(row scanner) (string, error) {
	var name string
	err := row.Scan(&name)
	return name, err
}
