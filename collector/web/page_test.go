package web

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

func openPage(t *testing.T, f *fixture, path string, header ...string) answer {
	t.Helper()
	srv := f.serve(t, func(o *Options) { o.OpenRead = true })
	return ask(t, "GET", srv.URL+path, "", "", header...)
}

// text drops tags and joins white space, so that a test reads as a person does.
func text(html string) string {
	html = regexp.MustCompile(`(?s)<title>.*?</title>|<script.*?</script>`).ReplaceAllString(html, "")
	html = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")
	html = strings.Join(strings.Fields(strings.NewReplacer("&#39;", "'", "&amp;", "&").Replace(html)), " ")
	return strings.ReplaceAll(html, " ,", ",")
}

func TestPagesSay(t *testing.T) {
	for _, row := range []struct {
		name, path string
		status     int
		says       []string
	}{
		{"the overview: what is down, what is missed, what is left", "/", 200, []string{
			"Aurora online shop is down", "Objectives missed so far this period: 1", "99.832 %", "missed objective 99.9 %", "overspent by 1 min 48 s of 43 min 12 s",
			"100.0000 % kept objective 99.95 % 2026-11 · 18 d 21 h observed, nothing unknown", "nothing to judge yet"}},
		{"an agreement: bounds and coverage beside the figure", "/agreements/aurora-shop", 200, []string{
			"99.949 % 98.601–99.949, coverage 98.65 % kept not certain objective 99.9 %", "29 min 50 s left of 43 min 12 s", "judged until 2026-11-19 14:30:00", "agent silent since 12:02 UTC",
			"Payments 2026-11-19 14:16:00 goes on 14 min 14 min status 503", "Database upgrade", "finished early 2026-11-12 03:40"}},
		{"an earlier period", "/agreements/aurora-shop?period=2026-10", 200, []string{"Period 2026-10", "None in this period", "2026-11 →"}},
		{"a stretch of time", "/agreements/aurora-shop?from=2026-11-07T04:00:00Z&to=2026-11-07T05:00:00Z", 200, []string{"2026-11-07 05:00:00 – 2026-11-07 06:00:00"}},
		{"an agreement without a result: never up, never 100 %", "/agreements/meridian-mail", 200, []string{
			"No result is known for this period. All of it counts as unknown, not as up.", "probity-collector agent list", "No agent has run these checks yet", "nothing was observed either"}},
		{"a check with its evidence", "/checks/aurora-shop/payments/api", 200, []string{"status 503", "503 Service Unavailable", "192.0.2.10:443", "certificate until 2026-11-30 01:00"}},
		{"alerts", "/alerts", 200, []string{"Alerts that fire now: 2", "Service down", "Agent silent", "Notifications given up: 1", "410 Gone"}},
		{"agents", "/agents", 200, []string{"osl-1 Oslo silent resolver: no answer from 192.0.2.53", "1 h 28 min ago", "80.0 KiB"}},
		{"an unknown agreement", "/agreements/none", 404, []string{"No such agreement", `none`, "To the overview"}},
		{"an unknown check", "/checks/a/b/c", 404, []string{"No such check"}},
		{"a period that has not begun", "/agreements/aurora-shop?period=2027-03", 422, []string{"That time has not begun", "2027-02-28T23:00:00Z"}},
		{"a period that is none", "/agreements/aurora-shop?period=soon", 400, []string{"The request is not valid", "period"}},
		{"a range that is none", "/agreements/aurora-shop?range=2y", 400, []string{"range"}},
		{"an unknown page", "/nowhere", 404, []string{"No such page"}},
	} {
		got := openPage(t, newFixture(), row.path)
		if got.status != row.status {
			t.Errorf("%s: GET %s = %d; want %d", row.name, row.path, got.status, row.status)
		}
		for _, want := range row.says {
			if !strings.Contains(text(got.body), want) {
				t.Errorf("%s: GET %s does not say %q:\n%s", row.name, row.path, want, text(got.body))
			}
		}
	}
}

func TestNamesCannotBecomeMarkup(t *testing.T) {
	f := newFixture()
	for _, path := range []string{"/", "/agreements/meridian-mail", "/agreements/aurora-shop", "/checks/aurora-shop/payments/api", "/alerts", "/agents"} {
		body := openPage(t, f, path).body
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("GET %s lets a name through unescaped", path)
		}
		if regexp.MustCompile(`\son[a-z]+=|\sstyle=|<script>|<style`).MatchString(body) {
			t.Errorf("GET %s has script or style in line, which the policy forbids", path)
		}
		if strings.Contains(body, "secret") {
			t.Errorf("GET %s shows the password of a target", path)
		}
	}
}

func TestPagesInChinese(t *testing.T) {
	got := openPage(t, newFixture(), "/agreements/aurora-shop", "Accept-Language", "zh-CN")
	for _, want := range []string{`lang="zh-CN"`, "故障", "覆盖率", "14 分", "状态码 503", "当前状态（按位置）"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestEmptyCollectorTeachesTheNextStep(t *testing.T) {
	f := newFixture()
	f.agreements, f.agents, f.alerts = nil, nil, nil
	for path, want := range map[string]string{
		"/": "probity-collector check-config --config collector.toml", "/agents": "probity-collector agent enrol", "/alerts": "No alert fires now",
	} {
		if got := openPage(t, f, path); got.status != 200 || !strings.Contains(text(got.body), want) {
			t.Errorf("GET %s = %d %s; want %q", path, got.status, text(got.body), want)
		}
	}
}

func TestPageSaysThatItIsStale(t *testing.T) {
	f := newFixture()
	f.liveAge = 5 * minute
	if got := text(openPage(t, f, "/agreements/aurora-shop").body); !strings.Contains(got, "The present state is 5 min old") {
		t.Errorf("an old state is not said to be old: %s", got)
	}
}

func TestPageOfAFailingSource(t *testing.T) {
	f := newFixture()
	f.fail = errors.New("disk /var/lib: I/O error")
	for _, path := range []string{"/", "/agreements/aurora-shop", "/alerts", "/agents", "/checks/aurora-shop/payments/api"} {
		got := openPage(t, f, path)
		if got.status != 500 || strings.Contains(got.body, "/var/lib") || !strings.Contains(got.body, "could not answer") {
			t.Errorf("GET %s = %d; want a 500 page without the cause", path, got.status)
		}
	}
}

func TestPagesAskForALogin(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, path := range []string{"/", "/agreements/aurora-shop?period=2026-10", "/alerts", "/agents", "/checks/aurora-shop/payments/api"} {
		got := ask(t, "GET", srv.URL+path, "", "")
		if want := "/login?next=" + url.QueryEscape(path); got.status != 303 || got.header.Get("Location") != want {
			t.Errorf("GET %s = %d to %q; want 303 to %q", path, got.status, got.header.Get("Location"), want)
		}
	}
	if got := ask(t, "POST", srv.URL+"/agents", "read-token", ""); got.status != 405 {
		t.Errorf("POST /agents = %d; want 405", got.status)
	}
}

func form(t *testing.T, target, token string, values url.Values) answer {
	t.Helper()
	return ask(t, "POST", target, token, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestMaintenanceForms(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, func(o *Options) { o.OpenRead = true })
	good := url.Values{"from": {"2026-11-25T02:00"}, "to": {"2026-11-25T04:00"}, "reason": {"Firmware"}, "services": {"payments"}}
	for _, token := range []string{"", "read-token"} {
		if got := form(t, srv.URL+"/agreements/aurora-shop/maintenance", token, good); got.status/100 != 4 || len(f.windows) != 3 {
			t.Errorf("announcing with %q = %d, %d windows; want it refused", token, got.status, len(f.windows))
		}
	}
	if got := form(t, srv.URL+"/agreements/aurora-shop/maintenance", "operate-token", good); got.status != http.StatusSeeOther {
		t.Fatalf("announcing = %d %s; want 303", got.status, text(got.body))
	}
	m := f.windows[3]
	if m.From != at(25, 1, 0) || m.To != at(25, 3, 0) || m.AnnouncedAt != fixtureNow.UnixMilli() || m.Services[0] != "payments" {
		t.Errorf("announced %+v; want 02:00 to 04:00 in Berlin, dated now", m)
	}
	bad := url.Values{"from": {"2026-11-25T02:00"}, "to": {"2026-11-24T02:00"}, "reason": {"Kept <b>text</b>"}, "services": {"storefront"}}
	got := form(t, srv.URL+"/agreements/aurora-shop/maintenance", "operate-token", bad)
	if got.status != 400 || !strings.Contains(got.body, "must be later than from") || !strings.Contains(got.body, `value="Kept &lt;b&gt;text&lt;/b&gt;"`) ||
		!strings.Contains(got.body, `value="storefront" checked`) {
		t.Errorf("a wrong form = %d; want it back with what is wrong and what was typed", got.status)
	}
	if got := form(t, srv.URL+"/maintenance/"+m.ID+"/cancel", "read-token", nil); got.status != 403 || f.windows[3].CancelledAt != 0 {
		t.Errorf("cancelling as a reader = %d; want 403", got.status)
	}
	if got := form(t, srv.URL+"/maintenance/"+m.ID+"/cancel", "operate-token", nil); got.status != 303 || f.windows[3].CancelledBy != "operate-token" {
		t.Errorf("cancelling = %d, by %q", got.status, f.windows[3].CancelledBy)
	}
}

func TestDaysAreCutAtLocalMidnight(t *testing.T) {
	// The clock goes back in Berlin on 25 October 2026: that day has 25 hours.
	zone := mustZone("Europe/Berlin")
	edges := dayEdges(fixtureNow, zone, stripDays)
	for i := 1; i < len(edges); i++ {
		hours := (edges[i] - edges[i-1]) / 3_600_000
		if long := edges[i-1] == 1792879200000; hours != 24 && !long || long && hours != 25 {
			t.Errorf("day %d from %s has %d h", i, rfc3339(edges[i-1]), hours)
		}
	}
	st := &sla.Statement{Services: []sla.ServiceStatement{
		{Verdict: sla.Verdict{Ledger: []sla.Entry{{From: edges[0], To: edges[2] - 60_000, State: sla.Up}, {From: edges[2] - 60_000, To: edges[2] + 60_000, State: sla.Down}, {From: edges[2] + 60_000, To: edges[4], State: sla.Excluded}}}},
		{Verdict: sla.Verdict{Ledger: []sla.Entry{{From: edges[0], To: edges[1], State: sla.Degraded}}}},
	}}
	days := splitDays(st, edges)
	want := []Day{{State: sla.Degraded, Degraded: edges[1] - edges[0]}, {State: sla.Down, Down: 60_000}, {State: sla.Down, Down: 60_000, Excluded: edges[3] - edges[2] - 60_000},
		{State: sla.Excluded, Excluded: edges[4] - edges[3]}, {State: sla.OutOfScope}}
	for i, w := range want {
		w.From, w.To = edges[i], edges[i+1]
		if days[i] != w {
			t.Errorf("day %d = %+v; want %+v", i, days[i], w)
		}
	}
}

func TestCondenseKeepsWhatMatters(t *testing.T) {
	const n = 5000
	w := sla.Window{From: 0, To: 2 * n * 1000}
	var ledger []sla.Entry
	for i := range int64(n) {
		s := sla.Up
		if i == 2500 {
			s = sla.Down
		}
		ledger = append(ledger, sla.Entry{From: 2 * i * 1000, To: (2*i + 1) * 1000, State: s}, sla.Entry{From: (2*i + 1) * 1000, To: (2*i + 2) * 1000, State: sla.Unknown})
	}
	got := condense(ledger, w)
	if len(got) > maxLaneSpans {
		t.Errorf("%d spans; want at most %d", len(got), maxLaneSpans)
	}
	downs := 0
	for i, e := range got {
		if e.State == sla.Down {
			downs++
		}
		if i > 0 && e.From != got[i-1].To {
			t.Errorf("span %d begins at %d; the one before ends at %d", i, e.From, got[i-1].To)
		}
	}
	if downs != 1 || got[0].From != 0 || got[len(got)-1].To != w.To {
		t.Errorf("%d down spans from %d to %d; want one, over all of the window", downs, got[0].From, got[len(got)-1].To)
	}
}

func TestBudgetBar(t *testing.T) {
	v := sla.Verdict{Target: sla.Of(999, 1000), Budget: 1000, BudgetLeft: 250, Bad: sla.Of(750, 1), Scope: 500_000, ScopeWhole: 1_000_000}
	b := newBudget(&v)
	if b.Forecast != 1500 || !b.ForecastOver || b.Over || b.SpentAt != "50.000%" || b.LimitAt != "66.667%" || b.ForecastAt != "100.000%" {
		t.Errorf("newBudget = %+v; want 750 of 1000 spent half way, 1500 at the end", b)
	}
	v.Bad, v.BudgetLeft = sla.Of(3000, 1), -2000
	if b = newBudget(&v); !b.Over || b.SpentAt != "33.333%" || b.OverBy != "66.667%" {
		t.Errorf("overspent: %+v", b)
	}
	if newBudget(&sla.Verdict{Budget: -1}) != nil {
		t.Error("a budget without an objective")
	}
}

func TestThirdPartyFilesHaveTheirLicence(t *testing.T) {
	names, err := fs.Glob(files, "static/*.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if name == "static/probity.js" || name == "static/plots.js" || name == "static/plan.js" {
			continue
		}
		licence := strings.TrimSuffix(name, ".js") + ".LICENSE.txt"
		if text, err := fs.ReadFile(files, licence); err != nil || !strings.Contains(string(text), "Copyright") {
			t.Errorf("%s is vendored without %s: %v", name, licence, err)
		}
	}
}

func BenchmarkOverviewOf1000(b *testing.B) { benchPage(b, thousand(), "/") }

func BenchmarkAgreementPage(b *testing.B) { benchPage(b, newFixture(), "/agreements/aurora-shop") }

func benchPage(b *testing.B, f *fixture, path string) {
	s := f.server(b, nil)
	var size int
	for b.Loop() {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer read-token")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
		size = w.Body.Len()
	}
	b.ReportMetric(float64(size)/1024, "KiB/page")
}

// thousand agreements, each with the histories of the first.
func thousand() *fixture {
	f := newFixture()
	one := f.agreements[0]
	f.agreements = nil
	for i := range 1000 {
		a := *one
		a.ID = fmt.Sprintf("shop-%03d", i)
		a.Name = fmt.Sprintf("Shop %03d", i)
		f.agreements = append(f.agreements, &a)
		for _, svc := range a.Services {
			f.history[a.ID+"/"+svc.ID] = f.history["aurora-shop/"+svc.ID]
		}
		f.target[a.ID] = f.target["aurora-shop"]
	}
	return f
}

func TestOverviewOfAThousand(t *testing.T) {
	srv := thousand().serve(t, nil)
	get := func(path string) answer {
		return ask(t, "GET", srv.URL+path, "read-token", "", "Accept-Encoding", "gzip")
	}
	first := get("/")
	if first.header.Get("Content-Encoding") != "gzip" || len(first.body) > 300<<10 {
		t.Errorf("the overview is %d bytes, encoded %q; want at most 300 KiB of gzip", len(first.body), first.header.Get("Content-Encoding"))
	}
	plain := func(path string) string {
		return text(ask(t, "GET", srv.URL+path, "read-token", "", "Accept-Encoding", "identity").body)
	}
	for path, want := range map[string]string{
		"/": "1000 of 1000 agreements are down", "/?page=40": "Page 40 of 40", "/?find=shop+999": "Shop 999", "/?find=nobody": "No agreement matches.",
	} {
		if got := plain(path); !strings.Contains(got, want) {
			t.Errorf("GET %s does not say %q", path, want)
		}
	}
	if got := get("/?page=41"); got.status != 400 {
		t.Errorf("a page beyond the last = %d; want 400", got.status)
	}
}

func TestDayOpensItsPeriodAndStretch(t *testing.T) {
	got := openPage(t, newFixture(), "/agreements/aurora-shop?day=2026-10-25")
	if said := text(got.body); !strings.Contains(said, "Period 2026-10") || !strings.Contains(said, "2026-10-25 00:00:00 – 2026-10-26 00:00:00") {
		t.Errorf("day=2026-10-25 = %d %.400s", got.status, said)
	}
	if got := openPage(t, newFixture(), "/agreements/aurora-shop?day=yesterday"); got.status != 400 {
		t.Errorf("day=yesterday = %d; want 400", got.status)
	}
}
