package collector

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
)

// maxCalendarBytes bounds an iCalendar that is read.
const maxCalendarBytes = 4 << 20

func importCalendar(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	by := fs.String("by", operator(), "`NAME` of who announces it")
	return func(ctx context.Context, args []string) error {
		planned, err := readCalendar(args[0])
		if err != nil {
			return err
		}
		return withStore(ctx, load, false, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			done, err := announceEntries(ctx, db, a, planned, *by, time.Now().UnixMilli())
			added := 0
			for _, e := range done {
				switch e.became {
				case entryOver:
					fmt.Fprintf(s.err, "%s is over: passed over; to leave out past time record a correction\n", e.planned.ID)
				case entryKnown:
					fmt.Fprintf(s.out, "%s is announced already\n", e.id)
				default:
					added++
					fmt.Fprintf(s.out, "%s announced: %s\n", e.id, e.planned.Reason)
				}
			}
			if err != nil {
				return err
			}
			fmt.Fprintf(s.out, "%d of %d entries announced\n", added, len(planned))
			return nil
		})
	}
}

// What became of an entry of a calendar.
const (
	entryAnnounced = iota
	entryKnown
	entryOver // nothing of it is to come
)

type calendarEntry struct {
	id      string // of the maintenance
	planned contract.Planned
	became  int
}

// entryError says which entry cannot be taken, and why.
type entryError struct {
	entry string
	err   error
}

func (e *entryError) Error() string { return "calendar entry " + e.entry + ": " + e.err.Error() }
func (e *entryError) Unwrap() error { return e.err }

// announceEntries announces what is to come and not known yet. An entry that
// cannot be taken is an entryError, and then nothing is announced.
func announceEntries(ctx context.Context, db *store.Store, a *contract.Agreement, planned []contract.Planned, by string, now int64) ([]calendarEntry, error) {
	records := make([]store.MaintenanceRecord, len(planned))
	for i, p := range planned {
		m, err := recordOf(a, p, now)
		if err != nil {
			return nil, &entryError{p.ID, err}
		}
		m.ID, m.CreatedBy = "cal-"+m.ID[len("plan-"):], by
		records[i] = m
	}
	var done []calendarEntry
	for i := range records {
		m, e := &records[i], calendarEntry{planned: planned[i], became: entryOver}
		if m.To > now {
			known, err := ownEntry(ctx, db, a, &e, m)
			if err == nil && !known {
				known, err = announceOnce(ctx, db, m)
			}
			if err != nil {
				return done, err
			}
			if e.became = entryAnnounced; known {
				e.became = entryKnown
			}
		}
		e.id = m.ID
		done = append(done, e)
	}
	return done, nil
}

// ownEntry reports whether an entry is maintenance of ours that came back, as
// writeCalendar wrote it; m is then named as on record.
func ownEntry(ctx context.Context, db *store.Store, a *contract.Agreement, e *calendarEntry, m *store.MaintenanceRecord) (bool, error) {
	old, err := db.MaintenanceByID(ctx, e.planned.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return false, nil
	case err != nil || old.Agreement != a.ID || old.CancelledAt != 0:
		return false, err
	}
	m.ID = old.ID
	return true, nil
}

func readCalendar(path string) ([]contract.Planned, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxCalendarBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxCalendarBytes {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxCalendarBytes)
	}
	planned, faults := contract.ParseICS(data)
	for i := range faults {
		faults[i].File = path
	}
	return planned, contract.Join(faults)
}

func exportCalendar(fs *flag.FlagSet, s *streams) func(context.Context, []string) error {
	load := configFlag(fs, s)
	agreement := fs.String("agreement", "", "`ID` of the agreement (needed)")
	return func(ctx context.Context, _ []string) error {
		return withStore(ctx, load, true, func(cfg *Config, db *store.Store) error {
			a, err := agreementOf(cfg, *agreement)
			if err != nil {
				return err
			}
			return writeCalendar(ctx, s.out, db, a, time.Now())
		})
	}
}

// writeCalendar serves the maintenance of an agreement that stands or stood.
func writeCalendar(ctx context.Context, w io.Writer, db *store.Store, a *contract.Agreement, now time.Time) error {
	records, err := db.Maintenance(ctx, a.ID, now.Add(-maintenanceBack).UnixMilli(), 1<<62)
	if err != nil {
		return err
	}
	var planned []contract.Planned
	for i := range records {
		m := &records[i]
		if m.CancelledAt != 0 && m.CancelledAt <= m.From {
			continue
		}
		p := plannedOf(m)
		p.Zone = a.Zone
		if m.RRule != "" {
			if p.Zone, err = time.LoadLocation(m.Zone); err != nil {
				return fmt.Errorf("maintenance %s: %w", m.ID, err)
			}
			if m.CancelledAt != 0 {
				p.Until = time.UnixMilli(m.CancelledAt).In(p.Zone).Format("2006-01-02T15:04:05")
			}
		} else {
			p.Start = time.UnixMilli(m.From).In(a.Zone).Format("2006-01-02T15:04:05")
			end := m.To
			for _, at := range []int64{m.CancelledAt, m.EndedAt} {
				if at != 0 {
					end = min(end, at)
				}
			}
			p.Length = time.Duration(end-m.From) * time.Millisecond
		}
		planned = append(planned, p)
	}
	return contract.WriteICS(w, a.Name, a.Zone, now.UnixMilli(), planned)
}
