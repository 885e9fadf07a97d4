package store

import (
	"context"
	"database/sql"
)

// AlertRecord is one life of an alert: what queries need in columns, the whole
// in Body, which is the caller's.
type AlertRecord struct {
	ID        string
	Key       string
	Kind      string
	Status    string
	Open      bool
	Agreement string // "" for what is of an agent
	Service   string
	StartsAt  int64 // ms UTC
	EndsAt    int64 // ms UTC; 0: open
	UpdatedAt int64
	Body      []byte
}

// OutageRecord is one outage of a service, in the same manner.
type OutageRecord struct {
	ID        string
	Agreement string
	Service   string
	From, To  int64 // ms UTC
	Ongoing   bool
	Withdrawn bool
	Body      []byte
}

// IncidentWrite is what changed together: one tick of the rules, or one entry
// of a person.
type IncidentWrite struct {
	Alerts        []AlertRecord
	Outages       []OutageRecord
	Incidents     []IncidentRecord
	Events        []EventRecord // in the order of their Seq, without holes
	Actions       []ActionRecord
	Notifications []Notification
}

// SaveIncident writes records and notifications in one transaction: nobody is
// told of what is not recorded, and nothing recorded goes untold. An event that
// is there already is ErrConflict, and nothing is written.
func (s *Store) SaveIncident(ctx context.Context, w IncidentWrite) error {
	write := s.write
	if len(w.Incidents)+len(w.Events)+len(w.Actions) > 0 {
		write = s.record
	}
	err := write(ctx, func(tx *sql.Tx) error { return saveWrite(ctx, tx, w) })
	return named(err, "save", "incidents")
}

func saveWrite(ctx context.Context, tx *sql.Tx, w IncidentWrite) error {
	for _, save := range []func() error{
		saving(ctx, tx, "alert", w.Alerts, saveAlert, func(a AlertRecord) string { return a.ID }),
		saving(ctx, tx, "outage", w.Outages, saveOutage, func(o OutageRecord) string { return o.ID }),
		saving(ctx, tx, "incident", w.Incidents, saveIncidentRecord, func(i IncidentRecord) string { return i.ID }),
		saving(ctx, tx, "event of incident", w.Events, saveEvent, func(e EventRecord) string { return e.Incident }),
		saving(ctx, tx, "action", w.Actions, saveAction, func(a ActionRecord) string { return a.ID }),
		saving(ctx, tx, "notification for", w.Notifications, saveNotification, func(n Notification) string { return n.Receiver }),
	} {
		if err := save(); err != nil {
			return err
		}
	}
	return nil
}

// saving saves records of one kind until one fails, and names that.
func saving[T any](ctx context.Context, tx *sql.Tx, kind string, records []T,
	save func(context.Context, *sql.Tx, T) error, name func(T) string) func() error {
	return func() error {
		for _, r := range records {
			if err := save(ctx, tx, r); err != nil {
				return named(err, kind, name(r))
			}
		}
		return nil
	}
}

func saveAlert(ctx context.Context, tx *sql.Tx, a AlertRecord) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO alerts (id, key, kind, status, is_open, agreement, service, starts_at, ends_at, updated_at, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, is_open = excluded.is_open, starts_at = excluded.starts_at,
		ends_at = excluded.ends_at, updated_at = excluded.updated_at, body = excluded.body`,
		a.ID, a.Key, a.Kind, a.Status, a.Open, a.Agreement, a.Service, a.StartsAt, a.EndsAt, a.UpdatedAt, blob(a.Body))
	return err
}

func saveOutage(ctx context.Context, tx *sql.Tx, o OutageRecord) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO outages (id, agreement, service, from_at, to_at, ongoing, withdrawn, body)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at, ongoing = excluded.ongoing,
		withdrawn = excluded.withdrawn, body = excluded.body`,
		o.ID, o.Agreement, o.Service, o.From, o.To, o.Ongoing, o.Withdrawn, blob(o.Body))
	return err
}

const alertColumns = `id, key, kind, status, is_open, agreement, service, starts_at, ends_at, updated_at, body FROM alerts`

// OpenAlerts returns what is open, firing or suppressed, oldest first.
func (s *Store) OpenAlerts(ctx context.Context) ([]AlertRecord, error) {
	return all(ctx, s.reader, scanAlert, `SELECT `+alertColumns+` WHERE is_open ORDER BY starts_at, id`)
}

// Alerts returns the newest alerts of an agreement, of all for "", newest first.
func (s *Store) Alerts(ctx context.Context, agreement string, limit int) ([]AlertRecord, error) {
	return all(ctx, s.reader, scanAlert, `SELECT `+alertColumns+`
		WHERE (agreement = ? OR ? = '') ORDER BY starts_at DESC, id DESC LIMIT ?`, agreement, agreement, limit)
}

// Outages returns the outages of an agreement, of all for "", that touch
// [from, to), withdrawn ones too, oldest first. An ongoing one touches all that
// comes after its start.
func (s *Store) Outages(ctx context.Context, agreement string, from, to int64) ([]OutageRecord, error) {
	return all(ctx, s.reader, scanOutage, `SELECT id, agreement, service, from_at, to_at, ongoing, withdrawn, body FROM outages
		WHERE (agreement = ? OR ? = '') AND from_at < ? AND (to_at > ? OR ongoing) ORDER BY from_at, id`,
		agreement, agreement, to, from)
}

func scanAlert(row scanner) (AlertRecord, error) {
	var a AlertRecord
	err := row.Scan(&a.ID, &a.Key, &a.Kind, &a.Status, &a.Open, &a.Agreement, &a.Service, &a.StartsAt, &a.EndsAt, &a.UpdatedAt, &a.Body)
	return a, err
}

func scanOutage(row scanner) (OutageRecord, error) {
	var o OutageRecord
	err := row.Scan(&o.ID, &o.Agreement, &o.Service, &o.From, &o.To, &o.Ongoing, &o.Withdrawn, &o.Body)
	return o, err
}
