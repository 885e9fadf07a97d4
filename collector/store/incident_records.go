package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
)

// IncidentRecord is an incident as its events left it: what queries need in
// columns, the whole in Body, which is the caller's (JSON of incident.Incident).
type IncidentRecord struct {
	ID         string
	State      string
	Major      bool
	Open       bool
	OpenedAt   int64 // ms UTC
	ResolvedAt int64 // ms UTC; 0: not resolved
	UpdatedAt  int64 // ms UTC
	Seq        int   // of the last event
	Agreements []string
	Body       []byte
}

// EventRecord is one event of an incident, in the same manner (JSON of
// incident.Event). Events are only ever added.
type EventRecord struct {
	Incident  string
	Seq       int // 1, 2, …
	Kind      string
	At        int64 // ms UTC: when it was entered
	Effective int64 // ms UTC: when it took place; 0: At
	By        string
	Agreement string
	Body      []byte
}

// IncidentQuery selects incidents. The zero query selects all.
type IncidentQuery struct {
	Agreement string // "": all
	OpenOnly  bool
	From, To  int64  // ms UTC: not resolved before From, opened before To; To 0: no end
	Before    string // ID of the last one seen: those behind it follow
	Limit     int    // 0: all
}

// NextIncidentNumber draws the next number of a year: 1, 2, … None comes twice,
// in whatever process; one that is drawn and not used is left out.
func (s *Store) NextIncidentNumber(ctx context.Context, year int) (int, error) {
	var n int
	err := s.write(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, `INSERT INTO counters (name, value) VALUES (?, 1)
			ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
			"incident-"+strconv.Itoa(year)).Scan(&n)
	})
	return n, named(err, "draw an incident number of", strconv.Itoa(year))
}

// saveIncidentRecord replaces what an incident amounts to. A record that rests
// on fewer events than the stored one is a conflict.
func saveIncidentRecord(ctx context.Context, tx *sql.Tx, r IncidentRecord) error {
	if err := bounded("body", len(r.Body), MaxRecordBytes); err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO incidents (id, state, major, is_open, opened_at, resolved_at, updated_at, seq, agreements, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, major = excluded.major, is_open = excluded.is_open,
		opened_at = excluded.opened_at, resolved_at = excluded.resolved_at, updated_at = excluded.updated_at,
		seq = excluded.seq, agreements = excluded.agreements, body = excluded.body
		WHERE incidents.seq <= excluded.seq`,
		r.ID, r.State, r.Major, r.Open, r.OpenedAt, r.ResolvedAt, r.UpdatedAt, r.Seq, names(r.Agreements).text(), blob(r.Body))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		if err == nil {
			err = ErrConflict
		}
		return err
	}
	for _, a := range r.Agreements {
		_, err := tx.ExecContext(ctx, `INSERT INTO incident_agreements (agreement, incident) VALUES (?, ?)
			ON CONFLICT (agreement, incident) DO NOTHING`, a, r.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

func saveEvent(ctx context.Context, tx *sql.Tx, e EventRecord) error {
	if err := bounded("body", len(e.Body), MaxRecordBytes); err != nil {
		return err
	}
	if err := exists(ctx, tx, `SELECT count(*) FROM incidents WHERE id = ?`, e.Incident); err != nil {
		return err
	}
	if err := next(ctx, tx, `SELECT coalesce(max(seq), 0) FROM incident_events WHERE incident = ?`, e.Incident, e.Seq); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO incident_events (incident, seq, kind, at, effective, author, agreement, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, e.Incident, e.Seq, e.Kind, e.At, e.Effective, e.By, e.Agreement, blob(e.Body))
	return err
}

const incidentColumns = `i.id, i.state, i.major, i.is_open, i.opened_at, i.resolved_at, i.updated_at, i.seq, i.agreements, i.body FROM incidents i`

// Incidents returns what the query selects, newest first. A Before that is no
// incident is ErrNotFound.
func (s *Store) Incidents(ctx context.Context, q IncidentQuery) ([]IncidentRecord, error) {
	where, args := ` WHERE 1 = 1`, []any{}
	and := func(condition string, values ...any) {
		where, args = where+` AND `+condition, append(args, values...)
	}
	if q.Agreement != "" {
		and(`i.id IN (SELECT incident FROM incident_agreements WHERE agreement = ?)`, q.Agreement)
	}
	if q.OpenOnly {
		and(`i.is_open`)
	}
	if q.From > 0 {
		and(`(i.resolved_at = 0 OR i.resolved_at >= ?)`, q.From)
	}
	if q.To > 0 {
		and(`i.opened_at < ?`, q.To)
	}
	if q.Before != "" {
		last, err := s.IncidentByID(ctx, q.Before)
		if err != nil {
			return nil, fmt.Errorf("incidents behind: %w", err)
		}
		and(`(i.opened_at, i.id) < (?, ?)`, last.OpenedAt, last.ID)
	}
	return all(ctx, s.reader, scanIncident, `SELECT `+incidentColumns+where+` ORDER BY i.opened_at DESC, i.id DESC LIMIT ?`,
		append(args, page(q.Limit))...)
}

// IncidentByID returns one incident, ErrNotFound when there is none.
func (s *Store) IncidentByID(ctx context.Context, id string) (IncidentRecord, error) {
	r, err := one(ctx, s.reader, scanIncident, `SELECT `+incidentColumns+` WHERE i.id = ?`, id)
	return r, named(err, "incident", id)
}

// IncidentEvents returns the events of an incident, oldest first.
func (s *Store) IncidentEvents(ctx context.Context, id string) ([]EventRecord, error) {
	return all(ctx, s.reader, scanEvent, `SELECT incident, seq, kind, at, effective, author, agreement, body
		FROM incident_events WHERE incident = ? ORDER BY seq`, id)
}

func scanIncident(row scanner) (IncidentRecord, error) {
	var r IncidentRecord
	err := row.Scan(&r.ID, &r.State, &r.Major, &r.Open, &r.OpenedAt, &r.ResolvedAt, &r.UpdatedAt, &r.Seq, (*names)(&r.Agreements), &r.Body)
	return r, err
}

func scanEvent(row scanner) (EventRecord, error) {
	var e EventRecord
	err := row.Scan(&e.Incident, &e.Seq, &e.Kind, &e.At, &e.Effective, &e.By, &e.Agreement, &e.Body)
	return e, err
}
