package collector

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// maxTermsBytes bounds the file of other terms.
const maxTermsBytes = contract.MaxFileBytes

func whatifCommand() command {
	return command{"whatif", "", "stored history under other terms, side by side with today's",
		"probity-collector whatif --agreement shop --terms gold.toml --period 2026-10", whatif}
}

func whatif(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	terms := fs.String("terms", "", "TOML `FILE` with [terms] that replace the agreement's key by key, or a whole agreement (needed)")
	period := fs.String("period", currentPeriod, "`LABEL` of the period, for example 2026-10")
	from := fs.String("from", "", "`INSTANT` at which another window begins, with --to")
	to := fs.String("to", "", "`INSTANT` at which it ends")
	format := fs.String("format", "text", "`FORMAT`: text or json")
	return func(ctx context.Context, _ []string) error {
		switch {
		case *terms == "":
			return usagef("--terms is missing")
		case *format != "text" && *format != "json":
			return usagef("--format %q is not text or json", *format)
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementInForce(ctx, cfg, db, *agreement)
			if err != nil {
				return err
			}
			other, err := otherTerms(a, *terms)
			if err != nil {
				return err
			}
			r := evaluate.Request{Agreement: a.ID}
			if r.Window, r.Label, err = windowAsked(a, *period, *from, *to, time.Now()); err != nil {
				return err
			}
			e, err := offline(cfg, db, a)
			if err != nil {
				return err
			}
			now, err := e.Statement(ctx, r)
			if err != nil {
				return err
			}
			r.Instead = other
			then, err := e.Statement(ctx, r)
			if err != nil {
				return err
			}
			if *format == "json" {
				return json.NewEncoder(s.out).Encode(map[string]*sla.Statement{"agreed": now, "instead": then})
			}
			return sideBySide(s.out, now, then)
		})
	}
}

func otherTerms(a *contract.Agreement, path string) (*contract.Agreement, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("--terms: %w", err)
	}
	if info.Size() > maxTermsBytes {
		return nil, fmt.Errorf("--terms: %s is larger than %d bytes", path, maxTermsBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--terms: %w", err)
	}
	other, faults := a.Instead(path, data)
	return other, contract.Join(faults)
}

// sideBySide prints the figures of two statements over the same history.
func sideBySide(out io.Writer, now, then *sla.Statement) error {
	fmt.Fprintf(out, "%s, %s: the same history under two sets of terms\n\n", now.Agreement, now.Label)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, f func(*sla.Verdict) string, a, b *sla.Verdict) {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", name, f(a), f(b))
	}
	pair := func(name string, a, b *sla.Verdict) {
		fmt.Fprintf(w, "%s\tagreed\tinstead\n", name)
		row("availability %", func(v *sla.Verdict) string { return report.Figure(v.Availability, v.Target) }, a, b)
		row("objective %", func(v *sla.Verdict) string { return v.Target.Percent(report.Decimals(v.Target)) }, a, b)
		row("verdict", verdictWord, a, b)
		row("good s", func(v *sla.Verdict) string { return report.RatioSeconds(v.Good) }, a, b)
		row("bad s", func(v *sla.Verdict) string { return report.RatioSeconds(v.Bad) }, a, b)
		row("excluded s", func(v *sla.Verdict) string { return report.Seconds(v.Excluded) }, a, b)
		row("unknown, left out s", func(v *sla.Verdict) string { return report.Seconds(v.UnknownDropped) }, a, b)
		row("budget left s", budgetWord, a, b)
		row("credit %", report.Credit, a, b)
		row("outages", func(v *sla.Verdict) string { return fmt.Sprint(len(v.Outages)) }, a, b)
	}
	for i := range now.Services {
		x := &now.Services[i]
		if y := serviceOf(then, x.Service); y != nil {
			pair(x.Service, &x.Verdict, y)
		}
	}
	pair("overall", &now.Overall, &then.Overall)
	return w.Flush()
}

func serviceOf(st *sla.Statement, id string) *sla.Verdict {
	for i := range st.Services {
		if st.Services[i].Service == id {
			return &st.Services[i].Verdict
		}
	}
	return nil
}

func verdictWord(v *sla.Verdict) string {
	switch {
	case v.Breach == nil:
		return "no verdict"
	case *v.Breach:
		return "missed"
	}
	return "kept"
}

func budgetWord(v *sla.Verdict) string {
	if v.Budget < 0 {
		return "–"
	}
	return report.Seconds(v.BudgetLeft)
}
