package store

import (
	"context"
	"database/sql"
	"fmt"
)

// FaultRecord is what a customer reported: what queries need in columns, the
// whole in Body, which is the caller's (JSON of incident.Fault).
type FaultRecord struct {
	ID         string
	Agreement  string
	State      string
	ReportedAt int64  // ms UTC
	UpdatedAt  int64  // ms UTC
	Token      string // id of the token that reported it
	Incident   string // "": not accepted into one
	Body       []byte
}

// FaultEvent is one entry in the record of a reported fault. Events are only ever added.
type FaultEvent struct {
	Fault string
	Seq   int   // 1, 2, …
	At    int64 // ms UTC
	By    string
	Kind  string
	Text  string
}

// FaultQuery selects reported faults. The zero query selects all.
type FaultQuery struct {
	Agreement string // "": all
	Token     string // "": of whatever token
	State     string // "": in whatever state
	Before    string // ID of the last one seen: those behind it follow
	Limit     int    // 0: all
}

// AddFault records a reported fault with its files, its first event, whose Seq
// is 1, and what tells of it, in one transaction. An ID that is taken is ErrExists.
func (s *Store) AddFault(ctx context.Context, f FaultRecord, files []AttachmentRecord, e FaultEvent, tell ...Notification) error {
	err := s.record(ctx, func(tx *sql.Tx) error {
		if err := bounded("body", len(f.Body), MaxRecordBytes); err != nil {
			return err
		}
		if len(files) > MaxAttachments {
			return fmt.Errorf("%w: %d files, of at most %d", ErrTooLarge, len(files), MaxAttachments)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO faults (id, agreement, state, reported_at, updated_at, token, incident, body)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, f.ID, f.Agreement, f.State, f.ReportedAt, f.UpdatedAt, f.Token, f.Incident, blob(f.Body))
		if err != nil {
			return existing(err)
		}
		for _, a := range files {
			if err := saveAttachment(ctx, tx, f.ID, a); err != nil {
				return fmt.Errorf("file %d: %w", a.N, err)
			}
		}
		if err := saveFaultEvent(ctx, tx, f.ID, e); err != nil {
			return err
		}
		return saveWrite(ctx, tx, IncidentWrite{Notifications: tell})
	})
	return named(err, "add fault", f.ID)
}

// SaveFault replaces what a reported fault amounts to, adds its next event and
// writes what that means for incidents, and what corrections it proposes, in one
// transaction. Agreement, token and the time of the report stay. An event that
// is there already is ErrConflict.
func (s *Store) SaveFault(ctx context.Context, f FaultRecord, e FaultEvent, w IncidentWrite, proposed ...CorrectionRecord) error {
	err := s.record(ctx, func(tx *sql.Tx) error {
		if err := bounded("body", len(f.Body), MaxRecordBytes); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE faults SET state = ?, updated_at = ?, incident = ?, body = ? WHERE id = ?`,
			f.State, f.UpdatedAt, f.Incident, blob(f.Body), f.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = ErrNotFound
			}
			return err
		}
		if err := saveFaultEvent(ctx, tx, f.ID, e); err != nil {
			return err
		}
		for _, c := range proposed {
			if err := saveCorrection(ctx, tx, c); err != nil {
				return named(err, "correction", c.ID)
			}
		}
		if len(proposed) > 0 { // those who judge by corrections are to read them anew
			if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = value + 1 WHERE name = 'generation'`); err != nil {
				return err
			}
		}
		return saveWrite(ctx, tx, w)
	})
	return named(err, "save fault", f.ID)
}

func saveFaultEvent(ctx context.Context, tx *sql.Tx, fault string, e FaultEvent) error {
	if err := bounded("text", len(e.Text), MaxRecordBytes); err != nil {
		return err
	}
	if err := next(ctx, tx, `SELECT coalesce(max(seq), 0) FROM fault_events WHERE fault = ?`, fault, e.Seq); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO fault_events (fault, seq, at, author, kind, note) VALUES (?, ?, ?, ?, ?, ?)`,
		fault, e.Seq, e.At, e.By, e.Kind, e.Text)
	return err
}

const faultColumns = `id, agreement, state, reported_at, updated_at, token, incident, body FROM faults`

// Faults returns what the query selects, newest first. A Before that is no
// reported fault is ErrNotFound.
func (s *Store) Faults(ctx context.Context, q FaultQuery) ([]FaultRecord, error) {
	where, args := ` WHERE (agreement = ? OR ? = '') AND (token = ? OR ? = '') AND (state = ? OR ? = '')`,
		[]any{q.Agreement, q.Agreement, q.Token, q.Token, q.State, q.State}
	if q.Before != "" {
		last, err := s.FaultByID(ctx, q.Before)
		if err != nil {
			return nil, fmt.Errorf("faults behind: %w", err)
		}
		where, args = where+` AND (reported_at, id) < (?, ?)`, append(args, last.ReportedAt, last.ID)
	}
	return all(ctx, s.reader, scanFault, `SELECT `+faultColumns+where+` ORDER BY reported_at DESC, id DESC LIMIT ?`,
		append(args, page(q.Limit))...)
}

// FaultByID returns one reported fault, ErrNotFound when there is none.
func (s *Store) FaultByID(ctx context.Context, id string) (FaultRecord, error) {
	f, err := one(ctx, s.reader, scanFault, `SELECT `+faultColumns+` WHERE id = ?`, id)
	return f, named(err, "fault", id)
}

// FaultEvents returns the events of a reported fault, oldest first.
func (s *Store) FaultEvents(ctx context.Context, id string) ([]FaultEvent, error) {
	return all(ctx, s.reader, scanFaultEvent, `SELECT fault, seq, at, author, kind, note
		FROM fault_events WHERE fault = ? ORDER BY seq`, id)
}

// CountFaults returns how many faults a token has reported since an instant,
// ms UTC, that instant included: what a limit of their rate needs.
func (s *Store) CountFaults(ctx context.Context, token string, since int64) (int, error) {
	var n int
	err := s.reader.QueryRowContext(ctx, `SELECT count(*) FROM faults WHERE token = ? AND reported_at >= ?`, token, since).Scan(&n)
	return n, err
}

// FaultBytes returns how many bytes of files came with the faults that a token
// has reported since an instant, ms UTC, that instant included.
func (s *Store) FaultBytes(ctx context.Context, token string, since int64) (int64, error) {
	var n int64
	err := s.reader.QueryRowContext(ctx, `SELECT coalesce(sum(length(a.data)), 0) FROM faults f JOIN fault_attachments a ON a.fault = f.id
		WHERE f.token = ? AND f.reported_at >= ?`, token, since).Scan(&n)
	return n, err
}

func scanFault(row scanner) (FaultRecord, error) {
	var f FaultRecord
	err := row.Scan(&f.ID, &f.Agreement, &f.State, &f.ReportedAt, &f.UpdatedAt, &f.Token, &f.Incident, &f.Body)
	return f, err
}

func scanFaultEvent(row scanner) (FaultEvent, error) {
	var e FaultEvent
	err := row.Scan(&e.Fault, &e.Seq, &e.At, &e.By, &e.Kind, &e.Text)
	return e, err
}
