package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
)

// secretBytes is the length of a secret: a full key of HMAC-SHA256.
const secretBytes = 32

// Secret returns 32 random bytes, made at the first call for a name and the same
// ever after, in whatever process; they sign links. A store that is open for
// reading returns ErrReadOnly for one that is not made yet.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	const query = `SELECT value FROM secrets WHERE name = ?`
	value, err := one(ctx, s.reader, scanBody, query, name)
	if !errors.Is(err, ErrNotFound) {
		return value, named(err, "secret", name)
	}
	fresh := make([]byte, secretBytes)
	rand.Read(fresh) // never fails
	err = s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING`, name, fresh)
		if err != nil {
			return err
		}
		value, err = one(ctx, tx, scanBody, query, name)
		return err
	})
	return value, named(err, "secret", name)
}
