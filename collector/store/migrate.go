package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Migrations are numbered files, applied in order, each in a transaction of its
// own, never changed and never undone.
//
//go:embed migrations/*.sql
var migrations embed.FS

// ErrSchemaNewer says that a newer program wrote the database.
var ErrSchemaNewer = errors.New("the database's schema is newer than this program; start the newer program, or restore a backup from before the upgrade")

type migration struct {
	version int
	sql     string
}

func loadMigrations() ([]migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var out []migration
	for i, name := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version != i+1 {
			return nil, fmt.Errorf("migration %s: want number %d", name, i+1)
		}
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		out = append(out, migration{version, string(text)})
	}
	return out, nil
}

// schemaVersion returns 0 for a database without tables.
func schemaVersion(ctx context.Context, db *sql.DB) (int, error) {
	var tables int
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migrations'`).Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	var version int
	err = db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_migrations`).Scan(&version)
	return version, err
}

// checkSchema refuses a database of another version, for those who only read.
func checkSchema(ctx context.Context, db *sql.DB) error {
	have, err := schemaVersion(ctx, db)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	all, err := loadMigrations()
	if err != nil {
		return err
	}
	switch {
	case have > len(all):
		return fmt.Errorf("%w (version %d, known %d)", ErrSchemaNewer, have, len(all))
	case have < len(all):
		return fmt.Errorf("the database's schema is version %d, this program needs %d: start the collector once to upgrade it", have, len(all))
	}
	return nil
}

// migrate brings the database to this program's schema.
func (s *Store) migrate(ctx context.Context) error {
	all, err := loadMigrations()
	if err != nil {
		return err
	}
	have, err := schemaVersion(ctx, s.writer)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if have > len(all) {
		return fmt.Errorf("%w (version %d, known %d)", ErrSchemaNewer, have, len(all))
	}
	for _, m := range all[have:] {
		if err := s.write(ctx, func(tx *sql.Tx) error { return s.applyMigration(ctx, tx, m) }); err != nil {
			return fmt.Errorf("apply migration %d: %w", m.version, err)
		}
	}
	return nil
}

// applyMigration looks again inside the transaction: another process may have
// been faster.
func (s *Store) applyMigration(ctx context.Context, tx *sql.Tx, m migration) error {
	const table = `CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, applied_at BIGINT NOT NULL)`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return err
	}
	var done int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FROM schema_migrations WHERE version = ?`, m.version).Scan(&done)
	if err != nil || done > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO schema_migrations (version, applied_at) VALUES (?, ?)`, m.version, s.now().UnixMilli())
	return err
}
