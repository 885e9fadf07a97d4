package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Gaps returns the reasons that the agent gave for missing results in [from, to).
func (s *Store) Gaps(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64) ([]protocol.Gap, error) {
	out := s.head.gaps(check, agent)
	if row, ok := s.series.get(check, agent); ok {
		rows, err := s.reader.QueryContext(ctx, `SELECT from_at, to_at, reason, missed, step FROM gaps
			WHERE shard = ? AND series = ? AND from_at < ? AND to_at + step > ?`, row.shard, row.id, to, from)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var g protocol.Gap
			var step int64
			if err := rows.Scan(&g.From, &g.To, &g.Reason, &g.Count, &step); err != nil {
				return nil, err
			}
			g.Interval = time.Duration(step) * time.Millisecond
			out = append(out, g)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	out = slices.DeleteFunc(out, func(g protocol.Gap) bool {
		return g.From >= to || g.To+g.Interval.Milliseconds() <= from
	})
	for i := range out {
		out[i].Check = check
	}
	slices.SortFunc(out, func(a, b protocol.Gap) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(out, func(a, b protocol.Gap) bool {
		return a.From == b.From && a.To == b.To && a.Reason == b.Reason
	}), nil
}

func writeGaps(ctx context.Context, tx *sql.Tx, g growth) error {
	for _, gap := range g.gaps {
		_, err := tx.ExecContext(ctx, `INSERT INTO gaps (shard, series, from_at, to_at, reason, missed, step)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			g.row.shard, g.row.id, gap.From, gap.To, int(gap.Reason), gap.Count, gap.Interval.Milliseconds())
		if err != nil {
			return err
		}
	}
	return nil
}
