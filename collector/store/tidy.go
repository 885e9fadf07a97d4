package store

import (
	"context"
	"database/sql"
	"errors"
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

// tidy compacts days that are over, and deletes what is past its named time.
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

type dayKey struct {
	shard       int
	series, day int64
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
				if err := compactDay(ctx, tx, c, k); err != nil {
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
	rows, err := s.reader.QueryContext(ctx, `SELECT shard, series, day FROM scattered
		WHERE day < ? OR parts > ? ORDER BY shard, series, day LIMIT ?`, today, maxParts, compactDays)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []dayKey
	for rows.Next() {
		var k dayKey
		if err := rows.Scan(&k.shard, &k.series, &k.day); err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// compactDay replaces the parts by their union. The runs stay what they are, so
// the cache does too.
func compactDay(ctx context.Context, tx *sql.Tx, c *timeline.Codec, k dayKey) error {
	rows, err := tx.QueryContext(ctx, `SELECT part, runs, detail FROM pieces
		WHERE shard = ? AND series = ? AND day = ? ORDER BY part`, k.shard, k.series, k.day)
	if err != nil {
		return err
	}
	var whole timeline.Piece
	var part int64
	n := 0
	for rows.Next() {
		var runs, detail sql.RawBytes
		if err := rows.Scan(&part, &runs, &detail); err != nil {
			return errors.Join(err, rows.Close())
		}
		p, err := decodePiece(c, runs, detail)
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		whole = timeline.Merge(whole, p)
		n++
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM scattered WHERE shard = ? AND series = ? AND day = ?`, k.shard, k.series, k.day); err != nil {
		return err
	}
	// A day beyond one piece's bound stays in parts.
	if n < 2 || len(whole) > timeline.MaxSamples {
		return nil
	}
	row, err := encodePiece(c, whole)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM pieces WHERE shard = ? AND series = ? AND day = ?`, k.shard, k.series, k.day); err != nil {
		return err
	}
	row.shard, row.series, row.day, row.part = k.shard, k.series, k.day, part
	return writePieces(ctx, tx, []pieceRow{row})
}
