package web

import (
	"encoding/csv"
	"strings"
	"testing"
)

func table(t *testing.T, a answer) [][]string {
	t.Helper()
	if ct := a.header.Get("Content-Type"); a.status != 200 || !strings.HasPrefix(ct, "text/csv") {
		t.Fatalf("%d %q %s; want a table", a.status, ct, a.body)
	}
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTablesSayWhatTheDocumentsSay(t *testing.T) {
	f := newFixture()
	f.agreements[0].Services[1].Name = `=cmd|" /C calc"!A0`
	srv := f.serve(t, nil)
	shop := srv.URL + "/api/v1/agreements/aurora-shop"
	type verdict struct {
		Availability string
		Bad          string `json:"bad_ms"`
	}
	doc := decode[struct {
		Fingerprint string
		Overall     verdict
		Services    []struct{ Verdict verdict }
	}](t, ask(t, "GET", shop+"/statement", "read-token", ""))
	rows := table(t, ask(t, "GET", shop+"/statement?format=csv", "read-token", ""))
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	if len(rows) != 4 || rows[3][column["availability"]] != doc.Overall.Availability || rows[1][column["availability"]] != doc.Services[0].Verdict.Availability || rows[1][column["fingerprint"]] != doc.Fingerprint {
		t.Errorf("the table %v differs from the document %+v", rows, doc)
	}
	if rows[2][column["name"]] != `'=cmd|" /C calc"!A0` || rows[2][column["budget_left_s"]] != "-108.800" && !strings.HasPrefix(rows[2][column["budget_left_s"]], "-") {
		t.Errorf("a name that is a formula is %q, a budget overspent %q", rows[2][column["name"]], rows[2][column["budget_left_s"]])
	}
	outages := table(t, ask(t, "GET", shop+"/outages", "read-token", "", "Accept", "text/csv"))
	if list := decode[struct{ Outages []outageDoc }](t, ask(t, "GET", shop+"/outages", "read-token", "")); len(outages) != len(list.Outages)+1 {
		t.Errorf("%d rows of outages for %d", len(outages)-1, len(list.Outages))
	}
	first := ask(t, "GET", shop+"/ledger?format=csv&limit=2", "read-token", "")
	if rows := table(t, first); len(rows) != 3 || !strings.Contains(first.header.Get("Link"), `rel="next"`) {
		t.Errorf("a page of two is %d rows, Link %q", len(rows)-1, first.header.Get("Link"))
	}
	if got := ask(t, "GET", shop+"/statement?format=xls", "read-token", ""); got.status != 400 {
		t.Errorf("a format that is none = %d", got.status)
	}
	json, other := ask(t, "GET", shop+"/statement", "read-token", "").header.Get("ETag"), ask(t, "GET", shop+"/statement?format=csv", "read-token", "").header.Get("ETag")
	if json == other {
		t.Error("document and table have the same ETag")
	}
}

func TestWhatIsPolledHasAnETag(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, path := range []string{"/api/v1/agreements", "/api/v1/agreements/aurora-shop", "/api/v1/agreements/aurora-shop/maintenance", "/api/v1/agents", "/api/v1/alerts", "/api/v1/checks", "/api/v1/outbox", "/api/v1/incidents", "/api/v1/links"} {
		first := ask(t, "GET", srv.URL+path, "operate-token", "")
		again := ask(t, "GET", srv.URL+path, "operate-token", "", "If-None-Match", first.header.Get("ETag"))
		if first.header.Get("ETag") == "" || again.status != 304 || again.body != "" || first.header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("GET %s: ETag %q, then %d; want 304", path, first.header.Get("ETag"), again.status)
		}
	}
}
