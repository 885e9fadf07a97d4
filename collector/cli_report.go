package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

func reportCommands() []command {
	return []command{
		{"report", "", "print the service report of a period: as it was issued, else as it stands now",
			"probity-collector report --agreement shop --period 2026-10 --format pdf --output shop-2026-10.pdf", printReport},
		{"report draft", "", "make the draft of a period's report, or make it anew",
			"probity-collector report draft --agreement shop --period 2026-10", draftReport},
		{"report list", "", "list service reports, newest first", "probity-collector report list --agreement shop", listReports},
		{"report show", "ID", "print who made, reviewed and issued a report, and what it changed",
			"probity-collector report show sr-k3v9q2xa", showReport},
		{"report review", "ID", "record that you read a draft and stand for it",
			"probity-collector report review sr-k3v9q2xa --by anna", signReport("reviewed", reviewOne)},
		{"report issue", "ID", "issue a reviewed report: it never changes again, and goes to its recipients",
			"probity-collector report issue sr-k3v9q2xa --by ben", signReport("issued", issueOne)},
		{"report export", "ID", "write a report to a file, byte for byte as it was issued",
			"probity-collector report export sr-k3v9q2xa --format pdf --output shop-2026-10.pdf", exportReport},
		{"review", "", "look back over a year: promises kept and missed, causes, credits, actions",
			"probity-collector review --customer Contoso --year 2026 --format pdf --output contoso-2026.pdf", printReview},
		{"action add", "", "put an improvement action on record", `probity-collector action add --agreement shop --text "a second line" --owner anna --due 2026-12-15`, addActionCommand},
		{"action list", "", "list improvement actions, those of incidents too", "probity-collector action list --agreement shop --open", listActions},
		{"action close", "ID", "record what became of an action", `probity-collector action close INC-2026-0042/1 --note "checked in staging"`, closeAction},
	}
}

// formatFlags declare --format and --output.
func formatFlags(fs *flag.FlagSet, format string) (name, output *string) {
	return fs.String("format", format, "`FORMAT`: pdf, html, csv, json, or text where it is printed as statement does"),
		fs.String("output", "", "`FILE` to write to; standard output where absent")
}

func checkFormat(format string, more ...string) error {
	known := more
	for _, f := range reportFormats {
		known = append(known, f.name)
	}
	if !slices.Contains(known, format) {
		return usagef("--format %q is not one of %s", format, strings.Join(known, ", "))
	}
	return nil
}

// deliver writes to the named file, or to the program's output.
func deliver(out io.Writer, name string, data []byte) error {
	if name == "" {
		_, err := out.Write(data)
		return err
	}
	return os.WriteFile(name, data, 0o644) //nolint:gosec // a report is for others to read
}

// withDesk opens what a command needs to work on reports.
func withDesk(ctx context.Context, load func() (*Config, error), readOnly bool, do func(*serviceDesk, *contract.Set) error) error {
	return withStore(ctx, load, readOnly, func(cfg *Config, db *store.Store) error {
		set, err := loadAgreements(cfg.Agreements.Directory)
		if err != nil {
			return err
		}
		d, err := offlineDesk(cfg, db, set, time.Now())
		if err != nil {
			return err
		}
		return do(d, set)
	})
}

// reportAsked finds what --agreement and --period name. Without a period it is
// the last that is over.
func reportAsked(ctx context.Context, d *serviceDesk, set *contract.Set, agreement, period string) (a *contract.Agreement, p contract.Span, err error) {
	if agreement == "" {
		return nil, p, usagef("--agreement is missing")
	}
	if a = set.Agreement(agreement); a == nil {
		return nil, p, fmt.Errorf("no agreement %q in %s", agreement, d.dir)
	}
	now := time.UnixMilli(d.now)
	if period == "" {
		p = a.Period.Previous(a.Period.Containing(d.now, a.Zone), a.Zone)
		period = p.Label
	}
	w, label, err := windowAsked(a, period, "", "", now)
	return a, contract.Span{Window: w, Label: label}, err
}

func printReport(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	period := fs.String("period", "", "`LABEL` of the period, for example 2026-10, or current; the last that is over where absent")
	draft := fs.Bool("draft", false, "as it stands now, though one is issued")
	format, output := formatFlags(fs, "text")
	return func(ctx context.Context, _ []string) error {
		if err := checkFormat(*format, "text"); err != nil {
			return err
		}
		return withDesk(ctx, load, true, func(d *serviceDesk, set *contract.Set) error {
			a, p, err := reportAsked(ctx, d, set, *agreement, *period)
			if err != nil {
				return err
			}
			if *format == "text" {
				st, err := d.statement(ctx, a.ID, p)
				if err != nil {
					return err
				}
				return textOf(s.out, *output, st, a)
			}
			data, err := d.asked(ctx, a, p, *format, *draft)
			if err != nil {
				return err
			}
			return deliver(s.out, *output, data)
		})
	}
}

// asked is the newest issued report of a period, or without one the report as it stands.
func (d *serviceDesk) asked(ctx context.Context, a *contract.Agreement, p contract.Span, format string, draft bool) ([]byte, error) {
	all, err := d.db.ServiceReports(ctx, a.ID, p.Label)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.State == store.ReportIssued && !draft {
			return d.db.ReportFile(ctx, r.ID, format)
		}
	}
	m, err := d.service(ctx, a, p, operator())
	if err != nil {
		return nil, err
	}
	data, _, err := render(m, format)
	return data, err
}

func textOf(out io.Writer, name string, st *sla.Statement, a *contract.Agreement) error {
	var b strings.Builder
	if err := report.Text(&b, st, a.Zone); err != nil {
		return err
	}
	return deliver(out, name, []byte(b.String()))
}

func draftReport(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	period := fs.String("period", "", "`LABEL` of the period, for example 2026-10; the last that is over where absent")
	by := fs.String("by", operator(), "`NAME` of who makes it")
	return func(ctx context.Context, _ []string) error {
		return withDesk(ctx, load, false, func(d *serviceDesk, set *contract.Set) error {
			a, p, err := reportAsked(ctx, d, set, *agreement, *period)
			if err != nil {
				return err
			}
			r, err := d.draft(ctx, a, p, *by)
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s: %s of %s, revision %d\nRead it: probity-collector report export %s --format pdf --output %s\nThen: probity-collector report review %s\n",
				r.ID, r.Label, r.Agreement, r.Revision, r.ID, reportFileName(r.Agreement, r.Label, r.Revision, "pdf"), r.ID)
			return nil
		})
	}
}

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

func printReview(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	customer := fs.String("customer", "", "`NAME` of the customer, as its agreements write it")
	house := fs.Bool("house", false, "of all customers")
	year := fs.Int("year", time.Now().UTC().Year(), "`YEAR` to look back on")
	language := fs.String("language", "", "`TAG`: en or zh-CN; that of the first agreement where absent")
	format, output := formatFlags(fs, "html")
	return func(ctx context.Context, _ []string) error {
		if (*customer == "") != *house {
			return usagef("give either --customer or --house")
		}
		if err := checkFormat(*format); err != nil {
			return err
		}
		if *language != "" && *language != "en" && *language != "zh-CN" {
			return usagef("--language %q is not en or zh-CN", *language)
		}
		if *year < minReviewYear || *year > maxReviewYear {
			return usagef("--year %d is not between %d and %d", *year, minReviewYear, maxReviewYear)
		}
		return withDesk(ctx, load, true, func(d *serviceDesk, set *contract.Set) error {
			if !*house && !slices.ContainsFunc(set.Agreements, func(a *contract.Agreement) bool { return a.Customer == *customer }) {
				return fmt.Errorf("no agreement is with a customer %q; there are: %s", *customer, strings.Join(customersOf(set), ", "))
			}
			r, err := d.yearReview(ctx, set, *customer, *year, *language, operator())
			if err != nil {
				return err
			}
			data, _, err := render(r, *format)
			if err != nil {
				return err
			}
			return deliver(s.out, *output, data)
		})
	}
}

func customersOf(set *contract.Set) []string {
	var out []string
	for _, a := range set.Agreements {
		out = append(out, a.Customer)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

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
