package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestReportPagesSay(t *testing.T) {
	for _, row := range []struct {
		name, path, token string
		status            int
		says, hides       []string
	}{
		{"the archive of all", "/reports", "read-token", 200, []string{"Aurora online shop, 2026-10 sr-2", "draft", "Harbour WAN, 2026-10", "reviewed, not issued", "ben"}, []string{"Make the draft"}},
		{"the archive of one", "/reports?agreement=harbour-wan", "read-token", 200, []string{"Harbour WAN, 2026-10"}, []string{"sr-2"}},
		{"a customer's archive: what is issued to it", "/reports", "aurora-token", 200, []string{"sr-1"}, []string{"sr-2", "sr-3", "sr-4", "/reviews", "Improvement actions"}},
		{"an agreement's reports", "/agreements/aurora-shop/reports", "operate-token", 200, []string{"Service reports: Aurora online shop", "Make the draft", "sr-3"}, []string{"sr-4"}},
		{"another customer's", "/agreements/harbour-wan/reports", "aurora-token", 404, nil, nil},
		{"a draft, with what it changes", "/reports/sr-2", "operate-token", 200, []string{"revision 2, draft", "Payments 99.832 99.9 98.650 missed", "Changed since revision 1 Service Figure Was Is storefront availability % 100.000 99.979",
			"Mark as reviewed", "Agreement as a whole 99.832"}, []string{"goes to its recipients"}},
		{"one that is reviewed", "/reports/sr-3", "operate-token", 200, []string{"reviewed, not issued", "anna, 2026-11-01 10:00", "goes to its recipients"}, []string{"Mark as reviewed"}},
		{"one that is issued offers no signature", "/reports/sr-1", "operate-token", 200, []string{"issued", "ben, 2026-11-03 11:00", "pdf", "Read it whole"}, []string{"Mark as reviewed", "goes to its recipients"}},
		{"a draft is not for the customer", "/reports/sr-2", "aurora-token", 404, []string{"No such service report"}, nil},
		{"nor another's", "/reports/sr-4", "aurora-token", 404, []string{"No such service report"}, nil},
		{"one that is none", "/reports/sr-9", "read-token", 404, []string{"No such service report"}, nil},
		{"the review of the house", "/reviews", "read-token", 200, []string{"Review 2026: the whole house", "that missed it: 1", "Worst services", "1 open, 1 done, 0 dropped"}, nil},
		{"of a customer", "/reviews?customer=Port+of+Harbour&year=2025", "read-token", 200, []string{"Review 2025: Port of Harbour", "No agreement is in force", "Nothing was down"}, nil},
		{"of a customer that is none", "/reviews?customer=Nobody", "read-token", 400, []string{"no agreement in force is with"}, nil},
		{"of a year that is none", "/reviews?year=20", "read-token", 400, []string{"is not between 2000 and 2200"}, nil},
		{"reviews are not for customers", "/reviews", "aurora-token", 404, nil, nil},
		{"actions", "/actions", "operate-token", 200, []string{"Open : 1", "Keep a spare card", "overdue", "Closed", "Ordered and lit", "Record the action"}, nil},
		{"actions to read", "/actions", "read-token", 200, []string{"Keep a spare card"}, []string{"Record the action", "Drop"}},
	} {
		srv := newFixture().serve(t, nil)
		got := ask(t, "GET", srv.URL+row.path, row.token, "")
		said := text(got.body)
		if got.status != row.status {
			t.Errorf("%s: GET %s = %d; want %d", row.name, row.path, got.status, row.status)
		}
		for _, want := range row.says {
			if !strings.Contains(strings.ReplaceAll(said, " :", " :"), want) && !strings.Contains(strings.ReplaceAll(said, ":", " :"), want) {
				t.Errorf("%s: GET %s does not say %q:\n%s", row.name, row.path, want, said)
			}
		}
		for _, hidden := range row.hides {
			if strings.Contains(said, hidden) {
				t.Errorf("%s: GET %s says %q", row.name, row.path, hidden)
			}
		}
		if strings.Contains(got.body, "<script>alert") || strings.Contains(got.body, "ZgotmplZ") {
			t.Errorf("%s: a name became markup", row.name)
		}
		chinese := ask(t, "GET", srv.URL+row.path, row.token, "", "Accept-Language", "zh-CN", "Cookie", langCookie+"=zh-CN")
		if chinese.status != row.status {
			t.Errorf("%s in Chinese = %d", row.name, chinese.status)
		}
	}
}

// TestReportIsSignedOnItsPage: draft, review of what was read, issue.
func TestReportIsSignedOnItsPage(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	post := func(path string, form url.Values, token string) answer {
		return ask(t, "POST", srv.URL+path, token, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	}
	if got := post("/reports/sr-2/review", url.Values{"seen": {"1"}}, "operate-token"); got.status != http.StatusConflict {
		t.Errorf("reviewing a draft that changed = %d; want a conflict", got.status)
	}
	for _, step := range []struct {
		path string
		form url.Values
		want string
	}{
		{"/reports/sr-2/review", url.Values{"seen": {"1794204000000"}}, "reviewed"},
		{"/reports/sr-2/issue", nil, "issued"},
	} {
		if got := post(step.path, step.form, "read-token"); got.status != http.StatusForbidden {
			t.Errorf("POST %s as a reader = %d; want 403", step.path, got.status)
		}
		got := post(step.path, step.form, "operate-token")
		x, _ := f.reportByID("sr-2")
		if got.status >= 400 || x.State != step.want {
			t.Errorf("POST %s = %d, state %s; want %s\n%s", step.path, got.status, x.State, step.want, text(got.body))
		}
	}
	if x, _ := f.reportByID("sr-2"); x.ReviewedBy != "operate-token" || x.IssuedBy != "operate-token" {
		t.Errorf("signed by %q and %q", x.ReviewedBy, x.IssuedBy)
	}
	if got := post("/agreements/aurora-shop/reports", url.Values{"period": {"2026-09"}}, "operate-token"); got.status >= 400 || f.reports.reports[0].Period != "2026-09" {
		t.Errorf("a new draft = %d %s", got.status, text(got.body))
	}
	if got := post("/agreements/aurora-shop/reports", url.Values{"period": {"2027-09"}}, "operate-token"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a draft of a period to come = %d; want 422", got.status)
	}
	if got := post("/actions", url.Values{"agreement": {"aurora-shop"}, "text": {"x"}, "owner": {"ben"}, "due": {"soon"}}, "operate-token"); got.status != 400 || !strings.Contains(got.body, `value="ben"`) {
		t.Errorf("an action without a date = %d; want it said, and what was typed kept", got.status)
	}
	post("/actions", url.Values{"agreement": {"aurora-shop"}, "text": {"Two fans"}, "owner": {"ben"}, "due": {"2026-12-31"}}, "operate-token")
	post("/actions/settle", url.Values{"id": {"INC-2026-0042/1"}, "state": {"dropped"}, "note": {"bought new"}}, "operate-token")
	if a := f.reports.actions; len(a) != 3 || a[2].Text != "Two fans" || a[0].State != "dropped" || a[0].Note != "bought new" {
		t.Errorf("actions %+v", a)
	}
}

func TestReportFilesAreServedAsTheyAre(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for format, mime := range map[string]string{"pdf": "application/pdf", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8", "json": "application/json"} {
		got := ask(t, "GET", srv.URL+"/api/v1/reports/sr-1/file?format="+format, "aurora-token", "")
		if got.status != 200 || got.header.Get("Content-Type") != mime || !strings.Contains(got.body, "sr-1") {
			t.Errorf("%s = %d %s %q", format, got.status, got.header.Get("Content-Type"), got.body)
		}
		if name := got.header.Get("Content-Disposition"); format != "html" && !strings.Contains(name, "aurora-shop-2026-10-r1."+format) {
			t.Errorf("%s is called %q", format, name)
		}
		if policy := got.header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s has the policy %q", format, policy)
		}
	}
	list := decode[struct {
		Reports []ServiceReport
		Next    string
	}](t, ask(t, "GET", srv.URL+"/api/v1/reports?limit=2", "read-token", ""))
	rest := decode[struct{ Reports []ServiceReport }](t, ask(t, "GET", srv.URL+"/api/v1/reports?limit=2&cursor="+list.Next, "read-token", ""))
	if len(list.Reports) != 2 || len(rest.Reports) != 2 || rest.Reports[0].ID != "sr-1" {
		t.Errorf("pages %+v and %+v; want two and two", list, rest)
	}
}

func TestReportAnswersAreAsDocumented(t *testing.T) {
	_, v := openDocument(t, OpenAPI)
	srv := newFixture().serve(t, nil)
	for _, path := range []string{
		"/api/v1/reports", "/api/v1/reports?agreement=aurora-shop&limit=1", "/api/v1/reports/sr-1", "/api/v1/reports/sr-2", "/api/v1/reports/none", "/api/v1/reports?agreement=none",
		"/api/v1/reports/sr-1/file?format=json", "/api/v1/reports/sr-1/file?format=html", "/api/v1/review", "/api/v1/review?customer=Aurora+Retail+GmbH&year=2026&language=zh-CN",
		"/api/v1/review?year=1", "/api/v1/actions", "/api/v1/actions?open=true", "/api/v1/actions?open=x",
	} {
		for _, token := range []string{"read-token", "aurora-token", ""} {
			for _, complaint := range exchange(t, v, "GET", srv.URL+path, token, "") {
				t.Errorf("with %q: %s", token, complaint)
			}
		}
	}
	for _, row := range []struct{ path, token, body string }{
		{"/api/v1/agreements/aurora-shop/reports", "operate-token", `{"period": "2026-10"}`}, {"/api/v1/agreements/aurora-shop/reports", "operate-token", `{"period": "2030-10"}`},
		{"/api/v1/agreements/aurora-shop/reports", "read-token", `{"period": "2026-10"}`}, {"/api/v1/reports/sr-2/review", "operate-token", ""}, {"/api/v1/reports/sr-2/review?seen=1", "operate-token", ""},
		{"/api/v1/reports/sr-2/issue", "operate-token", ""}, {"/api/v1/reports/sr-2/issue", "operate-token", ""}, {"/api/v1/reports/none/issue", "operate-token", ""},
		{"/api/v1/agreements/aurora-shop/actions", "operate-token", samples["/actions"][0]}, {"/api/v1/agreements/aurora-shop/actions", "operate-token", `{}`},
		{"/api/v1/actions/ac-1/settle", "operate-token", samples["/settle"][0]}, {"/api/v1/actions/none/settle", "operate-token", samples["/settle"][0]},
	} {
		for _, complaint := range exchange(t, v, "POST", srv.URL+row.path, row.token, row.body) {
			t.Error(complaint)
		}
	}
}
