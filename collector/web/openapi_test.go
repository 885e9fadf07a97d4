package web

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

func openDocument(t *testing.T, text []byte) (*v3.Document, validator.Validator) {
	t.Helper()
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if errs != nil {
		t.Fatal(errs)
	}
	return &model.Model, v
}

func TestDocumentIsValid(t *testing.T) {
	_, v := openDocument(t, OpenAPI)
	ok, errs := v.ValidateDocument()
	for _, e := range errs {
		t.Errorf("openapi.yaml: %s: %s", e.Message, e.Reason)
		for _, s := range e.SchemaValidationErrors {
			t.Errorf("  %s", s.Reason)
		}
	}
	if !ok && len(errs) == 0 {
		t.Error("openapi.yaml is not valid")
	}
}

// documented names a route as the document does, with the role that it asks for.
func documented(rt route) string {
	p := rt.pattern
	if strings.HasPrefix(p, "/api/v1/maintenance/") {
		p = strings.Replace(p, "{id}", "{maintenance}", 1)
	}
	if strings.HasPrefix(p, "/api/v1/corrections/") {
		p = strings.Replace(p, "{id}", "{correction}", 1)
	}
	for prefix, name := range map[string]string{"/api/v1/incidents/": "{incident}", "/api/v1/faults/": "{fault}", "/api/v1/links/": "{link}", "/api/v1/oncall/overrides/": "{override}"} {
		if strings.HasPrefix(p, prefix) {
			p = strings.Replace(p, "{id}", name, 1)
		}
	}
	return rt.method + " " + p + " " + rt.role.String()
}

func TestDocumentHasEveryRouteAndNoOther(t *testing.T) {
	model, _ := openDocument(t, OpenAPI)
	var in []string
	for path, item := range model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			role := ""
			if x, ok := op.Extensions.Get("x-role"); ok {
				role = x.Value
			}
			in = append(in, strings.ToUpper(method)+" "+path+" "+role)
		}
	}
	have := []string{"POST /api/v1/push agent", "GET /api/v1/assignment agent", "POST /api/v1/heartbeat agent"} // the ingest stage's
	for _, rt := range newFixture().server(t, nil).api() {
		if !strings.HasPrefix(rt.pattern, "/api/v1/checks/{id}") { // another spelling of the same
			have = append(have, documented(rt))
		}
	}
	slices.Sort(in)
	slices.Sort(have)
	if !slices.Equal(in, have) {
		t.Errorf("documented:\n%s\nserved:\n%s", strings.Join(in, "\n"), strings.Join(have, "\n"))
	}
}

// exchange holds one request and its real answer against the document.
func exchange(t *testing.T, v validator.Validator, method, url, token, body string, header ...string) []string {
	t.Helper()
	build := func() *http.Request {
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
		}
		return req
	}
	resp, err := http.DefaultClient.Do(build())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var found []string
	_, errs := v.ValidateHttpResponse(build(), resp)
	if resp.StatusCode < 300 && token != "" {
		_, more := v.ValidateHttpRequest(build())
		errs = append(errs, more...)
	}
	for _, e := range errs {
		line := method + " " + url + ": " + e.Message + ": " + e.Reason
		for _, s := range e.SchemaValidationErrors {
			line += "; " + s.Reason
		}
		found = append(found, line)
	}
	io.Copy(io.Discard, resp.Body)
	return found
}

func TestAnswersAreAsDocumented(t *testing.T) {
	_, v := openDocument(t, OpenAPI)
	srv := newFixture().serve(t, nil)
	const shop = "/api/v1/agreements/aurora-shop"
	const check = "/api/v1/checks/aurora-shop/payments/api"
	for _, path := range []string{
		"/api/v1/agreements", shop, shop + "/statement", shop + "/statement?period=2026-11", shop + "/statement?period=2026-07",
		shop + "/statement?from=2026-11-01T00:00:00Z&to=1794000000000", "/api/v1/agreements/meridian-mail/statement",
		shop + "/ledger", shop + "/ledger?limit=2&service=storefront", shop + "/outages?service=payments", shop + "/maintenance",
		"/api/v1/maintenance/mw-1", "/api/v1/maintenance/mw-3", "/api/v1/checks", "/api/v1/checks?agreement=meridian-mail", check, check + "/latency?limit=5",
		check + "/failures?agent=fra-1", "/api/v1/agents", "/api/v1/alerts", "/api/v1/alerts?open=true&limit=1", "/api/v1/outbox",
		shop + "/maintenance.ics", shop + "/corrections", shop + "/corrections?from=2026-11-07T00:00:00Z&to=2026-11-08T00:00:00Z",
		"/api/v1/corrections/co-1", "/api/v1/corrections/co-3", shop + "/revisions?period=2026-10", shop + "/revisions?period=2026-09",
		shop + "/statement?period=2026-10&revision=2", shop + "/ledger?period=2026-10&revision=1", shop + "/outages?period=2026-10&revision=1",
		// and what is refused
		"/api/v1/corrections/none", shop + "/revisions?period=2027-05", shop + "/statement?period=2026-10&revision=3",
		"/api/v1/agreements/none", shop + "/statement?period=2027-05", shop + "/statement?period=x", "/api/v1/maintenance/none", check + "/latency?agent=none",
	} {
		for _, token := range []string{"read-token", "agent-token", ""} {
			for _, complaint := range exchange(t, v, "GET", srv.URL+path, token, "") {
				t.Errorf("with %q: %s", token, complaint)
			}
		}
	}
	const calendar, terms = "text/calendar", "application/toml"
	for _, row := range []struct{ method, path, token, body, kind string }{
		{"POST", shop + "/maintenance", "operate-token", sampleAnnouncement, ""},
		{"POST", shop + "/maintenance", "operate-token", `{"from": 1795000000000, "to": 1795003600000, "reason": "x", "services": ["payments"], "emergency": true, "rrule": "FREQ=WEEKLY"}`, ""},
		{"POST", shop + "/maintenance", "operate-token", `{}`, ""},
		{"POST", shop + "/maintenance", "read-token", sampleAnnouncement, ""},
		{"DELETE", "/api/v1/maintenance/mw-2", "operate-token", "", ""},
		{"DELETE", "/api/v1/maintenance/mw-1", "operate-token", "", ""},
		{"DELETE", "/api/v1/maintenance/none", "operate-token", "", ""},
		{"POST", shop + "/maintenance.ics", "operate-token", sampleCalendar, calendar},
		{"POST", shop + "/maintenance.ics", "operate-token", strings.ReplaceAll(sampleCalendar, "DTEND", "X-END"), calendar},
		{"POST", shop + "/maintenance.ics", "read-token", sampleCalendar, calendar},
		{"POST", shop + "/corrections", "operate-token", sampleProposal, ""},
		{"POST", shop + "/corrections", "operate-token", `{}`, ""},
		{"POST", shop + "/whatif?period=2026-10", "read-token", samples["/whatif"][0], terms},
		{"POST", shop + "/whatif", "read-token", "[terms]\nnone = 1\n", terms},
		{"POST", "/api/v1/corrections/co-2/approve", "operate-token", "", ""},
		{"POST", "/api/v1/corrections/co-2/approve", "operate-token", "", ""},
		{"POST", "/api/v1/corrections/co-2/revoke", "operate-token", "", ""},
		{"POST", "/api/v1/corrections/co-2/revoke", "operate-token", "", ""},
		{"POST", "/api/v1/corrections/none/revoke", "operate-token", "", ""},
	} {
		var header []string
		if row.kind != "" {
			header = []string{"Content-Type", row.kind}
		}
		for _, complaint := range exchange(t, v, row.method, srv.URL+row.path, row.token, row.body, header...) {
			t.Error(complaint)
		}
	}
	statement := ask(t, "GET", srv.URL+shop+"/statement", "read-token", "")
	for _, complaint := range exchange(t, v, "GET", srv.URL+shop+"/statement", "read-token", "", "If-None-Match", statement.header.Get("ETag")) {
		t.Error(complaint)
	}
}

func TestAnswerThatIsNotAsDocumentedIsFound(t *testing.T) {
	for _, plant := range []struct{ old, new string }{
		{"required: [pending, dead, dead_letters]", "required: [pending, dead, dead_letters, planted]"},
		{"        pending: {type: integer}\n", ""},
		{"        pending: {type: integer}", "        pending: {type: string}"},
	} {
		text := strings.Replace(string(OpenAPI), plant.old, plant.new, 1)
		if text == string(OpenAPI) {
			t.Fatalf("%q is not in openapi.yaml", plant.old)
		}
		_, v := openDocument(t, []byte(text))
		srv := newFixture().serve(t, nil)
		if exchange(t, v, "GET", srv.URL+"/api/v1/outbox", "read-token", "") == nil {
			t.Errorf("%q for %q went unnoticed", plant.new, plant.old)
		}
	}
}
