package contract

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"github.com/probity-sla/probity/internal/sla"
)

func window(t testing.TB, from, to string) sla.Window {
	t.Helper()
	return sla.Window{From: at(t, from), To: at(t, to)}
}

func show(ws []sla.Window, zone *time.Location) []string {
	var out []string
	for _, w := range ws {
		out = append(out, fmt.Sprintf("%s +%s", time.UnixMilli(w.From).In(zone).Format(time.RFC3339), time.Duration(w.To-w.From)*time.Millisecond))
	}
	return out
}

func TestSeriesFollowTheWallClock(t *testing.T) {
	for _, row := range []struct {
		sentence, start string
		length          time.Duration
		rule, zone      string
		from, to        string
		want            []string
	}{
		{"a single window", "2026-11-22T02:00:00", 2 * time.Hour, "", "Europe/Berlin", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z",
			[]string{"2026-11-22T02:00:00+01:00 +2h0m0s"}},
		{"a single window that ended before is not in it", "2026-10-31T23:00:00", time.Hour, "", "UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", nil},
		{"a window that reaches into the period is", "2026-10-31T23:00:00", time.Hour + time.Millisecond, "", "UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z",
			[]string{"2026-10-31T23:00:00Z +1h0m0.001s"}},
		{"Sundays at two stay at two when the clocks change", "2026-03-22T02:00:00", time.Hour, "FREQ=WEEKLY;BYDAY=SU", "Europe/Berlin", "2026-03-20T00:00:00Z", "2026-04-07T00:00:00Z",
			[]string{"2026-03-22T02:00:00+01:00 +1h0m0s", "2026-03-29T03:00:00+02:00 +1h0m0s", "2026-04-05T02:00:00+02:00 +1h0m0s"}},
		{"a repeated half past two means the first", "2026-10-18T02:30:00", time.Hour, "FREQ=WEEKLY", "Europe/Berlin", "2026-10-17T00:00:00Z", "2026-10-26T00:00:00Z",
			[]string{"2026-10-18T02:30:00+02:00 +1h0m0s", "2026-10-25T02:30:00+02:00 +1h0m0s"}},
		{"the last Sunday of the month", "2020-01-26T04:00:00", 2 * time.Hour, "FREQ=MONTHLY;BYDAY=-1SU", "America/New_York", "2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z",
			[]string{"2026-10-25T04:00:00-04:00 +2h0m0s", "2026-11-29T04:00:00-05:00 +2h0m0s"}},
		{"the 31st is not in every month", "2020-01-31T00:00:00", time.Hour, "FREQ=MONTHLY", "UTC", "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z",
			[]string{"2026-01-31T00:00:00Z +1h0m0s", "2026-03-31T00:00:00Z +1h0m0s", "2026-05-31T00:00:00Z +1h0m0s"}},
		{"every second week keeps its step over the years", "2001-01-01T01:00:00", time.Hour, "FREQ=WEEKLY;INTERVAL=2", "UTC", "2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z",
			[]string{"2026-01-12T01:00:00Z +1h0m0s", "2026-01-26T01:00:00Z +1h0m0s"}},
		{"a leap day comes every four years", "2000-02-29T01:00:00", time.Hour, "FREQ=YEARLY", "UTC", "2026-01-01T00:00:00Z", "2034-01-01T00:00:00Z",
			[]string{"2028-02-29T01:00:00Z +1h0m0s", "2032-02-29T01:00:00Z +1h0m0s"}},
		{"a count is counted from the start", "2026-11-01T01:00:00", time.Hour, "FREQ=DAILY;COUNT=3", "UTC", "2026-11-02T00:00:00Z", "2027-01-01T00:00:00Z",
			[]string{"2026-11-02T01:00:00Z +1h0m0s", "2026-11-03T01:00:00Z +1h0m0s"}},
		{"UNTIL in UTC is an instant", "2026-11-01T01:00:00", time.Hour, "FREQ=DAILY;UNTIL=20261103T000000Z", "Europe/Berlin", "2026-11-01T12:00:00Z", "2027-01-01T00:00:00Z",
			[]string{"2026-11-02T01:00:00+01:00 +1h0m0s", "2026-11-03T01:00:00+01:00 +1h0m0s"}},
		{"UNTIL a day includes it", "2026-11-01T23:00:00", time.Hour, "FREQ=DAILY;UNTIL=20261102", "Europe/Berlin", "2026-11-02T12:00:00Z", "2027-01-01T00:00:00Z",
			[]string{"2026-11-02T23:00:00+01:00 +1h0m0s"}},
		{"Apia's day that never was is not a second window", "2011-12-28T02:00:00", time.Hour, "FREQ=DAILY", "Pacific/Apia", "2011-12-29T13:00:00Z", "2011-12-31T23:00:00Z",
			[]string{"2011-12-31T02:00:00+14:00 +1h0m0s", "2012-01-01T02:00:00+14:00 +1h0m0s"}},
		{"Lord Howe's half hour", "2026-10-03T02:15:00", time.Hour, "FREQ=DAILY", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-04T12:00:00Z",
			[]string{"2026-10-04T02:45:00+11:00 +1h0m0s"}},
	} {
		z := zone(t, row.zone)
		got, err := ExpandSeries(row.start, row.length, row.rule, z, window(t, row.from, row.to))
		if err != nil || !reflect.DeepEqual(show(got, z), row.want) {
			t.Errorf("%s: ExpandSeries(%s, %s, %q, %s) = %v, %v; want %v", row.sentence, row.start, row.length, row.rule, row.zone, show(got, z), err, row.want)
		}
	}
}

func TestRulesThatCannotBeMeantAreRefused(t *testing.T) {
	for _, row := range []struct{ sentence, rule, says string }{
		{"more often than daily", "FREQ=HOURLY", "daily at most"},
		{"a time of day in the rule", "FREQ=DAILY;BYHOUR=2,3", "the time of day is the start's"},
		{"no frequency", "BYDAY=SU", "FREQ is required"},
		{"not a rule", "every sunday", "no part of a rule"},
		{"said twice", "FREQ=DAILY;FREQ=WEEKLY", "twice"},
		{"a start that is not in it", "FREQ=WEEKLY;BYDAY=MO", "its first is 2026-11-23T02:00:00"},
		{"never", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "nor within a year"},
		{"over before it begins", "FREQ=DAILY;UNTIL=20261101", "ends before it begins"},
		{"both ends", "FREQ=DAILY;COUNT=2;UNTIL=20271101", "both COUNT and UNTIL"},
		{"the 53rd Monday of a month", "FREQ=MONTHLY;BYMONTH=12;BYDAY=53MO", "counts too far"},
		{"a counted weekday of a week", "FREQ=WEEKLY;BYDAY=2SU", "counts too far"},
		{"no step at all", "FREQ=DAILY;INTERVAL=0", "INTERVAL=0"},
		{"a date that is none", "FREQ=DAILY;UNTIL=2026", "is no date"},
		{"the week of a month", "FREQ=MONTHLY;BYWEEKNO=3", "FREQ=YEARLY only"},
		{"a position in nothing", "FREQ=MONTHLY;BYSETPOS=1", "add one"},
		{"a thirteenth month", "FREQ=YEARLY;BYMONTH=13", "bymonth"},
	} {
		_, err := ExpandSeries("2026-11-22T02:00:00", time.Hour, row.rule, time.UTC, sla.Window{})
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %q gives %v; want %q", row.sentence, row.rule, err, row.says)
		}
	}
}

func drawRule(t *rapid.T) string {
	freq := rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	rule := "FREQ=" + freq
	if n := rapid.IntRange(0, 5).Draw(t, "interval"); n > 0 {
		rule += fmt.Sprintf(";INTERVAL=%d", n)
	}
	pick := func(key string, from ...string) {
		if s := rapid.SampledFrom(append(from, "")).Draw(t, key); s != "" {
			rule += ";" + key + "=" + s
		}
	}
	pick("BYMONTH", "2", "1,6,12")
	pick("WKST", "SU")
	if freq != "WEEKLY" {
		pick("BYMONTHDAY", "31", "-1", "1,15")
	}
	switch freq {
	case "MONTHLY":
		pick("BYDAY", "SU", "MO,TU,WE,TH,FR", "-1SU", "2TU,4TU")
		pick("BYSETPOS", "1", "-1")
	case "YEARLY":
		pick("BYDAY", "SU", "-1SU")
	default:
		pick("BYDAY", "SU", "MO,FR")
	}
	return rule
}

// firstOf is the first occurrence after a day, looked for where the library soon
// gives up.
func firstOf(t *rapid.T, o rrule.ROption, after time.Time) (time.Time, bool) {
	const cycles = 7600
	o.Dtstart = after.AddDate(cycles, 0, 0)
	r, err := rrule.NewRRule(o)
	if err != nil {
		t.Fatal(err)
	}
	first, ok := r.Iterator()()
	return first.AddDate(-cycles, 0, 0), ok && first.Year() < 9700
}

// Whatever the rule, moving its start close to the window changes nothing.
func TestAdvancingTheStartChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Date(2001, 1, 1, 2, 30, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 4000).Draw(t, "day"))
		text := drawRule(t)
		o, err := parseRule(text, time.UTC)
		if err != nil {
			return
		}
		start, ok := firstOf(t, *o, start)
		if !ok {
			return // a rule that never comes true is not loaded
		}
		o.Dtstart = start
		lo := start.AddDate(0, 0, rapid.IntRange(-400, 5000).Draw(t, "after"))
		hi := lo.AddDate(0, 0, 800)
		s := &series{start: start, rule: o}
		slow := *o
		slow.Until = hi
		r, err := rrule.NewRRule(slow)
		if err != nil {
			t.Fatal(err)
		}
		want := r.Between(lo, hi, true)
		if got := s.between(lo, hi); len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s from %s in %s … %s: %v; want %v", text, start, lo, hi, got, want)
		}
	})
}

func TestPlannedMaintenanceOfAFile(t *testing.T) {
	a := mustParse(t, shop+`
[[maintenance]]
id = "move"
start = 2026-10-24T22:00:00
end = "2026-10-25T06:00:00"
announced = 2026-10-01T09:00:00Z
reason = "new data centre"

[[maintenance]]
id = "sundays"
services = ["web"]
start = "2026-11-01T02:00:00"
length = "1h30m"
rrule = "FREQ=WEEKLY;BYDAY=SU"
until = 2026-11-29
except = [2026-11-15]
announced = 2026-10-01
`)
	var got []string
	for _, m := range a.Planned {
		for _, x := range Expand(m, a.Zone, window(t, "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z")) {
			got = append(got, fmt.Sprintf("%s %s", x.ID, show([]sla.Window{{From: x.From, To: x.To}}, a.Zone)[0]))
		}
	}
	want := []string{
		"move 2026-10-24T22:00:00+02:00 +9h0m0s", // the night has an hour more
		"sundays@2026-11-01 2026-11-01T02:00:00+01:00 +1h30m0s",
		"sundays@2026-11-08 2026-11-08T02:00:00+01:00 +1h30m0s",
		"sundays@2026-11-22 2026-11-22T02:00:00+01:00 +1h30m0s",
		"sundays@2026-11-29 2026-11-29T02:00:00+01:00 +1h30m0s",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("windows:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if a.Planned[1].Announced != at(t, "2026-10-01T00:00:00+02:00") {
		t.Errorf("announced %d; want local midnight", a.Planned[1].Announced)
	}
}

func BenchmarkExpandAnOldDailySeries(b *testing.B) {
	m := Planned{ID: "x", Start: "1990-01-01T02:00:00", Length: time.Hour, RRule: "FREQ=DAILY"}
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		b.Fatal(err)
	}
	w := sla.Window{From: time.Date(2026, 11, 1, 0, 0, 0, 0, z).UnixMilli(), To: time.Date(2026, 12, 1, 0, 0, 0, 0, z).UnixMilli()}
	for b.Loop() {
		if len(Expand(m, z, w)) != 30 {
			b.Fatal("not thirty windows")
		}
	}
}
