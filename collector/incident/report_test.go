package incident_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

var update = flag.Bool("update", false, "write the golden files anew")

// uplink is the story of a lost uplink that took the services of two customers down.
func uplink(t testing.TB) *story {
	return newStory(t).down().
		add(tenH+3*min1, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: tenH + min1, Outage: outage("globex/mail@1", tenH+min1, 0), Keys: incident.Keys("globex/mail", []string{"192.0.2.7"}, nil)}).
		add(tenH+3*min1, incident.Event{Kind: incident.EventSeverity, By: incident.System, Agreement: "globex", Severity: "high"}).
		add(tenH+3*min1, incident.Event{Kind: incident.EventNotified, By: incident.System, Step: &incident.Escalation{Policy: "network", Level: 1, People: []string{"ann", "bob"}, Channels: []string{"sms"}}}).
		add(tenH+8*min1, incident.Event{Kind: incident.EventFaultJoined, Agreement: "acme", Fault: "FLT-2026-7K3QX", Effective: tenH + 5*min1, Text: "the shop is gone"}).
		add(tenH+12*min1, incident.Event{Kind: incident.EventAcknowledged, By: "ann", Effective: tenH + 10*min1}).
		add(tenH+15*min1, incident.Event{Kind: incident.EventNote, By: "ann", Text: "globex called twice"}).
		add(tenH+16*min1, incident.Event{Kind: incident.EventNote, By: "ann", Agreement: "acme", Text: "A carrier is on its way."}).
		add(tenH+20*min1, incident.Event{Kind: incident.EventPaused, By: "ann", Reason: "customer", Agreement: "acme", Text: "nobody opens the door"}).
		add(tenH+25*min1, incident.Event{Kind: incident.EventResumed, By: "ann", Agreement: "acme"}).
		add(tenH+28*min1, incident.Event{Kind: incident.EventMitigated, By: "ann", Text: "globex and acme over the second carrier"}).
		up(30).
		add(tenH+41*min1, incident.Event{Kind: incident.EventOutageEnded, By: incident.System, Effective: tenH + 40*min1, Outage: outage("globex/mail@1", tenH+min1, tenH+40*min1)}).
		add(tenH+56*min1, by(incident.EventResolved, incident.System, tenH+40*min1)).
		add(tenH+3*hr, incident.Event{Kind: incident.EventCause, Text: "A digger cut the fibre of carrier A.\n\nThe second one was not used by itself."}).
		add(tenH+3*hr, incident.Event{Kind: incident.EventRemedy, Text: "Routes were moved by hand, the fibre spliced."}).
		add(tenH+3*hr, incident.Event{Kind: incident.EventAction, Action: &incident.Action{ID: "INC-2026-0001/1", Text: "Fail over without a person", Owner: "bob", Due: "2026-07-01", State: incident.ActionOpen}})
}

func uplinkInput(t testing.TB, agreement string) incident.ReportInput {
	p1, p2 := resolution(sla.ClockTerms{Target: 20 * min1}, "customer"), response(sla.ClockTerms{Target: 15 * min1})
	return incident.ReportInput{
		Events: uplink(t).events, Agreement: agreement, At: tenH + 4*hr, Horizon: farAhead,
		Parties: []incident.ReportParty{
			{Agreement: "acme", Name: "Acme hosting", Customer: "Acme Ltd.", Services: map[string]string{"web": "Web shop"}},
			{Agreement: "globex", Name: "Globex mail", Customer: "Globex AG", Services: map[string]string{"mail": "Mail"}},
		},
		Rules: []incident.ClockRule{p2, p1, {Agreement: "globex", Severity: "high", Indicator: incident.Resolution, Terms: &sla.ClockTerms{Target: 4 * hr}}},
		Impact: []incident.ReportImpact{
			{Agreement: "acme", Service: "web", Period: "2026-06", Counted: 30 * min1, Budget: 43*min1 + 12_000, BudgetLeft: 13*min1 + 12_000, Share: sla.Of(30*60, 43*60+12), Availability: sla.Of(43170, 43200), Objective: sla.Of(999, 1000)},
			{Agreement: "globex", Service: "mail", Period: "2026-06", Counted: 39 * min1, Budget: 30 * min1, BudgetLeft: -9 * min1, Share: sla.Of(39, 30)},
		},
		Evidence: []incident.ReportEvidence{{
			Outage: "acme/web@1", Counted: 30 * min1, Cause: "connect_timeout", Locations: []string{"shop/berlin", "shop/tokyo"},
			Results: []incident.ReportResult{
				{At: tenH, Check: "shop", Location: "berlin", Outcome: "down", Cause: "connect_timeout", Message: "no answer within 10s"},
				{At: tenH + 30*min1, Check: "shop", Location: "berlin", Outcome: "up"},
			},
			Path: []string{"1  192.0.2.1  0.4 ms", "2  *", "the path ends at carrier A"},
		}},
	}
}

func build(t testing.TB, in incident.ReportInput) *incident.Report {
	t.Helper()
	r, err := incident.BuildReport(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func markdownOf(t testing.TB, r *incident.Report, lang string, zone *time.Location) string {
	t.Helper()
	var b bytes.Buffer
	if err := incident.WriteMarkdown(&b, r, lang, zone); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestReportGolden(t *testing.T) {
	zone := time.FixedZone("CEST", 2*3600)
	for _, c := range []struct{ file, agreement, lang string }{
		{"report.en.md", "", "en"}, {"report.zh-CN.md", "", "zh-CN"}, {"report.acme.en.md", "acme", "en"}, {"report.acme.zh-CN.md", "acme", "zh-CN"},
	} {
		got := markdownOf(t, build(t, uplinkInput(t, c.agreement)), c.lang, zone)
		golden(t, c.file, []byte(got))
	}
	body, err := json.MarshalIndent(build(t, uplinkInput(t, "acme")), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report.acme.json", append(body, '\n'))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -run Golden -update writes it anew), %v; got:\n%s", path, err, got)
	}
}

func TestACustomerSeesItsOwn(t *testing.T) {
	in := uplinkInput(t, "acme")
	in.Events[0].Text = "mail of globex is down"
	in.Events[0].Agreement = "globex"
	r := build(t, in)
	body, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(body), markdownOf(t, r, "en", nil), markdownOf(t, r, "zh-CN", nil)} {
		for _, secret := range []string{"lobex", "mail", "high", "bob\",\"ann", "sms", "network"} {
			if strings.Contains(text, secret) {
				t.Errorf("the report of acme tells of %q:\n%s", secret, text)
			}
		}
		if !strings.Contains(text, "A carrier is on its way.") || !strings.Contains(text, "FLT-2026-7K3QX") {
			t.Errorf("the report of acme lacks its own:\n%s", text)
		}
	}
	if r.Restored != tenH+30*min1 || len(r.Clocks) != 2 || len(r.Evidence) != 1 || r.Clocks[1].Paused != 5*min1 {
		t.Errorf("BuildReport = %+v", r)
	}
	in.Agreement = "initech"
	if r, err := incident.BuildReport(in); err == nil {
		t.Errorf("a report for somebody it does not concern: %+v", r)
	}
}

func TestReportOfWhatIsNotKnownYet(t *testing.T) {
	s := newStory(t).down().add(tenH+hr, incident.Event{Kind: incident.EventPaused, Reason: "customer"})
	in := incident.ReportInput{Events: s.events, At: tenH + hr, Horizon: farAhead, Rules: []incident.ClockRule{response(sla.ClockTerms{Target: 2 * hr}), resolution(sla.ClockTerms{Target: 2 * hr}, "customer")}}
	r := build(t, in)
	if !slices.Equal(r.Missing, []string{"cause", "remedy", "actions"}) || len(r.Evidence) != 1 || r.Evidence[0].Counted != -1 {
		t.Errorf("BuildReport = %+v", r)
	}
	text := markdownOf(t, r, "fr", nil)
	for _, want := range []string{"goes on", "Not written yet: the cause, the remedy, preventive actions.", "Nothing is counted", "UTC", "| running |", "| paused |", "Clocks paused: customer"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}

// TestReportIsTranslated holds every text of report_markdown.go, which all begin
// with a capital letter, and every key against the Chinese table.
func TestReportIsTranslated(t *testing.T) {
	chinese, english := incident.ReportTables()
	file, err := parser.ParseFile(token.NewFileSet(), "report_markdown.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{", ", ": ", "severity %s", "overspent by %s", "goes on", "the collector", "major", "met", "missed", "running", "paused"}
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, _ := strconv.Unquote(lit.Value); s != "" && unicode.IsUpper([]rune(s)[0]) {
				keys = append(keys, s)
			}
		}
		return true
	})
	if len(keys) < 60 {
		t.Fatalf("only %d texts are found", len(keys))
	}
	for key := range english {
		keys = append(keys, key)
	}
	for _, key := range keys {
		if chinese[key] == "" {
			t.Errorf("%q has no Chinese", key)
		}
	}
	for key, text := range chinese {
		if strings.Count(key, "%s") != strings.Count(text, "%s") {
			t.Errorf("%q and its translation %q have not the same place-holders", key, text)
		}
	}
}

// FuzzMarkdown holds that no text changes the shape of the document.
func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"plain", "# head\n## head", "| a | b |\n|---|---|", "<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](http://192.0.2.1/p.png)",
		"```\ncode", "a\n\n    code", "1. one\n2) two", "- a\n+ b\n* c", "===\n---\n***", "http://evil.example www.evil.example a@evil.example", "&lt;b&gt; &#60;", "\u202egnp.exe", "%s %s", "\\", "x\\", "$$ ^ ~~s~~", "\r\n\t#", "\x00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			return // rows that have nothing to say are left out
		}
		shape := func(text string) string {
			in := uplinkInput(t, "")
			r := build(t, in)
			r.Title, r.Cause, r.AnsweredBy = text, "c", text
			for n := range r.Timeline {
				r.Timeline[n].Text, r.Timeline[n].Subject, r.Timeline[n].By = text, text, text
			}
			e := &r.Evidence[0]
			e.Cause, e.Results[0].Message, e.Path[0], e.Locations = text, text, text, []string{text}
			r.Actions[0].Text, r.Actions[0].Owner, r.Actions[0].Note = text, text, text
			r.Parties[0].Name, r.Parties[0].Customer, r.Parties[0].Severity = text, text, text
			return markdownOf(t, r, "en", nil)
		}
		got, want := shape(text), shape("plain")
		g, w := outline(got), outline(want)
		if title := strings.SplitN(want, "\n", 4)[2]; title != "plain" {
			t.Fatalf("the title is %q", title)
		}
		if strings.TrimSpace(strings.Join(g, "")) != strings.TrimSpace(strings.Join(w, "")) {
			t.Fatalf("%q changes the shape:\n%s\nwant\n%s", text, strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
		for n, r := range []byte(got) {
			if strings.IndexByte("<>[]`*_~&$^@", r) >= 0 && (n == 0 || got[n-1] != '\\') {
				t.Fatalf("%q leaves a bare %c in\n%s", text, r, got[max(0, n-40):n+1])
			}
		}
	})
}

// outline is what a document is made of, line by line: headings, items, cells
// counted, and text.
func outline(s string) (out []string) {
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		bare := strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, "")
		switch {
		case line == "":
		case strings.HasPrefix(line, "#"):
			out = append(out, strings.Repeat("#", len(line)-len(strings.TrimLeft(line, "#"))))
		case strings.HasPrefix(line, "| "):
			out = append(out, "|"+strconv.Itoa(strings.Count(bare, "|")))
		case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "- "):
			out = append(out, line[:2])
		}
	}
	return out
}

// A cause for one of several is told to that one, and stands for the incident
// only until one is written for all.
func TestCauseForOneOfSeveral(t *testing.T) {
	s := uplink(t)
	s.add(tenH+4*hr, incident.Event{Kind: incident.EventCause, Agreement: "acme", Text: "The line was cut."})
	i, err := incident.Fold(s.events)
	if err != nil || !strings.Contains(i.Cause, "digger") {
		t.Fatalf("the cause of the incident = %q, %v", i.Cause, err)
	}
	in := uplinkInput(t, "acme")
	in.Events = s.events
	if r := build(t, in); r.Cause != "The line was cut." || r.Remedy != "" || len(r.Actions) != 0 || r.AnsweredBy != "" {
		t.Errorf("acme's report = %q, %q, %v, %q", r.Cause, r.Remedy, r.Actions, r.AnsweredBy)
	}
	in.Agreement = "globex"
	if r := build(t, in); r.Cause != "" {
		t.Errorf("globex is told %q", r.Cause)
	}
	in.Agreement = ""
	if r := build(t, in); r.Cause != i.Cause || len(r.Actions) == 0 {
		t.Errorf("our own report = %q, %v", r.Cause, r.Actions)
	}
}
