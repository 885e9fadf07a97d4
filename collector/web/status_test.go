package web

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
)

// hidden are what nobody may learn from what is published of aurora-shop: the
// addresses that are probed, who the customer is, what was agreed, what people
// wrote, and that there are other agreements.
var hidden = []string{"shop.example", "pay.example", "192.0.2.", "secret", "Aurora Retail", "Nordnetz", "gold", "harbour", "Harbour", "meridian", "fra-1", "sin-1",
	"co-1", "power cut", "Withdrawn", "al-9", "99.9 %", "503", "ops", "/agreements/"}

func TestPublishedStatusLeaksNothing(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	for _, path := range []string{"/status/aurora-shop", "/status/aurora-shop?lang=zh-CN", "/status/aurora-shop.json", "/status/aurora-shop.rss", "/badge/aurora-shop.svg", "/badge/aurora-shop.svg?show=availability"} {
		got := ask(t, "GET", srv.URL+path, "", "")
		if got.status != 200 || got.body == "" {
			t.Fatalf("GET %s = %d %s; want it without a token", path, got.status, got.body)
		}
		for _, word := range append(hidden, f.notes()...) {
			if strings.Contains(got.body, word) {
				t.Errorf("GET %s tells %q:\n%s", path, word, got.body)
			}
		}
		if cc := got.header.Get("Cache-Control"); cc != "public, max-age=15" {
			t.Errorf("GET %s: Cache-Control %q", path, cc)
		}
		if again := ask(t, "GET", srv.URL+path, "", "", "If-None-Match", got.header.Get("ETag")); again.status != 304 || again.body != "" {
			t.Errorf("GET %s again = %d; want 304", path, again.status)
		}
	}
}

// notes is what people wrote in the records of incidents, and who they are.
func (f *fixture) notes() (out []string) {
	for _, v := range f.people.incidents {
		for _, e := range v.Events {
			for _, s := range []string{e.Text, e.By} {
				if len(s) > 2 && s != "probity" {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func TestUnpublishedIsNotThere(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	for _, path := range []string{"/status/harbour-wan", "/status/harbour-wan.json", "/status/harbour-wan.rss", "/badge/harbour-wan.svg", "/status/none", "/status/none.json",
		"/badge/none.svg", "/badge/aurora-shop", "/badge/aurora-shop.png", "/status/aurora-shop.xml", "/status/", "/badge/"} {
		for _, token := range []string{"", "operate-token"} {
			if got := ask(t, "GET", srv.URL+path, token, ""); got.status != 404 || strings.Contains(got.body, "Harbour") {
				t.Errorf("GET %s with %q = %d %s; want 404 that tells nothing", path, token, got.status, text(got.body))
			}
		}
	}
	unknown, closed := ask(t, "GET", srv.URL+"/status/none.json", "", ""), ask(t, "GET", srv.URL+"/status/harbour-wan.json", "", "")
	if strings.ReplaceAll(unknown.body, "none", "X") != strings.ReplaceAll(closed.body, "harbour-wan", "X") {
		t.Errorf("what is not published differs from what there is not:\n%s\n%s", unknown.body, closed.body)
	}
	f.agreements[0].Publish.StatusPage = false
	if page, badge := ask(t, "GET", srv.URL+"/status/aurora-shop", "", ""), ask(t, "GET", srv.URL+"/badge/aurora-shop.svg", "", ""); page.status != 404 || badge.status != 200 {
		t.Errorf("with badges only: page %d, badge %d; want 404 and 200", page.status, badge.status)
	}
}

func TestStatusSays(t *testing.T) {
	srv := newFixture().serve(t, nil)
	page := text(ask(t, "GET", srv.URL+"/status/aurora-shop", "", "").body)
	for _, want := range []string{"1 of 2 services are down", "Payments Down since 2026-11-19 14:16", "Storefront Up", "99.832", "98.601–99.949", "Switch replacement in row 4", "2026-11-22 02:00"} {
		if !strings.Contains(page, want) {
			t.Errorf("the status page does not say %q:\n%s", want, page)
		}
	}
	st := decode[struct {
		State    string
		Overall  struct{ Availability string }
		Services []struct{ ID, State string }
		Days     []struct{ State string }
		Planned  []struct{ From int64 }
	}](t, ask(t, "GET", srv.URL+"/status/aurora-shop.json", "", ""))
	api := decode[struct{ Overall struct{ Availability string } }](t, ask(t, "GET", srv.URL+"/api/v1/agreements/aurora-shop/statement", "read-token", ""))
	if st.State != "down" || len(st.Services) != 2 || len(st.Days) != stripDays || len(st.Planned) != 1 || st.Planned[0].From != at(22, 1, 0) {
		t.Errorf("status.json = %+v", st)
	}
	if st.Overall.Availability != api.Overall.Availability {
		t.Errorf("the status says %s, the statement %s", st.Overall.Availability, api.Overall.Availability)
	}
	var feed rss
	if err := xml.Unmarshal([]byte(ask(t, "GET", srv.URL+"/status/aurora-shop.rss", "", "").body), &feed); err != nil {
		t.Fatal(err)
	}
	badge := ask(t, "GET", srv.URL+"/badge/aurora-shop.svg", "", "")
	if !strings.Contains(badge.body, ">Down<") || badge.header.Get("Content-Type") != "image/svg+xml" || badge.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("badge: %v %s", badge.header, badge.body)
	}
	if err := xml.Unmarshal(drawBadge(`<a>&"`, "一二三", "#000"), new(struct{})); err != nil {
		t.Errorf("a badge of markup is no XML: %v", err)
	}
}

func TestLinkOpensTheCustomersOwn(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	made := ask(t, "POST", srv.URL+"/api/v1/links", "operate-token", sampleLink)
	if made.status != 201 {
		t.Fatalf("making a link = %d %s", made.status, made.body)
	}
	link := decode[linkDoc](t, made)
	if !strings.HasPrefix(link.URL, srv.URL+"/l/") {
		t.Fatalf("the link's address is %q", link.URL)
	}
	opened := ask(t, "GET", link.URL, "", "")
	if opened.status != 303 || opened.header.Get("Location") != "/agreements/aurora-shop" || opened.header.Get("Referrer-Policy") != "no-referrer" || opened.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("opening it = %d %v; want a redirect without the token", opened.status, opened.header)
	}
	cookie, _, _ := strings.Cut(opened.header.Get("Set-Cookie"), ";")
	if !strings.Contains(opened.header.Get("Set-Cookie"), "HttpOnly; SameSite=Lax") {
		t.Errorf("Set-Cookie = %q", opened.header.Get("Set-Cookie"))
	}
	for path, want := range map[string]int{"/": 200, "/agreements/aurora-shop": 200, "/agreements/harbour-wan": 404, "/agents": 404, "/links": 404, "/api/v1/agreements/aurora-shop/statement": 200, "/api/v1/links": 404} {
		if got := ask(t, "GET", srv.URL+path, "", "", "Cookie", cookie); got.status != want {
			t.Errorf("GET %s as the customer = %d; want %d", path, got.status, want)
		}
	}
	listed := ask(t, "GET", srv.URL+"/api/v1/links", "operate-token", "")
	if strings.Contains(listed.body, "token-of") || strings.Contains(listed.body, "url") {
		t.Errorf("the list tells the token again: %s", listed.body)
	}
	if got := ask(t, "DELETE", srv.URL+"/api/v1/links/"+link.ID, "operate-token", ""); got.status != 200 {
		t.Fatalf("revoking = %d %s", got.status, got.body)
	}
	if got := ask(t, "GET", srv.URL+"/", "", "", "Cookie", cookie); got.status != 303 {
		t.Errorf("after revoking the session goes on: %d", got.status)
	}
	for _, token := range []string{"token-of-ln-1", "wrong", "operate-token", strings.Repeat("x", maxTokenBytes+1)} {
		got := ask(t, "GET", srv.URL+"/l/"+token, "", "")
		if got.status != 404 || got.header.Get("Set-Cookie") != "" || strings.Contains(got.body, token) {
			t.Errorf("GET /l/%.20s = %d with cookie %q; want 404 without the token in it", token, got.status, got.header.Get("Set-Cookie"))
		}
	}
}

// Whoever tries the link that goes to a customer stays logged in, while who is
// logged in as another customer changes over.
func TestLinkKeepsAHigherSession(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for token, keeps := range map[string]bool{"operate-token": true, "read-token": true, "harbour-token": false} {
		cookie, _, _ := strings.Cut(login(t, srv.URL, token).header.Get("Set-Cookie"), ";")
		got := ask(t, "GET", srv.URL+"/l/token-of-ln-0", "", "", "Cookie", cookie)
		if kept := got.header.Get("Set-Cookie") == ""; got.status != 303 || kept != keeps {
			t.Errorf("the link with a session of %s = %d, kept: %v; want %v", token, got.status, kept, keeps)
		}
	}
}

const sampleLink = `{"name": "Kim", "customer": "Aurora Retail GmbH", "agreements": ["aurora-shop"], "expires_at": "2026-12-31T00:00:00Z"}`

func TestLinksThatAreWrong(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	for _, body := range []string{`{}`, `{"name": "Kim", "customer": "Nobody"}`, `{"name": "Kim", "customer": ""}`,
		`{"name": "Kim", "customer": "Aurora Retail GmbH", "agreements": ["harbour-wan"]}`, `{"name": "Kim", "customer": "Aurora Retail GmbH", "agreements": ["aurora-shop", "aurora-shop"]}`,
		`{"name": "Kim", "customer": "Aurora Retail GmbH", "expires_at": "2026-01-01T00:00:00Z"}`, `{"name": "Kim", "customer": "Aurora Retail GmbH", "expires_at": "2036-01-01T00:00:00Z"}`} {
		if got := ask(t, "POST", srv.URL+"/api/v1/links", "operate-token", body); got.status != 400 {
			t.Errorf("%s = %d; want 400", body, got.status)
		}
	}
	got := form(t, srv.URL+"/links", "operate-token", url.Values{"name": {"Kim"}, "customer": {"Aurora Retail GmbH"}, "expires": {"2026-12-31"}})
	if got.status != 201 || !strings.Contains(got.body, "/l/token-of-ln-1") || rfc3339(f.links[1].ExpiresAt) != "2027-01-01T00:00:00Z" {
		t.Errorf("making a link by the form = %d", got.status)
	}
	if got := form(t, srv.URL+"/links", "operate-token", url.Values{"name": {"Kim"}, "customer": {"Aurora Retail GmbH"}, "expires": {"soon"}}); got.status != 400 || !strings.Contains(got.body, `value="Kim"`) {
		t.Errorf("a wrong form = %d; want it back", got.status)
	}
	if got := form(t, srv.URL+"/links/ln-1/revoke", "operate-token", nil); got.status != 303 || f.links[1].RevokedAt == 0 {
		t.Errorf("revoking by the form = %d", got.status)
	}
	if got := ask(t, "DELETE", srv.URL+"/api/v1/links/ln-1", "operate-token", ""); got.status != 409 {
		t.Errorf("revoking twice = %d; want 409", got.status)
	}
}
