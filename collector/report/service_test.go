package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

// golden holds what was written against the record of it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = "testdata/" + name
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the report differs from %s; see it with -update and git diff", name)
	}
}

func TestReportsAreAsOnRecord(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		m := built(t, language)
		for _, f := range []struct {
			ending string
			write  func(*bytes.Buffer) error
		}{
			{"html", func(b *bytes.Buffer) error { return WriteHTML(b, m) }},
			{"csv", func(b *bytes.Buffer) error { return WriteCSV(b, m) }},
			{"json", func(b *bytes.Buffer) error { return WriteJSON(b, m) }},
		} {
			var b bytes.Buffer
			if err := f.write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, "service."+language+"."+f.ending, b.Bytes())
		}
	}
}

// A stored report is read from JSON and written again: nothing may get lost.
func TestModelReadsBackAsItWasWritten(t *testing.T) {
	m := built(t, "zh-CN")
	stored, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var read Model
	if err := json.Unmarshal(stored, &read); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(*bytes.Buffer, *Model) error{
		"HTML": func(b *bytes.Buffer, m *Model) error { return WriteHTML(b, m) },
		"PDF":  func(b *bytes.Buffer, m *Model) error { return WritePDF(b, m) },
		"CSV":  func(b *bytes.Buffer, m *Model) error { return WriteCSV(b, m) },
		"JSON": func(b *bytes.Buffer, m *Model) error { return WriteJSON(b, m) },
	} {
		var first, again bytes.Buffer
		if err := write(&first, m); err != nil {
			t.Fatal(err)
		}
		if err := write(&again, &read); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), again.Bytes()) {
			t.Errorf("%s of a stored report differs from that of the report itself", name)
		}
	}
}

func TestEveryPhraseIsTranslated(t *testing.T) {
	seen := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			phrase := said(n)
			if zh := chinese[phrase]; phrase != "" && (zh == "" || verbs(zh) != verbs(phrase)) {
				t.Errorf("no translation of %q with its verbs: %q", phrase, zh)
			}
			seen[phrase] = true
			return true
		})
	}
	for phrase := range chinese {
		if !seen[phrase] {
			t.Errorf("%q is translated but never said", phrase)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d phrases were found: the test looks in the wrong place", len(seen))
	}
}

// said is the phrase of a call of say; "" for anything else.
func said(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "say" {
		if l, ok := call.Args[0].(*ast.BasicLit); ok {
			phrase, _ := strconv.Unquote(l.Value)
			return phrase
		}
	}
	return ""
}

// verbs lists what Sprintf would fill in, in order.
func verbs(phrase string) string {
	var out []string
	for i := 0; i+1 < len(phrase); i++ {
		if phrase[i] == '%' && strings.IndexByte("sd%", phrase[i+1]) >= 0 {
			out = append(out, phrase[i:i+2])
			i++
		}
	}
	return strings.Join(out, " ")
}

// Every percentage and length that is printed is the statement's own.
func TestFiguresAreTheStatements(t *testing.T) {
	w := october(t, "en")
	m := built(t, "en")
	var html, csv bytes.Buffer
	if err := WriteHTML(&html, m); err != nil {
		t.Fatal(err)
	}
	if err := WriteCSV(&csv, m); err != nil {
		t.Fatal(err)
	}
	for i := range w.statement.Services {
		s := &w.statement.Services[i]
		v, f := &s.Verdict, &m.Services[i]
		if f.Availability != Figure(v.Availability, v.Target) || f.Objective != percentOf(v.Target) || f.Verdict != Word(v) {
			t.Errorf("%s: %s of %s, %s; the statement says otherwise", s.Service, f.Availability, f.Objective, f.Verdict)
		}
		if v.Availability.Present() {
			line := "availability,2026-10," + s.Service + ",availability," + Figure(v.Availability, v.Target) + ",%"
			if !strings.Contains(csv.String(), line) || !strings.Contains(html.String(), ">"+f.Availability+"<") {
				t.Errorf("%s: %q is not in the CSV, or the figure not in the HTML", s.Service, line)
			}
		}
		if got := total(m.Excluded, s.Service); got != v.Excluded {
			t.Errorf("%s: the excluded spans sum to %d ms; the statement has %d", s.Service, got, v.Excluded)
		}
		if got := total(m.Unknown, s.Service); got != v.Unknown {
			t.Errorf("%s: the unknown spans sum to %d ms; the statement has %d", s.Service, got, v.Unknown)
		}
		sum := Day{}
		for _, d := range f.Days {
			sum.Excluded += d.Excluded
			sum.Down += d.Down
			sum.Outside += d.Up + d.Degraded + d.Unknown + d.Outside
		}
		if sum.Excluded != v.Excluded || sum.Down+sum.Excluded+sum.Outside != v.Calendar || v.Availability.Present() && sum.Down != Millis(v.Bad) {
			t.Errorf("%s: the days sum to %+v; the statement is %+v", s.Service, sum, v)
		}
	}
	if strings.Contains(html.String(), ">100 %<") {
		t.Error("a bare 100 % is in the report")
	}
}

func total(gaps []Gap, service string) (sum int64) {
	for _, g := range gaps {
		if g.Service == service {
			sum += g.To - g.From
		}
	}
	return sum
}

func TestBuildRefuses(t *testing.T) {
	for _, row := range []struct {
		sentence string
		change   func(*Input)
	}{
		{"no statement", func(in *Input) { in.Statement = nil }},
		{"another agreement's statement", func(in *Input) { st := *in.Statement; st.Agreement = "other"; in.Statement = &st }},
		{"revision nought", func(in *Input) { in.Revision = 0 }},
		{"a state that there is not", func(in *Input) { in.State = "sent" }},
		{"issued by nobody", func(in *Input) { in.Issued = nil }},
		{"a draft that was reviewed", func(in *Input) { in.State = Draft }},
		{"a correction of another period", func(in *Input) { in.Revision = 2; in.Replaces = in.Previous }},
	} {
		in := october(t, "en").input(t)
		row.change(&in)
		if m, err := Build(in); err == nil {
			t.Errorf("%s: Build = %v; want an error", row.sentence, m)
		}
	}
}

func TestVerdictSentence(t *testing.T) {
	yes, no := true, false
	base := func() *sla.Statement {
		w := october(t, "en")
		w.statement.Services = w.statement.Services[2:3]
		w.statement.Overall = w.statement.Services[0].Verdict
		return w.statement
	}
	for _, row := range []struct {
		sentence string
		change   func(*sla.Statement, *sla.Verdict)
		want     string
	}{
		{"kept", func(*sla.Statement, *sla.Verdict) {}, "The objective of 2026-10 was kept: 100.0000 % of the 99.95 % promised, at a coverage of 100.000 %."},
		{"running", func(s *sla.Statement, _ *sla.Verdict) { s.Final = false }, "So far: The objective of 2026-10 was kept: 100.0000 % of the 99.95 % promised, at a coverage of 100.000 %."},
		{"missed", func(_ *sla.Statement, v *sla.Verdict) { v.Availability, v.Breach = sla.Of(9, 10), &yes }, "The objective of 2026-10 was missed for 搜索 Search (90.0000 % of 99.95 %)."},
		{"turns", func(_ *sla.Statement, v *sla.Verdict) { v.Unknown, v.Lower, v.Breach = 1000, sla.Of(9, 10), &no },
			"The objective of 2026-10 was kept: 100.0000 % of the 99.95 % promised, at a coverage of 100.000 %; unknown time could still turn this."},
		{"no objective", func(_ *sla.Statement, v *sla.Verdict) { v.Target, v.Breach = sla.Ratio{}, nil }, "2026-10 reached 100.000 %, at a coverage of 100.000 %; no objective is agreed."},
		{"half a year of unknown", func(_ *sla.Statement, v *sla.Verdict) { v.Availability = sla.Ratio{} }, "Nothing could be judged in 2026-10: no result is known for it, and none of its time counts as up."},
		{"before the contract", func(_ *sla.Statement, v *sla.Verdict) { v.Availability, v.Scope, v.ScopeWhole = sla.Ratio{}, 0, 0 },
			"Nothing in 2026-10 counts: the agreement was not in force, or the time lies outside its service hours."},
		{"in the future", func(_ *sla.Statement, v *sla.Verdict) { v.Until = v.Period.From }, "2026-10 has not begun: there is nothing to judge yet."},
	} {
		in := october(t, "en").input(t)
		in.Statement = base()
		row.change(in.Statement, &in.Statement.Overall)
		in.Statement.Services[0].Verdict = in.Statement.Overall
		m, err := Build(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(m.document().verdict, "\u00a0", " "); got != row.want {
			t.Errorf("%s: %q; want %q", row.sentence, got, row.want)
		}
	}
}
