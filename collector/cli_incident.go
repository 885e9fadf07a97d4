package collector

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
)

func incidentCommands() []command {
	entry := func(verb, short, args string, kind incident.EventKind) command {
		return command{"incident " + verb, "ID", short, "probity-collector incident " + verb + " INC-2026-0042" + args, actIncident(kind)}
	}
	return []command{
		{"incident list", "", "list incidents, newest first", "probity-collector incident list --open", listIncidents},
		{"incident report", "ID", "print the fault report of an incident", "probity-collector incident report INC-2026-0042 --agreement shop --format markdown", reportIncident},
		{"incident show", "ID", "print an incident: its state, clocks, outages and record", "probity-collector incident show INC-2026-0042", showIncident},
		entry("ack", "answer an incident: a person has seen it, and escalation stops", "", incident.EventAcknowledged),
		entry("note", "add a note to the record", ` --text "the router was replaced"`, incident.EventNote),
		entry("mitigate", "record a workaround that the customer accepts", ` --text "traffic runs over Amsterdam"`, incident.EventMitigated),
		entry("pause", "let clocks that know the reason stand still", ` --reason customer`, incident.EventPaused),
		entry("resume", "let paused clocks go on", "", incident.EventResumed),
		entry("resolve", "record that the fault is mended", ` --text "the route is back"`, incident.EventResolved),
		entry("reopen", "record that it was not mended after all", ` --text "down again"`, incident.EventReopened),
		entry("severity", "set the severity for an agreement", ` --agreement shop --severity P1`, incident.EventSeverity),
		entry("cause", "write down the cause", ` --text "a config push withdrew the route"`, incident.EventCause),
		entry("remedy", "write down the remedy", ` --text "the push was rolled back"`, incident.EventRemedy),
		entry("action", "add a preventive action", ` --text "check routes before a push" --owner anna --due 2026-12-15`, incident.EventAction),
		entry("review", "close the review: nothing is open any more", "", incident.EventReviewed),
	}
}

func actIncident(kind incident.EventKind) func(*flag.FlagSet, *streams) func(context.Context, []string) error {
	return func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
		load := configFlag(fs, s)
		by := fs.String("by", operator(), "`NAME` of the person who does it")
		at := fs.String("at", "", "`INSTANT` at which it took place, when entered late: local in the agreement's zone, or RFC 3339")
		e := incident.Event{Kind: kind}
		a := incident.Action{State: incident.ActionOpen}
		fs.StringVar(&e.Text, "text", "", "`TEXT` for the record")
		fs.StringVar(&e.Agreement, "agreement", "", "`ID` of the agreement that it concerns; all where absent")
		switch kind {
		case incident.EventPaused:
			fs.StringVar(&e.Reason, "reason", "", "`WORD` of the agreement for why, for example customer (needed)")
		case incident.EventSeverity:
			fs.StringVar(&e.Severity, "severity", "", "`WORD` of the agreement, for example P1 (needed)")
		case incident.EventAction:
			fs.StringVar(&a.Owner, "owner", "", "`NAME` of who does it (needed)")
			fs.StringVar(&a.Due, "due", "", "`DATE` by which, 2026-12-15 (needed)")
			fs.StringVar(&a.State, "state", incident.ActionOpen, "`WORD`: open, done or dropped")
			fs.StringVar(&a.ID, "action", "", "`ID` of an action whose state changes; a new one where absent")
			fs.StringVar(&a.Note, "note", "", "`TEXT`: what came of it")
		}
		return func(ctx context.Context, args []string) error {
			return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
				set, err := loadAgreements(cfg.Agreements.Directory)
				if err != nil {
					return err
				}
				now := time.Now()
				i, _, err := readIncident(ctx, db, args[0])
				if err != nil {
					return incidentError(args[0], err)
				}
				e.By = *by
				if *at != "" {
					if e.Effective, err = instantIn("at", *at, zoneOf(set, i), now); err != nil {
						return err
					}
				}
				if kind == incident.EventAction {
					e.Action, e.Text = actionOf(i, a, e.Text), ""
				}
				done, err := act(ctx, db, set, i.ID, e, now.UnixMilli())
				if err != nil {
					return incidentError(i.ID, err)
				}
				fmt.Fprintf(s.out, "%s: %s by %s, entry %d\n", i.ID, eventWord(done.Kind), done.By, done.Seq)
				return nil
			})
		}
	}
}

// actionOf is a new action, or a known one with what was given changed.
func actionOf(i *incident.Incident, a incident.Action, text string) *incident.Action {
	if a.Text = text; a.ID == "" {
		a.ID = i.NextActionID()
		return &a
	}
	if n := slices.IndexFunc(i.Actions, func(x incident.Action) bool { return x.ID == a.ID }); n >= 0 {
		old := i.Actions[n]
		a.Text, a.Owner, a.Due = orText(a.Text, old.Text), orText(a.Owner, old.Owner), orText(a.Due, old.Due)
		a.Note = orText(a.Note, old.Note)
	}
	return &a
}

// zoneOf is the zone in which an incident's times are written and read.
func zoneOf(set *contract.Set, i *incident.Incident) *time.Location {
	if a := firstAgreement(set, i); a != nil {
		return a.Zone
	}
	return time.UTC
}

// incidentError says for people what is wrong with what was asked.
func incidentError(id string, err error) error {
	var bad *web.InputError
	var record *incident.RecordError
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("no incident %q; probity-collector incident list shows what there is", id)
	case errors.As(err, &bad):
		return fmt.Errorf("incident %s: %s %s", id, asFlag(bad.Field), bad.Detail)
	case errors.As(err, &record) && record.Field == "kind":
		return fmt.Errorf("incident %s: %s", id, record.Detail)
	case errors.As(err, &record):
		return fmt.Errorf("incident %s: %s %s", id, asFlag(record.Field), record.Detail)
	}
	return err
}

// asFlag is the flag by which a person gives a field of an event.
func asFlag(field string) string {
	switch f := strings.TrimPrefix(field, "action."); f {
	case "effective":
		return "--at"
	case "agreement", "by", "due", "owner", "reason", "severity", "state", "text":
		return "--" + f
	}
	return field
}

func eventWord(k incident.EventKind) string { return strings.ReplaceAll(string(k), "_", " ") }

func listIncidents(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "only those of the agreement with this `ID`")
	open := fs.Bool("open", false, "only those that are not resolved")
	limit := fs.Int("limit", 50, "`NUMBER` to print at most, up to 1000")
	return func(ctx context.Context, _ []string) error {
		if *limit < 1 || *limit > maxListedAlerts {
			return usagef("--limit %d is not between 1 and %d", *limit, maxListedAlerts)
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			q := store.IncidentQuery{Agreement: *agreement, Limit: *limit}
			if *open {
				q.From = 1 << 62 // resolved never
			}
			records, err := db.Incidents(ctx, q)
			if err != nil {
				return err
			}
			if len(records) == 0 {
				fmt.Fprintln(s.out, "No incidents.")
				return nil
			}
			set, err := loadAgreements(cfg.Agreements.Directory)
			if err != nil {
				return err
			}
			return writeIncidents(s.out, set, records)
		})
	}
}

func writeIncidents(w io.Writer, set *contract.Set, records []store.IncidentRecord) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tSTATE\tSEVERITY\tBEGAN\tOUTAGES\tACKNOWLEDGED BY\tTITLE")
	for n := range records {
		i, err := incidentOf(&records[n])
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\n", i.ID, i.State, severityText(i), localText(i.OpenedAt, zoneOf(set, i)),
			len(i.Outages), orText(i.AcknowledgedBy, "–"), i.Title)
	}
	return t.Flush()
}

func severityText(i *incident.Incident) string {
	var out []string
	for _, a := range agreementsOf(i) {
		if s := i.Severities[a]; s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	text := orText(strings.Join(out, ", "), "–")
	if i.Major {
		text += " (major)"
	}
	return text
}

func showIncident(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	return func(ctx context.Context, args []string) error {
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			set, err := loadAgreements(cfg.Agreements.Directory)
			if err != nil {
				return err
			}
			i, events, err := readIncident(ctx, db, args[0])
			if err != nil {
				return incidentError(args[0], err)
			}
			clocks, err := readClocks(set, i, events, time.Now().UnixMilli())
			if err != nil {
				return err
			}
			return writeIncident(s.out, i, events, clocks, zoneOf(set, i))
		})
	}
}

func reportIncident(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "as it concerns the agreement with this `ID`; the house's own, of all, where absent")
	format := fs.String("format", "markdown", "`FORMAT`: markdown or json")
	return func(ctx context.Context, args []string) error {
		if *format != "markdown" && *format != "json" {
			return usagef("--format %q is not markdown or json", *format)
		}
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			set, err := loadAgreements(cfg.Agreements.Directory)
			if err != nil {
				return err
			}
			i, events, err := readIncident(ctx, db, args[0])
			if err != nil {
				return incidentError(args[0], err)
			}
			r := reporter{db, set, evaluatorOf(cfg, db, set), time.Now().UnixMilli()}
			doc, err := r.report(ctx, i, events, *agreement)
			if err != nil {
				return err
			}
			if *format == "json" {
				enc := json.NewEncoder(s.out)
				enc.SetIndent("", "  ")
				return enc.Encode(doc)
			}
			return doc.WriteMarkdown(s.out)
		})
	}
}

func writeIncident(w io.Writer, i *incident.Incident, events []incident.Event, clocks []incident.ClockStatus, zone *time.Location) error {
	fmt.Fprintf(w, "%s  %s\n%s, severity %s, began %s (%s)\n", i.ID, i.Title, i.State, severityText(i), localText(i.OpenedAt, zone), zone)
	for _, k := range clocks {
		fmt.Fprintf(w, "%s of %s %s: %s\n", k.Indicator, k.Agreement, k.Severity, clockText(&k, zone))
	}
	for _, o := range i.Outages {
		end := "goes on"
		switch {
		case o.Withdrawn:
			end = "withdrawn"
		case o.To != 0:
			end = "to " + localText(o.To, zone)
		}
		fmt.Fprintf(w, "outage of %s/%s from %s, %s\n", o.Agreement, o.Service, localText(o.From, zone), end)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nENTRY\tTOOK PLACE\tENTERED\tWHAT\tBY\tTEXT")
	for _, e := range events {
		text := orText(e.Text, e.Reason)
		switch {
		case e.Severity != "":
			text = strings.TrimSpace(e.Agreement + " " + e.Severity + " " + text)
		case e.Action != nil:
			text = fmt.Sprintf("%s (%s, %s by %s)", e.Action.Text, e.Action.State, e.Action.Owner, e.Action.Due)
		case e.Step != nil && e.Step.Change != "":
			text = fmt.Sprintf("%s: %s", eventWord(e.Step.Change), strings.Join(append(slices.Clone(e.Step.People), e.Step.Channels...), ", "))
		case e.Step != nil:
			text = fmt.Sprintf("level %d: %s", e.Step.Level, strings.Join(append(slices.Clone(e.Step.People), e.Step.Channels...), ", "))
		case e.Outage != nil && text == "":
			text = e.Outage.Agreement + "/" + e.Outage.Service
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\n", e.Seq, localText(e.Effect(), zone), localText(e.At, zone), eventWord(e.Kind), e.By, oneLine(text))
	}
	return t.Flush()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func clockText(k *incident.ClockStatus, zone *time.Location) string {
	target := time.Duration(k.Target) * time.Millisecond
	switch {
	case k.Breach && k.StoppedAt != 0:
		return fmt.Sprintf("missed, target %v, stopped %s", target, localText(k.StoppedAt, zone))
	case k.Breach:
		return fmt.Sprintf("missed, target %v, still running", target)
	case k.StoppedAt != 0:
		return fmt.Sprintf("met, target %v, stopped %s", target, localText(k.StoppedAt, zone))
	case k.DueAt != 0:
		return fmt.Sprintf("due %s, target %v", localText(k.DueAt, zone), target)
	}
	return fmt.Sprintf("stands still, target %v", target)
}
