package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
)

const (
	incidentPath = "/incidents/INC-2026-0042"
	urlEncoded   = "application/x-www-form-urlencoded"
)

func TestIncidentPagesSay(t *testing.T) {
	srv := newFixture().serve(t, nil)
	for _, row := range []struct {
		name, path string
		says       []string
	}{
		{"the list, open ones first with what is due", "/incidents", []string{"Open incidents: 1", "Payments and Uplink failing INC-2026-0042 · Aurora online shop · Harbour WAN Open P1, Prio-Alpha major 2026-11-19 14:16:00 response 2026-11-19 14:46:00 16 min left",
			"Earlier incidents", "Storefront outage INC-2026-0040 · Aurora online shop Resolved P2 2026-11-07 05:12:00 2026-11-07 05:21:00"}},
		{"the list of one agreement", "/incidents?agreement=harbour-wan", []string{"Open incidents: 1", "None yet."}},
		{"one: clocks, outages, the whole record", incidentPath, []string{"Open since 2026-11-19 14:16:00, 14 min", "response P1 aurora-shop running 14 min 30 min 0 s 2026-11-19 14:46:00 16 min left",
			"response Prio-Alpha harbour-wan missed 14 min 10 min 0 s 2026-11-19 14:26:00 late by 4 min", "Harbour WAN / Uplink 2026-11-19 14:16:00 2026-11-19 14:20:00 4 min", "goes on",
			"2026-11-19 14:16:00 entered 2026-11-19 14:17:30 Opened", "Notified level 1: anna (pager)", "Note · anna Internal: the switch", "Keep a spare card anna 2026-12-31 open"}},
		{"the document", incidentPath + "/report", []string{"Fault report: Payments and Uplink failing", "Not written yet: remedy", "14 min 32.4 % overspent by 1 min 48 s 99.832 %", "status · Counted 14 min · api/Frankfurt, api/Singapore", "503 Service Unavailable", "192.0.2.1", "A card of the aggregation switch failed."}},
		{"who is on call", "/oncall", []string{"network anna until 2026-11-23 09:00", "carl ov-1 2026-11-20 09:00", "revoked anna, 2026-11-18 11:00"}},
		{"the queue", "/faults", []string{"Reported faults that wait for an answer: 2", "Answered", "Slow pictures FLT-2026-AU1AB Declined"}},
		{"an agreement's", "/agreements/aurora-shop", []string{"Incidents all", "INC-2026-0042", "INC-2026-0040"}},
		{"the overview", "/", []string{"Open incidents: 1"}},
	} {
		got := ask(t, "GET", srv.URL+row.path, "read-token", "")
		for _, want := range row.says {
			if !strings.Contains(strings.ToLower(said(got)), strings.ToLower(want)) {
				t.Errorf("%s: GET %s = %d, lacks %q:\n%s", row.name, row.path, got.status, want, said(got))
			}
		}
		if strings.Contains(got.body, "<script>alert") || strings.Contains(got.body, "<b>now") {
			t.Errorf("GET %s lets a text through unescaped", row.path)
		}
		if strings.Contains(got.body, `method="post" action="/incidents`) || strings.Contains(got.body, `method="post" action="/faults`) {
			t.Errorf("GET %s offers forms to one who only reads", row.path)
		}
	}
	md := ask(t, "GET", srv.URL+"/api/v1"+incidentPath+"/report.md", "read-token", "")
	if !strings.HasPrefix(md.header.Get("Content-Type"), "text/markdown") || !strings.Contains(md.header.Get("Content-Disposition"), "INC-2026-0042.md") || !strings.HasPrefix(md.body, "# ") {
		t.Errorf("Markdown = %v %.200s", md.header, md.body)
	}
}

func TestOperatorAddsToTheRecord(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	post := func(v url.Values) answer {
		return ask(t, "POST", srv.URL+incidentPath+"/events", "operate-token", v.Encode(), "Content-Type", urlEncoded)
	}
	got := post(url.Values{"form": {"said"}, "kind": {"acknowledged"}, "text": {"On it"}, "effective": {"2026-11-19T14:21"}})
	v := f.people.incidents[0]
	e := v.Events[len(v.Events)-1]
	if got.status != 303 || e.Kind != incident.EventAcknowledged || e.By != "operate-token" || e.Effective != at(19, 13, 21) || e.At != fixtureNow.UnixMilli() || e.Text != "On it" {
		t.Errorf("acknowledging = %d, %+v; want who, when, and when it took place", got.status, e)
	}
	if got := post(url.Values{"form": {"action"}, "kind": {"action"}, "text": {"Train"}, "owner": {"ben"}, "due": {"2026-12-01"}}); got.status != 303 || f.people.incidents[0].Events[8].Action.State != incident.ActionOpen {
		t.Errorf("an action = %d %s", got.status, said(got))
	}
	for _, row := range []struct {
		name string
		v    url.Values
		want int
		says string
	}{
		{"what the collector enters by itself", url.Values{"form": {"said"}, "kind": {"notified"}}, 400, "Kind : must be one of acknowledged"},
		{"a note without a text", url.Values{"form": {"said"}, "kind": {"note"}}, 400, "Text : is missing"},
		{"a time to come", url.Values{"form": {"said"}, "kind": {"note"}, "text": {"kept"}, "effective": {"2026-11-19T15:00"}}, 400, "Took place at : has not come yet"},
		{"a time that clocks skipped", url.Values{"form": {"said"}, "kind": {"note"}, "text": {"kept"}, "effective": {"2026-03-29T02:30"}}, 400, "there was no such time"},
		{"a reason that no clock knows", url.Values{"form": {"pause"}, "kind": {"paused"}, "reason": {"holiday"}}, 400, `no clock knows "holiday"`},
		{"a severity without a word", url.Values{"form": {"severity"}, "kind": {"severity"}, "agreement": {"aurora-shop"}}, 400, "Severity : is missing"},
		{"an action without an owner and a day", url.Values{"form": {"action"}, "kind": {"action"}, "text": {"x"}}, 400, "Owner : is missing"},
		{"acknowledging twice", url.Values{"form": {"said"}, "kind": {"acknowledged"}}, 409, "Not possible in its present state"},
	} {
		if got := post(row.v); got.status != row.want || !strings.Contains(said(got), row.says) {
			t.Errorf("%s = %d; want %d and %q:\n%s", row.name, got.status, row.want, row.says, said(got))
		} else if row.v.Get("text") == "kept" && !strings.Contains(got.body, ">kept</textarea>") {
			t.Errorf("%s: what was typed is lost", row.name)
		}
	}
	got = ask(t, "POST", srv.URL+"/incidents", "operate-token", url.Values{"agreement": {"harbour-wan"}, "title": {"Slow"}, "since": {"2026-11-19T21:00"}}.Encode(), "Content-Type", urlEncoded)
	in := f.people.incidents[0].Incident
	if got.status != 303 || got.header.Get("Location") != "/incidents/"+in.ID || in.OpenedAt != at(19, 13, 0) {
		t.Errorf("opening by hand = %d to %q, %+v; want the local time of Shanghai", got.status, got.header.Get("Location"), in)
	}
	got = ask(t, "POST", srv.URL+"/incidents", "operate-token", url.Values{"agreement": {"none"}, "title": {""}}.Encode(), "Content-Type", urlEncoded)
	if got.status != 400 || !strings.Contains(said(got), `Agreement : "none" is not an agreement in force`) {
		t.Errorf("opening without an agreement = %d %s", got.status, said(got))
	}
}

func TestAcknowledgeByLink(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	now := fixtureNow.UnixMilli()
	link := func(l AckLink) string { return ackTokenOf(l) }
	good := link(AckLink{"INC-2026-0042", "anna", now + 1})
	got := ask(t, "GET", srv.URL+"/ack?t="+good, "", "")
	if got.status != 200 || !strings.Contains(said(got), "Acknowledge as anna") || got.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("opening the link = %d %s", got.status, said(got))
	}
	if f.people.incidents[0].Incident.AcknowledgedAt != 0 {
		t.Fatal("opening the link acknowledged: mail programs open links by themselves")
	}
	post := func(token string, header ...string) answer {
		return ask(t, "POST", srv.URL+"/ack", "", "t="+token, append([]string{"Content-Type", urlEncoded}, header...)...)
	}
	if got := post(good, "Sec-Fetch-Site", "cross-site"); got.status != 403 || f.people.incidents[0].Incident.AcknowledgedAt != 0 {
		t.Errorf("from another site = %d; want 403", got.status)
	}
	if got := post(good); got.status != 200 || !strings.Contains(said(got), "Acknowledged by anna at 2026-11-19 14:30:00") || f.people.incidents[0].Incident.AcknowledgedBy != "anna" {
		t.Errorf("acknowledging = %d %s", got.status, said(got))
	}
	if got := post(link(AckLink{"INC-2026-0042", "ben", now + 1})); got.status != 200 || !strings.Contains(said(got), "Acknowledged by anna") {
		t.Errorf("who comes second = %d %s; want to read who was first", got.status, said(got))
	}
	for token, want := range map[string]int{"": 404, "forged": 404, "<x>": 404, strings.Repeat("a", maxAckTokenBytes+1): 404,
		link(AckLink{"INC-2026-0042", "anna", now}): 410, link(AckLink{"INC-none", "anna", now + 1}): 404} {
		if got := ask(t, "GET", srv.URL+"/ack?t="+url.QueryEscape(token), "", ""); got.status != want {
			t.Errorf("GET /ack?t=%.20q = %d; want %d", token, got.status, want)
		}
		if got := post(url.QueryEscape(token)); got.status != want {
			t.Errorf("POST /ack t=%.20q = %d; want %d", token, got.status, want)
		}
	}
	if got := ask(t, "DELETE", srv.URL+"/ack", "", ""); got.status != 405 {
		t.Errorf("DELETE /ack = %d", got.status)
	}
}

func TestOverridesByForm(t *testing.T) {
	f := newFixture()
	srv := f.serve(t, nil)
	post := func(path string, v url.Values) answer {
		return ask(t, "POST", srv.URL+path, "operate-token", v.Encode(), "Content-Type", urlEncoded)
	}
	good := url.Values{"rotation": {"network"}, "person": {"ben"}, "from": {"2026-11-25T09:00"}, "to": {"2026-11-26T09:00"}}
	if got := post("/oncall/overrides", good); got.status != 303 || f.people.overrides[2].From != at(25, 8, 0) || f.people.overrides[2].CreatedBy != "operate-token" {
		t.Errorf("an override = %d, %+v; want Berlin's time", got.status, f.people.overrides)
	}
	for field, row := range map[string]struct{ value, says string }{
		"person": {"nobody", `Person : "nobody" is not known`}, "to": {"2026-11-25T08:00", "To : must be later than from"}, "from": {"soon", "From : Write it as"},
	} {
		v := url.Values{}
		for k, x := range good {
			v[k] = x
		}
		v.Set(field, row.value)
		if got := post("/oncall/overrides", v); got.status != 400 || !strings.Contains(said(got), row.says) {
			t.Errorf("%s %q = %d; want %q:\n%s", field, row.value, got.status, row.says, said(got))
		}
	}
	if got := post("/oncall/overrides/ov-1/revoke", nil); got.status != 303 || f.people.overrides[0].RevokedBy != "operate-token" {
		t.Errorf("revoking = %d", got.status)
	}
	if got := post("/oncall/overrides/ov-1/revoke", nil); got.status != 409 {
		t.Errorf("revoking twice = %d; want 409", got.status)
	}
}

func TestWithoutAnIncidentDeskThereAreNone(t *testing.T) {
	srv := newFixture().serve(t, func(o *Options) { o.Incidents = nil })
	for path, want := range map[string]int{"/": 200, "/agreements/aurora-shop": 200, "/incidents": 404, "/faults": 404, "/ack?t=x": 404, "/api/v1/incidents": 404} {
		if got := ask(t, "GET", srv.URL+path, "read-token", ""); got.status != want || strings.Contains(got.body, `href="/incidents"`) {
			t.Errorf("GET %s = %d; want %d and no link to incidents", path, got.status, want)
		}
	}
}

func TestWordsOfLocalTimesAreTranslated(t *testing.T) {
	for _, text := range []string{"2026-03-29T02:30", "2026-10-25T02:30", "x", "1900-01-01T00:00"} {
		in := wallInput{Text: text}
		_, err := in.instant(mustZone("Europe/Berlin"))
		e, ok := err.(*wallError)
		if !ok || chineseWords[e.text] == "" {
			t.Errorf("%q: %v has no Chinese", text, err)
		}
	}
}
