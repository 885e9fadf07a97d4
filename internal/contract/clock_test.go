package contract

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

const clocks = shop + `
[calendar.desk]
weekly = [{dow = [1, 2, 3, 4, 5], from = "08:00", to = "18:00"}]
[[clock]]
severity = "P1"
indicator = "response"
target_s = 900
[[clock]]
severity = "P3"
indicator = "response"
target_s = 14400
opens = "report"
calendar = "desk"
[[clock]]
severity = "P3"
indicator = "resolution"
target_s = 36000
op = "ge"
stops = "fix"
pauses = ["customer"]
reopen = "wall"
retroactive = false
calendar = {tz = "UTC", weekly = [{dow = [6], from = "00:00", to = "24:00"}], holidays = ["2026-12-26"]}
tiers = [{ge_s = 36000, credit = "2.5"}]
`

func TestClocksAreReadWithEveryParameter(t *testing.T) {
	a := mustParse(t, clocks)
	if got := a.Severities(); !slices.Equal(got, []string{"P1", "P3"}) {
		t.Errorf("severities are %v", got)
	}
	p1 := a.Clock("P1", Response)
	if want := (Clock{Severity: "P1", Terms: &sla.ClockTerms{Target: 900_000}}); !reflect.DeepEqual(*p1, want) {
		t.Errorf("the clock with every default is %+v, %+v; want %+v", *p1, p1.Terms, want)
	}
	p3 := a.Clock("P3", Response)
	if p3.Opens != ByReport || p3.Calendar != "desk" || p3.Terms.Calendar == nil || p3.Terms.Calendar.Zone != a.Zone {
		t.Errorf("the clock on a named calendar is %+v, %+v", *p3, p3.Terms)
	}
	from := int64(36_000_000)
	want := Clock{Severity: "P3", Indicator: Resolution, Stops: Fix, Pauses: []string{"customer"}, Terms: &sla.ClockTerms{
		Target: 36_000_000, Reopen: sla.ReopenWall, NotRetroactive: true, ReachedIsLate: true,
		Calendar: &sla.Calendar{Zone: time.UTC, Weekly: []sla.Range{{Days: [7]bool{5: true}, To: 86400}}, Holidays: []int32{20813}},
		Tiers:    []sla.DurationTier{{GE: &from, Credit: sla.Of(25, 10)}},
	}}
	if got := a.Clock("P3", Resolution); !reflect.DeepEqual(*got, want) {
		t.Errorf("the clock with every parameter is %+v, %+v; want %+v, %+v", *got, got.Terms, want, want.Terms)
	}
	if got := a.Clock("P1", Resolution); got != nil {
		t.Errorf("a clock that nobody promised: %+v", got)
	}
}

// A P3 of the example, opened on Friday at 16:30, is due on Monday at 10:30.
func TestAClockOfAnAgreementRunsOnItsHours(t *testing.T) {
	a, faults := LoadFile("../../configs/agreements/support-desk.toml")
	if err := Join(faults); err != nil {
		t.Fatal(err)
	}
	at := func(text string) int64 {
		ms, err := instantIn(text, a.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return ms
	}
	opened := []sla.ClockEvent{{At: at("2026-04-10T16:30"), Kind: sla.ClockOpen}}
	for _, row := range []struct{ severity, due string }{{"P1", "2026-04-10T16:45"}, {"P3", "2026-04-13T10:30"}, {"P4", "2026-04-13T16:30"}} {
		got, err := sla.ReadClock(a.Clock(row.severity, Response).Terms, opened, opened[0].At, 14*86_400_000)
		if err != nil || got.Due != at(row.due) {
			t.Errorf("a %s is due at %s, %v; want %s", row.severity, time.UnixMilli(got.Due).In(a.Zone), err, row.due)
		}
	}
}

// TestClockTermsAreTheSameInTOMLAndJSON: an agreement and a case become the same terms.
func TestClockTermsAreTheSameInTOMLAndJSON(t *testing.T) {
	var f ClockFile
	text := `{"target_s": 36000, "op": "ge", "reopen": "wall", "retroactive": false, "tiers": [{"ge_s": 36000, "credit": "2.5"}],
		"calendar": {"tz": "UTC", "weekly": [{"dow": [6], "from": "00:00", "to": "24:00"}], "holidays": ["2026-12-26"]}}`
	if err := strict([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	got, faults := f.Compile("terms", time.UTC)
	if want := mustParse(t, clocks).Clock("P3", Resolution).Terms; !reflect.DeepEqual(got, want) || len(faults) > 0 {
		t.Errorf("the case compiles to %+v, %v; the agreement to %+v", got, faults, want)
	}
}

func TestFaultsOfClocksAreListedAtOnce(t *testing.T) {
	_, faults := Parse("test.toml", []byte(shop+`
[calendar.desk]
weekly = [{dow = [8], from = "08:00", to = "18:00"}]
[calendar."Über Nacht"]
weekly = []
[[clock]]
severity = "P1"
indicator = "response"
opens = "telepathy"
stops = "fix"
calendar = "office"
[[clock]]
severity = "P1"
indicator = "response"
target_s = 0
op = "lt"
reopen = "never"
pauses = ["customer", "customer", ""]
tiers = [{credit = "200000"}]
[[clock]]
indicator = "repair"
target_s = 60
[[clock]]
severity = "P2"
target = 60
calendar = ["desk"]
`))
	err := Join(faults).Error()
	for _, says := range []string{
		`calendar.desk.weekly[1].dow: 8 is no day of the week`,
		`calendar.Über Nacht: "Über Nacht" is no id`,
		`calendar.Über Nacht.weekly: the calendar is empty`,
		`clock[P1 response].opens: "telepathy" is not understood; write detection or report`,
		`clock[P1 response].stops: "fix" does not stop a response; write human_answer`,
		`clock[P1 response].target_s: a clock needs it; write the target in seconds`,
		`clock[P1 response].calendar: there is no calendar "office"; write a [calendar.office], or leave it out`,
		`clock[P1 response]: the agreement has two clocks for the response of P1; keep one of them`,
		`clock[P1 response].target_s: is 0: nobody answers or mends in no time`,
		`clock[P1 response].op: "lt" is none of gt or ge`,
		`clock[P1 response].reopen: "never" is none of resume, restart or wall`,
		`clock[P1 response].pauses[2]: "customer" is named twice`,
		`clock[P1 response].pauses[3]: is empty`,
		`clock[P1 response].tiers[1]: the tier has no bound`,
		`clock[P1 response].tiers[1].credit: 200000 is out of range`,
		`clock[3].severity: is missing; write the contract's own word, such as P1`,
		`clock[3].indicator: "repair" is not understood; write response or resolution`,
		`clock[4].target: no such key; did you mean`,
		`clock[4].calendar: is a list, not a text in quotes`,
		`clock[4].indicator: is missing; write response or resolution`,
	} {
		if !strings.Contains(err, says) {
			t.Errorf("the faults do not say %q", says)
		}
	}
	if t.Failed() {
		t.Log(err)
	}
}
