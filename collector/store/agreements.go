package store

import (
	"context"
	"database/sql"
)

// AgreementRevision is the text of an agreement as it once read.
type AgreementRevision struct {
	ID       string
	Revision string
	SavedAt  int64 // ms UTC, the first time
	Source   []byte
}

const agreementColumns = `id, revision, saved_at, source FROM agreements`

// SaveAgreement keeps the text of a revision. Saving it again changes nothing:
// a statement rests on the text as it was.
func (s *Store) SaveAgreement(ctx context.Context, id, revision string, source []byte, at int64) error {
	if _, err := s.AgreementRevision(ctx, id, revision); err == nil {
		return nil
	}
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO agreements (id, revision, saved_at, source) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, id, revision, at, blob(source))
		return err
	})
	return named(err, "save agreement", id)
}

// AgreementRevision returns one revision, ErrNotFound when it was never saved.
func (s *Store) AgreementRevision(ctx context.Context, id, revision string) (AgreementRevision, error) {
	r, err := one(ctx, s.reader, scanAgreement, `SELECT `+agreementColumns+` WHERE id = ? AND revision = ?`, id, revision)
	return r, named(err, "revision "+revision+" of agreement", id)
}

// AgreementRevisions returns what an agreement read, oldest first.
func (s *Store) AgreementRevisions(ctx context.Context, id string) ([]AgreementRevision, error) {
	return all(ctx, s.reader, scanAgreement, `SELECT `+agreementColumns+` WHERE id = ? ORDER BY saved_at, revision`, id)
}

func scanAgreement(row scanner) (AgreementRevision, error) {
	var a AgreementRevision
	err := row.Scan(&a.ID, &a.Revision, &a.SavedAt, &a.Source)
	return a, err
}
