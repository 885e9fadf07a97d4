package store

import (
	"context"
	"database/sql"
)

// ActionRecord is an improvement action, those of incidents included: what
// somebody will do, and by when.
type ActionRecord struct {
	ID        string
	Agreement string
	Incident  string // "": of a review
	Text      string
	Owner     string
	Due       string // local date, "2026-12-31"
	State     string
	Note      string
	CreatedAt int64 // ms UTC
	CreatedBy string
	UpdatedAt int64 // ms UTC
	UpdatedBy string
	ClosedAt  int64 // ms UTC; 0: open
}

// ActionEvent is an action as one save left it.
type ActionEvent struct {
	Action string
	Seq    int   // 1, 2, …
	At     int64 // ms UTC
	By     string
	Text   string
	Owner  string
	Due    string
	State  string
	Note   string
}

// SaveAction adds an action, or replaces what it amounts to, and keeps in its
// events how each save left it. Agreement, incident and the making of it stay.
func (s *Store) SaveAction(ctx context.Context, a ActionRecord) error {
	err := s.record(ctx, func(tx *sql.Tx) error { return saveAction(ctx, tx, a) })
	return named(err, "save action", a.ID)
}

func saveAction(ctx context.Context, tx *sql.Tx, a ActionRecord) error {
	if err := bounded("text", len(a.Text)+len(a.Note), MaxRecordBytes); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO actions (id, agreement, incident, task, owner, due, state, note,
		created_at, created_by, updated_at, updated_by, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET task = excluded.task, owner = excluded.owner, due = excluded.due, state = excluded.state,
		note = excluded.note, updated_at = excluded.updated_at, updated_by = excluded.updated_by, closed_at = excluded.closed_at`,
		a.ID, a.Agreement, a.Incident, a.Text, a.Owner, a.Due, a.State, a.Note,
		a.CreatedAt, a.CreatedBy, a.UpdatedAt, a.UpdatedBy, a.ClosedAt)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO action_events (action, seq, at, author, task, owner, due, state, note)
		VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM action_events WHERE action = ?), ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.ID, a.UpdatedAt, a.UpdatedBy, a.Text, a.Owner, a.Due, a.State, a.Note)
	return err
}

// Actions returns the actions of an agreement, of all for "", closed ones too,
// in the order in which they are due.
func (s *Store) Actions(ctx context.Context, agreement string) ([]ActionRecord, error) {
	return all(ctx, s.reader, scanAction, `SELECT id, agreement, incident, task, owner, due, state, note,
		created_at, created_by, updated_at, updated_by, closed_at FROM actions
		WHERE (agreement = ? OR ? = '') ORDER BY due, id`, agreement, agreement)
}

// ActionEvents returns what was saved of an action, oldest first.
func (s *Store) ActionEvents(ctx context.Context, id string) ([]ActionEvent, error) {
	return all(ctx, s.reader, scanActionEvent, `SELECT action, seq, at, author, task, owner, due, state, note
		FROM action_events WHERE action = ? ORDER BY seq`, id)
}

func scanAction(row scanner) (ActionRecord, error) {
	var a ActionRecord
	err := row.Scan(&a.ID, &a.Agreement, &a.Incident, &a.Text, &a.Owner, &a.Due, &a.State, &a.Note,
		&a.CreatedAt, &a.CreatedBy, &a.UpdatedAt, &a.UpdatedBy, &a.ClosedAt)
	return a, err
}

func scanActionEvent(row scanner) (ActionEvent, error) {
	var e ActionEvent
	err := row.Scan(&e.Action, &e.Seq, &e.At, &e.By, &e.Text, &e.Owner, &e.Due, &e.State, &e.Note)
	return e, err
}
