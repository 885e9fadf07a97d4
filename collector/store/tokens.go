package store

import (
	"context"
	"database/sql"
)

// TokenRecord is an access token of a person or a program. Only its hash is kept.
type TokenRecord struct {
	ID        string
	Name      string
	Role      string
	Hash      string
	CreatedAt int64 // ms UTC
	RevokedAt int64 // ms UTC; 0: not revoked

	// Of a customer: who it is, and which of the agreements it opens.
	Customer   string   // "": not of a customer
	Agreements []string // none: all of the customer
	ExpiresAt  int64    // ms UTC; 0: never
}

const tokenColumns = `id, name, role, hash, created_at, revoked_at, customer, agreements, expires_at FROM tokens`

// CreateToken adds a token; an ID or a hash that is taken is ErrExists.
func (s *Store) CreateToken(ctx context.Context, t TokenRecord) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO tokens (id, name, role, hash, created_at, revoked_at,
			customer, agreements, expires_at) VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?)`,
			t.ID, t.Name, t.Role, t.Hash, t.CreatedAt, t.Customer, names(t.Agreements).text(), t.ExpiresAt)
		return existing(err)
	})
	return named(err, "create token", t.ID)
}

// Tokens returns all tokens, revoked ones too, oldest first.
func (s *Store) Tokens(ctx context.Context) ([]TokenRecord, error) {
	return all(ctx, s.reader, scanToken, `SELECT `+tokenColumns+` ORDER BY created_at, id`)
}

// TokenByHash returns the token with that hash, ErrNotFound when there is none.
// Whether it is revoked or has expired is for the caller to see.
func (s *Store) TokenByHash(ctx context.Context, hash string) (TokenRecord, error) {
	return one(ctx, s.reader, scanToken, `SELECT `+tokenColumns+` WHERE hash = ?`, hash)
}

// RevokeToken ends a token, once.
func (s *Store) RevokeToken(ctx context.Context, id string, at int64) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, `UPDATE tokens SET revoked_at = ? WHERE revoked_at = 0 AND id = ?`,
			`SELECT count(*) FROM tokens WHERE id = ?`, id, at)
	})
	return named(err, "revoke token", id)
}

func scanToken(row scanner) (TokenRecord, error) {
	var t TokenRecord
	err := row.Scan(&t.ID, &t.Name, &t.Role, &t.Hash, &t.CreatedAt, &t.RevokedAt, &t.Customer, (*names)(&t.Agreements), &t.ExpiresAt)
	return t, err
}
