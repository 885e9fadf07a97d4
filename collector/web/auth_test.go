package web

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// sample fills a pattern with names that exist in the fixture.
func sample(pattern string) string {
	if strings.HasPrefix(pattern, "/api/v1/checks/{id}") {
		pattern = strings.Replace(pattern, "{id}", "aurora-shop%2Fpayments%2Fapi", 1)
	}
	if strings.HasPrefix(pattern, "/api/v1/maintenance/") {
		pattern = strings.Replace(pattern, "{id}", "mw-2", 1)
	}
	if strings.HasPrefix(pattern, "/api/v1/corrections/") {
		pattern = strings.Replace(pattern, "{id}", "co-2", 1)
	}
	for prefix, id := range map[string]string{"/api/v1/incidents/": "INC-2026-0042", "/api/v1/faults/": "FLT-2026-AU3KX", "/api/v1/links/": "ln-0", "/api/v1/oncall/overrides/": "ov-1"} {
		if strings.HasPrefix(pattern, prefix) {
			pattern = strings.Replace(pattern, "{id}", id, 1)
		}
	}
	for suffix, id := range map[string]string{"/reports/{id}": "sr-1", "/reports/{id}/file": "sr-1", "/reports/{id}/review": "sr-2", "/reports/{id}/issue": "sr-3", "/actions/{id}/settle": "INC-2026-0042%2F1"} {
		if pattern == "/api/v1"+suffix {
			pattern = strings.Replace(pattern, "{id}", id, 1)
		}
	}
	if strings.HasSuffix(pattern, "/revisions") {
		pattern += "?period=2026-10"
	}
	return strings.NewReplacer("{id}", "aurora-shop", "{agreement}", "aurora-shop", "{service}", "payments", "{check}", "api", "{n}", "1").Replace(pattern)
}

// samples are bodies that the addresses with these ends take, with their media types.
var samples = map[string][2]string{
	"/maintenance":     {sampleAnnouncement, "application/json"},
	"/maintenance.ics": {sampleCalendar, "text/calendar"},
	"/corrections":     {sampleProposal, "application/json"},
	"/whatif":          {"[terms]\ntarget_pct = \"99.5\"\n", "application/toml"},
	"/incidents":       {`{"agreement": "aurora-shop", "title": "Payments refuse cards"}`, "application/json"},
	"/events":          {`{"kind": "note", "text": "Looking"}`, "application/json"},
	"/faults":          {sampleFault, "application/json"},
	"/accept":          {`{"answer": "We see it too."}`, "application/json"},
	"/decline":         {`{"answer": "Your own agency serves them."}`, "application/json"},
	"/preview":         {sampleAnnouncement, "application/json"},
	"/shorten":         {`{"to": "2026-11-22T03:00:00Z"}`, "application/json"},
	"/links":           {sampleLink, "application/json"},
	"/overrides":       {`{"rotation": "network", "person": "ben", "from": "2026-11-25T08:00:00Z", "to": "2026-11-26T08:00:00Z"}`, "application/json"},
	"/reports":         {`{"period": "2026-10"}`, "application/json"},
	"/actions":         {`{"text": "A second line", "owner": "anna", "due": "2026-12-15"}`, "application/json"},
	"/settle":          {`{"state": "done", "note": "Ordered and lit"}`, "application/json"},
	"/approve":         {"", ""},
	"/revoke":          {"", ""},
}

const sampleFault = `{"service": "payments", "summary": "Card payments fail", "since": "2026-11-19T13:10:00Z", "contact": "Kim"}`

const sampleProposal = `{"from": "2026-11-05T00:00:00Z", "to": "2026-11-05T01:00:00Z", "effect": "exclude", "reason": "Power cut at the customer's"}`

const sampleCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:move\r\nDTSTART:20261125T000000Z\r\nDTEND:20261125T010000Z\r\nSUMMARY:Move\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

const sampleAnnouncement = `{"from": "2026-11-25T00:00:00Z", "to": "2026-11-25T01:00:00Z", "reason": "Firmware"}`

// TestAuthorizationMatrix asks every operation with every kind of token; 0 stands
// for any success. What concerns aurora-shop is not found with harbour-wan's token.
func TestAuthorizationMatrix(t *testing.T) {
	matrix := map[Role]map[string]int{ // least role of the route → token → status
		RoleNone:     {"": 0, "wrong": 0, "agent-token": 0, "aurora-token": 0, "harbour-token": 0, "lost-token": 0, "read-token": 0, "operate-token": 0},
		RoleCustomer: {"": 401, "wrong": 401, "agent-token": 403, "aurora-token": 0, "harbour-token": 404, "lost-token": 404, "read-token": 0, "operate-token": 0},
		RoleRead:     {"": 401, "wrong": 401, "agent-token": 403, "aurora-token": 404, "harbour-token": 404, "lost-token": 404, "read-token": 0, "operate-token": 0},
		RoleOperate:  {"": 401, "wrong": 401, "agent-token": 403, "aurora-token": 404, "harbour-token": 404, "lost-token": 404, "read-token": 403, "operate-token": 0},
	}
	own := map[string]map[string]int{ // routes that differ: lists hold what is one's own, and a report wants its customer
		"GET /api/v1/agreements":               {"harbour-token": 0, "lost-token": 0},
		"GET /api/v1/incidents":                {"harbour-token": 0, "lost-token": 0},
		"GET /api/v1/incidents/{id}":           {"harbour-token": 0}, // the incident is shared
		"GET /api/v1/incidents/{id}/report":    {"harbour-token": 0},
		"GET /api/v1/incidents/{id}/report.md": {"harbour-token": 0},
		"GET /api/v1/faults":                   {"harbour-token": 0, "lost-token": 0},
		"GET /api/v1/reports":                  {"harbour-token": 0, "lost-token": 0},
		"POST /api/v1/agreements/{id}/faults":  {"read-token": 403},
	}
	for _, rt := range newFixture().server(t, nil).api() {
		if rt.pattern == "/api/v1/events" {
			continue // does not end: TestEvents
		}
		name := rt.method + " " + rt.pattern
		if rt.method != "GET" && rt.role != RoleOperate && !strings.HasSuffix(rt.pattern, "/whatif") && !strings.HasSuffix(rt.pattern, "/faults") {
			t.Errorf("%s writes and takes the role %s", name, rt.role)
		}
		for token, want := range matrix[rt.role] {
			if status, ok := own[name][token]; ok {
				want = status
			}
			srv := httptest.NewServer(newFixture().server(t, nil))
			var body [2]string
			if rt.method == "POST" {
				body = samples[rt.pattern[strings.LastIndex(rt.pattern, "/"):]]
			}
			got := ask(t, rt.method, srv.URL+sample(rt.pattern), token, body[0], "Content-Type", body[1])
			srv.Close()
			if want == 0 && got.status/100 != 2 || want != 0 && got.status != want {
				t.Errorf("%s with %q = %d %s; want %d", name, token, got.status, got.body, want)
			}
			if got.status == 401 && got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: 401 without WWW-Authenticate", name)
			}
		}
	}
}

func TestOpenReadingIsForThisMachineOnly(t *testing.T) {
	open := newFixture().serve(t, func(o *Options) { o.OpenRead = true })
	port := strings.TrimPrefix(open.URL, "http://127.0.0.1")
	for _, row := range []struct {
		name   string
		header []string
		want   int
	}{
		{"from this machine", nil, 200},
		{"by the name localhost", []string{"Host", "localhost" + port}, 200},
		{"by a name that was rebound to this machine", []string{"Host", "evil.example" + port}, 401},
		{"through a proxy", []string{"X-Forwarded-For", "203.0.113.9"}, 401},
		{"with a token that is not good", []string{"Authorization", "Bearer wrong"}, 401},
		{"with a scheme that is not ours", []string{"Authorization", "Basic cmVhZC10b2tlbg=="}, 401},
	} {
		if got := ask(t, "GET", open.URL+"/api/v1/agents", "", "", row.header...); got.status != row.want {
			t.Errorf("%s: %d %s; want %d", row.name, got.status, got.body, row.want)
		}
	}
	if got := ask(t, "POST", open.URL+"/api/v1/agreements/aurora-shop/maintenance", "", sampleAnnouncement); got.status != 401 || got.header.Get("WWW-Authenticate") == "" {
		t.Errorf("writing without a token = %d; want 401 and WWW-Authenticate", got.status)
	}
	// The same Server on a connection whose ends are elsewhere.
	s := newFixture().server(t, func(o *Options) { o.OpenRead = true })
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/agents", nil))
	if w.Code != 401 {
		t.Errorf("from another machine = %d; want 401", w.Code)
	}
	closed := newFixture().serve(t, nil)
	if got := ask(t, "GET", closed.URL+"/api/v1/agents", "", ""); got.status != 401 {
		t.Errorf("where reading is not open = %d; want 401", got.status)
	}
}

func TestSecurityHeadersAreOnEveryAnswer(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, path := range []string{"/", "/login", "/static/probity.css", "/nowhere", "/api/v1/agents", "/api/v1/openapi.yaml", "/api/v1/nothing"} {
		h := ask(t, "GET", srv.URL+path, "", "").header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
			t.Errorf("GET %s: headers %v; want the strict ones", path, h)
		}
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, h := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		got := ask(t, "POST", srv.URL+"/api/v1/agreements/aurora-shop/maintenance", "operate-token", sampleAnnouncement, h...)
		if got.status != 403 || got.problem(t).Type != problemBase+"cross-origin" {
			t.Errorf("with %v = %d %s; want 403", h, got.status, got.body)
		}
	}
}

func TestSessionsAreBoundedAndExpire(t *testing.T) {
	ss := newSessions()
	r := httptest.NewRequest("GET", "/", nil)
	open := func(token string, now time.Time) *http.Request {
		w := httptest.NewRecorder()
		ss.open(w, r, hashOf(token), now, http.SameSiteStrictMode)
		out := httptest.NewRequest("GET", "/", nil)
		out.AddCookie(w.Result().Cookies()[0])
		return out
	}
	first := open("x", fixtureNow)
	if _, ok := ss.find(first, fixtureNow.Add(sessionLifetime)); ok {
		t.Error("a session outlives its time")
	}
	for i := range 2 * maxSessions { // one token cannot end the sessions of another
		open("y", fixtureNow.Add(time.Duration(i+1)*time.Second))
	}
	if _, ok := ss.find(first, fixtureNow); !ok || len(ss.byHash) != maxTokenOpens+1 {
		t.Errorf("%d sessions, another token's kept: %v; want %d with it", len(ss.byHash), ok, maxTokenOpens+1)
	}
	for i := range maxSessions {
		open(strconv.Itoa(i), fixtureNow.Add(time.Duration(i+1)*time.Second))
	}
	if _, ok := ss.find(first, fixtureNow); ok || len(ss.byHash) != maxSessions {
		t.Errorf("%d sessions, the oldest kept: %v; want %d without it", len(ss.byHash), ok, maxSessions)
	}
}

func TestEvents(t *testing.T) {
	s := newFixture().server(t, nil)
	srv := httptest.NewServer(s)
	defer srv.Close()
	req, _ := http.NewRequest("GET", srv.URL+"/api/v1/events", nil)
	if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != 401 {
		t.Fatalf("without a token: %v, %v; want 401", resp, err)
	}
	req.Header.Set("Authorization", "Bearer read-token")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the stream is open: "retry:" came
	s.Publish(Event{Kind: "state", Agreement: "aurora-shop", At: 7})
	var got []string
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") {
			got = append(got, lines.Text())
			s.Close() // ends the stream, and with it the loop
		}
	}
	want := `data: {"kind":"state","agreement":"aurora-shop","state":"unknown","at":7}`
	if len(got) != 1 || got[0] != want {
		t.Errorf("stream = %q; want %q", got, want)
	}
}

func TestSlowSubscriberIsToldToLookAgain(t *testing.T) {
	s := newFixture().server(t, nil)
	sub := s.broker.subscribe()
	for i := range subscriberQueue + 10 {
		s.Publish(Event{Kind: "state", At: int64(i)})
	}
	for range subscriberQueue {
		<-sub.events
	}
	s.Publish(Event{Kind: "state", At: 1000})
	if e := <-sub.events; e.Kind != "resync" {
		t.Errorf("after losing events the next is %q; want resync", e.Kind)
	}
	for range maxSubscribers {
		s.broker.subscribe()
	}
	if s.broker.subscribe() != nil {
		t.Errorf("more than %d subscribers", maxSubscribers)
	}
}
