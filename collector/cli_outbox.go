package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/store"
)

func outboxCommands() []command {
	return []command{
		{"outbox list", "", "count the notifications that wait, and list those that were given up",
			"probity-collector outbox list", listOutbox},
		{"outbox retry", "ID", "put a notification that was given up back in its queue",
			"probity-collector outbox retry 42", retryOutbox},
	}
}

func listOutbox(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			stats, err := db.OutboxStats(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%d waiting, %d given up\n", stats.Pending, stats.Dead)
			if stats.Dead == 0 {
				return nil
			}
			dead, err := db.DeadNotifications(ctx, maxDeadLetters)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tCHANNEL\tALERT\tCREATED\tATTEMPTS\tLAST ERROR")
			for _, n := range dead {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%d\t%s\n", n.ID, n.Receiver, n.Key, showInstant(n.CreatedAt), n.Attempts, n.LastError)
			}
			return w.Flush()
		})
	}
}

func retryOutbox(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return usagef("ID %q is not a number; probity-collector outbox list shows them", args[0])
		}
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			err := db.ReviveNotification(ctx, id, time.Now().UnixMilli())
			if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSettled) {
				return fmt.Errorf("no notification %d was given up; probity-collector outbox list shows those that were", id)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "notification %d is back in its queue\n", id)
			return nil
		})
	}
}
