package sla_test

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func zone(tb testing.TB, name string) *time.Location {
	tb.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		tb.Fatal(err)
	}
	return z
}

// TestF15CalendarsAcrossOddDays: every day from 00:00 to 24:00 tiles time
// whatever the clocks do, and ranges are as long as the clocks make them.
func TestF15CalendarsAcrossOddDays(t *testing.T) {
	always := [7]bool{true, true, true, true, true, true, true}
	utc := func(text string) int64 {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at.UnixMilli()
	}
	hm := func(h, m int32) int32 { return h*3600 + m*60 }
	for _, c := range []struct {
		name, zone, from, to string // instants, UTC
		start, end           int32  // the range, every day
		want                 time.Duration
	}{
		{"Berlin, spring day, whole", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 0, hm(24, 0), 23 * time.Hour},
		{"Berlin, autumn day, whole", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 0, hm(24, 0), 25 * time.Hour},
		{"Berlin, the skipped hour is empty", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", hm(2, 0), hm(3, 0), 0},
		{"Berlin, half of the skipped hour moves", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", hm(2, 30), hm(4, 0), 30 * time.Minute},
		{"Berlin, the repeated hour is two", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", hm(2, 0), hm(3, 0), 2 * time.Hour},
		{"Berlin, a range ends at the first of two", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", hm(1, 0), hm(2, 30), 90 * time.Minute},
		{"New York, spring day, business hours", "America/New_York", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", hm(8, 0), hm(18, 0), 10 * time.Hour},
		{"New York, autumn night", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 0, hm(4, 0), 5 * time.Hour},
		{"Lord Howe shifts by half an hour", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 0, hm(24, 0), 23*time.Hour + 30*time.Minute},
		{"Lord Howe, back", "Australia/Lord_Howe", "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", hm(1, 0), hm(3, 0), 2*time.Hour + 30*time.Minute},
		{"Apia skipped 30 December 2011", "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 0, hm(24, 0), 48 * time.Hour},
		{"Apia, nobody worked on 30 December 2011", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z", hm(9, 0), hm(17, 0), 8 * time.Hour},
		{"Shanghai has no changes", "Asia/Shanghai", "2026-01-31T16:00:00Z", "2026-02-28T16:00:00Z", hm(9, 0), hm(18, 0), 28 * 9 * time.Hour},
		{"over midnight", "Europe/Berlin", "2026-06-01T00:00:00Z", "2026-06-08T00:00:00Z", hm(22, 0), hm(6, 0), 7 * 8 * time.Hour},
	} {
		cal := sla.Calendar{Zone: zone(t, c.zone), Weekly: []sla.Range{{Days: always, From: c.start, To: c.end}}}
		sum := int64(0)
		for _, w := range cal.Windows(utc(c.from), utc(c.to)) {
			sum += w.To - w.From
		}
		if sum != c.want.Milliseconds() {
			t.Errorf("%s: %v of service hours; want %v", c.name, time.Duration(sum)*time.Millisecond, c.want)
		}
	}
}

func TestF15HolidaysTakeTheirLocalDayOut(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	holiday := time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC)
	cal := sla.Calendar{Zone: berlin, Holidays: []int32{int32(holiday.Unix() / 86400)},
		Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true}, From: 22 * 3600, To: 6 * 3600}}}
	got := cal.Windows(time.Date(2026, 6, 2, 12, 0, 0, 0, berlin).UnixMilli(), time.Date(2026, 6, 5, 12, 0, 0, 0, berlin).UnixMilli())
	want := []time.Time{
		time.Date(2026, 6, 2, 22, 0, 0, 0, berlin), time.Date(2026, 6, 3, 0, 0, 0, 0, berlin), // cut at the holiday
		time.Date(2026, 6, 4, 0, 0, 0, 0, berlin), time.Date(2026, 6, 4, 6, 0, 0, 0, berlin), // the holiday's night goes on after it
		time.Date(2026, 6, 4, 22, 0, 0, 0, berlin), time.Date(2026, 6, 5, 6, 0, 0, 0, berlin),
	}
	if len(got)*2 != len(want) {
		t.Fatalf("Windows = %v; want three", got)
	}
	for i, w := range got {
		if w.From != want[2*i].UnixMilli() || w.To != want[2*i+1].UnixMilli() {
			t.Errorf("window %d = %v; want %v to %v", i, w, want[2*i], want[2*i+1])
		}
	}
}

// TestF8SlotsFromLocalMidnight: hour slots start at :30 UTC in Kolkata, and
// start anew at the midnight after Lord Howe's half hour.
func TestF8SlotsFromLocalMidnight(t *testing.T) {
	for _, c := range []struct {
		zone string
		from time.Time
		bad  int64 // minutes, of one hour down at the local hour 10
	}{
		{"Asia/Kolkata", time.Date(2026, 4, 12, 10, 0, 0, 0, zone(t, "Asia/Kolkata")), 60},
		{"Australia/Lord_Howe", time.Date(2026, 10, 5, 10, 0, 0, 0, zone(t, "Australia/Lord_Howe")), 60},
	} {
		at := c.from.UnixMilli()
		in := &sla.Input{Period: sla.Window{From: at - 48*hour, To: at + 10*hour}, Zone: c.from.Location(),
			Observed: sla.Observation{Timeline: []sla.Span{{From: at - 48*hour, To: at + 10*hour, State: sla.Up}, {From: at, To: at + hour, State: sla.Down}}}}
		v := compute(t, sla.Terms{Slot: sla.Slot{Length: hour, Align: sla.AlignMidnight, When: sla.BadAll}}, in)
		if v.Bad != sla.Of(c.bad*minute, 1) {
			t.Errorf("%s: bad %v ms; want %d min", c.zone, v.Bad, c.bad)
		}
	}
}

func TestF15LocalInstant(t *testing.T) {
	for _, c := range []struct{ name, zone, local, want string }{
		{"an ordinary time is itself", "Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-01T10:00:00Z"},
		{"a repeated time is its first", "Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},
		{"a skipped time moves forward by the gap", "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"},
		{"a day that never was is the next", "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z"},
		{"a time before 1970", "UTC", "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
	} {
		local, err := time.Parse(time.RFC3339, c.local)
		if err != nil {
			t.Fatal(err)
		}
		want, err := time.Parse(time.RFC3339, c.want)
		if err != nil {
			t.Fatal(err)
		}
		if got := sla.LocalInstant(local.Unix(), zone(t, c.zone)); got != want.UnixMilli() {
			t.Errorf("%s: LocalInstant(%s, %s) = %s; want %s", c.name, c.local, c.zone, time.UnixMilli(got).UTC().Format(time.RFC3339), c.want)
		}
	}
}
