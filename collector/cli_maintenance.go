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

// maintenanceBack and maintenanceAhead bound what maintenance list shows by default.
const (
	maintenanceBack  = 31 * 24 * time.Hour
	maintenanceAhead = 366 * 24 * time.Hour
)

func maintenanceCommands() []command {
	return []command{
		{"maintenance add", "", "announce scheduled maintenance; announced now, by the collector's clock",
			`probity-collector maintenance add --agreement shop --from 2026-12-06T02:00 --length 2h --reason "Database upgrade"`, addMaintenance},
		{"maintenance list", "", "list announced maintenance", "probity-collector maintenance list --agreement shop", listMaintenance},
		{"maintenance cancel", "ID", "take back maintenance, or cut short what runs",
			"probity-collector maintenance cancel mw-k3v9q2xa", settleMaintenance("cancelled", cancelMaintenance)},
		{"maintenance end", "ID", "say that maintenance finished early", "probity-collector maintenance end mw-k3v9q2xa",
			settleMaintenance("ended", endMaintenance)},
		{"maintenance import", "FILE.ics", "announce what an iCalendar holds; what is known already stays as it is",
			"probity-collector maintenance import planned.ics --agreement shop", importCalendar},
		{"maintenance export", "", "print announced maintenance as an iCalendar",
			"probity-collector maintenance export --agreement shop", exportCalendar},
	}
}

// list is a flag that may be given more than once.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

// instantIn reads an instant: RFC 3339, a local wall time in the zone, or "+2h" from now.
func instantIn(flagName, s string, zone *time.Location, now time.Time) (int64, error) {
	if after, ok := strings.CutPrefix(s, "+"); ok {
		if d, err := time.ParseDuration(after); err == nil {
			return now.Add(d).UnixMilli(), nil
		}
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UnixMilli(), nil
	}
	if wall, err := contract.ParseWall(s); err == nil {
		at := contract.At(wall, zone)
		if local := at.In(zone); local.Hour() != wall.Hour() || local.Minute() != wall.Minute() {
			return 0, usagef("--%s %s does not exist in %s: the clocks are set forward over it, to %s; write the time that is meant",
				flagName, s, zone, local.Format("15:04"))
		}
		return at.UnixMilli(), nil
	}
	return 0, usagef(`--%s %q is not an instant; write 2026-12-06T02:00 (in %s), 2026-12-06T02:00:00Z, or +2h`, flagName, s, zone)
}

// agreementInForce is the agreement as a collector loaded it last: what its
// statements are judged by. One that was never loaded is read from its file.
func agreementInForce(ctx context.Context, cfg *Config, db *store.Store, id string) (*contract.Agreement, error) {
	r := records{db, cfg.Agreements.Directory}
	revision, err := r.InForce(ctx, id, time.Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	if revision == "" {
		return agreementOf(cfg, id)
	}
	return r.AgreementAt(ctx, id, revision)
}

// agreementOf finds an agreement among those on file.
func agreementOf(cfg *Config, id string) (*contract.Agreement, error) {
	if id == "" {
		return nil, usagef("--agreement is missing")
	}
	set, err := loadAgreements(cfg.Agreements.Directory)
	if err != nil {
		return nil, err
	}
	a := set.Agreement(id)
	if a == nil {
		var ids []string
		for _, x := range set.Agreements {
			ids = append(ids, x.ID)
		}
		return nil, fmt.Errorf("no agreement %q in %s; there are: %s", id, cfg.Agreements.Directory, strings.Join(ids, ", "))
	}
	return a, nil
}

func addMaintenance(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	from := fs.String("from", "", "`INSTANT` it begins: local in the agreement's zone, RFC 3339, or +2h (needed)")
	to := fs.String("to", "", "`INSTANT` it ends; or give --length")
	length := fs.Duration("length", 0, "`DURATION` of the window, for example 2h")
	rule := fs.String("rrule", "", "`RULE` by which it recurs, RFC 5545, for example FREQ=WEEKLY;BYDAY=SU")
	reason := fs.String("reason", "", "`TEXT` for the statement (needed)")
	by := fs.String("by", operator(), "`NAME` of who announces it")
	emergency := fs.Bool("emergency", false, "not planned: counts unless the agreement excuses emergencies")
	var services list
	fs.Var(&services, "service", "`ID` of a service that it covers; repeat for more; all where absent")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			now := time.Now()
			m := store.MaintenanceRecord{
				ID: newID("mw"), Agreement: a.ID, Services: services, AnnouncedAt: now.UnixMilli(),
				Emergency: *emergency, Reason: *reason, CreatedBy: *by,
			}
			if err := maintenanceTimes(&m, a, *from, *to, *length, now); err != nil {
				return err
			}
			if *rule != "" {
				start := time.UnixMilli(m.From).In(a.Zone).Format("2006-01-02T15:04:05")
				if err := asSeries(&m, *rule, a.Zone.String(), start); err != nil {
					return usagef("--rrule: %v", err)
				}
			}
			if err := db.AddMaintenance(ctx, m); err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%s announced: %s, %s\n", m.ID, a.ID, spanIn(m.From, max(m.From+m.Length, min(m.To, m.From+int64(31*24*time.Hour/time.Millisecond))), a.Zone))
			warnNotice(s, a, &m)
			return nil
		})
	}
}

// maintenanceTimes fills in and checks the times, the services and the reason.
func maintenanceTimes(m *store.MaintenanceRecord, a *contract.Agreement, from, to string, length time.Duration, now time.Time) (err error) {
	for _, id := range m.Services {
		if !slices.ContainsFunc(a.Services, func(s contract.Service) bool { return s.ID == id }) {
			return usagef("--service %q is not a service of agreement %s", id, a.ID)
		}
	}
	if strings.TrimSpace(m.Reason) == "" {
		return usagef("--reason is missing; it is printed in the statement, so say what is being done")
	}
	if from == "" {
		return usagef("--from is missing")
	}
	if m.From, err = instantIn("from", from, a.Zone, now); err != nil {
		return err
	}
	switch {
	case (to == "") == (length == 0):
		return usagef("give --to or --length, one of them")
	case to != "":
		if m.To, err = instantIn("to", to, a.Zone, now); err != nil {
			return err
		}
	default:
		m.To = m.From + length.Milliseconds()
	}
	if m.To <= m.From {
		return usagef("the window ends before it begins")
	}
	if d := time.Duration(m.To-m.From) * time.Millisecond; d > contract.MaxWindowLength {
		return usagef("a window is at most %s long", contract.MaxWindowLength)
	}
	if m.From < now.UnixMilli() {
		return usagef("--from lies in the past: a window is announced before it begins; to leave out past time record a correction")
	}
	return nil
}

// warnNotice says when the agreement's notice was not kept: the window will count.
func warnNotice(s *streams, a *contract.Agreement, m *store.MaintenanceRecord) {
	ahead := time.Duration(m.From-m.AnnouncedAt) * time.Millisecond
	if short := a.Notice - ahead; short > 0 && !m.Emergency {
		fmt.Fprintf(s.err, "warning: announced %s ahead, %s short of the %s notice: this window will count as it is\n",
			ahead.Round(time.Second), short.Round(time.Second), a.Notice)
	}
}

func spanIn(from, to int64, zone *time.Location) string {
	const layout = "2006-01-02 15:04:05 -07:00"
	return time.UnixMilli(from).In(zone).Format(layout) + " to " + time.UnixMilli(to).In(zone).Format(layout)
}

func listMaintenance(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement; all where absent")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(_ *Config, db *store.Store) error {
			now := time.Now()
			w := sla.Window{From: now.Add(-maintenanceBack).UnixMilli(), To: now.Add(maintenanceAhead).UnixMilli()}
			ms, err := db.Maintenance(ctx, *agreement, w.From, w.To)
			if err != nil {
				return err
			}
			if len(ms) == 0 {
				fmt.Fprintln(s.out, "No maintenance announced. Announce some: probity-collector maintenance add --help")
				return nil
			}
			t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tAGREEMENT\tSERVICES\tFROM\tTO\tANNOUNCED\tSTATE\tREASON")
			for i := range ms {
				m := &ms[i]
				services := strings.Join(m.Services, ",")
				if services == "" {
					services = "all"
				}
				to := showInstant(m.To)
				if m.RRule != "" {
					to = (time.Duration(m.Length) * time.Millisecond).String() + " each, " + m.RRule
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ID, m.Agreement, services, showInstant(m.From), to,
					showInstant(m.AnnouncedAt), maintenanceState(m, now.UnixMilli()), m.Reason)
			}
			return t.Flush()
		})
	}
}

func maintenanceState(m *store.MaintenanceRecord, now int64) string {
	switch {
	case m.CancelledAt != 0:
		return "cancelled"
	case m.EndedAt != 0:
		return "ended early"
	case now < m.From:
		return "planned"
	case m.RRule != "":
		return "recurring"
	case now < m.To:
		return "running"
	}
	return "over"
}

type settle func(ctx context.Context, db *store.Store, id, by string, at int64) error

func endMaintenance(ctx context.Context, db *store.Store, id, by string, at int64) error {
	m, err := db.MaintenanceByID(ctx, id)
	switch {
	case err != nil:
		return err
	case m.RRule != "":
		return fmt.Errorf("maintenance %s is a series: ending it would end every window to come; probing goes on, so an early finish is on record without it", id)
	case m.From > at:
		return fmt.Errorf("maintenance %s has not begun; cancel it instead", id)
	case m.To <= at:
		return fmt.Errorf("maintenance %s %w", id, errOver)
	}
	return db.EndMaintenance(ctx, id, by, at)
}

func settleMaintenance(word string, do settle) func(*flag.FlagSet, *streams) func(context.Context, []string) error {
	return func(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
		load := configFlag(fs, s)
		by := fs.String("by", operator(), "`NAME` of who does it")
		return func(ctx context.Context, args []string) error {
			return withStore(ctx, load, false, func(_ *Config, db *store.Store) error {
				err := do(ctx, db, args[0], *by, time.Now().UnixMilli())
				if errors.Is(err, store.ErrNotFound) {
					return fmt.Errorf("no maintenance %q; probity-collector maintenance list shows what is announced", args[0])
				}
				if err != nil {
					return err
				}
				fmt.Fprintf(s.out, "maintenance %s is %s\n", args[0], word)
				return nil
			})
		}
	}
}
