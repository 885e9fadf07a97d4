package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// answer is what a request got.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) problem(t *testing.T) Problem {
	t.Helper()
	var p Problem
	if ct := a.header.Get("Content-Type"); ct != "application/problem+json" {
		t.Fatalf("Content-Type = %q, body %q; want a problem", ct, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatal(err)
	}
	if p.Status != a.status || p.Type == "" || p.Title == "" || p.Instance == "" {
		t.Fatalf("problem %+v with status %d lacks a member", p, a.status)
	}
	return p
}

func ask(t *testing.T, method, url, token, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(raw)}
}

func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	if err := d.Decode(&v); err != nil {
		t.Fatalf("decode %q: %v", a.body, err)
	}
	return v
}

func TestErrorsAreProblems(t *testing.T) {
	srv := newFixture().serve(t, nil)
	long := strings.Repeat("x", maxQueryBytes+1)
	for _, row := range []struct {
		name, method, path, body string
		status                   int
		want                     string // somewhere in the problem
	}{
		{"an unknown path", "GET", "/api/v1/nothing", "", 404, "openapi.yaml"},
		{"an unknown agreement", "GET", "/api/v1/agreements/none", "", 404, `\"none\" is not known`},
		{"an unknown check", "GET", "/api/v1/checks/a/b/c", "", 404, "a/b/c"},
		{"an unknown agent of a check", "GET", "/api/v1/checks/aurora-shop/payments/api/latency?agent=x", "", 404, "agent"},
		{"an unknown service", "GET", "/api/v1/agreements/aurora-shop/ledger?service=x", "", 404, "service"},
		{"an unknown maintenance", "GET", "/api/v1/maintenance/mw-99", "", 404, "mw-99"},
		{"a method that is not there", "PUT", "/api/v1/agreements", "", 405, "GET, HEAD"},
		{"a method on maintenance", "PATCH", "/api/v1/maintenance/mw-1", "", 405, "DELETE, GET, HEAD"},
		{"a misspelt parameter", "GET", "/api/v1/agreements/aurora-shop/statement?form=1", "", 400, "form"},
		{"a repeated parameter", "GET", "/api/v1/agreements/aurora-shop/statement?period=2026-11&period=2026-10", "", 400, "more than once"},
		{"a period that is none", "GET", "/api/v1/agreements/aurora-shop/statement?period=soon", "", 400, "period"},
		{"a period in the future", "GET", "/api/v1/agreements/aurora-shop/statement?period=2027-01", "", 422, "not-begun"},
		{"a window in the future", "GET", "/api/v1/agreements/aurora-shop/statement?from=2027-01-01T00:00:00Z&to=2027-01-02T00:00:00Z", "", 422, "2027-01-01T00:00:00Z"},
		{"half a window", "GET", "/api/v1/agreements/aurora-shop/statement?from=2026-11-01T00:00:00Z", "", 400, "come together"},
		{"a window backwards", "GET", "/api/v1/agreements/aurora-shop/outages?from=1794000000000&to=1793000000000", "", 400, "later than from"},
		{"seconds for milliseconds", "GET", "/api/v1/agreements/aurora-shop/outages?from=1794000000&to=1794000060", "", 400, "milliseconds"},
		{"a cursor of somebody's own", "GET", "/api/v1/agreements/aurora-shop/ledger?cursor=MS4wLjB4", "", 400, "cursor"},
		{"a limit of zero", "GET", "/api/v1/agreements/aurora-shop/ledger?limit=0", "", 400, "limit"},
		{"an endless query", "GET", "/api/v1/agents?" + long, "", 400, "4 KiB"},
		{"a body that is no JSON", "POST", "/api/v1/agreements/aurora-shop/maintenance", "x", 400, "body"},
		{"a body with more behind it", "POST", "/api/v1/agreements/aurora-shop/maintenance", "{} {}", 400, "something after"},
		{"a body with announced_at", "POST", "/api/v1/agreements/aurora-shop/maintenance", `{"announced_at": 1}`, 400, "announced_at"},
		{"an empty announcement", "POST", "/api/v1/agreements/aurora-shop/maintenance", `{}`, 400, "reason"},
		{"a body that is too large", "POST", "/api/v1/agreements/aurora-shop/maintenance", `{"reason":"` + strings.Repeat("x", maxBodyBytes) + `"}`, 413, "64 KiB"},
		{"an empty proposal", "POST", "/api/v1/agreements/aurora-shop/corrections", `{}`, 400, "effect"},
		{"a proposal for a service that is none", "POST", "/api/v1/agreements/aurora-shop/corrections", strings.Replace(sampleProposal, "{", `{"services": ["x"], `, 1), 400, "services[0]"},
		{"a proposal with who approved it", "POST", "/api/v1/agreements/aurora-shop/corrections", `{"approved_by": "me"}`, 400, "approved_by"},
		{"an effect that is none", "POST", "/api/v1/agreements/aurora-shop/corrections", `{"effect": "sideways"}`, 400, "sideways"},
		{"an unknown correction", "POST", "/api/v1/corrections/co-99/approve", "", 404, "co-99"},
		{"approving twice", "POST", "/api/v1/corrections/co-1/approve", "", 409, "approved"},
		{"approving what is revoked", "POST", "/api/v1/corrections/co-3/approve", "", 409, "revoked"},
		{"revoking twice", "POST", "/api/v1/corrections/co-3/revoke", "", 409, "revoked"},
		{"a correction taken off the record", "DELETE", "/api/v1/corrections/co-1", "", 405, "GET, HEAD"},
		{"a calendar that is JSON", "POST", "/api/v1/agreements/aurora-shop/maintenance.ics", "{}", 415, "text/calendar"},
		{"terms that are JSON", "POST", "/api/v1/agreements/aurora-shop/whatif", "{}", 415, "application/toml"},
		{"a misspelt parameter of a calendar", "GET", "/api/v1/agreements/aurora-shop/maintenance.ics?form=1", "", 400, "form"},
		{"a misspelt parameter of an approval", "POST", "/api/v1/corrections/co-2/approve?by=me", "", 400, "by"},
		{"revisions of no period", "GET", "/api/v1/agreements/aurora-shop/revisions", "", 400, "period"},
		{"a revision of no period", "GET", "/api/v1/agreements/aurora-shop/statement?revision=1", "", 400, "revision"},
		{"a revision that is not frozen", "GET", "/api/v1/agreements/aurora-shop/statement?period=2026-10&revision=9", "", 404, "9 of 2026-10"},
		{"a revision as it was", "GET", "/api/v1/agreements/aurora-shop/statement?period=2026-10&revision=1&as_of=2026-11-02T00:00:00Z", "", 400, "either"},
		{"a window that is over", "DELETE", "/api/v1/maintenance/mw-1", "", 409, "over"},
		{"a window cancelled before", "DELETE", "/api/v1/maintenance/mw-3", "", 409, "cancelled"},
	} {
		got := ask(t, row.method, srv.URL+row.path, "operate-token", row.body)
		if p := got.problem(t); got.status != row.status || !strings.Contains(got.body, row.want) {
			t.Errorf("%s: %s %.80s = %d %+v; want %d with %q", row.name, row.method, row.path, got.status, p, row.status, row.want)
		}
	}
}

func TestFailureOfTheSourceStaysInTheLog(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	f.fail = errors.New("disk /var/lib/probity: I/O error")
	for _, path := range []string{"/api/v1/agreements", "/api/v1/checks", "/api/v1/agents", "/api/v1/alerts", "/api/v1/outbox"} {
		got := ask(t, "GET", srv.URL+path, "read-token", "")
		if got.problem(t); got.status != 500 || strings.Contains(got.body, "disk") {
			t.Errorf("GET %s = %d %s; want 500 without the cause", path, got.status, got.body)
		}
	}
}

func TestStatementHasAnETag(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	const path = "/api/v1/agreements/aurora-shop/statement?period=2026-11"
	first := ask(t, "GET", srv.URL+path, "read-token", "")
	etag := first.header.Get("ETag")
	if first.status != 200 || etag == "" || strings.Contains(first.body, `"ledger"`) {
		t.Fatalf("GET = %d, ETag %q, %.200s; want 200 with an ETag and no ledger", first.status, etag, first.body)
	}
	if again := ask(t, "GET", srv.URL+path, "read-token", "", "If-None-Match", etag); again.status != 304 || again.body != "" {
		t.Errorf("with the ETag = %d; want 304", again.status)
	}
	f.history["aurora-shop/payments"][0].State = 0
	if changed := ask(t, "GET", srv.URL+path, "read-token", "", "If-None-Match", etag); changed.status != 200 || changed.header.Get("ETag") == etag {
		t.Errorf("after a change = %d; want 200 with another ETag", changed.status)
	}
}

func TestLedgerPagesToTheSameEntriesAsAtOnce(t *testing.T) {
	srv := newFixture().serve(t, nil)
	const path = "/api/v1/agreements/aurora-shop/ledger?period=2026-11"
	whole := decode[ledgerDoc](t, ask(t, "GET", srv.URL+path, "read-token", ""))
	var paged []entryDoc
	for next := ""; ; {
		page := decode[ledgerDoc](t, ask(t, "GET", srv.URL+path+"&limit=3&cursor="+next, "read-token", ""))
		if len(page.Entries) > 3 {
			t.Fatalf("a page of %d entries; want at most 3", len(page.Entries))
		}
		paged = append(paged, page.Entries...)
		if next = page.Next; next == "" {
			break
		}
	}
	a, _ := json.Marshal(whole.Entries)
	b, _ := json.Marshal(paged)
	if len(paged) < 10 || !bytes.Equal(a, b) {
		t.Errorf("paged %d entries, at once %d; want the same", len(paged), len(whole.Entries))
	}
	for i := 1; i < len(paged); i++ {
		if paged[i].Service == paged[i-1].Service && paged[i].From != paged[i-1].To {
			t.Errorf("entry %d begins at %d, the one before ends at %d; want no gap", i, paged[i].From, paged[i-1].To)
		}
	}
}

func TestCheckIDsComeEitherWay(t *testing.T) {
	srv := newFixture().serve(t, nil)
	plain := ask(t, "GET", srv.URL+"/api/v1/checks/aurora-shop/storefront/home", "read-token", "")
	escaped := ask(t, "GET", srv.URL+"/api/v1/checks/aurora-shop%2Fstorefront%2Fhome", "read-token", "")
	if plain.status != 200 || plain.body != escaped.body {
		t.Errorf("plain %d %s\nescaped %d %s; want 200 and the same", plain.status, plain.body, escaped.status, escaped.body)
	}
	if strings.Contains(plain.body, "secret") {
		t.Errorf("the target's password is in %s", plain.body)
	}
	for _, p := range []string{"/latency", "/failures"} {
		if got := ask(t, "GET", srv.URL+"/api/v1/checks/aurora-shop%2Fstorefront%2Fhome"+p, "read-token", ""); got.status != 200 {
			t.Errorf("escaped %s = %d %s; want 200", p, got.status, got.body)
		}
	}
}

func TestMaintenanceIsAnnouncedNowAndCancelledForTheRecord(t *testing.T) {
	srv := newFixture().serve(t, nil)
	got := ask(t, "POST", srv.URL+"/api/v1/agreements/aurora-shop/maintenance", "operate-token",
		`{"from": "2026-11-20T02:00:00+01:00", "to": 1795145400000, "services": ["payments"], "reason": " New firewall "}`)
	m := decode[maintenanceDoc](t, got)
	if got.status != 201 || m.AnnouncedAt != fixtureNow.UnixMilli() || m.CreatedBy != "operate-token" || m.Reason != "New firewall" || m.State != "planned" {
		t.Fatalf("POST = %d %+v; want 201, announced now", got.status, m)
	}
	if want := int64(48*60-(11*60+30)) * minute; m.ShortOfMS != want {
		t.Errorf("notice_short_ms = %d; want %d: 11 h 30 min ahead of 48 h", m.ShortOfMS, want)
	}
	if loc := got.header.Get("Location"); loc != "/api/v1/maintenance/"+m.ID {
		t.Errorf("Location = %q", loc)
	}
	gone := ask(t, "DELETE", srv.URL+"/api/v1/maintenance/"+m.ID, "operate-token", "")
	if c := decode[maintenanceDoc](t, gone); gone.status != 200 || c.CancelledBy != "operate-token" || c.State != "cancelled" {
		t.Errorf("DELETE = %d %+v; want it cancelled by operate-token", gone.status, c)
	}
	if still := ask(t, "GET", srv.URL+"/api/v1/maintenance/"+m.ID, "read-token", ""); still.status != 200 {
		t.Errorf("GET after it = %d; want the record to stay", still.status)
	}
}

func TestAnnouncementIsRefused(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for name, row := range map[string]struct{ body, field string }{
		"in the past":          {`{"from": "2026-11-19T13:29:00Z", "to": "2026-11-20T00:00:00Z", "reason": "x"}`, "from"},
		"two years ahead":      {`{"from": "2029-11-19T13:29:00Z", "to": "2029-11-20T00:00:00Z", "reason": "x"}`, "from"},
		"backwards":            {`{"from": "2026-11-21T00:00:00Z", "to": "2026-11-20T00:00:00Z", "reason": "x"}`, "to"},
		"for two months":       {`{"from": "2026-11-21T00:00:00Z", "to": "2027-01-20T00:00:00Z", "reason": "x"}`, "to"},
		"without a reason":     {`{"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T01:00:00Z", "reason": "  "}`, "reason"},
		"for another service":  {`{"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T01:00:00Z", "reason": "x", "services": ["uplink"]}`, "services[0]"},
		"by a rule nobody has": {`{"from": "2026-11-21T00:00:00Z", "to": "2026-11-21T01:00:00Z", "reason": "x", "rrule": "NEVER"}`, "rrule"},
		"without an end":       {`{"from": null, "to": "2026-11-21T01:00:00Z", "reason": "x"}`, "body"},
	} {
		got := ask(t, "POST", srv.URL+"/api/v1/agreements/aurora-shop/maintenance", "operate-token", row.body)
		p := got.problem(t)
		if got.status != 400 || len(p.Errors) != 1 || p.Errors[0].Field != row.field {
			t.Errorf("%s: %d %+v; want 400 about %s", name, got.status, p, row.field)
		}
	}
}
