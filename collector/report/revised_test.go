package report

import (
	"reflect"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

func TestARevisionListsItsDifferences(t *testing.T) {
	w := october(t, "en")
	first, err := Build(w.input(t))
	if err != nil {
		t.Fatal(err)
	}
	again := w.input(t)
	again.Replaces, again.Revision = first, 2
	for i := range w.statement.Records {
		if r := &w.statement.Records[i]; r.ID == "cor-8" {
			r.ApprovedBy, r.ApprovedAt = "m.osei", first.Method.ComputedAt+60_000
		}
	}
	v := &w.statement.Services[0].Verdict
	v.Availability, v.Bad, v.Credit = sla.Of(9995, 10000), sla.Of(1_000_000, 1), sla.Of(0, 1)
	kept := false
	v.Breach = &kept
	again.Statement, again.Created.At = w.statement, first.Created.At+86_400_000
	second, err := Build(again)
	if err != nil {
		t.Fatal(err)
	}
	want := []Difference{
		{"web", "availability %", "99.782", "99.950"}, {"web", "verdict", "missed", "kept"}, {"web", "down s", "5820.000", "1000.000"},
		{"web", "credit %", "10.00", "0.00"}, {"", "correction", "cor-8", "changed"}, {"", "credit", "service web 10.00 %", Absent}, {"", "credit", Absent, "service web 0.00 %"},
	}
	if !reflect.DeepEqual(second.Differences, want) || second.Replaces != 1 {
		t.Errorf("Differences = %v; want %v", second.Differences, want)
	}
	text := strings.Join(pages(t, printed(t, second)), " ")
	for _, s := range []string{"What changed since revision 1", "in place of revision 1", "Last report: 2026-10, revision 1"} {
		if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), s) {
			t.Errorf("the second revision does not say %q", s)
		}
	}
	if got := Revised(first, first); got != nil {
		t.Errorf("a report differs from itself by %v", got)
	}
}

// Actions that were open stay in every report until somebody closes them.
func TestActionsAreCarried(t *testing.T) {
	in := october(t, "en").input(t)
	in.Actions = in.Actions[:1]
	m, err := Build(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range m.Actions {
		if a.Carried {
			got = append(got, a.ID)
		}
	}
	if want := []string{"ACT-11", "ACT-9"}; !reflect.DeepEqual(got, want) {
		t.Errorf("carried: %v; want %v, though nobody mentions them any more", got, want)
	}
}
