package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// samples calls f with the samples of each day in [from, to), newest day first,
// until f returns false. With onlyFailures, days without any are left out.
func (s *Store) samples(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, onlyFailures bool, f func(timeline.Piece) bool) error {
	fresh := s.head.piece(check, agent, from, to)
	days, err := s.pieceDays(ctx, check, agent, from, to, onlyFailures)
	if err != nil {
		return err
	}
	for _, p := range fresh {
		if d := timeline.Day(p.Slot); len(days) == 0 || days[len(days)-1] != d {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	for _, day := range slices.Backward(days) {
		p, err := s.day(ctx, check, agent, day)
		if err != nil {
			return fmt.Errorf("check %s, agent %s, day %d: %w", check, agent, day, err)
		}
		p = timeline.Merge(p, fresh.Clip(day*timeline.DayMillis, (day+1)*timeline.DayMillis))
		if !f(p.Clip(from, to)) {
			return nil
		}
	}
	return nil
}

// pieceDays lists the flushed days that touch [from, to).
func (s *Store) pieceDays(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, onlyFailures bool) ([]int64, error) {
	row, ok := s.series.get(check, agent)
	if !ok || from >= to {
		return nil, nil
	}
	atLeast := 0
	if onlyFailures {
		atLeast = 1
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT DISTINCT day FROM runs
		WHERE shard = ? AND series = ? AND day >= ? AND day <= ? AND failures >= ? ORDER BY day`,
		row.shard, row.id, timeline.Day(from), timeline.Day(to-1), atLeast)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var days []int64
	for rows.Next() {
		var d int64
		if err := rows.Scan(&d); err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	return days, rows.Err()
}

// day returns the flushed results of one day, all parts merged.
func (s *Store) day(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, day int64) (timeline.Piece, error) {
	row, ok := s.series.get(check, agent)
	if !ok {
		return nil, nil
	}
	var out timeline.Piece
	err := s.withCodec(func(c *timeline.Codec) (err error) {
		out, _, _, err = readDay(ctx, s.reader, c, dayKey{day, row.shard, row.id})
		return err
	})
	return out, err
}

// dayKey names a day of a series.
type dayKey struct {
	day    int64
	shard  int
	series int64
}

// readDay merges the piece and the parts of a day. It returns how many there
// are, and the newest one's number.
func readDay(ctx context.Context, db queryer, c *timeline.Codec, k dayKey) (whole timeline.Piece, n int, part int64, err error) {
	rows, err := db.QueryContext(ctx, `SELECT part, runs, detail FROM pieces WHERE day = ? AND shard = ? AND series = ?
		UNION ALL SELECT part, runs, detail FROM parts WHERE day = ? AND shard = ? AND series = ?`,
		k.day, k.shard, k.series, k.day, k.shard, k.series)
	if err != nil {
		return nil, 0, 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		var number int64
		var runs, detail sql.RawBytes
		if err := rows.Scan(&number, &runs, &detail); err != nil {
			return nil, 0, 0, err
		}
		p, err := decodePiece(c, runs, detail)
		if err != nil {
			return nil, 0, 0, err
		}
		whole, part = timeline.Merge(whole, p), max(part, number)
	}
	return whole, n, part, rows.Err()
}

func decodePiece(c *timeline.Codec, runs, detail []byte) (timeline.Piece, error) {
	decoded, err := timeline.DecodeRuns(nil, runs)
	if err != nil {
		return nil, err
	}
	return c.Decode(decoded, detail)
}
