package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// States of service reports, in the order in which one passes them.
const (
	ReportDraft    = "draft"
	ReportReviewed = "reviewed"
	ReportIssued   = "issued"
)

// ServiceReportRecord is a revision of the service report of a period. Once
// issued it never changes; a correction is the next revision.
type ServiceReportRecord struct {
	ID          string
	Agreement   string
	Label       string // of the period, "2026-10"
	Revision    int    // 1, 2, …, given by the store
	State       string
	CreatedAt   int64 // ms UTC
	CreatedBy   string
	UpdatedAt   int64 // ms UTC: of the model
	ReviewedAt  int64 // ms UTC; 0: not yet
	ReviewedBy  string
	IssuedAt    int64 // ms UTC; 0: not yet
	IssuedBy    string
	Fingerprint string
	Model       []byte // the caller's
	Note        string
}

// ReportFile is an issued report in one format, "pdf".
type ReportFile struct {
	Format string
	Data   []byte
}

// AddServiceReport adds a draft as the next revision of its period, and returns
// the number. It is ErrConflict while another is not issued, and ErrExists when
// the ID is taken.
func (s *Store) AddServiceReport(ctx context.Context, r ServiceReportRecord) (revision int, err error) {
	err = s.record(ctx, func(tx *sql.Tx) error {
		if err := bounded("model", len(r.Model), MaxReportBytes); err != nil {
			return err
		}
		var pending int
		err := tx.QueryRowContext(ctx, `SELECT coalesce(max(revision), 0) + 1, coalesce(sum(CASE WHEN state <> ? THEN 1 ELSE 0 END), 0)
			FROM service_reports WHERE agreement = ? AND label = ?`, ReportIssued, r.Agreement, r.Label).Scan(&revision, &pending)
		if err != nil {
			return err
		}
		if pending > 0 {
			return fmt.Errorf("revision %d is not issued: %w", revision-1, ErrConflict)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO service_reports (id, agreement, label, revision, state, created_at, created_by,
			updated_at, reviewed_at, reviewed_by, issued_at, issued_by, fingerprint, note, model)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, '', ?, ?, ?)`, r.ID, r.Agreement, r.Label, revision, ReportDraft,
			r.CreatedAt, r.CreatedBy, r.CreatedAt, r.Fingerprint, r.Note, blob(r.Model))
		return existing(err)
	})
	return revision, named(err, "add service report "+r.Label+" of agreement", r.Agreement)
}

// ReplaceDraft gives a report that is not issued another model. One that was
// reviewed is a draft again: what was reviewed is no more. An issued one is ErrSettled.
func (s *Store) ReplaceDraft(ctx context.Context, id string, model []byte, fingerprint string, at int64) error {
	err := s.record(ctx, func(tx *sql.Tx) error {
		if err := bounded("model", len(model), MaxReportBytes); err != nil {
			return err
		}
		return once(ctx, tx, `UPDATE service_reports SET model = ?, fingerprint = ?, updated_at = ?, state = '`+ReportDraft+`',
			reviewed_at = 0, reviewed_by = '' WHERE state <> '`+ReportIssued+`' AND id = ?`, countReport, id, blob(model), fingerprint, at)
	})
	return named(err, "replace the draft of service report", id)
}

// ReviewServiceReport records who reviewed a draft, once.
func (s *Store) ReviewServiceReport(ctx context.Context, id, by string, at int64) error {
	err := s.record(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, `UPDATE service_reports SET state = '`+ReportReviewed+`', reviewed_at = ?, reviewed_by = ?
			WHERE state = '`+ReportDraft+`' AND id = ?`, countReport, id, at, by)
	})
	return named(err, "review service report", id)
}

// IssueServiceReport records who issued a reviewed report, once, and with it its
// files and who is to be told. A draft is ErrConflict.
func (s *Store) IssueServiceReport(ctx context.Context, id, by string, at int64, files []ReportFile, tell []Notification) error {
	err := s.record(ctx, func(tx *sql.Tx) error {
		err := once(ctx, tx, `UPDATE service_reports SET state = '`+ReportIssued+`', issued_at = ?, issued_by = ?
			WHERE state = '`+ReportReviewed+`' AND id = ?`, countReport, id, at, by)
		if errors.Is(err, ErrSettled) {
			return notReviewed(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		if err := saveReportFiles(ctx, tx, id, files); err != nil {
			return err
		}
		return saveWrite(ctx, tx, IncidentWrite{Notifications: tell})
	})
	return named(err, "issue service report", id)
}

const countReport = `SELECT count(*) FROM service_reports WHERE id = ?`

// notReviewed tells a draft from what is issued already.
func notReviewed(ctx context.Context, tx *sql.Tx, id string) error {
	var state string
	if err := tx.QueryRowContext(ctx, `SELECT state FROM service_reports WHERE id = ?`, id).Scan(&state); err != nil {
		return err
	}
	if state == ReportDraft {
		return fmt.Errorf("it is not reviewed: %w", ErrConflict)
	}
	return ErrSettled
}

func saveReportFiles(ctx context.Context, tx *sql.Tx, id string, files []ReportFile) error {
	if len(files) > MaxReportFiles {
		return fmt.Errorf("%w: %d files, of at most %d", ErrTooLarge, len(files), MaxReportFiles)
	}
	for _, f := range files {
		if err := bounded(f.Format, len(f.Data), MaxReportBytes); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO report_files (report, format, data) VALUES (?, ?, ?)`, id, f.Format, blob(f.Data))
		if err != nil {
			return named(existing(err), "file", f.Format)
		}
	}
	return nil
}
