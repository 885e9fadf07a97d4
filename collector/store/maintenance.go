package store

import (
	"context"
	"database/sql"
)

// MaintenanceRecord is an announced window, or a series of them. What was
// announced never changes; cancelling and ending are recorded beside it.
type MaintenanceRecord struct {
	ID          string
	Agreement   string
	Services    []string // none: all
	From, To    int64    // ms UTC; of a series: its whole reach
	AnnouncedAt int64    // ms UTC, stamped by the caller when it was told
	Emergency   bool
	Reason      string
	CreatedBy   string

	// Of a series: the rule, its zone, its first local start, the last one
	// possible, the starts left out, and the length of each window, ms.
	RRule  string
	Zone   string
	Start  string
	Until  string
	Except []string
	Length int64

	CancelledAt int64 // ms UTC; 0: not cancelled
	CancelledBy string
	EndedAt     int64 // ms UTC of an early finish; 0: none
	EndedBy     string
}

const maintenanceColumns = `id, agreement, services, from_at, to_at, announced_at, emergency, reason, created_by,
	rrule, length, zone, start, until, except_starts, cancelled_at, cancelled_by, ended_at, ended_by FROM maintenance`

// AddMaintenance announces a window; an ID that is taken is ErrExists.
func (s *Store) AddMaintenance(ctx context.Context, m MaintenanceRecord) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO maintenance (id, agreement, services, from_at, to_at, announced_at,
			emergency, reason, created_by, rrule, length, zone, start, until, except_starts, cancelled_at, cancelled_by, ended_at, ended_by)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0, '')`,
			m.ID, m.Agreement, names(m.Services).text(), m.From, m.To, m.AnnouncedAt,
			m.Emergency, m.Reason, m.CreatedBy, m.RRule, m.Length, m.Zone, m.Start,
			m.Until, names(m.Except).text())
		return existing(err)
	})
	return named(err, "add maintenance", m.ID)
}

// Maintenance returns what touches [from, to), cancelled windows too, oldest
// first. Agreement "" means all.
func (s *Store) Maintenance(ctx context.Context, agreement string, from, to int64) ([]MaintenanceRecord, error) {
	return all(ctx, s.reader, scanMaintenance, `SELECT `+maintenanceColumns+`
		WHERE (agreement = ? OR ? = '') AND from_at < ? AND to_at > ? ORDER BY from_at, id`, agreement, agreement, to, from)
}

// MaintenanceByID returns one window, ErrNotFound when there is none.
func (s *Store) MaintenanceByID(ctx context.Context, id string) (MaintenanceRecord, error) {
	m, err := one(ctx, s.reader, scanMaintenance, `SELECT `+maintenanceColumns+` WHERE id = ?`, id)
	return m, named(err, "maintenance", id)
}

// CancelMaintenance takes a window back, once.
func (s *Store) CancelMaintenance(ctx context.Context, id, by string, at int64) error {
	return s.settleMaintenance(ctx, "cancel maintenance", `UPDATE maintenance SET cancelled_at = ?, cancelled_by = ?
		WHERE cancelled_at = 0 AND ended_at = 0 AND id = ?`, id, by, at)
}

// EndMaintenance records that the work was done before the window's end, once.
func (s *Store) EndMaintenance(ctx context.Context, id, by string, at int64) error {
	return s.settleMaintenance(ctx, "end maintenance", `UPDATE maintenance SET ended_at = ?, ended_by = ?
		WHERE cancelled_at = 0 AND ended_at = 0 AND id = ?`, id, by, at)
}

func (s *Store) settleMaintenance(ctx context.Context, op, update, id, by string, at int64) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, update, `SELECT count(*) FROM maintenance WHERE id = ?`, id, at, by)
	})
	return named(err, op, id)
}

func scanMaintenance(row scanner) (MaintenanceRecord, error) {
	var m MaintenanceRecord
	err := row.Scan(&m.ID, &m.Agreement, (*names)(&m.Services), &m.From, &m.To, &m.AnnouncedAt, &m.Emergency, &m.Reason,
		&m.CreatedBy, &m.RRule, &m.Length, &m.Zone, &m.Start, &m.Until, (*names)(&m.Except), &m.CancelledAt, &m.CancelledBy, &m.EndedAt, &m.EndedBy)
	return m, err
}
