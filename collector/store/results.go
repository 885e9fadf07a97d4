package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// MaxFailures bounds what Failures returns at once.
const MaxFailures = 10_000

// reach is how far before a window a result may lie that still holds in it.
const reach = int64(protocol.MaxInterval / time.Millisecond)

// Runs returns the results of a series that hold within [from, to), the one
// before that still holds at from included.
func (s *Store) Runs(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64) ([]timeline.Run, error) {
	// The head first: a flush in between moves results to where we look next.
	fresh := s.head.piece(check, agent, from-reach, to).AppendRuns(nil)
	row, ok := s.series.get(check, agent)
	if !ok {
		return timeline.AppendClip(nil, fresh, from, to), nil
	}
	first := max(timeline.Day(from-reach), row.first) / chunkDays
	last := min(timeline.Day(to-1), row.last) / chunkDays
	var out []timeline.Run
	for k := first; k <= last; k++ {
		runs, err := s.chunk(ctx, row, k)
		if err != nil {
			return nil, fmt.Errorf("runs of check %s, agent %s: %w", check, agent, err)
		}
		out = timeline.AppendClip(out, runs, from, to)
	}
	if len(fresh) == 0 {
		return out, nil
	}
	return timeline.Union(out, timeline.AppendClip(nil, fresh, from, to)), nil
}

// chunk returns the flushed runs of chunkDays days. The caller does not write to them.
func (s *Store) chunk(ctx context.Context, row seriesRow, k int64) ([]timeline.Run, error) {
	key := chunkKey{row.id, k}
	runs, ok, version := s.cache.get(key)
	if ok {
		return runs, nil
	}
	rows, err := s.reader.QueryContext(ctx, `SELECT runs FROM runs
		WHERE shard = ? AND series = ? AND day >= ? AND day < ? ORDER BY day, part`,
		row.shard, row.id, k*chunkDays, (k+1)*chunkDays)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var part []timeline.Run
	for rows.Next() {
		var data sql.RawBytes
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		if part, err = timeline.DecodeRuns(part[:0], data); err != nil {
			return nil, err
		}
		runs = join(runs, part)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	runs = slices.Clip(runs)
	s.cache.put(key, runs, version)
	return runs, nil
}

// join appends what comes after, and merges what does not.
func join(runs, part []timeline.Run) []timeline.Run {
	if len(runs) > 0 && len(part) > 0 && part[0].First <= runs[len(runs)-1].Last() {
		return timeline.Union(runs, part)
	}
	for _, r := range part {
		runs = timeline.AppendRun(runs, r)
	}
	return runs
}

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

// Latencies returns how long answered probes took, oldest first. When there are
// more than max, the window is cut into max equal parts and the slowest of each
// is returned, so that spikes stay visible; 0 means all.
func (s *Store) Latencies(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, max int) ([]timeline.Point, error) {
	var out []timeline.Point
	err := s.samples(ctx, check, agent, from, to, false, func(p timeline.Piece) bool {
		for _, q := range slices.Backward(p) {
			if q.Level > 0 && (q.Outcome == timeline.Up || q.Outcome == timeline.Degraded) {
				out = append(out, timeline.Point{Slot: q.Slot, Micros: q.Level.Micros()})
			}
		}
		return true
	})
	slices.Reverse(out)
	if max <= 0 || len(out) <= max {
		return out, err
	}
	return thin(out, from, to, max), err
}

// thin keeps the slowest point of each of n parts of the window.
func thin(points []timeline.Point, from, to int64, n int) []timeline.Point {
	from = max(from, points[0].Slot)
	to = min(to, points[len(points)-1].Slot+1)
	var out []timeline.Point
	part := int64(-1)
	for _, p := range points {
		switch k := (p.Slot - from) * int64(n) / (to - from); {
		case k != part:
			out, part = append(out, p), k
		case p.Micros > out[len(out)-1].Micros:
			out[len(out)-1] = p
		}
	}
	return out
}

// Failures returns the newest results of [from, to) that were not up, newest
// first and with all their evidence, at most limit and MaxFailures of them.
func (s *Store) Failures(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, limit int) ([]protocol.Result, error) {
	if limit <= 0 || limit > MaxFailures {
		limit = MaxFailures
	}
	var out []protocol.Result
	var bad error
	err := s.samples(ctx, check, agent, from, to, true, func(p timeline.Piece) bool {
		for _, q := range slices.Backward(p) {
			if q.Outcome == timeline.Up {
				continue
			}
			var r protocol.Result
			if r, bad = resultOf(check, q); bad != nil || len(out) == limit {
				return false
			}
			out = append(out, r)
		}
		return true
	})
	return out, cmp.Or(err, bad)
}

// Latest returns the result with the newest slot. When it is older than the
// last start of this program, of a result that is up only the total duration
// is known, to ±2 %, and no phases.
func (s *Store) Latest(ctx context.Context, check protocol.CheckID, agent protocol.AgentID) (protocol.Result, bool, error) {
	if r, ok := s.head.latest(check, agent); ok {
		return r, true, nil
	}
	row, ok := s.series.get(check, agent)
	if !ok {
		return protocol.Result{}, false, nil
	}
	var r protocol.Result
	var bad error
	found := false
	err := s.samples(ctx, check, agent, row.first*timeline.DayMillis, (row.last+1)*timeline.DayMillis, false, func(p timeline.Piece) bool {
		if len(p) > 0 {
			r, bad = resultOf(check, p[len(p)-1])
			found = bad == nil
		}
		return !found && bad == nil
	})
	if found {
		s.head.remember(agent, r)
	}
	return r, found, cmp.Or(err, bad)
}

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
