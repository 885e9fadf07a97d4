package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
)

// maintainEvery is how often Run looks whether there is something to do.
const maintainEvery = time.Second

// maintain flushes when the head is old or full, then tidies. Errors are logged:
// the journal keeps everything, and the next turn tries again.
func (s *Store) maintain(ctx context.Context) {
	oldest := s.head.age()
	old := oldest != 0 && s.now().UnixMilli()-oldest >= s.opts.FlushAge.Milliseconds()
	if old || s.head.size() >= s.opts.FlushResults {
		if err := s.Flush(ctx); err != nil && ctx.Err() == nil {
			s.log.LogAttrs(ctx, slog.LevelError, "flush failed; results stay in the journal", slog.Any("error", err))
		}
	}
	if err := s.tidy(ctx); err != nil && ctx.Err() == nil {
		s.log.LogAttrs(ctx, slog.LevelError, "tidying the database failed", slog.Any("error", err))
	}
}

// Flush moves the head into pieces and empties the journal behind it, in one
// transaction.
func (s *Store) Flush(ctx context.Context) (err error) {
	s.flushMu.Lock()
	defer s.flushMu.Unlock()
	start := time.Now()
	oldest := s.head.age()
	s.commit <- struct{}{}
	parts, upto, rows := s.head.freeze()
	bytes := s.journal.bytes.Load()
	<-s.commit
	if rows == 0 {
		return nil
	}
	defer func() {
		s.m.flushSeconds.UpdateDuration(start)
		if err != nil {
			s.m.flushErrors.Inc()
			s.head.thaw(parts, rows, oldest)
		}
	}()
	pieces, grown, err := s.encodeParts(parts, upto)
	if err != nil {
		return err
	}
	if err := s.write(ctx, func(tx *sql.Tx) error { return writeFlush(ctx, tx, pieces, grown, upto) }); err != nil {
		return fmt.Errorf("write %d pieces: %w", len(pieces), err)
	}
	for _, g := range grown {
		s.series.put(g.check, g.agent, g.row)
	}
	// The cache before the head: a reader that finds the head empty must not
	// find the runs of before in the cache.
	for _, p := range pieces {
		s.cache.drop(p.series, p.day)
	}
	s.head.discard()
	s.journal.rows.Add(-int64(rows))
	s.journal.bytes.Add(-bytes)
	s.m.flushed.Add(len(pieces))
	return nil
}

// growth is a series that was written to, as it is afterwards.
type growth struct {
	frozen
	row   seriesRow
	grown bool // it is new, or reaches other days
}

// encodeParts turns what is frozen into rows.
func (s *Store) encodeParts(parts []frozen, part int64) (pieces []pieceRow, grown []growth, err error) {
	next := s.series.nextID
	err = s.withCodec(func(c *timeline.Codec) error {
		for _, p := range parts {
			row, ok := s.series.get(p.check, p.agent)
			before := row
			if !ok {
				row = seriesRow{shard: shardOf(p.check), id: next, first: 1<<62 - 1}
				next++
			}
			samples := timeline.Build(p.samples)
			for len(samples) > 0 {
				day := timeline.Day(samples[0].Slot)
				piece := samples.Clip(samples[0].Slot, (day+1)*timeline.DayMillis)
				samples = samples[len(piece):]
				enc, err := encodePiece(c, piece)
				if err != nil {
					return fmt.Errorf("check %s, agent %s, day %d: %w", p.check, p.agent, day, err)
				}
				enc.shard, enc.series, enc.day, enc.part = row.shard, row.id, day, part
				pieces = append(pieces, enc)
				row.first, row.last = min(row.first, day), max(row.last, day)
			}
			for _, g := range p.gaps {
				row.first, row.last = min(row.first, timeline.Day(g.From)), max(row.last, timeline.Day(g.To))
			}
			grown = append(grown, growth{p, row, row != before})
		}
		return nil
	})
	return pieces, grown, err
}

func writeFlush(ctx context.Context, tx *sql.Tx, pieces []pieceRow, grown []growth, upto int64) error {
	for _, g := range grown {
		if g.grown {
			if err := saveSeries(ctx, tx, g.check, g.agent, g.row); err != nil {
				return err
			}
		}
		if err := writeGaps(ctx, tx, g); err != nil {
			return err
		}
	}
	if err := writePieces(ctx, tx, intoParts, pieces); err != nil {
		return err
	}
	if err := noteScattered(ctx, tx, pieces); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM journal WHERE id <= ?`, upto)
	return err
}

// noteScattered remembers what is to be compacted.
func noteScattered(ctx context.Context, tx *sql.Tx, pieces []pieceRow) error {
	const note = `INSERT INTO scattered (day, shard, series, parts) VALUES (?, ?, ?, 1)
		ON CONFLICT (day, shard, series) DO UPDATE SET parts = scattered.parts + 1`
	return each(ctx, tx, note, pieces, func(p pieceRow) []any { return []any{p.day, p.shard, p.series} })
}
