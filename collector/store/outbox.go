package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// maxErrorBytes bounds the error text kept of a failed delivery.
const maxErrorBytes = 1 << 10

// Notification is one message to one receiver. Those with the same Receiver and
// Key are delivered in the order in which they were saved.
type Notification struct {
	ID          int64  // given by the store
	Key         string // of the alert, or of what else is told in order
	Receiver    string
	CreatedAt   int64 // ms UTC
	Payload     []byte
	Attempts    int
	NextAt      int64 // ms UTC: not before
	DeliveredAt int64 // 0: not yet
	DeadAt      int64 // 0: not given up
	LastError   string
}

// OutboxStats says how the outbox is doing.
type OutboxStats struct {
	Pending int
	Oldest  int64 // CreatedAt of the oldest pending one; 0: none
	Dead    int
}

const outboxColumns = `id, key, receiver, created_at, payload, attempts, next_at, delivered_at, dead_at, last_error FROM outbox`

func saveNotification(ctx context.Context, tx *sql.Tx, n Notification) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO outbox (key, receiver, created_at, payload, attempts, next_at, delivered_at, dead_at, last_error)
		VALUES (?, ?, ?, ?, 0, ?, 0, 0, '')`, n.Key, n.Receiver, n.CreatedAt, blob(n.Payload), n.NextAt)
	return err
}

// DueNotifications returns what may be delivered now, oldest first: of each
// receiver and key only the first that is neither delivered nor given up. When
// there are more than limit, each receiver has an equal share: one with a great
// backlog keeps nobody waiting.
func (s *Store) DueNotifications(ctx context.Context, now int64, limit int) ([]Notification, error) {
	return all(ctx, s.reader, scanNotification, `SELECT `+outboxColumns+` WHERE id IN (
		SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY receiver ORDER BY id) AS turn FROM outbox o
			WHERE delivered_at = 0 AND dead_at = 0 AND next_at <= ? AND NOT EXISTS (
				SELECT 1 FROM outbox p WHERE p.delivered_at = 0 AND p.dead_at = 0
				AND p.receiver = o.receiver AND p.key = o.key AND p.id < o.id)) AS due
		ORDER BY turn, id LIMIT ?) ORDER BY id`, now, limit)
}

// DeadNotifications returns what was given up, newest first.
func (s *Store) DeadNotifications(ctx context.Context, limit int) ([]Notification, error) {
	return all(ctx, s.reader, scanNotification, `SELECT `+outboxColumns+`
		WHERE delivered_at = 0 AND dead_at > 0 ORDER BY id DESC LIMIT ?`, limit)
}

// MarkDelivered records a delivery, once. The row is kept for DeliveredKept.
func (s *Store) MarkDelivered(ctx context.Context, id, at int64) error {
	return s.mark(ctx, id, `UPDATE outbox SET delivered_at = ?, attempts = attempts + 1, last_error = ''
		WHERE delivered_at = 0 AND id = ?`, at)
}

// MarkFailed records an attempt that failed and when to try next, or, with
// dead, that it is given up.
func (s *Store) MarkFailed(ctx context.Context, id, at, next int64, errText string, dead bool) error {
	deadAt := int64(0)
	if dead {
		deadAt = at
	}
	errText = strings.ToValidUTF8(errText[:min(len(errText), maxErrorBytes)], "")
	return s.mark(ctx, id, `UPDATE outbox SET next_at = ?, dead_at = ?, last_error = ?, attempts = attempts + 1
		WHERE delivered_at = 0 AND dead_at = 0 AND id = ?`, next, deadAt, errText)
}

// ReviveNotification puts what was given up back in its place, to be delivered from at on.
func (s *Store) ReviveNotification(ctx context.Context, id, at int64) error {
	return s.mark(ctx, id, `UPDATE outbox SET dead_at = 0, next_at = ?, attempts = 0
		WHERE delivered_at = 0 AND dead_at > 0 AND id = ?`, at)
}

func (s *Store) mark(ctx context.Context, id int64, update string, args ...any) error {
	key := strconv.FormatInt(id, 10)
	err := s.write(ctx, func(tx *sql.Tx) error {
		return once(ctx, tx, update, `SELECT count(*) FROM outbox WHERE id = ?`, key, args...)
	})
	return named(err, "notification", key)
}

// OutboxStats counts what waits and what was given up.
func (s *Store) OutboxStats(ctx context.Context) (OutboxStats, error) {
	var o OutboxStats
	err := s.reader.QueryRowContext(ctx, `SELECT count(*), coalesce(min(created_at), 0),
		(SELECT count(*) FROM outbox WHERE delivered_at = 0 AND dead_at > 0)
		FROM outbox WHERE delivered_at = 0 AND dead_at = 0`).Scan(&o.Pending, &o.Oldest, &o.Dead)
	return o, err
}

func scanNotification(row scanner) (Notification, error) {
	var n Notification
	err := row.Scan(&n.ID, &n.Key, &n.Receiver, &n.CreatedAt, &n.Payload, &n.Attempts, &n.NextAt, &n.DeliveredAt, &n.DeadAt, &n.LastError)
	return n, err
}
