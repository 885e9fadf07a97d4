package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/notify"
	"github.com/probity-sla/probity/collector/oncall"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
)

func notifyCommands() []command {
	return []command{
		{"notify list", "", "list the channels of the configuration", "probity-collector notify list", listChannels},
		{"notify test", "CHANNEL", "send a test message through a channel, now", "probity-collector notify test ops-mail", testChannel},
		{"oncall show", "", "who is on call, and who takes over when", "probity-collector oncall show --days 28", showOnCall},
		{"oncall override", "", "put a person on call for a span", "probity-collector oncall override --rotation primary --person ben --from 2026-12-24T18:00 --to 2026-12-26T09:00", overrideOnCall},
		{"oncall revoke", "ID", "end an override", "probity-collector oncall revoke ov-k3v9q2xa", revokeOverride},
	}
}

func listChannels(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(context.Context, []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		if len(cfg.Notify) == 0 {
			fmt.Fprintln(s.out, "No channels. Add [[notify]] to the configuration.")
			return nil
		}
		w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTYPE\tSEVERITIES\tKINDS\tAGREEMENTS")
		for _, n := range cfg.Notify {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", n.Name, n.Type, orText(strings.Join(n.Severities, ","), "page,ticket"),
				orText(strings.Join(n.Kinds, ","), "all"), orText(strings.Join(n.Agreements, ","), "all"))
		}
		return w.Flush()
	}
}

// testTimeout bounds one test message.
const testTimeout = time.Minute

func testChannel(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		cfg, err := load()
		if err != nil {
			return err
		}
		var names []string
		for _, n := range cfg.Notify {
			if names = append(names, n.Name); n.Name != args[0] {
				continue
			}
			ch, err := notify.Open(n, cfg.externalURL(cfg.Web.Listen.String()))
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(ctx, testTimeout)
			defer cancel()
			if err := ch.Test(ctx); err != nil {
				return fmt.Errorf("channel %s: %w", args[0], err)
			}
			fmt.Fprintf(s.out, "channel %s took the test message\n", args[0])
			return nil
		}
		return fmt.Errorf("no channel %q; there are: %s", args[0], orText(strings.Join(names, ", "), "none"))
	}
}

// maxOnCallDays bounds what oncall show looks ahead.
const maxOnCallDays = 366

func showOnCall(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	days := fs.Int("days", 14, "`NUMBER` of days to look ahead, up to 366")
	return func(ctx context.Context, _ []string) error {
		if *days < 1 || *days > maxOnCallDays {
			return usagef("--days %d is not between 1 and %d", *days, maxOnCallDays)
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			if len(cfg.OnCall.Rotations) == 0 {
				fmt.Fprintln(s.out, "No rotations. Add [[person]], [[rotation]] and [[escalation]] to the configuration.")
				return nil
			}
			now := time.Now().UnixMilli()
			overrides, err := overridesAround(ctx, db, now)
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ROTATION\tPERSON\tFROM\tTO\tZONE\tOVERRIDE")
			for i := range cfg.OnCall.Rotations {
				r := &cfg.OnCall.Rotations[i]
				for _, x := range oncall.Schedule(r, overrides, now, now+int64(*days)*24*3600*1000) {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, x.Person, localText(x.From, r.Zone.Location()),
						localText(x.To, r.Zone.Location()), r.Zone.Location(), orText(x.Override, "–"))
				}
			}
			return w.Flush()
		})
	}
}

func overrideOnCall(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	rotation := fs.String("rotation", "", "`NAME` of the rotation (needed)")
	person := fs.String("person", "", "`NAME` of who is on call instead (needed)")
	from := fs.String("from", "", "`INSTANT` it begins: local in the rotation's zone, or RFC 3339 (needed)")
	to := fs.String("to", "", "`INSTANT` it ends (needed)")
	by := fs.String("by", operator(), "`NAME` of who says so")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			r := cfg.OnCall.Rotation(*rotation)
			if r == nil {
				return usagef("--rotation %q is no [[rotation]] of the configuration", *rotation)
			}
			now := time.Now()
			o := web.Override{Rotation: r.Name, Person: *person, CreatedBy: *by, CreatedAt: now.UnixMilli()}
			var err error
			if o.From, err = instantIn("from", *from, r.Zone.Location(), now); err != nil {
				return err
			}
			if o.To, err = instantIn("to", *to, r.Zone.Location(), now); err != nil {
				return err
			}
			rec, err := addOverride(ctx, db, cfg, o)
			var bad *web.InputError
			if errors.As(err, &bad) {
				return usagef("--%s: %s", bad.Field, bad.Detail)
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s: %s is on call for %s, %s\n", rec.ID, rec.Person, rec.Rotation, spanIn(rec.From, rec.To, r.Zone.Location()))
			return nil
		})
	}
}

func revokeOverride(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	by := fs.String("by", operator(), "`NAME` of who says so")
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
			if err := revoking("override", args[0], db.RevokeOverride(ctx, args[0], *by, time.Now().UnixMilli())); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "override %s is revoked\n", args[0])
			return nil
		})
	}
}
