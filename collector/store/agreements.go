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

// SaveAgreement keeps the text of a revision, and that it is in force from now
// on. A text that is kept never changes: a statement rests on it as it was.
func (s *Store) SaveAgreement(ctx context.Context, id, revision string, source []byte, at int64) error {
	loads, err := s.AgreementLoads(ctx, id)
	if n := len(loads); err != nil || n > 0 && loads[n-1].Revision == revision {
		return err
	}
	err = s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO agreements (id, revision, saved_at, source) VALUES (?, ?, ?, ?)
			ON CONFLICT DO NOTHING`, id, revision, at, blob(source))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO loads (agreement, loaded_at, revision) VALUES (?, ?, ?)
			ON CONFLICT (agreement, loaded_at) DO UPDATE SET revision = excluded.revision`, id, at, revision)
		return err
	})
	return named(err, "save agreement", id)
}

// AgreementLoad says since when a revision was in force.
type AgreementLoad struct {
	Revision string
	At       int64 // ms UTC
}

// AgreementLoads returns which revision was put in force when, oldest first.
func (s *Store) AgreementLoads(ctx context.Context, id string) ([]AgreementLoad, error) {
	return all(ctx, s.reader, scanLoad, `SELECT revision, loaded_at FROM loads WHERE agreement = ? ORDER BY loaded_at`, id)
}

func scanLoad(row scanner) (AgreementLoad, error) {
	var l AgreementLoad
	err := row.Scan(&l.Revision, &l.At)
	return l, err
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
