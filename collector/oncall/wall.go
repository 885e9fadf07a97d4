package oncall

import (
	"fmt"
	"time"
)

// Zone is a time zone by its IANA name; the zero value is UTC.
type Zone struct{ location *time.Location }

// UnmarshalText reads "Europe/Berlin".
func (z *Zone) UnmarshalText(text []byte) error {
	l, err := time.LoadLocation(string(text))
	if err != nil || string(text) == "" || string(text) == "Local" {
		return fmt.Errorf("%q is not a time zone; write for example \"Europe/Berlin\" or \"UTC\"", text)
	}
	z.location = l
	return nil
}

// MarshalText writes the name.
func (z Zone) MarshalText() ([]byte, error) { return []byte(z.Location().String()), nil }

// Location returns UTC where none was given.
func (z Zone) Location() *time.Location {
	if z.location == nil {
		return time.UTC
	}
	return z.location
}

// Date is a day of the calendar, counted from 1970-01-01. The zero value is not given.
type Date struct {
	day   int
	given bool
}

// UnmarshalText reads "2026-11-23".
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil || t.Year() < 1970 || t.Year() >= 2200 {
		return fmt.Errorf("%q is not a date from 1970 to 2199; write for example \"2026-11-23\"", text)
	}
	*d = Date{dayOf(t), true}
	return nil
}

// MarshalText writes "2026-11-23", "" when it is not given.
func (d Date) MarshalText() ([]byte, error) {
	if !d.given {
		return nil, nil
	}
	return []byte(d.String()), nil
}

func (d Date) String() string { return dateOf(d.day).Format(time.DateOnly) }

func (d Date) weekday() Weekday { return weekdayOf(d.day) }

func dateOf(day int) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

func weekdayOf(day int) Weekday { return Weekday(((day+4)%7 + 7) % 7) } // 1970-01-01 was a Thursday

// dayOf counts the day that t shows on its own calendar.
func dayOf(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// localDay is the day that a zone has at an instant, ms UTC.
func localDay(at int64, zone *time.Location) int { return dayOf(time.UnixMilli(at).In(zone)) }

// instant is when a zone's clocks show a minute of a day, ms UTC. A time that
// comes twice means the first; one that is skipped moves forward by the gap.
func instant(day, minute int, zone *time.Location) int64 {
	wall := int64(day)*86400 + int64(minute)*60
	offset := func(at int64) int64 {
		_, o := time.Unix(at, 0).In(zone).Zone()
		return int64(o)
	}
	before, after := offset(wall-86400), offset(wall+86400)
	first := wall - before
	if second := wall - after; offset(first) != before && offset(second) == after {
		return second * 1000
	}
	return first * 1000
}
