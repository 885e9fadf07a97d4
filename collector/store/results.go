package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

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
