package collector

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

func alertCommands() []command {
	return []command{
		{"alert replay", "", "what the rules would have told of stored history, and when",
			"probity-collector alert replay --agreement shop --from 2026-10-01 --to 2026-11-01", replayAlerts},
		{"alert list", "", "list alerts, newest first", "probity-collector alert list --agreement shop", listAlerts},
	}
}

func replayAlerts(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	from := fs.String("from", "", "`INSTANT` at which history begins: local in the agreement's zone, or RFC 3339 (needed)")
	to := fs.String("to", "", "`INSTANT` at which it ends; now where absent")
	kind := fs.String("kind", "", "only the rule of this `KIND`, for example service_down")
	file := fs.String("terms", "", "agreement `FILE` to judge by, instead of the one in force")
	format := fs.String("format", "text", "`FORMAT`: text or json (one change a line)")
	return func(ctx context.Context, _ []string) error {
		if *format != "text" && *format != "json" {
			return usagef("--format %q is not text or json", *format)
		}
		if *kind != "" && !slices.Contains(incident.Kinds, incident.Kind(*kind)) {
			return usagef("--kind %q is no rule; there are: %s", *kind, kindNames())
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementInForce(ctx, cfg, db, *agreement)
			if err != nil {
				return err
			}
			w, err := replayWindow(a, *from, *to, time.Now())
			if err != nil {
				return err
			}
			if *file != "" {
				if a, err = otherTerms(a, *file); err != nil {
					return err
				}
			}
			e, err := offline(cfg, db, a)
			if err != nil {
				return err
			}
			changes, err := replay(ctx, e, db, a, w)
			if err != nil {
				return err
			}
			return writeReplay(s.out, a, ofKind(changes, *kind), *format)
		})
	}
}

func kindNames() string {
	names := make([]string, len(incident.Kinds))
	for n, k := range incident.Kinds {
		names[n] = string(k)
	}
	return strings.Join(names, ", ")
}

func replayWindow(a *contract.Agreement, from, to string, now time.Time) (w sla.Window, err error) {
	if from == "" {
		return w, usagef("--from is missing; write for example --from 2026-10-01")
	}
	if w.From, err = instantIn("from", from, a.Zone, now); err != nil {
		return w, err
	}
	w.To = now.UnixMilli()
	if to != "" {
		if w.To, err = instantIn("to", to, a.Zone, now); err != nil {
			return w, err
		}
	}
	w.To = min(w.To, now.UnixMilli())
	if length := time.Duration(w.To-w.From) * time.Millisecond; length <= 0 || length > evaluate.MaxWindow {
		return w, usagef("--from must lie before --to and before now, by ten years at most")
	}
	return w, nil
}

// replay runs fresh rules over history as it would have been judged.
func replay(ctx context.Context, e *evaluate.Evaluator, db *store.Store, a *contract.Agreement, w sla.Window) ([]incident.Change, error) {
	var failed error
	changes := incident.Replay(incident.Options{}, func(yield func(incident.Step) bool) {
		failed = e.History(ctx, a, w, func(live *evaluate.ServiceLive) error {
			f := factsOf(a, live, max(w.From, a.ValidFrom))
			if live.State == sla.Down || live.State == sla.Degraded {
				var err error
				if f.Cause, err = causeThen(ctx, db, live); err != nil {
					return err
				}
			}
			yield(incident.Step{Service: &f}) // the replay takes every step
			return nil
		})
	})
	return slices.DeleteFunc(changes, func(x incident.Change) bool { return x.Alert == nil }), failed
}

// causeThen is why the newest failing result before the watermark failed.
func causeThen(ctx context.Context, db *store.Store, live *evaluate.ServiceLive) (string, error) {
	cause, newest := "", int64(0)
	for _, c := range live.Checks {
		for _, l := range c.Locations {
			if l.State != live.State {
				continue
			}
			failed, err := db.Failures(ctx, c.Check.ID, l.Agent, live.Since, live.Watermark, 1)
			if err != nil {
				return "", err
			}
			if len(failed) > 0 && failed[0].Slot > newest {
				cause, newest = failed[0].Cause.String(), failed[0].Slot
			}
		}
	}
	return cause, nil
}

func ofKind(changes []incident.Change, kind string) []incident.Change {
	if kind == "" {
		return changes
	}
	var out []incident.Change
	for _, x := range changes {
		if string(x.Alert.Kind) == kind {
			out = append(out, x)
		}
	}
	return out
}

func writeReplay(w io.Writer, a *contract.Agreement, changes []incident.Change, format string) error {
	if format == "json" {
		enc := json.NewEncoder(w)
		for _, x := range changes {
			if err := enc.Encode(x); err != nil {
				return err
			}
		}
		return nil
	}
	if len(changes) == 0 {
		_, err := fmt.Fprintln(w, "No alert would have been raised.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "JUDGED AT\tWHAT\tALERT\tSEVERITY\tSERVICE\tSINCE\tREASON")
	told := 0
	for _, x := range changes {
		if x.Kind == incident.ChangeOpened {
			told++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", localText(x.At, a.Zone), x.Kind, x.Alert.Kind, x.Alert.Severity,
			x.Alert.Service, localText(x.Alert.StartsAt, a.Zone), x.Reason)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d changes, of which %d would have told somebody of something new\n", len(changes), told)
	return err
}

// localText is an instant in a zone, to the second.
func localText(ms int64, zone *time.Location) string {
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05")
}

// maxListedAlerts bounds what alert list prints.
const maxListedAlerts = 1000

func listAlerts(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "only those of the agreement with this `ID`")
	open := fs.Bool("open", false, "only those that are open")
	limit := fs.Int("limit", 50, "`NUMBER` to print at most, up to 1000")
	return func(ctx context.Context, _ []string) error {
		if *limit < 1 || *limit > maxListedAlerts {
			return usagef("--limit %d is not between 1 and %d", *limit, maxListedAlerts)
		}
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			all, err := db.Alerts(ctx, *agreement, *limit)
			if *open {
				all, err = db.OpenAlerts(ctx)
			}
			if err != nil {
				return err
			}
			alerts, err := bodies[incident.Alert](all, func(r store.AlertRecord) []byte { return r.Body })
			if err != nil {
				return err
			}
			return writeAlerts(s.out, alerts, *agreement, *limit)
		})
	}
}

func writeAlerts(w io.Writer, alerts []incident.Alert, agreement string, limit int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SINCE (UTC)\tSTATUS\tALERT\tSEVERITY\tOF\tSUMMARY")
	n := 0
	for _, a := range alerts {
		if agreement != "" && a.Agreement != agreement || n == limit {
			continue
		}
		n++
		of := strings.Trim(a.Agreement+"/"+a.Service, "/")
		if a.Agent != "" {
			of = "agent " + a.Agent
		}
		summary := a.Annotations["summary"]
		if a.Suppressed != "" {
			summary += " (suppressed: " + a.Suppressed + ")"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", localText(a.StartsAt, time.UTC), a.Status, a.Kind, a.Severity, of, summary)
	}
	if n == 0 {
		_, err := fmt.Fprintln(w, "No alerts.")
		return err
	}
	return t.Flush()
}
