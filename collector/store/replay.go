package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/probity-sla/probity/internal/protocol"
)

// loadJournal rebuilds the head and the sequence numbers.
func (s *Store) loadJournal(ctx context.Context) error {
	rows, err := s.reader.QueryContext(ctx, `SELECT id, received_at, payload FROM journal ORDER BY id`)
	if err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, receivedAt int64
		var payload sql.RawBytes
		if err := rows.Scan(&id, &receivedAt, &payload); err != nil {
			return fmt.Errorf("read journal: %w", err)
		}
		var b protocol.Batch
		if err := protocol.DecodeBatch(payload, &b); err != nil {
			return fmt.Errorf("journal row %d is damaged: %w; the file has errors that SQLite did not see: restore a backup, "+
				"or keep a copy and delete that row of table journal to go on without its results", id, err)
		}
		s.journal.rows.Add(1)
		s.journal.bytes.Add(int64(len(payload)))
		s.head.apply(&b, id, receivedAt, &s.changes)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read journal: %w", err)
	}
	return s.loadBoots(ctx)
}

func (s *Store) loadBoots(ctx context.Context) error {
	rows, err := s.reader.QueryContext(ctx, `SELECT agent, boot, seen, last_at FROM boots`)
	if err != nil {
		return fmt.Errorf("read boots: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key bootKey
		var agent string
		var boot, seen []byte
		var lastAt int64
		if err := rows.Scan(&agent, &boot, &seen, &lastAt); err != nil {
			return fmt.Errorf("read boots: %w", err)
		}
		set, err := decodeSeqSet(seen)
		if err != nil || len(boot) != len(key.boot) {
			return fmt.Errorf("boot %x of agent %s: %w", boot, agent, errCorruptBoot)
		}
		set.lastAt = lastAt
		key.agent = protocol.AgentID(agent)
		copy(key.boot[:], boot)
		s.journal.boots[key] = set
	}
	return rows.Err()
}
