package web

import (
	"strings"
	"testing"
)

const shopAPI = "/api/v1/agreements/aurora-shop"

func TestCorrectionIsStampedByTheServer(t *testing.T) {
	srv := newFixture().serve(t, nil)
	got := ask(t, "POST", srv.URL+shopAPI+"/corrections", "operate-token", sampleProposal)
	c := decode[correctionDoc](t, got)
	if got.status != 201 || c.CreatedBy != "operate-token" || c.CreatedAt != fixtureNow.UnixMilli() || c.ApprovedAt != 0 || c.State != "proposed" ||
		got.header.Get("Location") != "/api/v1/corrections/"+c.ID {
		t.Fatalf("proposing = %d %s at %q; want it stamped and not approved", got.status, got.body, got.header.Get("Location"))
	}
	got = ask(t, "POST", srv.URL+got.header.Get("Location")+"/approve", "operate-token", "")
	if c = decode[correctionDoc](t, got); c.State != "approved" || c.ApprovedBy != "operate-token" || c.ApprovedAt != fixtureNow.UnixMilli() {
		t.Errorf("approving = %s; want it stamped", got.body)
	}
	got = ask(t, "POST", srv.URL+"/api/v1/corrections/"+c.ID+"/revoke", "operate-token", "")
	if c = decode[correctionDoc](t, got); c.State != "revoked" || c.RevokedBy != "operate-token" || c.ApprovedBy == "" {
		t.Errorf("revoking = %s; want both on record", got.body)
	}
}

func TestCalendarIsImportedOnceAndEveryFaultIsTold(t *testing.T) {
	srv := newFixture().serve(t, nil)
	post := func(body string) answer {
		return ask(t, "POST", srv.URL+shopAPI+"/maintenance.ics", "operate-token", body, "Content-Type", "text/calendar; charset=utf-8")
	}
	if in := decode[Imported](t, post(sampleCalendar)); len(in.Announced) != 1 || len(in.Known)+len(in.Over) != 0 {
		t.Errorf("the first import: %+v; want one announced", in)
	}
	if in := decode[Imported](t, post(sampleCalendar)); len(in.Announced) != 0 || len(in.Known) != 1 {
		t.Errorf("the second import: %+v; want it known", in)
	}
	bad := strings.Replace(sampleCalendar, "END:VCALENDAR", "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261125T000000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:c\r\nEND:VEVENT\r\nEND:VCALENDAR", 1)
	if p := post(bad).problem(t); p.Status != 400 || len(p.Errors) != 2 {
		t.Errorf("two bad events: %+v; want both told", p)
	}
	if p := post("hello").problem(t); p.Status != 400 || !strings.Contains(p.Error(), "iCalendar") {
		t.Errorf("no calendar at all: %+v", p)
	}
	got := ask(t, "GET", srv.URL+shopAPI+"/maintenance.ics", "read-token", "")
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/calendar") || !strings.HasPrefix(got.body, "BEGIN:VCALENDAR") {
		t.Errorf("the calendar = %v %q", got.header, got.body)
	}
}

func TestRevisionsShowWhatChanged(t *testing.T) {
	srv := newFixture().serve(t, nil)
	got := decode[struct{ Revisions []revisionDoc }](t, ask(t, "GET", srv.URL+shopAPI+"/revisions?period=2026-10", "read-token", ""))
	if len(got.Revisions) != 2 || len(got.Revisions[0].Changes) != 0 || len(got.Revisions[1].Changes) == 0 ||
		got.Revisions[1].Changes[0].Figure != "availability %" {
		t.Errorf("revisions = %+v; want two, the second with changes", got.Revisions)
	}
	st := ask(t, "GET", srv.URL+shopAPI+"/statement?period=2026-10&revision=1", "read-token", "")
	if !strings.Contains(st.body, `"fingerprint":"f1"`) || !strings.Contains(st.body, `"revision":1`) {
		t.Errorf("statement of revision 1 = %s", st.body)
	}
}

func TestWhatIfTakesTermsAndNoFiles(t *testing.T) {
	srv := newFixture().serve(t, nil)
	post := func(body string) answer {
		return ask(t, "POST", srv.URL+shopAPI+"/whatif?period=2026-10", "read-token", body, "Content-Type", "application/toml")
	}
	got := decode[map[string]struct {
		Services []struct{ Verdict struct{ Target string } }
	}](t, post("[terms]\ntarget_pct = \"99.5\"\n"))
	if a, b := got["agreed"].Services[0].Verdict.Target, got["instead"].Services[0].Verdict.Target; a == b {
		t.Errorf("agreed %s, instead %s; want another objective", a, b)
	}
	p := post("id = \"aurora-shop\"\n[[service]]\nid = \"payments\"\n[[service.check]]\nid = \"api\"\nvalue_file = \"/etc/passwd\"\n").problem(t)
	if p.Status != 400 || len(p.Errors) < 2 || strings.Contains(p.Error(), "passwd") {
		t.Errorf("a whole agreement: %+v; want each key refused", p)
	}
	if p := post("= x").problem(t); p.Status != 400 {
		t.Errorf("no TOML: %+v", p)
	}
}
