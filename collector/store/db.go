package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	readers     = 4                // connections that read beside the one writer
	busyTimeout = 10 * time.Second // wait for another process's write
	pageBytes   = 16 << 10         // a day of one series fits a quarter of a page: few overflow pages
	walBytes    = 64 << 20         // the write-ahead log is cut back to this
)

// ErrFull says that the disk is full. Nothing acknowledged is lost; writes
// succeed again as soon as there is room.
var ErrFull = errors.New("no space left for the database; free some on its volume")

// dsn carries the pragmas, so that every connection has them. FULL makes each
// commit reach the disk: an acknowledged batch is evidence in a credit dispute.
func dsn(path string, mode string, extra ...string) string {
	q := url.Values{}
	for _, p := range append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		fmt.Sprintf("page_size(%d)", pageBytes),
		"synchronous(FULL)", "foreign_keys(1)",
		fmt.Sprintf("journal_size_limit(%d)", walBytes),
	}, extra...) {
		q.Add("_pragma", p)
	}
	// The driver sorts pragmas by name; a key of its own puts this one behind the
	// page size, which an existing journal would fix.
	q.Set("_journal_mode", "WAL")
	q.Set("_txlock", "immediate")
	q.Set("mode", mode)
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// openDB opens the writer and the readers of the file.
func openDB(ctx context.Context, path string, readOnly bool) (writer, reader *sql.DB, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, nil, err
	}
	if readOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, nil, err
		}
	} else if writer, err = openWriter(ctx, path); err != nil {
		return nil, nil, err
	}
	reader, err = sql.Open("sqlite", dsn(path, "rw", "query_only(1)"))
	if err != nil {
		return nil, nil, err
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return writer, reader, nil
}

// openWriter creates the file where there is none: it holds hashes of tokens,
// so nobody else may read it. SQLite gives its other files the same mode.
func openWriter(ctx context.Context, path string) (*sql.DB, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	writer, err := sql.Open("sqlite", dsn(path, "rw"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return writer, nil
}

// write runs f in one transaction of the writer, and rolls it back when f fails.
func (s *Store) write(ctx context.Context, f func(*sql.Tx) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return explain(err)
	}
	return explain(tx.Commit())
}

// change is write for what people decide: it bumps the generation too.
func (s *Store) change(ctx context.Context, f func(*sql.Tx) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE meta SET value = value + 1 WHERE name = 'generation'`)
		return err
	})
}

// explain makes the errors of a full disk recognisable.
func explain(err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlitelib.SQLITE_FULL {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// taken reports whether a row with that key exists already.
func taken(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlitelib.SQLITE_CONSTRAINT &&
		(strings.Contains(err.Error(), "UNIQUE") || strings.Contains(err.Error(), "PRIMARY"))
}
