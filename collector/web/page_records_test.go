package web

import (
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

func TestPagesShowWhatPeopleDecided(t *testing.T) {
	for _, row := range []struct {
		name, path string
		says       []string
	}{
		{"corrections with who and when", "/agreements/aurora-shop", []string{
			"not counted co-1 2026-11-07 05:12:00 2026-11-07 05:21:00 storefront The customer's own power cut ops 2026-11-08 10:00 Aurora 2026-11-09 10:00 –",
			"counted as down co-2", "does not count yet", "counted as up co-3", "F.maintenance mw-1"}},
		{"the newest revision of a closed period, and what each changed", "/agreements/aurora-shop?period=2026-10", []string{
			"revision 2, final", "revision 2 shown 2026-11-08 10:10:00 f2 storefront: availability % 100.000 → 99.979", "down, s 0.000 → 540.000", "revision 1 2026-11-01 07:00:00 f1 first"}},
		{"an earlier revision", "/agreements/aurora-shop?period=2026-10&revision=1", []string{"revision 1, final", "revision 1 shown"}},
		{"a revision that is not there", "/agreements/aurora-shop?period=2026-10&revision=7", []string{"No such revision"}},
		{"a closed period that was not frozen", "/agreements/aurora-shop?period=2026-09", []string{"not final"}},
	} {
		got := text(openPage(t, newFixture(), row.path).body)
		for _, want := range row.says {
			if !strings.Contains(got, want) {
				t.Errorf("%s: GET %s lacks %q:\n%s", row.name, row.path, want, got)
			}
		}
	}
	if got := text(openPage(t, newFixture(), "/agreements/harbour-wan").body); strings.Contains(got, "Corrections") || strings.Contains(got, "Revisions") {
		t.Error("a page without corrections and revisions has their headings")
	}
}

func TestDownInMaintenanceIsNotToldAsDown(t *testing.T) {
	f := newFixture()
	f.excused = map[string]bool{"aurora-shop/payments": true}
	for path, want := range map[string]string{"/": "1 of 3 agreements are up, 1 down in maintenance, 1 unknown", "/agreements/aurora-shop": "Down, in maintenance since"} {
		if got := text(openPage(t, f, path).body); !strings.Contains(got, want) || strings.Contains(got, "is down") {
			t.Errorf("GET %s lacks %q, or says \"is down\":\n%.600s", path, want, got)
		}
	}
	if got := openPage(t, f, "/", "Accept-Language", "zh").body; !strings.Contains(got, "维护中停机") {
		t.Errorf("in Chinese: %.600s", text(got))
	}
	l := Live{State: sla.Down, Services: []ServiceLive{{State: sla.Down, Excused: true}, {State: sla.Down}}}
	if l.Excused() {
		t.Error("one service down outside maintenance is excused by another's")
	}
}

func TestTimelineBeginsWithTheData(t *testing.T) {
	now := fixtureNow.UnixMilli()
	for _, row := range []struct {
		name         string
		period, seen int64 // when the period began, and when something was seen first
		want         string
		length       int64
	}{
		{"ten seconds of data", at(1, 0, 0), now - 10_000, "", minute},
		{"two hours of data", at(1, 0, 0), now - 120*minute, "", 120 * minute},
		{"three days of data", at(1, 0, 0), at(16, 0, 0), "24h", 0},
		{"no data", at(1, 0, 0), now, "", minute},
		{"a minute into a month with history before", now - minute, now - minute, "24h", 0},
	} {
		v := &agreementView{Running: true, Period: contract.Span{Window: sla.Window{From: row.period}}, Statement: &sla.Statement{
			Services: []sla.ServiceStatement{{Verdict: sla.Verdict{Ledger: []sla.Entry{
				{From: row.period, To: row.seen}, {From: row.seen, To: now, State: sla.Up}}}}}}}
		if name, w := v.usualStretch(now); name != row.want || w.To-w.From != row.length {
			t.Errorf("%s: usualStretch = %q, %d ms; want %q, %d ms", row.name, name, w.To-w.From, row.want, row.length)
		}
	}
}
