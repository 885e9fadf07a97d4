package store

import (
	"context"
	"database/sql"

	"github.com/probity-sla/probity/internal/sla"
)

// CorrectionRecord says that time counts otherwise than it was observed, and
// who approved that. It never changes; revoking is recorded beside it.
type CorrectionRecord struct {
	ID         string
	Agreement  string
	Services   []string // none: all
	From, To   int64    // ms UTC
	Effect     sla.Effect
	Reason     string
	CreatedBy  string
	CreatedAt  int64
	ApprovedBy string
	ApprovedAt int64 // 0: not approved
	RevokedBy  string
	RevokedAt  int64 // 0: not revoked
}

const correctionColumns = `id, agreement, services, from_at, to_at, effect, reason, created_by, created_at,
	approved_by, approved_at, revoked_by, revoked_at FROM corrections`

// AddCorrection records a correction; an ID that is taken is ErrExists.
func (s *Store) AddCorrection(ctx context.Context, c CorrectionRecord) error {
	err := s.change(ctx, func(tx *sql.Tx) error { return saveCorrection(ctx, tx, c) })
	return named(err, "add correction", c.ID)
}

func saveCorrection(ctx context.Context, tx *sql.Tx, c CorrectionRecord) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO corrections (id, agreement, services, from_at, to_at, effect, reason,
		created_by, created_at, approved_by, approved_at, revoked_by, revoked_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`,
		c.ID, c.Agreement, names(c.Services).text(), c.From, c.To, int(c.Effect), c.Reason,
		c.CreatedBy, c.CreatedAt, c.ApprovedBy, c.ApprovedAt)
	return existing(err)
}

// Corrections returns what touches [from, to), revoked ones too, oldest first.
func (s *Store) Corrections(ctx context.Context, agreement string, from, to int64) ([]CorrectionRecord, error) {
	return all(ctx, s.reader, scanCorrection, `SELECT `+correctionColumns+`
		WHERE (agreement = ? OR ? = '') AND from_at < ? AND to_at > ? ORDER BY from_at, id`, agreement, agreement, to, from)
}

// CorrectionByID returns one correction, ErrNotFound when there is none.
func (s *Store) CorrectionByID(ctx context.Context, id string) (CorrectionRecord, error) {
	c, err := one(ctx, s.reader, scanCorrection, `SELECT `+correctionColumns+` WHERE id = ?`, id)
	return c, named(err, "correction", id)
}

// ApproveCorrection records who approved a correction that was added without, once.
func (s *Store) ApproveCorrection(ctx context.Context, id, by string, at int64) error {
	return s.settleCorrection(ctx, "approve correction", `UPDATE corrections SET approved_at = ?, approved_by = ?
		WHERE approved_at = 0 AND revoked_at = 0 AND id = ?`, id, by, at)
}

// RevokeCorrection takes a correction back, once.
func (s *Store) RevokeCorrection(ctx context.Context, id, by string, at int64) error {
	return s.settleCorrection(ctx, "revoke correction", `UPDATE corrections SET revoked_at = ?, revoked_by = ?
		WHERE revoked_at = 0 AND id = ?`, id, by, at)
}

func (s *Store) settleCorrection(ctx context.Context, op, update, id, by string, at int64) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, update, `SELECT count(*) FROM corrections WHERE id = ?`, id, at, by)
	})
	return named(err, op, id)
}

func scanCorrection(row scanner) (CorrectionRecord, error) {
	var c CorrectionRecord
	err := row.Scan(&c.ID, &c.Agreement, (*names)(&c.Services), &c.From, &c.To, &c.Effect, &c.Reason, &c.CreatedBy,
		&c.CreatedAt, &c.ApprovedBy, &c.ApprovedAt, &c.RevokedBy, &c.RevokedAt)
	return c, err
}
