package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
)

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
