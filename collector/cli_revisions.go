package collector

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/sla"
)

func listRevisions(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	period := fs.String("period", "", "`LABEL` of the period, for example 2026-10 (needed)")
	return func(ctx context.Context, _ []string) error {
		if *period == "" {
			return usagef("--period is missing")
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			_, label, err := windowAsked(a, *period, "", "", time.Now())
			if err != nil {
				return err
			}
			revisions, err := db.StatementRevisions(ctx, a.ID, label)
			if err != nil {
				return err
			}
			if len(revisions) == 0 {
				fmt.Fprintf(s.out, "No frozen statement of %s, %s: the period is not over, has not settled, or was not observed.\n", a.ID, label)
				return nil
			}
			var last *sla.Statement
			for _, r := range revisions {
				st, err := db.Statement(ctx, a.ID, label, r.Revision)
				if err != nil {
					return err
				}
				fmt.Fprintf(s.out, "revision %d  %s  evidence %.16s…\n", r.Revision, showInstant(r.ComputedAt), r.Fingerprint)
				difference(s.out, last, st)
				last = st
			}
			return nil
		})
	}
}

// difference prints what changed from one revision to the next, a line a figure.
func difference(w io.Writer, old, now *sla.Statement) {
	for i := range now.Services {
		x := &now.Services[i]
		v := &x.Verdict
		if old == nil {
			fmt.Fprintf(w, "  %s: availability %s %%, down %s s\n", x.Service, report.Figure(v.Availability, v.Target), report.RatioSeconds(v.Bad))
			continue
		}
		was := serviceOf(old, x.Service)
		if was == nil {
			fmt.Fprintf(w, "  %s: new\n", x.Service)
			continue
		}
		for _, f := range []struct{ name, was, is string }{
			{"availability %", report.Figure(was.Availability, was.Target), report.Figure(v.Availability, v.Target)},
			{"down s", report.RatioSeconds(was.Bad), report.RatioSeconds(v.Bad)},
			{"excluded s", report.Seconds(was.Excluded), report.Seconds(v.Excluded)},
			{"unknown s", report.Seconds(was.Unknown), report.Seconds(v.Unknown)},
			{"verdict", verdictWord(was), verdictWord(v)},
			{"credit %", creditWord(was), creditWord(v)},
		} {
			if f.was != f.is {
				fmt.Fprintf(w, "  %s: %s %s → %s\n", x.Service, f.name, f.was, f.is)
			}
		}
	}
	if old != nil && old.AgreementRevision != now.AgreementRevision {
		fmt.Fprintln(w, "  the agreement's text changed")
	}
}
