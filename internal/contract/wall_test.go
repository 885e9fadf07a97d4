package contract

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oddZones are those whose clocks do what programs forget: half-hour shifts,
// a day that never was, shifts at midnight, shifts at one minute past.
var oddZones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
	"Asia/Shanghai", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
	"Africa/Casablanca", "Asia/Kathmandu", "Asia/Manila", "Pacific/Kwajalein", "Asia/Beirut",
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestAtResolvesOddWallTimes(t *testing.T) {
	for _, row := range []struct{ sentence, zone, wall, want string }{
		{"an ordinary time is itself", "Europe/Berlin", "2026-07-01T12:00", "2026-07-01T12:00:00+02:00"},
		{"a skipped time moves forward by the gap", "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T03:30:00+02:00"},
		{"the first skipped instant is the end of the gap", "Europe/Berlin", "2026-03-29T02:00", "2026-03-29T03:00:00+02:00"},
		{"a repeated time means the first", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30:00+02:00"},
		{"the end of the repeated hour is after it", "Europe/Berlin", "2026-10-25T03:00", "2026-10-25T03:00:00+01:00"},
		{"Lord Howe skips half an hour", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45:00+11:00"},
		{"Lord Howe repeats half an hour", "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45:00+11:00"},
		{"Apia left out the whole of 30 December 2011", "Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},
		{"noon of a day that never was is the next noon", "Pacific/Apia", "2011-12-30T12:00", "2011-12-31T12:00:00+14:00"},
		{"the day before is as it was", "Pacific/Apia", "2011-12-29T23:59:59", "2011-12-29T23:59:59-10:00"},
		{"São Paulo skipped midnight", "America/Sao_Paulo", "2017-10-15", "2017-10-15T01:00:00-02:00"},
		{"Havana repeats midnight", "America/Havana", "2026-11-01", "2026-11-01T00:00:00-04:00"},
		{"St John's once repeated the last hour and a minute", "America/St_Johns", "2010-11-07", "2010-11-07T00:00:00-02:30"},
		{"the last day of a leap year past the zone's table ends", "Europe/Berlin", "2040-12-31T02:00", "2040-12-31T02:00:00+01:00"},
		{"and so does the night after it", "America/New_York", "2041-01-01", "2041-01-01T00:00:00-05:00"},
		{"Kwajalein left out 21 August 1993", "Pacific/Kwajalein", "1993-08-21T06:00", "1993-08-22T06:00:00+12:00"},
	} {
		wall, err := ParseWall(row.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := At(wall, zone(t, row.zone)).Format(time.RFC3339); got != row.want {
			t.Errorf("%s: At(%s, %s) = %s; want %s", row.sentence, row.wall, row.zone, got, row.want)
		}
	}
}

// The oracle looks at every minute of four days for the first that shows the
// wall time; where none does, it goes by the minute just before the gap.
func TestAtAgreesWithAMinuteByMinuteSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z, err := time.LoadLocation(rapid.SampledFrom(oddZones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Unix(rapid.Int64Range(0, 4_200_000_000).Draw(t, "near"), 0).In(z)
		if _, end := from.ZoneBounds(); !end.IsZero() {
			from = end // look around a change of offset
		}
		wall := floating(from.Add(time.Duration(rapid.IntRange(-2000, 2000).Draw(t, "minutes")) * time.Minute)).Truncate(time.Minute)
		got := At(wall, z)
		if want := searchWall(wall, z); !got.Equal(want) {
			t.Fatalf("At(%s, %s) = %s; want %s", wall.Format(time.DateTime), z, got, want)
		}
	})
}

// maxOffset is more than any zone has ever been away from UTC, in seconds.
const maxOffset = 26 * 3600

func searchWall(wall time.Time, z *time.Location) time.Time {
	start := wall.Add(-maxOffset * time.Second)
	var before time.Time // the last instant that shows less than wall, all instants before it too
	for at := start; at.Before(wall.Add(maxOffset * time.Second)); at = at.Add(time.Minute) {
		shown := floating(at.In(z))
		if shown.Equal(wall) {
			return at
		}
		if shown.Before(wall) {
			before = at
		} else {
			break
		}
	}
	_, offset := before.In(z).Zone()
	return wall.Add(-time.Duration(offset) * time.Second)
}

func TestParseWallRefusesWhatIsNoWallTime(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-13-01", "2026-02-30", "2026-01-01T25:00", "2026-01-01T02:00:00Z", "2026-01-01T02:00:00.5", "tomorrow"} {
		if got, err := ParseWall(s); err == nil {
			t.Errorf("ParseWall(%q) = %v; want an error", s, got)
		}
	}
}
