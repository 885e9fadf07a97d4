package collector

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// plan is one [[maintenance]] entry of an agreement's file.
func plan(id, start, length, more string) string {
	return "[[maintenance]]\nid = \"" + id + "\"\nstart = " + start + "\nlength = \"" + length + "\"\nreason = \"work\"\n" + more
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: t.TempDir() + "/db"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// announce loads an agreement with these plans at an instant.
func announce(t *testing.T, db *store.Store, at string, plans ...string) *contract.Agreement {
	t.Helper()
	a, faults := contract.Parse("shop.toml", []byte(agreementText("shop", "1m", "")+strings.Join(plans, "\n")))
	if err := contract.Join(faults); err != nil {
		t.Fatal(err)
	}
	set, faults := contract.NewSet([]*contract.Agreement{a})
	if err := errors.Join(contract.Join(faults), announcePlanned(t.Context(), db, set, ms(t, at))); err != nil {
		t.Fatal(err)
	}
	return a
}

func ms(t *testing.T, s string) int64 {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UnixMilli()
}

// windows lists what is left out of November, "from to announced".
func windows(t *testing.T, db *store.Store, a *contract.Agreement, asOf int64) string {
	t.Helper()
	ex, err := records{db: db}.Exclusions(t.Context(), a, sla.Window{From: ms(t, "2026-11-01T00:00:00Z"), To: ms(t, "2026-12-01T00:00:00Z")}, asOf)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range ex.Maintenance {
		show := func(ms int64) string { return time.UnixMilli(ms).UTC().Format("02T15:04") }
		out = append(out, show(m.From)+" "+show(m.To)+" "+show(m.Announced))
	}
	return strings.Join(out, ", ")
}

func TestPlannedMaintenanceIsAnnouncedWhenItIsFirstSeen(t *testing.T) {
	db := openStore(t)
	once := plan("move", "2026-11-20T22:00:00", "2h", "")
	check := func(what string, a *contract.Agreement, want string) {
		t.Helper()
		if got := windows(t, db, a, 0); got != want {
			t.Errorf("%s: windows %q; want %q", what, got, want)
		}
	}
	const first = "20T21:00 20T23:00 10T09:00"
	check("first seen", announce(t, db, "2026-11-10T09:00:00Z", once), first)
	check("seen again", announce(t, db, "2026-11-12T09:00:00Z", once), first)
	edited := plan("move", "2026-11-20T22:00:00", "3h", "")
	check("made longer: the old is taken back, the new announced now", announce(t, db, "2026-11-13T09:00:00Z", edited), "20T21:00 21T00:00 13T09:00")
	check("made as it was: announced once more", announce(t, db, "2026-11-14T09:00:00Z", once), "20T21:00 20T23:00 14T09:00")
	check("taken out", announce(t, db, "2026-11-15T09:00:00Z"), "")
	a := announce(t, db, "2026-11-16T09:00:00Z", once)
	check("put in again", a, "20T21:00 20T23:00 16T09:00")
	// What is taken out while it runs stands as far as it had come.
	check("taken out as it runs", announce(t, db, "2026-11-20T22:00:00Z"), "20T21:00 20T22:00 16T09:00")
	for at, want := range map[string]string{
		"2026-11-09T00:00:00Z": "", "2026-11-11T00:00:00Z": first, "2026-11-15T10:00:00Z": "",
		"2026-11-20T21:30:00Z": "20T21:00 20T23:00 16T09:00",
	} {
		if got := windows(t, db, a, ms(t, at)); got != want {
			t.Errorf("windows as of %s: %q; want %q", at, got, want)
		}
	}
}

func TestMaintenanceIsNeverBackDated(t *testing.T) {
	for _, c := range []struct{ what, plan, want string }{
		{"a window of last week", plan("old", "2026-11-03T22:00:00", "2h", ""), ""},
		{"one that runs counts from now on", plan("now", "2026-11-10T09:30:00", "1h", ""), "10T09:00 10T09:30 10T09:00"},
		{"a series that is older than its announcement", plan("weekly", "2026-10-06T02:00:00", "1h", "rrule = \"FREQ=WEEKLY\"\n"),
			"17T01:00 17T02:00 10T09:00, 24T01:00 24T02:00 10T09:00"},
		{"a file that says it was announced before it was seen", plan("said", "2026-11-12T10:00:00", "1h", "announced = 2026-11-01T00:00:00Z\n"),
			"12T09:00 12T10:00 10T09:00"},
		{"a file that says it is announced later", plan("late", "2026-11-12T10:00:00", "1h", "announced = 2026-11-11T00:00:00Z\n"),
			"12T09:00 12T10:00 11T00:00"},
	} {
		db := openStore(t)
		a := announce(t, db, "2026-11-10T09:00:00Z", c.plan)
		if got := windows(t, db, a, 0); got != c.want {
			t.Errorf("%s: windows %q; want %q", c.what, got, c.want)
		}
	}
}

func TestEarlyEndAndCancelCutWindows(t *testing.T) {
	db := openStore(t)
	a := announce(t, db, "2026-11-01T09:00:00Z", plan("weekly", "2026-11-03T02:00:00", "1h", "rrule = \"FREQ=WEEKLY\"\n"))
	for _, m := range []store.MaintenanceRecord{
		{ID: "mw-1", From: ms(t, "2026-11-05T00:00:00Z"), To: ms(t, "2026-11-05T04:00:00Z")},
		{ID: "mw-2", From: ms(t, "2026-11-06T00:00:00Z"), To: ms(t, "2026-11-06T04:00:00Z")},
		{ID: "mw-3", From: ms(t, "2026-11-07T00:00:00Z"), To: ms(t, "2026-11-07T04:00:00Z")},
		{ID: "mw-4", From: ms(t, "2026-11-09T02:00:00Z"), To: ms(t, "2026-11-09T03:00:00Z"), RRule: "FREQ=WEEKLY", Zone: "UTC", Start: "2026-11-09T02:00:00"},
	} {
		m.Agreement, m.AnnouncedAt, m.Reason, m.CreatedBy = "shop", ms(t, "2026-11-01T09:00:00Z"), "work", "ops"
		if m.RRule != "" {
			if err := asSeries(&m, m.RRule, m.Zone, m.Start); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.AddMaintenance(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	known, err := db.Maintenance(t.Context(), "shop", 0, 1<<62)
	if err != nil {
		t.Fatal(err)
	}
	inFile := ""
	for _, m := range known {
		if m.CreatedBy == byFile {
			inFile = m.ID
		}
	}
	do := func(f settle, id, at string) error {
		return f(context.Background(), db, id, "ops", ms(t, at))
	}
	for _, c := range []struct {
		what string
		err  error
		want string
	}{
		{"end while it runs", do(endMaintenance, "mw-1", "2026-11-05T01:00:00Z"), ""},
		{"end it again", do(endMaintenance, "mw-1", "2026-11-05T02:00:00Z"), "ended"},
		{"end before it begins", do(endMaintenance, "mw-2", "2026-11-05T02:00:00Z"), "has not begun"},
		{"cancel before it begins", do(cancelMaintenance, "mw-2", "2026-11-05T02:00:00Z"), ""},
		{"cancel while it runs", do(cancelMaintenance, "mw-3", "2026-11-07T03:00:00Z"), ""},
		{"end a series", do(endMaintenance, "mw-4", "2026-11-09T02:30:00Z"), "is a series"},
		{"cancel a series", do(cancelMaintenance, "mw-4", "2026-11-16T02:30:00Z"), ""},
		{"cancel what a file plans", do(cancelMaintenance, inFile, "2026-11-09T00:00:00Z"), "agreement's file"},
		{"cancel what is over", do(cancelMaintenance, "mw-3", "2026-11-08T00:00:00Z"), "over"},
		{"cancel what nobody announced", do(cancelMaintenance, "mw-9", "2026-11-08T00:00:00Z"), "no such record"},
	} {
		if (c.err == nil) != (c.want == "") || c.err != nil && !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", c.what, c.err, c.want)
		}
	}
	const want = "03T01:00 03T02:00, 05T00:00 05T01:00, 07T00:00 07T03:00, 09T02:00 09T03:00, 10T01:00 10T02:00, " +
		"16T02:00 16T02:30, 17T01:00 17T02:00, 24T01:00 24T02:00"
	if got := sortedWindows(windows(t, db, a, 0)); got != want {
		t.Errorf("windows:\n%s\nwant:\n%s", got, want)
	}
}

// sortedWindows orders windows by their start and leaves out when they were announced.
func sortedWindows(text string) string {
	all := strings.Split(text, ", ")
	for i, w := range all {
		all[i] = w[:strings.LastIndexByte(w, ' ')]
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
