package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
)

const (
	// settleAfter is how long after its end a day is compacted: late results are
	// in by then. Later ones open it again.
	settleAfter = time.Hour
	// maxParts is how many parts a day may have before it is compacted early.
	maxParts = 24
	// compactDays bounds the series-days compacted in one turn, so that batches
	// do not wait long for the writer.
	compactDays = 500
	// pruneEvery is how often what is past its time is deleted.
	pruneEvery = time.Hour
	// DeliveredKept is how long a delivered notification can still be looked up.
	DeliveredKept = 7 * 24 * time.Hour
)

// tidy compacts days that are over, and deletes what is past its named time:
// boots of agents and delivered notifications, never a record of anything else.
func (s *Store) tidy(ctx context.Context) error {
	s.flushMu.Lock()
	defer s.flushMu.Unlock()
	now := s.now()
	if now.Sub(s.prunedAt) >= pruneEvery {
		if err := s.prune(ctx, now); err != nil {
			return fmt.Errorf("prune: %w", err)
		}
		s.prunedAt = now
	}
	if now.Sub(s.compactedAt) < min(s.opts.FlushAge, time.Minute) {
		return nil
	}
	s.compactedAt = now
	for n := compactDays; n == compactDays && ctx.Err() == nil; {
		var err error
		if n, err = s.compact(ctx, timeline.Day(now.Add(-settleAfter).UnixMilli())); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) prune(ctx context.Context, now time.Time) error {
	s.commit <- struct{}{}
	defer func() { <-s.commit }()
	boots := now.Add(-bootsKept).UnixMilli()
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM boots WHERE last_at < ?`, boots); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM outbox WHERE delivered_at > 0 AND delivered_at < ?`,
			now.Add(-DeliveredKept).UnixMilli())
		return err
	})
	if err != nil {
		return err
	}
	for key, set := range s.journal.boots {
		if set.lastAt < boots {
			delete(s.journal.boots, key)
		}
	}
	return nil
}

// compact merges the parts of days before today, and of days in very many
// parts. It returns how many days it merged.
func (s *Store) compact(ctx context.Context, today int64) (int, error) {
	keys, err := s.scattered(ctx, today)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	err = s.write(ctx, func(tx *sql.Tx) error {
		return s.withCodec(func(c *timeline.Codec) error {
			for _, k := range keys {
				if err := compactDay(ctx, tx, c, k, k.day < today); err != nil {
					return fmt.Errorf("compact series %d, day %d: %w", k.series, k.day, err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	s.m.compacted.Add(len(keys))
	return len(keys), nil
}

// scattered lists series-days to compact.
func (s *Store) scattered(ctx context.Context, today int64) ([]dayKey, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT day, shard, series FROM scattered
		WHERE day < ? OR parts > ? ORDER BY day, shard, series LIMIT ?`, today, maxParts, compactDays)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []dayKey
	for rows.Next() {
		var k dayKey
		if err := rows.Scan(&k.day, &k.shard, &k.series); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// compactDay replaces the parts of a day by their union: a piece when the day is
// over, else a larger part. The runs stay what they are, so the cache does too.
func compactDay(ctx context.Context, tx *sql.Tx, c *timeline.Codec, k dayKey, over bool) error {
	whole, n, part, err := readDay(ctx, tx, c, k)
	if err != nil {
		return err
	}
	remove := []string{`scattered`, `parts`, `pieces`, `runs`}
	if n == 0 || len(whole) > timeline.MaxSamples { // beyond one piece's bound it stays in parts
		remove = remove[:1]
	}
	for _, table := range remove {
		_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE day = ? AND shard = ? AND series = ?`, k.day, k.shard, k.series)
		if err != nil {
			return err
		}
	}
	if len(remove) == 1 {
		return nil
	}
	row, err := encodePiece(c, whole)
	if err != nil {
		return err
	}
	row.day, row.shard, row.series, row.part = k.day, k.shard, k.series, part
	into := intoPieces
	if !over {
		into = intoParts
	}
	return writePieces(ctx, tx, into, []pieceRow{row})
}
