package store

import (
	"context"
	"database/sql"
)

// OverrideRecord says that a person is on call in [From, To), whoever's turn it
// is. It never changes; revoking is recorded beside it.
type OverrideRecord struct {
	ID        string
	Rotation  string
	Person    string
	From, To  int64 // ms UTC
	CreatedBy string
	CreatedAt int64 // ms UTC
	RevokedAt int64 // ms UTC; 0: not revoked
	RevokedBy string
}

// AddOverride records an override; an ID that is taken is ErrExists.
func (s *Store) AddOverride(ctx context.Context, o OverrideRecord) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO overrides (id, rotation, person, from_at, to_at, created_by, created_at, revoked_by, revoked_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, '', 0)`, o.ID, o.Rotation, o.Person, o.From, o.To, o.CreatedBy, o.CreatedAt)
		return existing(err)
	})
	return named(err, "add override", o.ID)
}

// Overrides returns the overrides of a rotation, of all for "", that touch
// [from, to), revoked ones too, in the order in which they were made: where
// two overlap, the later one counts.
func (s *Store) Overrides(ctx context.Context, rotation string, from, to int64) ([]OverrideRecord, error) {
	return all(ctx, s.reader, scanOverride, `SELECT id, rotation, person, from_at, to_at, created_by, created_at, revoked_by, revoked_at
		FROM overrides WHERE (rotation = ? OR ? = '') AND from_at < ? AND to_at > ? ORDER BY created_at, id`,
		rotation, rotation, to, from)
}

// RevokeOverride takes an override back, once.
func (s *Store) RevokeOverride(ctx context.Context, id, by string, at int64) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, `UPDATE overrides SET revoked_at = ?, revoked_by = ? WHERE revoked_at = 0 AND id = ?`,
			`SELECT count(*) FROM overrides WHERE id = ?`, id, at, by)
	})
	return named(err, "revoke override", id)
}

func scanOverride(row scanner) (OverrideRecord, error) {
	var o OverrideRecord
	err := row.Scan(&o.ID, &o.Rotation, &o.Person, &o.From, &o.To, &o.CreatedBy, &o.CreatedAt, &o.RevokedBy, &o.RevokedAt)
	return o, err
}
