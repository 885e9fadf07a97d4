package collector

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// seriesReach is how far ahead a series without an end reaches.
const seriesReach = 100 * 366 * 24 * time.Hour

// byFile is who announces what is written in an agreement's file.
const byFile = "agreement file"

// newID returns a short random name with a prefix, "mw-k3v9q2xa".
func newID(prefix string) string {
	var b [5]byte
	rand.Read(b[:])
	return prefix + "-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}

// occurrences are the windows of a record that touch w. A record that was
// cancelled or ended early stands as far as it had come by then: what was
// announced and has passed is not taken back. Nor does it reach back before it
// was announced: a file may plan what has passed already.
func occurrences(m *store.MaintenanceRecord, w sla.Window) ([]sla.Maintenance, error) {
	windows := []sla.Maintenance{{ID: m.ID, From: m.From, To: m.To, Announced: m.AnnouncedAt, Emergency: m.Emergency}}
	if m.RRule != "" {
		zone, err := time.LoadLocation(m.Zone)
		if err != nil {
			return nil, err
		}
		windows = contract.Expand(plannedOf(m), zone, w)
	}
	stop := int64(1<<63 - 1)
	for _, at := range []int64{m.CancelledAt, m.EndedAt} {
		if at != 0 {
			stop = min(stop, at)
		}
	}
	out := windows[:0]
	for _, x := range windows {
		if x.From, x.To = max(x.From, m.AnnouncedAt), min(x.To, stop); x.From < x.To {
			out = append(out, x)
		}
	}
	return out, nil
}

func plannedOf(m *store.MaintenanceRecord) contract.Planned {
	return contract.Planned{
		ID: m.ID, Services: m.Services, Start: m.Start, Length: time.Duration(m.Length) * time.Millisecond,
		RRule: m.RRule, Until: m.Until, Except: m.Except, Announced: m.AnnouncedAt, Emergency: m.Emergency, Reason: m.Reason,
	}
}

// recordOf makes a record of maintenance that an agreement's file plans. Its
// name holds a hash of all that was announced, so that an edited entry is a new
// announcement, with its own date.
func recordOf(a *contract.Agreement, p contract.Planned, now int64) (store.MaintenanceRecord, error) {
	start, err := contract.ParseWall(p.Start)
	if err != nil {
		return store.MaintenanceRecord{}, err
	}
	zone := a.Zone
	if p.Zone != nil {
		zone = p.Zone
	}
	from := contract.At(start, zone).UnixMilli()
	m := store.MaintenanceRecord{
		Agreement: a.ID, Services: p.Services, From: from, To: from + p.Length.Milliseconds(),
		// A file may say that it was announced later, never earlier than we saw it.
		AnnouncedAt: max(now, p.Announced), Emergency: p.Emergency, Reason: p.Reason, CreatedBy: byFile,
	}
	if p.RRule != "" {
		m.RRule, m.Zone, m.Start, m.Until, m.Except = p.RRule, zone.String(), p.Start, p.Until, p.Except
		m.Length, m.To = p.Length.Milliseconds(), from+seriesReach.Milliseconds()
	}
	sum := sha256.Sum256(fmt.Append(nil, zone, p.Services, p.Start, p.Length, p.RRule, p.Until, p.Except, p.Emergency))
	m.ID = fmt.Sprintf("plan-%s-%s-%s", a.ID, p.ID, hex.EncodeToString(sum[:4]))
	return m, nil
}

// announcePlanned records what the agreements' files plan, each when it is
// first seen, and cancels what was taken out of them.
func announcePlanned(ctx context.Context, db *store.Store, set *contract.Set, now int64) error {
	planned := map[string]bool{}
	for _, a := range set.Agreements {
		for _, p := range a.Planned {
			m, err := recordOf(a, p, now)
			if err != nil {
				return fmt.Errorf("agreement %s: maintenance %s: %w", a.ID, p.ID, err)
			}
			if _, err := announceOnce(ctx, db, &m); err != nil {
				return err
			}
			planned[m.ID] = true
		}
	}
	known, err := db.Maintenance(ctx, "", now, 1<<62)
	if err != nil {
		return err
	}
	for _, m := range known {
		if m.CreatedBy != byFile || m.CancelledAt != 0 || m.EndedAt != 0 || planned[m.ID] {
			continue
		}
		if err := db.CancelMaintenance(ctx, m.ID, byFile, now); err != nil && !errors.Is(err, store.ErrSettled) {
			return err
		}
	}
	return nil
}

// announceOnce records m, or reports that it is known. What was taken back and
// comes again is a new announcement, "…-2".
func announceOnce(ctx context.Context, db *store.Store, m *store.MaintenanceRecord) (known bool, err error) {
	name := m.ID
	for n := 2; ; n++ {
		old, err := db.MaintenanceByID(ctx, m.ID)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return false, db.AddMaintenance(ctx, *m)
		case err != nil || old.CancelledAt == 0:
			return err == nil, err
		}
		m.ID = fmt.Sprintf("%s-%d", name, n)
	}
}

// windowOf shows a record to package web.
func windowOf(m *store.MaintenanceRecord) web.MaintenanceWindow {
	return web.MaintenanceWindow{
		ID: m.ID, Agreement: m.Agreement, Services: m.Services, From: m.From, To: m.To, AnnouncedAt: m.AnnouncedAt,
		Emergency: m.Emergency, Reason: m.Reason, CreatedBy: m.CreatedBy, CancelledAt: m.CancelledAt,
		CancelledBy: m.CancelledBy, EndedAt: m.EndedAt, RRule: m.RRule, Zone: m.Zone, Start: m.Start,
	}
}

// Maintenance lists what touches a window: single windows, and each occurrence of a series.
func (v views) Maintenance(ctx context.Context, agreement string, w sla.Window) ([]web.MaintenanceWindow, error) {
	records, err := v.c.db.Maintenance(ctx, agreement, w.From, w.To)
	if err != nil {
		return nil, err
	}
	out := []web.MaintenanceWindow{}
	for i := range records {
		m := &records[i]
		if m.RRule == "" {
			out = append(out, windowOf(m))
			continue
		}
		windows, err := occurrences(m, w)
		if err != nil {
			return nil, fmt.Errorf("maintenance %s: %w", m.ID, err)
		}
		for _, x := range windows {
			one := windowOf(m)
			one.ID, one.From, one.To = x.ID, x.From, x.To
			out = append(out, one)
		}
	}
	return out, nil
}

// MaintenanceByID finds one record; an occurrence of a series is its series.
func (v views) MaintenanceByID(ctx context.Context, id string) (web.MaintenanceWindow, error) {
	series, _, _ := strings.Cut(id, "@")
	m, err := v.c.db.MaintenanceByID(ctx, series)
	if errors.Is(err, store.ErrNotFound) {
		return web.MaintenanceWindow{}, errors.Join(err, web.ErrNotFound)
	}
	return windowOf(&m), err
}

// Announce stores a window that web has checked and dated.
func (v views) Announce(ctx context.Context, w web.MaintenanceWindow) (web.MaintenanceWindow, error) {
	m := store.MaintenanceRecord{
		ID: newID("mw"), Agreement: w.Agreement, Services: w.Services, From: w.From, To: w.To,
		AnnouncedAt: w.AnnouncedAt, Emergency: w.Emergency, Reason: w.Reason, CreatedBy: w.CreatedBy,
	}
	if w.RRule != "" {
		if err := asSeries(&m, w.RRule, w.Zone, w.Start); err != nil {
			return w, &web.InputError{Field: "rrule", Detail: err.Error()}
		}
	}
	if err := v.c.db.AddMaintenance(ctx, m); err != nil {
		return w, err
	}
	return windowOf(&m), nil
}

// asSeries makes a single window the first of a series.
func asSeries(m *store.MaintenanceRecord, rule, zone, start string) error {
	m.RRule, m.Zone, m.Start, m.Length = rule, zone, start, m.To-m.From
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	if _, err := contract.ExpandSeries(start, time.Duration(m.Length)*time.Millisecond, rule, loc, sla.Window{From: m.From, To: m.To}); err != nil {
		return err
	}
	m.To = m.From + seriesReach.Milliseconds()
	return nil
}

// Cancel takes back a window or series that has not begun, or cuts it short.
func (v views) Cancel(ctx context.Context, id, by string, at int64) (web.MaintenanceWindow, error) {
	series, _, _ := strings.Cut(id, "@")
	if err := cancelMaintenance(ctx, v.c.db, series, by, at); err != nil {
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = errors.Join(err, web.ErrNotFound)
		case errors.Is(err, store.ErrSettled), errors.Is(err, errOver), errors.Is(err, errInFile):
			err = errors.Join(err, web.ErrConflict)
		}
		return web.MaintenanceWindow{}, err
	}
	return v.MaintenanceByID(ctx, series)
}

var (
	errOver   = errors.New("is over: what was announced and has passed is not taken back; record a correction instead")
	errInFile = errors.New("is written in the agreement's file: take it out there and reload")
)

func cancelMaintenance(ctx context.Context, db *store.Store, id, by string, at int64) error {
	m, err := db.MaintenanceByID(ctx, id)
	switch {
	case err != nil:
		return err
	case m.CreatedBy == byFile:
		return fmt.Errorf("maintenance %s %w", id, errInFile)
	case m.To <= at:
		return fmt.Errorf("maintenance %s %w", id, errOver)
	}
	return db.CancelMaintenance(ctx, id, by, at)
}
