package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// StatementRevision names one frozen statement.
type StatementRevision struct {
	Revision    int
	Fingerprint string
	ComputedAt  int64 // ms UTC
}

// SaveStatement freezes a statement as the next revision of its period, and
// returns its number. When the newest revision rests on the same facts, by its
// fingerprint, that one stands and its number is returned. Revisions never change.
func (s *Store) SaveStatement(ctx context.Context, st *sla.Statement) (revision int, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		newest, err := one(ctx, tx, scanRevision, `SELECT revision, fingerprint, computed_at FROM statements
			WHERE agreement = ? AND label = ? ORDER BY revision DESC LIMIT 1`, st.Agreement, st.Label)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		revision = newest.Revision
		if revision > 0 && newest.Fingerprint == st.Fingerprint {
			return nil
		}
		revision++
		frozen := *st
		frozen.Revision = revision
		body, err := json.Marshal(&frozen)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO statements (agreement, label, revision, fingerprint, computed_at, body)
			VALUES (?, ?, ?, ?, ?, ?)`, st.Agreement, st.Label, revision, st.Fingerprint, st.ComputedAt, body)
		return err
	})
	return revision, named(err, "save statement "+st.Label+" of agreement", st.Agreement)
}

// Statement returns a frozen statement, the newest for revision 0. It is
// ErrNotFound when there is none.
func (s *Store) Statement(ctx context.Context, agreement, label string, revision int) (*sla.Statement, error) {
	body, err := one(ctx, s.reader, scanBody, `SELECT body FROM statements
		WHERE agreement = ? AND label = ? AND (revision = ? OR ? = 0) ORDER BY revision DESC LIMIT 1`,
		agreement, label, revision, revision)
	if err != nil {
		return nil, named(err, fmt.Sprintf("statement %s, revision %d, of agreement", label, revision), agreement)
	}
	st := &sla.Statement{}
	return st, json.Unmarshal(body, st)
}

// StatementRevisions returns the frozen statements of a period, oldest first.
func (s *Store) StatementRevisions(ctx context.Context, agreement, label string) ([]StatementRevision, error) {
	return all(ctx, s.reader, scanRevision, `SELECT revision, fingerprint, computed_at FROM statements
		WHERE agreement = ? AND label = ? ORDER BY revision`, agreement, label)
}

func scanRevision(row scanner) (StatementRevision, error) {
	var r StatementRevision
	err := row.Scan(&r.Revision, &r.Fingerprint, &r.ComputedAt)
	return r, err
}

func scanBody(row scanner) ([]byte, error) {
	var body []byte
	err := row.Scan(&body)
	return body, err
}
