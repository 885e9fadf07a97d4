package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// scanner is a row, or the current one of several.
type scanner interface{ Scan(dest ...any) error }

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// all returns the rows of a query.
func all[T any](ctx context.Context, db queryer, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// one returns the only row of a query, ErrNotFound when there is none.
func one[T any](ctx context.Context, db queryer, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(db.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return v, err
}

// once makes an update that may happen to a record only once. When it changed
// nothing, the query that counts records with that key tells why.
func once(ctx context.Context, tx *sql.Tx, update, count, key string, args ...any) error {
	res, err := tx.ExecContext(ctx, update, append(args, key)...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	var have int
	if err := tx.QueryRowContext(ctx, count, key).Scan(&have); err != nil {
		return err
	}
	if have == 0 {
		return ErrNotFound
	}
	return ErrSettled
}

// existing turns a duplicate key into ErrExists.
func existing(err error) error {
	if taken(err) {
		return ErrExists
	}
	return err
}

func named(err error, op, name string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, name, err)
}

// names is a list of names in one column, as JSON.
type names []string

func (n names) text() string {
	if n == nil {
		n = names{}
	}
	b, _ := json.Marshal([]string(n)) // strings always marshal
	return string(b)
}

// Scan implements sql.Scanner; no names are nil.
func (n *names) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("list of names is a %T", src)
	}
	if err := json.Unmarshal([]byte(text), (*[]string)(n)); err != nil {
		return fmt.Errorf("list of names %q: %w", text, err)
	}
	if len(*n) == 0 {
		*n = nil
	}
	return nil
}

// blob is bytes for a column: none are empty, not NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
