package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// looked is the review of the world's year.
func looked(t testing.TB, language string) *Review {
	t.Helper()
	w := october(t, language)
	in := ReviewInput{
		Language: language, Zone: "Europe/Berlin", Label: "2026", Window: sla.Window{From: at(t, "2026-01-01 00:00:00"), To: at(t, "2027-01-01 00:00:00")},
		Agreements: []ReviewAgreement{{Agreement: w.agreement, Statements: append(append([]*sla.Statement{}, w.trend[3:]...), w.statement)}},
		Times:      sla.MeanTimes{Incidents: 2, Acknowledge: sla.SpreadOf([]int64{420_000, 1_260_000}), Restore: sla.SpreadOf([]int64{5_400_000, 300_000})},
		Created:    Signature{"k.lind", at(t, "2027-01-04 09:00:00")}, Version: "1.4.0",
	}
	for _, c := range w.cases {
		in.Incidents = append(in.Incidents, c.Record)
	}
	for _, a := range w.actions {
		in.Actions = append(in.Actions, ReviewAction{ActionRow: a, Agreement: w.agreement.ID})
	}
	in.Actions[2].ClosedAt = at(t, "2026-06-30 15:00:00")
	r, err := BuildReview(in)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReviewsAreAsOnRecord(t *testing.T) {
	for _, language := range []string{"en", "zh-CN"} {
		r := looked(t, language)
		for ending, write := range map[string]func(*bytes.Buffer) error{
			"html": func(b *bytes.Buffer) error { return WriteHTML(b, r) },
			"csv":  func(b *bytes.Buffer) error { return WriteCSV(b, r) },
			"json": func(b *bytes.Buffer) error { return WriteJSON(b, r) },
			"pdf.txt": func(b *bytes.Buffer) error {
				_, err := b.WriteString(strings.Join(pages(t, printed(t, r)), "\n") + "\n")
				return err
			},
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			if ending == "csv" {
				tidy(t, b.Bytes())
			}
			golden(t, "review."+language+"."+ending, b.Bytes())
		}
	}
}

func TestReviewAddsUp(t *testing.T) {
	w, r := october(t, "en"), looked(t, "en")
	bad := int64(0)
	for _, st := range append(append([]*sla.Statement{}, w.trend...), w.statement) {
		for i := 0; st != nil && i < len(st.Services); i++ {
			bad += Millis(st.Services[i].Verdict.Bad)
		}
	}
	for name, shares := range map[string][]Share{"services": r.Services, "causes": r.Causes} {
		sum := int64(0)
		for _, x := range shares {
			sum += x.Bad
		}
		if sum != bad || shares[len(shares)-1].Cumulative != "100.0" {
			t.Errorf("the %s have %d ms of bad time; the statements %d", name, sum, bad)
		}
	}
	if row := r.Agreements[0]; row.Kept != 7 || row.Missed != 2 || row.NoData != 1 || row.Credit != "22.00" || row.WorstLabel != "2026-06" {
		t.Errorf("the year is %+v; want 7 kept, 2 missed, 1 without data, 22 %% of a fee, worst in June", row)
	}
	if r.Open != 2 || r.Done != 1 || r.Actions[2].Periods != [2]int{4, 4} || r.Actions[2].Before == Absent || r.Actions[2].After == Absent {
		t.Errorf("actions: %d open, %d done, %+v", r.Open, r.Done, r.Actions[2])
	}
}

func TestTargetsThatHistoryDoubts(t *testing.T) {
	a := agreement(t, "en")
	year := func(target sla.Ratio, shares ...int64) []*sla.Statement {
		var out []*sla.Statement
		for _, s := range shares {
			x := sla.Of(s, 100_000)
			breach := x.Cmp(target) < 0
			out = append(out, &sla.Statement{Services: []sla.ServiceStatement{{Service: "web", Verdict: sla.Verdict{Availability: x, Lower: x, Upper: x, Target: target, Breach: &breach}}}})
		}
		return out
	}
	for _, row := range []struct {
		sentence   string
		statements []*sla.Statement
		want       string // objective, hard or soft, suggested; "" for none
	}{
		{"missed four times of six", year(sla.Of(999, 1000), 99_950, 99_800, 99_700, 99_600, 99_550, 99_990), "99.9 hard 99.5"},
		{"never close in six", year(sla.Of(99, 100), 99_990, 99_980, 99_970, 99_960, 99_995, 100_000), "99 soft 99.95"},
		{"missed three times of six", year(sla.Of(999, 1000), 99_950, 99_800, 99_700, 99_600, 99_950, 99_990), ""},
		{"five are too few", year(sla.Of(999, 1000), 90_000, 90_000, 90_000, 90_000, 90_000), ""},
		{"close once", year(sla.Of(99, 100), 99_990, 99_980, 99_100, 99_960, 99_995, 100_000), ""},
		{"so bad that no usual target would do", year(sla.Of(99, 100), 1, 1, 1, 1, 1, 1), "99 hard –"},
		{"no target could be tighter", year(sla.Of(99_999, 100_000), 100_000, 100_000, 100_000, 100_000, 100_000, 100_000), ""},
	} {
		got := ""
		for _, x := range (&ReviewAgreement{Agreement: a, Statements: row.statements}).advice() {
			if got = x.Objective + " soft " + x.Suggested; x.Hard {
				got = x.Objective + " hard " + x.Suggested
			}
		}
		if got != row.want {
			t.Errorf("%s: advice = %q; want %q", row.sentence, got, row.want)
		}
	}
}

func TestReviewOfNothing(t *testing.T) {
	r, err := BuildReview(ReviewInput{Language: "en", Label: "2025", Window: sla.Window{To: 1}, Created: Signature{"k.lind", 1}, Incidents: []incident.Incident{}})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(pages(t, printed(t, r)), " ")
	for _, want := range []string{"Nothing could be judged in 2025", "No agreement was in force.", "No credit is owed."} {
		if !strings.Contains(text, want) {
			t.Errorf("a review of nothing does not say %q: %s", want, text)
		}
	}
	if _, err := BuildReview(ReviewInput{}); err == nil {
		t.Error("a review without a window is made")
	}
}
