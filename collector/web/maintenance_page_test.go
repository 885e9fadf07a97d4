package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// capped gives aurora-shop's services terms with notice, length and cap.
func capped(f *fixture) {
	most := (6 * time.Hour).Milliseconds()
	for i := range f.agreements[0].Services {
		f.agreements[0].Services[i].Terms = &sla.Terms{Target: sla.Of(999, 1000), Maintenance: sla.MaintenanceTerms{
			MinNotice: (48 * time.Hour).Milliseconds(), MaxWindow: (3 * time.Hour).Milliseconds(), Cap: &most, EmergencyExcused: true}}
	}
}

func TestPreviewSaysWhatAWindowIsWorth(t *testing.T) {
	f := newFixture()
	capped(f)
	srv := f.serve(t, nil)
	for _, row := range []struct{ name, body, says string }{
		{"too late", `{"from": "2026-11-20T20:30:00Z", "to": "2026-11-20T21:30:00Z"}`, "announced 1 d 7 h ahead: 17 h short of the 2 d notice; this window will count as down time"},
		{"in time", `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T01:00:00Z"}`, "announced 5 d 10 h ahead, as agreed; down time in this window will not count"},
		{"an emergency", `{"from": "2026-11-19T14:00:00Z", "to": "2026-11-19T15:00:00Z", "emergency": true}`, "announced 30 min ahead, as agreed; down time in this window will not count"},
		{"too long", `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T03:30:00Z"}`, "3 h 30 min long: what goes beyond 3 h will count as down time"},
		{"beyond the cap", `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T03:00:00Z"}`, "4 h 40 min of 6 h in this period are planned already: 1 h 40 min of this window will count as down time"},
		{"in Chinese", `{"from": "2026-11-20T20:30:00Z", "to": "2026-11-20T21:30:00Z"}`, "此窗口将计为故障时间"},
	} {
		path := srv.URL + "/api/v1/agreements/aurora-shop/maintenance/preview"
		if row.name == "in Chinese" {
			path += "?lang=zh-CN"
		}
		got := ask(t, "POST", path, "operate-token", row.body)
		if p := decode[previewDoc](t, got); got.status != 200 || !strings.Contains(p.Text, row.says) {
			t.Errorf("%s: %d, says %q; want %q", row.name, got.status, p.Text, row.says)
		}
	}
	series := ask(t, "POST", srv.URL+"/api/v1/agreements/aurora-shop/maintenance/preview", "operate-token", `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T01:00:00Z", "rrule": "FREQ=WEEKLY"}`)
	if p := decode[previewDoc](t, series); len(p.Occurrences) != maxOccurrences || p.Occurrences[1].From != at(32, 0, 0) {
		t.Errorf("a series = %s", series.body)
	}
	if bad := ask(t, "POST", srv.URL+"/api/v1/agreements/aurora-shop/maintenance/preview", "operate-token", `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T01:00:00Z", "rrule": "FREQ=HOURLY"}`); bad.status != 400 {
		t.Errorf("a rule that is none = %d", bad.status)
	}
	if len(f.windows) != 3 {
		t.Errorf("previews stored %d windows", len(f.windows)-3)
	}
}

func TestMaintenanceIsConfirmedThenAnnounced(t *testing.T) {
	f := newFixture()
	capped(f)
	srv := f.serve(t, nil)
	page := srv.URL + "/agreements/aurora-shop/maintenance"
	typed := url.Values{"from": {"2026-11-20T21:30"}, "to": {"2026-11-20T22:30"}, "reason": {"Firmware <b>"}, "services": {"payments"}}
	for _, path := range []string{"/confirm", "/announce"} {
		if got := form(t, page+path, "read-token", typed); got.status != 403 {
			t.Errorf("POST %s as a reader = %d; want 403", path, got.status)
		}
	}
	got := form(t, page+"/confirm", "operate-token", typed)
	if got.status != 200 || !strings.Contains(got.body, "17 h short of the 2 d notice") || len(f.windows) != 3 {
		t.Fatalf("confirming = %d %s; want the warning, and nothing stored", got.status, text(got.body))
	}
	sent := url.Values{"from": {hiddenField(t, got.body, "from")}, "to": {hiddenField(t, got.body, "to")}, "reason": {"Firmware"}, "services": {"payments"}}
	if got = form(t, page+"/announce", "operate-token", sent); got.status != 303 {
		t.Fatalf("announcing = %d %s", got.status, text(got.body))
	}
	if m := f.windows[3]; m.From != at(20, 20, 30) || m.To != at(20, 21, 30) {
		t.Errorf("announced %+v; want 21:30 to 22:30 in Berlin", m)
	}
	typed.Set("to", "2026-11-19T21:30")
	if got = form(t, page+"/confirm", "operate-token", typed); got.status != 400 || !strings.Contains(got.body, "must be later than from") || !strings.Contains(got.body, `value="2026-11-20T21:30"`) {
		t.Errorf("a wrong form = %d; want it back with what is wrong", got.status)
	}
	if got = form(t, srv.URL+"/maintenance/mw-2/shorten", "operate-token", url.Values{"to": {"2026-11-22T03:00"}}); got.status != 303 || f.windows[1].EndedAt != at(22, 2, 0) {
		t.Errorf("shortening = %d, ends at %s", got.status, rfc3339(f.windows[1].EndedAt))
	}
	for name, to := range map[string]string{"twice": "2026-11-22T02:30", "beyond the end": "2026-11-23T02:00"} {
		if got = form(t, srv.URL+"/maintenance/mw-2/shorten", "operate-token", url.Values{"to": {to}}); got.status != 409 {
			t.Errorf("shortening %s = %d; want 409", name, got.status)
		}
	}
}

func hiddenField(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("the page has no field %q", name)
	}
	return value
}

func TestCalendarShowsTheMonth(t *testing.T) {
	f := newFixture()
	got := text(openPage(t, f, "/agreements/aurora-shop/maintenance").body)
	for _, want := range []string{"Maintenance 2026-11", "Mon Tue Wed", "12 02:00–03:40 Database upgrade", "22 02:00–05:00 Switch replacement in row 4"} {
		if !strings.Contains(got, want) {
			t.Errorf("the calendar does not say %q:\n%s", want, got)
		}
	}
	if got := openPage(t, f, "/agreements/aurora-shop/maintenance?month=2027-02"); got.status != 200 || !strings.Contains(text(got.body), "None is announced.") {
		t.Errorf("an empty month = %d", got.status)
	}
	for _, month := range []string{"soon", "1900-01", "2026-13"} {
		if got := openPage(t, f, "/agreements/aurora-shop/maintenance?month="+month); got.status != 400 {
			t.Errorf("month %q = %d; want 400", month, got.status)
		}
	}
}

func TestTimelineSaysThatLateMaintenanceCounts(t *testing.T) {
	c := &canvas{Window: sla.Window{From: at(19, 0, 0), To: at(20, 0, 0)}, zone: time.UTC, words: english}
	late := MaintenanceWindow{ID: "mw-9", From: at(19, 2, 0), To: at(19, 3, 0), AnnouncedAt: at(19, 1, 0)}
	kept := late
	kept.AnnouncedAt = at(17, 1, 0)
	l := c.maintenanceLane("Maintenance", []MaintenanceWindow{late, kept}, 120*minute)
	if !strings.HasPrefix(l.Spans[0].Title, "Counts: notice short by 1 h, ") || !strings.HasPrefix(l.Spans[1].Title, "Excluded, ") || l.Title == "" {
		t.Errorf("the lane says %q of %q and %q", l.Title, l.Spans[0].Title, l.Spans[1].Title)
	}
}
