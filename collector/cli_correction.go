package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

func correctionCommands() []command {
	return []command{
		{"correction add", "", "propose to count a span as up, down or not at all; it counts once approved",
			`probity-collector correction add --agreement shop --from 2026-11-03T10:00 --to 2026-11-03T10:30 --effect exclude --reason "Customer's own power cut"`, addCorrection},
		{"correction approve", "ID", "let a correction count from now on",
			"probity-collector correction approve co-k3v9q2xa --by customer", settleCorrection("approved", (*store.Store).ApproveCorrection)},
		{"correction revoke", "ID", "let a correction no longer count; both stay on record",
			"probity-collector correction revoke co-k3v9q2xa", settleCorrection("revoked", (*store.Store).RevokeCorrection)},
		{"correction list", "", "list corrections, revoked ones too", "probity-collector correction list --agreement shop", listCorrections},
	}
}

var effects = map[string]sla.Effect{"exclude": sla.EffectExclude, "up": sla.EffectUp, "down": sla.EffectDown}

func effectName(e sla.Effect) string {
	for name, x := range effects {
		if x == e {
			return name
		}
	}
	return fmt.Sprint(e)
}

func addCorrection(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	from := fs.String("from", "", "`INSTANT` it begins: local in the agreement's zone, or RFC 3339 (needed)")
	to := fs.String("to", "", "`INSTANT` it ends (needed)")
	effect := fs.String("effect", "", "`WORD`: exclude, up or down (needed)")
	reason := fs.String("reason", "", "`TEXT` for the statement (needed)")
	by := fs.String("by", operator(), "`NAME` of who proposes it")
	approvedBy := fs.String("approved-by", "", "`NAME` of who approved it already, now")
	var services list
	fs.Var(&services, "service", "`ID` of a service that it concerns; repeat for more; all where absent")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			now := time.Now()
			c := store.CorrectionRecord{
				ID: newID("co"), Agreement: a.ID, Services: services, Reason: strings.TrimSpace(*reason),
				CreatedBy: *by, CreatedAt: now.UnixMilli(),
			}
			if *approvedBy != "" {
				c.ApprovedBy, c.ApprovedAt = *approvedBy, now.UnixMilli()
			}
			if err := correctionTerms(&c, a, *from, *to, *effect, now); err != nil {
				return err
			}
			if err := db.AddCorrection(ctx, c); err != nil {
				return err
			}
			state := "proposed; it counts once approved: probity-collector correction approve " + c.ID + " --by NAME"
			if c.ApprovedAt != 0 {
				state = "approved by " + c.ApprovedBy
			}
			fmt.Fprintf(s.out, "%s: %s, %s\n%s\n", c.ID, effectName(c.Effect), spanIn(c.From, c.To, a.Zone), state)
			return nil
		})
	}
}

func correctionTerms(c *store.CorrectionRecord, a *contract.Agreement, from, to, effect string, now time.Time) (err error) {
	for _, id := range c.Services {
		if !slices.ContainsFunc(a.Services, func(s contract.Service) bool { return s.ID == id }) {
			return usagef("--service %q is not a service of agreement %s", id, a.ID)
		}
	}
	if c.Reason == "" {
		return usagef("--reason is missing; it is printed in the statement, so say why")
	}
	var ok bool
	if c.Effect, ok = effects[effect]; !ok {
		return usagef("--effect %q is not exclude, up or down", effect)
	}
	if from == "" || to == "" {
		return usagef("--from and --to are both needed")
	}
	if c.From, err = instantIn("from", from, a.Zone, now); err != nil {
		return err
	}
	if c.To, err = instantIn("to", to, a.Zone, now); err != nil {
		return err
	}
	if c.From >= c.To {
		return usagef("--from must lie before --to")
	}
	return nil
}

func settleCorrection(word string, do func(*store.Store, context.Context, string, string, int64) error) func(*flag.FlagSet, *streams) func(context.Context, []string) error {
	return func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
		load := configFlag(fs, s)
		by := fs.String("by", operator(), "`NAME` of who does it")
		return func(ctx context.Context, args []string) error {
			return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
				err := do(db, ctx, args[0], *by, time.Now().UnixMilli())
				if errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("no correction %q; probity-collector correction list shows what there is", args[0])
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(s.out, "correction %s is %s by %s\n", args[0], word, *by)
				return nil
			})
		}
	}
}

func listCorrections(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			cs, err := db.Corrections(ctx, a.ID, 0, 1<<62)
			if err != nil {
				return err
			}
			if len(cs) == 0 {
				fmt.Fprintln(s.out, "No corrections. Propose one: probity-collector correction add --help")
				return nil
			}
			w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tEFFECT\tFROM\tTO\tPROPOSED\tAPPROVED\tREVOKED\tREASON")
			for _, c := range cs {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, effectName(c.Effect), showInstant(c.From), showInstant(c.To),
					signed(c.CreatedBy, c.CreatedAt), signed(c.ApprovedBy, c.ApprovedAt), signed(c.RevokedBy, c.RevokedAt), c.Reason)
			}
			return w.Flush()
		})
	}
}

// signed is who did something when; a dash where nobody did.
func signed(by string, at int64) string {
	if at == 0 {
		return "–"
	}
	return by + " " + showInstant(at)
}
