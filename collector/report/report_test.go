package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

var update = flag.Bool("update", false, "write testdata/*.txt anew")

func TestFigureIsCutDownNeverUp(t *testing.T) {
	for _, row := range []struct {
		name      string
		r, target sla.Ratio
		want      string
	}{
		{"just below the objective stays below", sla.Of(998_999_999, 1_000_000_000), sla.Of(999, 1000), "99.899"},
		{"one second of a month short of all", sla.Of(2_591_999, 2_592_000), sla.Of(9999, 10000), "99.9999"},
		{"everything", sla.Of(7, 7), sla.Of(999, 1000), "100.000"},
		{"no objective", sla.Of(1, 3), sla.Ratio{}, "33.333"},
		{"a whole objective", sla.Of(1, 3), sla.Of(1, 1), "33.33"},
		{"an objective without end", sla.Of(1, 1), sla.Of(2, 3), "100.00000000"},
		{"nothing to judge", sla.Ratio{}, sla.Of(999, 1000), Absent},
	} {
		if got := Figure(row.r, row.target); got != row.want {
			t.Errorf("%s: Figure(%v, %v) = %s; want %s", row.name, row.r, row.target, got, row.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for ms, want := range map[int64]string{
		0: "0 s", 7: "0.007 s", 90: "0.09 s", 999: "0.999 s", 1000: "1 s", 59_999: "59.999 s", 60_000: "1 min", 61_999: "1 min 1 s",
		3_600_000: "1 h", 11_520_000: "3 h 12 min", 86_400_000: "1 d", 90_061_000: "1 d 1 h", -90_000: "−1 min 30 s",
	} {
		if got := Duration(ms, English); got != want {
			t.Errorf("Duration(%d) = %q; want %q", ms, got, want)
		}
	}
}

func TestSecondsAndFractions(t *testing.T) {
	if got := Seconds(-1_801_005); got != "−1801.005" {
		t.Errorf("Seconds = %s", got)
	}
	if got := RatioSeconds(sla.Of(10_001, 2)); got != "5.000" {
		t.Errorf("RatioSeconds(10001/2) = %s; want it cut down to 5.000", got)
	}
	if got := Fraction(sla.Of(862_312_000, 863_410_000)); got != "862312000/863410000" {
		t.Errorf("Fraction = %s; want it as it was reckoned", got)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// month is October 2026 in Berlin, 31 days and the hour that happens twice, with
// an outage in that hour, a maintenance, a hole and a half-counted span.
func month() *sla.Statement {
	const hour = int64(3_600_000)
	from := time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC).UnixMilli()
	to := time.Date(2026, 10, 31, 23, 0, 0, 0, time.UTC).UnixMilli()
	again := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC).UnixMilli() // 02:30 in Berlin, for the first time
	breach := true
	web := sla.Verdict{
		Period: sla.Window{From: from, To: to}, Until: to, Calendar: to - from, Scope: to - from, ScopeWhole: to - from,
		Good: sla.Of(2*(to-from-7*hour)+1, 2), Bad: sla.Of(4*hour-1, 2), Total: sla.Of(to-from-5*hour, 1),
		Excluded: 2 * hour, Unknown: 3 * hour, UnknownDropped: 3 * hour,
		Availability: sla.Of(2*(to-from-7*hour)+1, 2*(to-from-5*hour)), Lower: sla.Of(to-from-7*hour, to-from-2*hour), Upper: sla.Of(to-from-4*hour, to-from-2*hour),
		Coverage: sla.Of(to-from-5*hour, to-from-2*hour), Raw: sla.Of(to-from-8*hour, to-from-3*hour), Target: sla.Of(999, 1000), Breach: &breach,
		Budget: 2_682_000, BudgetLeft: -4_518_000, Credit: sla.Of(10, 1),
		Outages: []sla.Outage{
			{From: again, To: again + hour, Counted: hour, Where: []string{"home/fra-1", "home/上海"}},
			{From: to - hour, To: to, Counted: hour, Ongoing: true},
		},
		Ledger: []sla.Entry{
			{From: from, To: again, State: sla.Up, Observed: sla.Up, Rule: "A.endpoints=all_must_be_up"},
			{From: again, To: again + hour, State: sla.Down, Observed: sla.Down, Rule: "A.probes=any_down", Where: []string{"home/fra-1"}},
			{From: again + hour, To: again + 3*hour, State: sla.Excluded, Observed: sla.Down, Rule: "F.maintenance", Maintenance: "mw-1"},
			{From: again + 3*hour, To: again + 6*hour, State: sla.Unknown, Rule: "C.missing=exclude"},
			{From: again + 6*hour, To: to - hour, State: sla.Up, Observed: sla.Unknown, Rule: "F.adjustment", Adjustment: "c-2"},
			{From: to - hour, To: to, State: sla.Down, Observed: sla.Down, Rule: "A.probes=any_down"},
		},
	}
	silent := sla.Verdict{Period: web.Period, Until: to, Calendar: to - from, Scope: to - from, ScopeWhole: to - from,
		Unknown: to - from, UnknownDropped: to - from, Budget: -1, Coverage: sla.Of(0, 1)}
	return &sla.Statement{
		Agreement: "aurora-shop", AgreementRevision: "5a1c9be2", Fingerprint: strings.Repeat("ab", 32), Label: "2026-10", Zone: "Europe/Berlin",
		ComputedAt: to + 10_000, Final: true, Revision: 2, Overall: web,
		Services: []sla.ServiceStatement{{Service: "web", Name: "Storefront", Verdict: web}, {Service: "mail", Name: "邮件", Verdict: silent}},
	}
}

func TestTextIsAsOnRecord(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, month(), berlin(t)); err != nil {
		t.Fatal(err)
	}
	const name = "testdata/month.txt"
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("Text differs from %s; see it with -update and git diff\n%s", name, b.String())
	}
}

func TestTextOfARunningPeriodWithoutZone(t *testing.T) {
	st := month()
	st.Final, st.Revision, st.Zone = false, 0, "Nowhere/None"
	st.Overall.Until -= 1
	var b bytes.Buffer
	if err := Text(&b, st, nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"running, not final", "judged until  2026-10-31 22:59:59.999 +00:00"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("Text does not say %q:\n%s", want, b.String())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTextTellsTheFirstError(t *testing.T) {
	if err := Text(fullDisk{}, month(), nil); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("Text to a full disk = %v", err)
	}
}
