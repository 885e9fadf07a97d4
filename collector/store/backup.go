package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Backup writes a consistent copy of the database, journal included, to a file
// that does not exist yet, while everything goes on. The copy is on disk when
// it returns nil; a copy that failed is removed.
func (s *Store) Backup(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("back up the database: %w", err)
	}
	if err = s.vacuumInto(ctx, path); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(explain(err), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("back up the database to %s: %w", path, err), os.Remove(path))
	}
	return nil
}

// vacuumInto has a connection of its own: the readers may not even write elsewhere.
func (s *Store) vacuumInto(ctx context.Context, path string) error {
	from, err := filepath.Abs(s.opts.Path)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(from, "rw"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, path)
	return errors.Join(err, db.Close())
}
