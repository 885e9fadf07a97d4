package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// LateAfter is how long after its slot a result counts as late: a statement
// made in between went without it. It is counted from the slot, not from the
// slot's end, or a result that was kept back for minutes would pass for prompt.
const LateAfter = 30 * time.Second

// lateIn finds the span of late results of each check in a batch.
func lateIn(b *protocol.Batch, receivedAt int64) map[protocol.CheckID]sla.Window {
	var out map[protocol.CheckID]sla.Window
	for i := range b.Results {
		r := &b.Results[i]
		if receivedAt-r.Slot <= LateAfter.Milliseconds() {
			continue
		}
		if out == nil {
			out = map[protocol.CheckID]sla.Window{}
		}
		w, seen := out[r.Check]
		if !seen {
			w = sla.Window{From: r.Slot, To: r.Slot + 1}
		}
		out[r.Check] = sla.Window{From: min(w.From, r.Slot), To: max(w.To, r.Slot+1)}
	}
	return out
}

// saveLate records late results in the transaction that makes them durable.
func saveLate(ctx context.Context, tx *sql.Tx, b *protocol.Batch, receivedAt int64) error {
	for check, w := range lateIn(b, receivedAt) {
		_, err := tx.ExecContext(ctx, `INSERT INTO late (shard, check_id, agent, received_at, from_at, to_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (shard, check_id, agent, received_at, from_at) DO UPDATE SET to_at = max(to_at, excluded.to_at)`,
			shardOf(check), string(check), string(b.Agent), receivedAt, w.From, w.To)
		if err != nil {
			return named(err, "late results of check", string(check))
		}
	}
	return nil
}

// Late returns where results of [from, to) lie that came late and after an
// instant, ms UTC, in the order of their coming.
func (s *Store) Late(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to, after int64) ([]sla.Window, error) {
	return all(ctx, s.reader, scanWindow, `SELECT from_at, to_at FROM late WHERE shard = ? AND check_id = ? AND agent = ?
		AND received_at > ? AND from_at < ? AND to_at > ? ORDER BY received_at, from_at`,
		shardOf(check), string(check), string(agent), after, to, from)
}

func scanWindow(row scanner) (sla.Window, error) {
	var w sla.Window
	err := row.Scan(&w.From, &w.To)
	return w, err
}
