package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
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

// pieceRow is one row to write.
type pieceRow struct {
	shard    int
	series   int64
	day      int64
	part     int64
	failures int64
	runs     []byte
	detail   []byte
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

func encodePiece(c *timeline.Codec, p timeline.Piece) (pieceRow, error) {
	runs := p.AppendRuns(nil)
	detail, err := c.AppendDetail(nil, p)
	out := pieceRow{runs: timeline.AppendRuns(nil, runs), detail: detail}
	for _, r := range runs {
		if r.Outcome != timeline.Up {
			out.failures += r.Count
		}
	}
	return out, err
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

// Where pieces go: parts of a day while it grows, whole pieces once it is over.
const (
	intoParts  = `INSERT INTO parts (day, shard, series, part, runs, detail) VALUES (?, ?, ?, ?, ?, ?)`
	intoPieces = `INSERT INTO pieces (day, shard, series, part, runs, detail) VALUES (?, ?, ?, ?, ?, ?)`
	intoRuns   = `INSERT INTO runs (shard, series, day, part, failures, runs) VALUES (?, ?, ?, ?, ?, ?)`
)

// writePieces writes each table in the order of its key, which SQLite does
// several times faster than scattered.
func writePieces(ctx context.Context, tx *sql.Tx, into string, pieces []pieceRow) error {
	slices.SortFunc(pieces, func(a, b pieceRow) int {
		return cmp.Or(cmp.Compare(a.shard, b.shard), cmp.Compare(a.series, b.series), cmp.Compare(a.day, b.day))
	})
	err := each(ctx, tx, intoRuns, pieces, func(p pieceRow) []any {
		return []any{p.shard, p.series, p.day, p.part, p.failures, p.runs}
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(pieces, func(a, b pieceRow) int { return cmp.Compare(a.day, b.day) })
	return each(ctx, tx, into, pieces, func(p pieceRow) []any {
		return []any{p.day, p.shard, p.series, p.part, p.runs, p.detail}
	})
}

// each executes a statement for each piece.
func each(ctx context.Context, tx *sql.Tx, query string, pieces []pieceRow, args func(pieceRow) []any) error {
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, p := range pieces {
		if _, err := stmt.ExecContext(ctx, args(p)...); err != nil {
			return err
		}
	}
	return nil
}

// noteScattered remembers what is to be compacted.
func noteScattered(ctx context.Context, tx *sql.Tx, pieces []pieceRow) error {
	const note = `INSERT INTO scattered (day, shard, series, parts) VALUES (?, ?, ?, 1)
		ON CONFLICT (day, shard, series) DO UPDATE SET parts = scattered.parts + 1`
	return each(ctx, tx, note, pieces, func(p pieceRow) []any { return []any{p.day, p.shard, p.series} })
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
