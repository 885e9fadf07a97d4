package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"

	"github.com/probity-sla/probity/internal/protocol"
)

// Shards is into how many parts results can be spread; all of a check's
// results lie in one, so that a quorum is decided in one place.
const Shards = 64

func shardOf(check protocol.CheckID) int {
	h := fnv.New64a()
	h.Write([]byte(check))
	sum := h.Sum64()
	return int((sum ^ sum>>32) % Shards)
}

// seriesRow is one (check, agent) that has pieces or gaps on days first to last.
type seriesRow struct {
	shard       int
	id          int64
	first, last int64
}

// seriesTable mirrors the table of series; rows are values and never removed.
type seriesTable struct {
	mu     sync.RWMutex
	rows   map[protocol.CheckID]map[protocol.AgentID]seriesRow
	nextID int64
}

func (t *seriesTable) init() {
	t.rows = map[protocol.CheckID]map[protocol.AgentID]seriesRow{}
	t.nextID = 1
}

func (t *seriesTable) get(check protocol.CheckID, agent protocol.AgentID) (seriesRow, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r, ok := t.rows[check][agent]
	return r, ok
}

func (t *seriesTable) put(check protocol.CheckID, agent protocol.AgentID, r seriesRow) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows[check] == nil {
		t.rows[check] = map[protocol.AgentID]seriesRow{}
	}
	t.rows[check][agent] = r
	t.nextID = max(t.nextID, r.id+1)
}

func (t *seriesTable) agents(check protocol.CheckID) []protocol.AgentID {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var out []protocol.AgentID
	for agent := range t.rows[check] {
		out = append(out, agent)
	}
	return out
}

func (s *Store) loadSeries(ctx context.Context) error {
	rows, err := s.reader.QueryContext(ctx, `SELECT shard, id, check_id, agent, first_day, last_day FROM series`)
	if err != nil {
		return fmt.Errorf("read series: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r seriesRow
		var check, agent string
		if err := rows.Scan(&r.shard, &r.id, &check, &agent, &r.first, &r.last); err != nil {
			return fmt.Errorf("read series: %w", err)
		}
		s.series.put(protocol.CheckID(check), protocol.AgentID(agent), r)
	}
	return rows.Err()
}

// saveSeries writes a row whose days have grown.
func saveSeries(ctx context.Context, tx *sql.Tx, check protocol.CheckID, agent protocol.AgentID, r seriesRow) error {
	const upsert = `INSERT INTO series (shard, id, check_id, agent, first_day, last_day) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (shard, id) DO UPDATE SET first_day = excluded.first_day, last_day = excluded.last_day`
	_, err := tx.ExecContext(ctx, upsert, r.shard, r.id, string(check), string(agent), r.first, r.last)
	return err
}

// Sources returns the agents that ever sent something for the check, by name.
func (s *Store) Sources(_ context.Context, check protocol.CheckID) ([]protocol.AgentID, error) {
	out := append(s.head.agents(check), s.series.agents(check)...)
	slices.Sort(out)
	return slices.Compact(out), nil
}
