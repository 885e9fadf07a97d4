package contract

import (
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// wallLayouts are the ways to write a local wall time, from the longest.
var wallLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// At resolves a local wall time in a zone: a repeated one means the first, a
// skipped one moves forward by the gap (SLA.md F15). Only the calendar fields of
// wall are read.
func At(wall time.Time, zone *time.Location) time.Time {
	return time.UnixMilli(sla.LocalInstant(floating(wall).Unix(), zone)).In(zone)
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
