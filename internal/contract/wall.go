package contract

import (
	"fmt"
	"time"
)

// maxOffset is more than any zone has ever been away from UTC, in seconds.
const maxOffset = 26 * 3600

// wallLayouts are the ways to write a local wall time, from the longest.
var wallLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// At resolves a local wall time in a zone: a repeated one means the first, a
// skipped one moves forward by the gap (SLA-SEMANTICS, the order of operations).
// Only the calendar fields of wall are read.
func At(wall time.Time, zone *time.Location) time.Time {
	w := floating(wall).Unix()
	// Walk the spans of equal offset from before any instant that could show w.
	for at := time.Unix(w-maxOffset, 0).In(zone); ; {
		_, offset := at.Zone()
		end := offsetEnd(at)
		t := time.Unix(w-int64(offset), 0).In(zone)
		if end.IsZero() || t.Before(end) {
			return t
		}
		if _, after := end.Zone(); w < end.Unix()+int64(after) {
			return t // in the gap: the offset before it carries the time over
		}
		at = end
	}
}

// offsetEnd is an instant after at up to which at's offset holds; zero: for ever.
// Past a zone's table, time.Time.ZoneBounds reckons every year as 365 days, and on
// the last day of a leap year (2040 the first) returns an end that has passed.
func offsetEnd(at time.Time) time.Time {
	_, end := at.ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		return at.Add(time.Hour)
	}
	return end
}

// floating is t's wall time as if it were UTC: for calendar arithmetic only.
func floating(t time.Time) time.Time {
	y, m, d := t.Date()
	h, minute, s := t.Clock()
	return time.Date(y, m, d, h, minute, s, 0, time.UTC)
}

// ParseWall reads "2026-11-22T02:00:00", "2026-11-22T02:00" or "2026-11-22" as a
// floating wall time, to be resolved by At.
func ParseWall(s string) (time.Time, error) {
	for _, layout := range wallLayouts {
		if t, err := time.ParseInLocation(layout, s, time.UTC); err == nil && t.Nanosecond() == 0 {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no local wall time such as 2026-11-22T02:00:00 or 2026-11-22", s)
}
