package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

func addActionCommand(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	a := store.ActionRecord{}
	fs.StringVar(&a.Agreement, "agreement", "", "`ID` of the agreement (needed)")
	fs.StringVar(&a.Text, "text", "", "`TEXT`: what will be done (needed)")
	fs.StringVar(&a.Owner, "owner", "", "`NAME` of who does it (needed)")
	fs.StringVar(&a.Due, "due", "", "`DATE` by which, 2026-12-15 (needed)")
	fs.StringVar(&a.CreatedBy, "by", operator(), "`NAME` of who records it")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			if _, err := agreementOf(cfg, a.Agreement); err != nil {
				return err
			}
			a.CreatedAt = time.Now().UnixMilli()
			made, err := addAction(ctx, db, a)
			if err != nil {
				return actionError(made.ID, err)
			}
			fmt.Fprintf(s.out, "%s: %s, %s by %s\n", made.ID, made.Text, made.Owner, made.Due)
			return nil
		})
	}
}

func listActions(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "only those of the agreement with this `ID`")
	open := fs.Bool("open", false, "only those that are open")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			all, err := actionsOf(ctx, db, *agreement)
			if err != nil {
				return err
			}
			if *open {
				all = slices.DeleteFunc(all, func(a store.ActionRecord) bool { return a.State != incident.ActionOpen })
			}
			if len(all) == 0 {
				fmt.Fprintln(s.out, "No actions. Record one: probity-collector action add --help")
				return nil
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tAGREEMENT\tSTATE\tDUE\tOWNER\tACTION\tNOTE")
			for _, a := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Agreement, a.State, a.Due, a.Owner, oneLine(a.Text), oneLine(a.Note))
			}
			return w.Flush()
		})
	}
}

func closeAction(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	state := fs.String("state", incident.ActionDone, "`WORD`: done, dropped, or open again")
	note := fs.String("note", "", "`TEXT`: what came of it")
	by := fs.String("by", operator(), "`NAME` of who records it")
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			set, err := loadAgreements(cfg.Agreements.Directory)
			if err != nil {
				return err
			}
			if err := settleAction(ctx, db, set, args[0], *state, *note, *by, time.Now().UnixMilli()); err != nil {
				return actionError(args[0], err)
			}
			fmt.Fprintf(s.out, "action %s is %s\n", args[0], *state)
			return nil
		})
	}
}

func actionError(id string, err error) error {
	var bad *web.InputError
	switch {
	case errors.Is(err, web.ErrNotFound):
		return fmt.Errorf("no action %q; probity-collector action list shows what there is", id)
	case errors.As(err, &bad):
		return usagef("--%s %s", bad.Field, bad.Detail)
	}
	return err
}
