package collector

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// currentPeriod is the label of the running period on the command line.
const currentPeriod = "current"

func statementCommands() []command {
	return []command{
		{"statement", "", "print the statement of an agreement for a period",
			"probity-collector statement --agreement shop --period 2026-11", printStatement},
		{"statement revisions", "", "list the frozen statements of a period, and what changed from one to the next",
			"probity-collector statement revisions --agreement shop --period 2026-10", listRevisions},
		whatifCommand()}
}

func printStatement(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	period := fs.String("period", currentPeriod, "`LABEL` of the period, for example 2026-11, 2026-Q4, 2026-W47")
	from := fs.String("from", "", "`INSTANT` at which another window begins, with --to")
	to := fs.String("to", "", "`INSTANT` at which it ends")
	asOf := fs.String("as-of", "", "`INSTANT`: the statement as it was then")
	revision := fs.Int("revision", 0, "`NUMBER` of a frozen statement, as statement revisions lists them; 0: computed now")
	format := fs.String("format", "text", "`FORMAT`: text or json")
	return func(ctx context.Context, _ []string) error {
		if *format != "text" && *format != "json" {
			return usagef("--format %q is not text or json", *format)
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementInForce(ctx, cfg, db, *agreement)
			if err != nil {
				return err
			}
			r := evaluate.Request{Agreement: a.ID}
			if r.Window, r.Label, err = windowAsked(a, *period, *from, *to, time.Now()); err != nil {
				return err
			}
			if *revision != 0 {
				st, err := db.Statement(ctx, a.ID, r.Label, *revision)
				if errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("no frozen statement %d of %s, %s; probity-collector statement revisions lists them", *revision, a.ID, r.Label)
				}
				if err != nil {
					return err
				}
				return writeStatement(s.out, st, a, *format)
			}
			if *asOf != "" {
				if r.AsOf, err = instantIn("as-of", *asOf, a.Zone, time.Now()); err != nil {
					return err
				}
			}
			e, err := offline(cfg, db, a)
			if err != nil {
				return err
			}
			st, err := e.Statement(ctx, r)
			if err != nil {
				return err
			}
			return writeStatement(s.out, st, a, *format)
		})
	}
}

// windowAsked is the window of a period's label, or of from and to.
func windowAsked(a *contract.Agreement, period, from, to string, now time.Time) (w sla.Window, label string, err error) {
	if (from == "") != (to == "") {
		return w, "", usagef("--from and --to go together")
	}
	if from == "" {
		p := a.Period.Containing(now.UnixMilli(), a.Zone)
		if period != currentPeriod {
			if p, err = a.Period.Parse(period, a.Zone); err != nil {
				return w, "", usagef("--period: %v", err)
			}
		}
		if p.From > now.UnixMilli() {
			return w, "", fmt.Errorf("the period %s has not begun: there is nothing to state", p.Label)
		}
		if a.ValidFrom != 0 && p.To <= a.ValidFrom || a.ValidTo != 0 && p.From >= a.ValidTo {
			return w, "", fmt.Errorf("the period %s lies outside the validity of agreement %s", p.Label, a.ID)
		}
		return p.Window, p.Label, nil
	}
	if w.From, err = instantIn("from", from, a.Zone, now); err != nil {
		return w, "", err
	}
	if w.To, err = instantIn("to", to, a.Zone, now); err != nil {
		return w, "", err
	}
	if length := time.Duration(w.To-w.From) * time.Millisecond; length <= 0 || length > evaluate.MaxWindow {
		return w, "", usagef("--from must lie before --to, by ten years at most")
	}
	return w, "", nil
}

// offline is an evaluator over a store that another process may be writing.
func offline(cfg *Config, db *store.Store, a *contract.Agreement) (*evaluate.Evaluator, error) {
	set, faults := contract.NewSet([]*contract.Agreement{a})
	if err := contract.Join(faults); err != nil {
		return nil, err
	}
	return evaluatorOf(cfg, db, set), nil
}

func evaluatorOf(cfg *Config, db *store.Store, set *contract.Set) *evaluate.Evaluator {
	e := evaluate.New(evaluate.Options{
		Results: db, Records: records{db, cfg.Agreements.Directory}, Agents: records{db, cfg.Agreements.Directory}, Settle: cfg.Evaluate.Settle.Std(),
		Log: slog.New(slog.DiscardHandler),
	})
	e.SetAgreements(set)
	return e
}

func writeStatement(w io.Writer, st *sla.Statement, a *contract.Agreement, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(st)
	}
	return report.Text(w, st, a.Zone)
}

func contractCommands() []command {
	return []command{
		{"contract lint", "FILE...", "check agreement files, and what they promise against how they probe",
			"probity-collector contract lint configs/agreements/*.toml", lintContracts},
		{"contract schema", "", "print the JSON schema of agreement files, for completion in editors",
			"probity-collector contract schema > agreement.schema.json", printSchema},
		{"selftest", "FILE.json...", "run worked cases through the engine that computes statements",
			"probity-collector selftest cases/availability.json", selftest},
	}
}

func lintContracts(_ *flag.FlagSet, s *streams) func(context.Context, []string) error {
	return func(_ context.Context, files []string) error {
		if len(files) == 0 {
			return usagef("contract lint needs a FILE")
		}
		bad := false
		for _, name := range files {
			a, faults := contract.LoadFile(name)
			for _, f := range faults {
				bad = true
				fmt.Fprintln(s.out, f.Error())
			}
			if a == nil {
				continue
			}
			for _, f := range contract.Lint(a) {
				bad = bad || f.Severity == contract.Error
				fmt.Fprintf(s.out, "%s: %s\n", name, f)
			}
		}
		if bad {
			return errSaid
		}
		return nil
	}
}

func printSchema(_ *flag.FlagSet, s *streams) func(context.Context, []string) error {
	return func(context.Context, []string) error {
		_, err := s.out.Write(contract.Schema())
		return err
	}
}

func selftest(_ *flag.FlagSet, s *streams) func(context.Context, []string) error {
	return func(_ context.Context, files []string) error {
		if len(files) == 0 {
			return usagef("selftest needs a FILE.json")
		}
		passed, failed := 0, 0
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			p, f, err := contract.RunCases(s.out, data)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			passed, failed = passed+p, failed+f
		}
		fmt.Fprintf(s.out, "%d passed, %d failed\n", passed, failed)
		if failed > 0 {
			return errSaid
		}
		return nil
	}
}
