package web

import (
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

func TestPagesByRole(t *testing.T) {
	const all = -1 // stands for 200
	asked := map[string]map[string]int{}
	row := func(path string, none, aurora, harbour, read, operate int) {
		asked[path] = map[string]int{"": none, "agent-token": 403, "aurora-token": aurora, "harbour-token": harbour, "lost-token": 404, "read-token": read, "operate-token": operate}
	}
	for _, path := range []string{"/", "/incidents", "/faults"} { // lists hold what is one's own
		row(path, 303, all, all, all, all)
		asked[path]["lost-token"] = all
	}
	row("/agreements/aurora-shop", 303, all, 404, all, all)
	row("/agreements/harbour-wan", 303, 404, all, all, all)
	row("/agreements/meridian-mail", 303, 404, 404, all, all)
	row("/agreements/aurora-shop/report-fault", 303, all, 404, 403, all)
	row("/incidents/INC-2026-0042", 303, all, all, all, all)
	row("/incidents/INC-2026-0040", 303, all, 404, all, all)
	row("/incidents/none", 303, 404, 404, 404, 404)
	row("/faults/FLT-2026-AU3KX", 303, all, 404, all, all)
	row("/faults/FLT-2026-HB7Q2", 303, 404, all, all, all)
	row("/incidents/INC-2026-0042/report", 303, all, all, all, all)
	row("/incidents/INC-2026-0040/report", 303, all, 404, all, all)
	for _, path := range []string{"/oncall", "/alerts", "/agents", "/checks/aurora-shop/payments/api"} {
		row(path, 303, 404, 404, all, all)
	}
	srv := newFixture().serve(t, nil)
	for path, byToken := range asked {
		for token, want := range byToken {
			if want == all {
				want = 200
			}
			if got := ask(t, "GET", srv.URL+path, token, ""); got.status != want {
				t.Errorf("GET %s with %q = %d; want %d", path, token, got.status, want)
			}
		}
	}
}

func TestFormsByRole(t *testing.T) {
	for _, path := range []string{"/incidents", "/incidents/INC-2026-0042/events", "/faults/FLT-2026-AU3KX/accept", "/faults/FLT-2026-AU3KX/decline",
		"/oncall/overrides", "/oncall/overrides/ov-1/revoke", "/agreements/aurora-shop/maintenance", "/maintenance/mw-2/cancel"} {
		srv := newFixture().serve(t, nil)
		for token, want := range map[string]int{"": 401, "agent-token": 403, "aurora-token": 404, "read-token": 403} {
			if got := ask(t, "POST", srv.URL+path, token, "kind=note", "Content-Type", "application/x-www-form-urlencoded"); got.status != want {
				t.Errorf("POST %s with %q = %d; want %d", path, token, got.status, want)
			}
		}
	}
}

// What a customer reads of an incident that two share tells nothing of the other,
// of the people who work on it, or of what they note.
func TestCustomersSeeOnlyTheirPart(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	secrets := map[string][]string{
		"aurora-token":  {"harbour", "Harbour", "Uplink", "uplink", "Prio-Alpha", "HB7Q2", "anna", "Internal", "host:192", "spare card", "pager"},
		"harbour-token": {"aurora", "Aurora", "Payments", "payments", "P1", "AU3KX", "AU1AB", "anna", "Internal", "host:192", "spare card", "pager", "Storefront"},
	}
	paths := map[string]string{"aurora-token": "/agreements/aurora-shop", "harbour-token": "/agreements/harbour-wan"}
	for token, words := range secrets {
		for _, path := range []string{"/", "/incidents", "/incidents/INC-2026-0042", "/faults", paths[token], "/api/v1/agreements", "/api/v1/incidents", "/api/v1/incidents/INC-2026-0042", "/api/v1/faults"} {
			got := ask(t, "GET", srv.URL+path, token, "")
			body := strings.ReplaceAll(got.body, token, "") // the token's own name
			if got.status != 200 {
				t.Errorf("GET %s with %s = %d", path, token, got.status)
			}
			for _, w := range words {
				if strings.Contains(body, w) {
					t.Errorf("GET %s with %s tells of %q", path, token, w)
				}
			}
		}
	}
	doc := decode[incidentDoc](t, ask(t, "GET", srv.URL+"/api/v1/incidents/INC-2026-0042", "harbour-token", ""))
	if doc.Incident.Title != "Uplink" || !doc.Incident.Major || len(doc.Incident.Outages) != 1 || len(doc.Events) != 1 || len(doc.Clocks) != 1 ||
		doc.Incident.Severities["harbour-wan"] != "Prio-Alpha" || doc.Incident.Cause != "" {
		t.Errorf("harbour's part = %+v", doc)
	}
	fault := ask(t, "GET", srv.URL+"/api/v1/faults/FLT-2026-AU1AB", "aurora-token", "")
	if strings.Contains(fault.body, "anna") || strings.Contains(fault.body, "evidence") || !strings.Contains(fault.body, "your own agency") {
		t.Errorf("an answered fault = %s; want the answer, without its author and the evidence", fault.body)
	}
}

// What is written for one of those who share an incident is for its eyes only, and
// each is told since when its own service was down.
func TestWhatIsWrittenForOneOfSeveral(t *testing.T) {
	f := newFixture()
	v := &f.people.incidents[0]
	v.Incident.Outages[1].From += 5 * minute
	srv := f.serve(t, nil)
	url := srv.URL + "/api/v1/incidents/INC-2026-0042"
	for _, body := range []string{`{"kind": "cause", "text": "A card failed.", "agreement": "harbour-wan"}`, `{"kind": "remedy", "text": "Another card.", "agreement": "harbour-wan"}`,
		`{"kind": "mitigated", "text": "By the other line.", "agreement": "harbour-wan"}`} {
		if got := ask(t, "POST", url+"/events", "operate-token", body); got.status != 201 {
			t.Fatalf("POST %s = %d %s", body, got.status, got.body)
		}
	}
	v.Incident.State, v.Incident.MitigatedAt = incident.IncidentMitigated, fixtureNow.UnixMilli()
	theirs := decode[incidentDoc](t, ask(t, "GET", url, "harbour-token", ""))
	if in := theirs.Incident; in.Cause != "A card failed." || in.Remedy != "Another card." || in.State != "mitigated" || int64(in.OpenedAt) != at(19, 13, 21) || len(theirs.Events) != 4 {
		t.Errorf("harbour's part = %+v", theirs)
	}
	for _, path := range []string{"/api/v1/incidents", "/api/v1/incidents/INC-2026-0042", "/incidents", "/incidents/INC-2026-0042"} {
		if body := ask(t, "GET", srv.URL+path, "aurora-token", "").body; strings.Contains(body, " card") || strings.Contains(body, "other line") || strings.Contains(strings.ToLower(body), `mitigated`) && !strings.Contains(path, "api") {
			t.Errorf("GET %s tells aurora what was written for harbour: %s", path, body)
		}
	}
	if ours := decode[incidentDoc](t, ask(t, "GET", url, "aurora-token", "")); ours.Incident.State != "open" || int64(ours.Incident.OpenedAt) != at(19, 13, 16) || len(ours.Events) != 1 {
		t.Errorf("aurora's part = %+v", ours)
	}
}

// A customer reads the fault report of its own part: that of its agreement,
// whatever is asked for.
func TestCustomersReportIsOfItsOwn(t *testing.T) {
	srv := newFixture().serve(t, nil)
	url := srv.URL + "/api/v1/incidents/INC-2026-0042/report"
	for token, own := range map[string]string{"harbour-token": "harbour-wan", "aurora-token": "aurora-shop", "read-token": ""} {
		got := ask(t, "GET", url, token, "")
		if doc := decode[incident.Report](t, got); got.status != 200 || doc.Agreement != own {
			t.Errorf("GET report with %s = %d, of %q; want %q", token, got.status, doc.Agreement, own)
		}
		if got := ask(t, "GET", url+".md", token, ""); got.status != 200 {
			t.Errorf("GET report.md with %s = %d", token, got.status)
		}
	}
	for _, path := range []string{url, url + ".md", srv.URL + "/incidents/INC-2026-0042/report"} {
		if got := ask(t, "GET", path+"?agreement=aurora-shop", "harbour-token", ""); got.status != 400 {
			t.Errorf("GET %s of another = %d", path, got.status)
		}
	}
	for _, path := range []string{"", ".md"} {
		if got := ask(t, "GET", srv.URL+"/api/v1/incidents/INC-2026-0040/report"+path, "harbour-token", ""); got.status != 404 {
			t.Errorf("GET report%s of an incident of another = %d", path, got.status)
		}
	}
}

// What a customer may not open is told in words that lead nowhere else.
func TestNotTheirsTellsNoMore(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, path := range []string{"/agreements/harbour-wan", "/agreements/none", "/incidents/none", "/faults/none", "/nothing", "/agreements/harbour-wan/report-fault"} {
		got := ask(t, "GET", srv.URL+path, "aurora-token", "")
		if got.status != 404 || strings.Contains(got.body, "GET /api") {
			t.Errorf("GET %s = %d %s; want 404 without the API", path, got.status, got.body)
		}
	}
}

func TestWhichAgreementsATokenOpens(t *testing.T) {
	a := &contract.Agreement{ID: "a", Customer: "Acme"}
	for _, row := range []struct {
		name string
		p    Principal
		of   *contract.Agreement
		want bool
	}{
		{"its customer's", Principal{Role: RoleCustomer, Customer: "Acme"}, a, true},
		{"another customer's", Principal{Role: RoleCustomer, Customer: "acme"}, a, false},
		{"one that it names", Principal{Role: RoleCustomer, Customer: "Acme", Agreements: []string{"b", "a"}}, a, true},
		{"one that it does not name", Principal{Role: RoleCustomer, Customer: "Acme", Agreements: []string{"b"}}, a, false},
		{"one that it names of another customer", Principal{Role: RoleCustomer, Customer: "Other", Agreements: []string{"a"}}, a, false},
		{"a token without a customer, an agreement without one", Principal{Role: RoleCustomer}, &contract.Agreement{ID: "a"}, false},
		{"all for those who read", Principal{Role: RoleRead}, a, true},
		{"none there is", Principal{Role: RoleOperate}, nil, false},
	} {
		if got := row.p.sees(row.of); got != row.want {
			t.Errorf("%s: sees = %v; want %v", row.name, got, row.want)
		}
	}
	for need, want := range map[Role]bool{RoleNone: true, RoleCustomer: true, RoleRead: false, RoleOperate: false} {
		if RoleCustomer.allows(need) != want {
			t.Errorf("customer allows %s: %v", need, !want)
		}
	}
}

func TestCustomerReadsInTheAgreementsLanguage(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, row := range []struct{ token, path, cookie, want string }{
		{"harbour-token", "/incidents", "", "zh-CN"},
		{"harbour-token", "/agreements/harbour-wan/report-fault", "", "zh-CN"},
		{"harbour-token", "/incidents?lang=en", "", "en"},
		{"harbour-token", "/incidents", langCookie + "=en", "en"},
		{"aurora-token", "/incidents", "", "en"},
		{"read-token", "/incidents", "", "en"},
	} {
		got := ask(t, "GET", srv.URL+row.path, row.token, "", "Cookie", row.cookie)
		if l := got.header.Get("Content-Language"); l != row.want {
			t.Errorf("GET %s with %s, cookie %q: %s; want %s", row.path, row.token, row.cookie, l, row.want)
		}
	}
}
