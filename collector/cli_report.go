package collector

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
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
