package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Bounds of what is kept of incidents, faults and reports. What is larger is ErrTooLarge.
const (
	MaxRecordBytes     = 1 << 20  // the body of an incident, an event or a fault, or a text of one
	MaxAttachments     = 16       // files of one fault
	MaxAttachmentBytes = 10 << 20 // one of them
	MaxReportBytes     = 32 << 20 // the model of a service report, or one of its files
	MaxReportFiles     = 16       // formats of one report
)

// What callers test for, of records that several people write.
var (
	// ErrConflict says that the record went on meanwhile; nothing was written.
	// Read it again, and decide anew.
	ErrConflict = errors.New("was changed meanwhile")
	// ErrTooLarge says that a bound of the store was passed; nothing was written.
	ErrTooLarge = errors.New("larger than the store keeps")
)

// record is write for incidents, faults, reports and actions: it counts the
// write, for those who show them.
func (s *Store) record(ctx context.Context, f func(*sql.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE meta SET value = value + 1 WHERE name = 'records'`)
		return err
	})
}

// RecordGeneration counts the writes of incidents, faults, service reports and
// actions, by whatever process.
func (s *Store) RecordGeneration(ctx context.Context) (int64, error) {
	var n int64
	err := s.reader.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'records'`).Scan(&n)
	return n, err
}

// bounded refuses a part that is larger than limit bytes.
func bounded(part string, n, limit int) error {
	if n > limit {
		return fmt.Errorf("%w: %s has %d bytes, of at most %d", ErrTooLarge, part, n, limit)
	}
	return nil
}

// next refuses an event that is not the one behind the last of its record:
// somebody else's is there already, or one is missing.
func next(ctx context.Context, tx *sql.Tx, last, id string, seq int) error {
	var have int
	if err := tx.QueryRowContext(ctx, last, id).Scan(&have); err != nil {
		return err
	}
	if seq != have+1 {
		return fmt.Errorf("event %d after event %d: %w", seq, have, ErrConflict)
	}
	return nil
}

// exists is ErrNotFound when the query that counts records with that key counts none.
func exists(ctx context.Context, tx *sql.Tx, count, key string) error {
	var have int
	if err := tx.QueryRowContext(ctx, count, key).Scan(&have); err != nil {
		return err
	}
	if have == 0 {
		return ErrNotFound
	}
	return nil
}

// page is a limit for SQL: 0 means all.
func page(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit
}
