package oncall

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func rotation(t testing.TB, zone, every, handOver, start string, people ...string) *Rotation {
	t.Helper()
	r := &Rotation{Name: "primary", People: people, Zone: zoneOf(t, zone), Start: dateWord(t, start)}
	if err := r.Every.UnmarshalText([]byte(every)); err != nil {
		t.Fatal(err)
	}
	if err := r.HandOver.UnmarshalText([]byte(handOver)); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOnCall(t *testing.T) {
	weekly := rotation(t, "Europe/Berlin", "1w", "Mon 09:00", "2026-03-16", "anna", "ben", "cleo")
	daily := rotation(t, "Europe/Berlin", "1d", "02:30", "2026-03-27", "anna", "ben")
	autumn := rotation(t, "Europe/Berlin", "1d", "02:30", "2026-10-24", "anna", "ben")
	for _, c := range []struct {
		name          string
		r             *Rotation
		at            string
		person, until string
	}{
		{"the first turn", weekly, "2026-03-16T08:00:00Z", "anna", "2026-03-23T08:00:00Z"},
		{"an instant before the hand-over", weekly, "2026-03-23T07:59:59Z", "anna", "2026-03-23T08:00:00Z"},
		{"the hand-over itself", weekly, "2026-03-23T08:00:00Z", "ben", "2026-03-30T07:00:00Z"},
		{"in summer the same local hour", weekly, "2026-03-30T07:00:00Z", "cleo", "2026-04-06T07:00:00Z"},
		{"around again", weekly, "2026-04-07T00:00:00Z", "anna", "2026-04-13T07:00:00Z"},
		{"before the start, backwards", weekly, "2026-03-16T07:59:59Z", "cleo", "2026-03-16T08:00:00Z"},
		{"long before the start", weekly, "2026-02-25T00:00:00Z", "anna", "2026-03-02T08:00:00Z"},
		{"a hand-over that is skipped in spring", daily, "2026-03-29T01:29:59Z", "ben", "2026-03-29T01:30:00Z"},
		{"comes later by the gap", daily, "2026-03-29T01:30:00Z", "anna", "2026-03-30T00:30:00Z"},
		{"one that comes twice in autumn", autumn, "2026-10-25T00:29:59Z", "anna", "2026-10-25T00:30:00Z"},
		{"is the first, and not the second", autumn, "2026-10-25T01:30:00Z", "ben", "2026-10-26T01:30:00Z"},
	} {
		person, until := OnCall(c.r, nil, at(t, c.at))
		if got := time.UnixMilli(until).UTC().Format(time.RFC3339); person != c.person || got != c.until {
			t.Errorf("%s: OnCall(%s) = %s until %s; want %s until %s", c.name, c.at, person, got, c.person, c.until)
		}
	}
}

func TestOverridesTakeShiftsOver(t *testing.T) {
	r := rotation(t, "UTC", "1d", "00:00", "2026-11-01", "anna", "ben")
	hour := func(h int) int64 { return at(t, "2026-11-01T00:00:00Z") + int64(h)*time.Hour.Milliseconds() }
	overrides := []Override{
		{ID: "swap", Rotation: "primary", Person: "cleo", From: hour(6), To: hour(30)}, // over a hand-over
		{ID: "later", Rotation: "primary", Person: "dora", From: hour(10), To: hour(12)},
		{ID: "cut", Rotation: "primary", Person: "emil", From: hour(31), To: hour(40), RevokedAt: hour(33)},
		{ID: "never", Rotation: "primary", Person: "emil", From: hour(31), To: hour(40), RevokedAt: hour(20)},
		{ID: "other", Rotation: "second", Person: "emil", From: hour(0), To: hour(90)},
	}
	want := []Shift{
		{"anna", hour(0), hour(6), ""},
		{"cleo", hour(6), hour(10), "swap"},
		{"dora", hour(10), hour(12), "later"},
		{"cleo", hour(12), hour(30), "swap"},
		{"ben", hour(30), hour(31), ""},
		{"emil", hour(31), hour(33), "cut"},
		{"ben", hour(33), hour(48), ""},
		{"anna", hour(48), hour(72), ""},
	}
	if got := Schedule(r, overrides, hour(3), hour(49)); !reflect.DeepEqual(got, want) {
		t.Errorf("Schedule = %+v\nwant %+v", got, want)
	}
	if got := Schedule(r, overrides, hour(3), hour(3)); got != nil {
		t.Errorf("Schedule of nothing = %+v", got)
	}
}

// The shifts of any window leave no hole, and agree with who is on call at any instant.
func TestAScheduleHasNoHoles(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRotation(rt, []string{"anna", "ben", "cleo"})
		from := rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(rt, "from") * 1000
		to := from + rapid.Int64Range(1, 40*86400).Draw(rt, "length")*1000
		overrides := drawOverrides(rt, from, to)
		last := int64(0)
		for n, s := range Schedule(r, overrides, from, to) {
			if n == 0 && s.From > from || n > 0 && s.From != last || s.To <= s.From {
				rt.Fatalf("shift %d is %+v, the one before ended at %d", n, s, last)
			}
			last = s.To
			look := rapid.Int64Range(s.From, s.To-1).Draw(rt, "look")
			if person, until := OnCall(r, overrides, look); person != s.Person || until != s.To {
				rt.Fatalf("OnCall(%d) = %s until %d, in shift %+v", look, person, until, s)
			}
		}
		if last < to {
			rt.Fatalf("the schedule ends at %d, before %d", last, to)
		}
	})
}

func drawRotation(rt *rapid.T, people []string) *Rotation {
	var zone Zone
	name := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Pacific/Apia"}).Draw(rt, "zone")
	if err := zone.UnmarshalText([]byte(name)); err != nil {
		rt.Fatal(err)
	}
	return &Rotation{
		Name: "primary", People: people, Zone: zone,
		Every:    Every(rapid.SampledFrom([]int{1, 2, 7, 14}).Draw(rt, "every")),
		HandOver: HandOver{Minute: rapid.IntRange(0, dayMinutes-1).Draw(rt, "hand-over"), Given: true},
		Start:    Date{rapid.IntRange(19_000, 22_000).Draw(rt, "start"), true},
	}
}

func drawOverrides(rt *rapid.T, from, to int64) []Override {
	var out []Override
	for n := range rapid.IntRange(0, 4).Draw(rt, "overrides") {
		a := rapid.Int64Range(from, to).Draw(rt, "override from")
		b := rapid.Int64Range(a+1, to+1).Draw(rt, "override to")
		out = append(out, Override{ID: string(rune('a' + n)), Rotation: "primary", Person: rapid.SampledFrom([]string{"anna", "ben", "gone"}).Draw(rt, "person"), From: a, To: b})
	}
	return out
}
