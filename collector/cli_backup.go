package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"

	"github.com/probity-sla/probity/collector/store"
)

func backupCommand() command {
	return command{"backup", "FILE", "copy the store as it is now into a new file, while the collector runs",
		"probity-collector backup /var/backups/collector-2026-11-22.db", backup}
}

func backup(flags *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(flags, s)
	return func(ctx context.Context, args []string) error {
		path := args[0]
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s exists already; name a new file", path)
		}
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			if err := db.Backup(ctx, path); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s holds the store as it was now; to restore, stop the collector and put it in place of store.path\n", path)
			return nil
		})
	}
}
