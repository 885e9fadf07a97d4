package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

func listReports(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "only those of the agreement with this `ID`")
	period := fs.String("period", "", "only those of the period with this `LABEL`")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			all, err := db.ServiceReports(ctx, *agreement, *period)
			if err != nil {
				return err
			}
			if len(all) == 0 {
				fmt.Fprintln(s.out, "No service reports. Make one: probity-collector report draft --help")
				return nil
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tAGREEMENT\tPERIOD\tREVISION\tSTATE\tMADE\tREVIEWED\tISSUED")
			for _, r := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", r.ID, r.Agreement, r.Label, r.Revision, r.State,
					signed(r.CreatedBy, r.CreatedAt), signed(r.ReviewedBy, r.ReviewedAt), signed(r.IssuedBy, r.IssuedAt))
			}
			return w.Flush()
		})
	}
}

func showReport(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			r, err := db.ServiceReport(ctx, args[0])
			if err != nil {
				return reportError(args[0], err)
			}
			m, err := modelOf(&r)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s  %s of %s, revision %d: %s\nmade      %s\nreviewed  %s\nissued    %s\nevidence  %s\n", r.ID, r.Label, r.Agreement, r.Revision, r.State,
				signed(r.CreatedBy, r.CreatedAt), signed(r.ReviewedBy, r.ReviewedAt), signed(r.IssuedBy, r.IssuedAt), r.Fingerprint)
			for _, f := range append(slices.Clone(m.Services), m.Overall) {
				fmt.Fprintf(s.out, "%s: %s %%, objective %s %%: %s\n", orText(f.Service, "overall"), f.Availability, f.Objective, f.Verdict)
			}
			for _, x := range m.Differences {
				fmt.Fprintf(s.out, "changed since revision %d: %s %s: %s → %s\n", m.Replaces, orText(x.Service, "overall"), x.Figure, x.Was, x.Is)
			}
			return nil
		})
	}
}

func reviewOne(ctx context.Context, d *serviceDesk, _ *contract.Set, r *store.ServiceReportRecord, by string) error {
	return d.review(ctx, r.ID, by, 0)
}

func issueOne(ctx context.Context, d *serviceDesk, set *contract.Set, r *store.ServiceReportRecord, by string) error {
	return d.issue(ctx, set.Agreement(r.Agreement), r.ID, by)
}

func signReport(word string, do func(context.Context, *serviceDesk, *contract.Set, *store.ServiceReportRecord, string) error) func(*flag.FlagSet, *streams) func(context.Context, []string) error {
	return func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
		load := configFlag(fs, s)
		by := fs.String("by", operator(), "`NAME` of who does it")
		return func(ctx context.Context, args []string) error {
			return withDesk(ctx, load, false, func(d *serviceDesk, set *contract.Set) error {
				r, err := d.db.ServiceReport(ctx, args[0])
				if err == nil {
					err = do(ctx, d, set, &r, *by)
				}
				if err != nil {
					return reportError(args[0], err)
				}
				fmt.Fprintf(s.out, "service report %s is %s by %s\n", args[0], word, *by)
				return nil
			})
		}
	}
}

// reportError says for people why a report cannot be had or signed.
func reportError(id string, err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("no service report %q; probity-collector report list shows what there is", id)
	case errors.Is(err, store.ErrConflict):
		return fmt.Errorf("service report %s is not reviewed; read it, then: probity-collector report review %s", id, id)
	case errors.Is(err, store.ErrSettled):
		return fmt.Errorf("service report %s: that is done already; probity-collector report show %s tells by whom", id, id)
	}
	return err
}

func exportReport(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	format, output := formatFlags(fs, "pdf")
	return func(ctx context.Context, args []string) error {
		if err := checkFormat(*format); err != nil {
			return err
		}
		return withDesk(ctx, load, true, func(d *serviceDesk, _ *contract.Set) error {
			data, err := d.file(ctx, args[0], *format)
			if err != nil {
				return reportError(args[0], err)
			}
			return deliver(s.out, *output, data)
		})
	}
}
