package collector

import (
	"cmp"
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
			a, err := agreementInForce(ctx, cfg, db, *agreement)
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
	if old == nil {
		for i := range now.Services {
			v := &now.Services[i].Verdict
			fmt.Fprintf(w, "  %s: availability %s %%, down %s s\n", now.Services[i].Service, report.Figure(v.Availability, v.Target), report.RatioSeconds(v.Bad))
		}
	}
	for _, d := range report.Differences(old, now) {
		fmt.Fprintf(w, "  %s: %s %s → %s\n", cmp.Or(d.Service, "overall"), d.Figure, d.Was, d.Is)
	}
}
