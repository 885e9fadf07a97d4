package oncall

import (
	"slices"
	"time"
)

// MaxQuiet bounds how long quiet hours delay a step: past it, the step is taken.
const MaxQuiet = 96 * time.Hour

// quietHours is the quiet time of one zone.
type quietHours struct {
	zone  *time.Location
	spans []Quiet
}

// end returns when the span that holds an instant ends, the instant itself when
// none does. Another span may begin there.
func (q quietHours) end(at int64) int64 {
	end := at
	today := localDay(at, q.zone)
	for _, span := range q.spans {
		for day := today - 1; day <= today; day++ {
			if from, to := span.on(day, q.zone); from <= at && at < to {
				end = max(end, to)
			}
		}
	}
	return end
}

// on is the span that begins on a day, ms UTC; it is empty on a day that is not of it.
func (q Quiet) on(day int, zone *time.Location) (from, to int64) {
	if len(q.Days) > 0 && !slices.Contains(q.Days, weekdayOf(day)) {
		return 0, 0
	}
	last := day
	if q.Hours.To <= q.Hours.From {
		last++
	}
	return instant(day, q.Hours.From, zone), instant(last, q.Hours.To, zone)
}

// opens returns when none of several is quiet any more, from an instant on, but
// no later than limit.
func opens(quiet []quietHours, at, limit int64) int64 {
	for at < limit {
		end := at
		for _, q := range quiet {
			end = max(end, q.end(at))
		}
		if end == at {
			return at
		}
		at = end
	}
	return limit
}
