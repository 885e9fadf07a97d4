package contract

import (
	"time"

	"github.com/teambition/rrule-go"
)

// advance moves the start of a rule close before lo, in whole intervals, so that
// the cost of a window does not grow with the age of the series. What the rule
// takes from its start (the day of the week, of the month, the month) is written
// out first. A rule with COUNT is counted from its start, and stays.
func advance(o rrule.ROption, lo time.Time) rrule.ROption {
	if o.Count > 0 {
		return o
	}
	start, every := o.Dtstart, max(1, o.Interval)
	bare := len(o.Byweekday)+len(o.Bymonthday)+len(o.Byweekno)+len(o.Byyearday) == 0
	// One interval is kept in hand: the interval that lo lies in must be whole.
	switch o.Freq {
	case rrule.DAILY:
		if n := steps(dayNumber(lo)-dayNumber(start), every); n > 0 {
			o.Dtstart = start.AddDate(0, 0, n*every)
		}
	case rrule.WEEKLY:
		if n := steps((dayNumber(lo)-dayNumber(start))/7, every); n > 0 {
			o.Dtstart = start.AddDate(0, 0, 7*n*every)
		}
	case rrule.MONTHLY:
		months := 12*(lo.Year()-start.Year()) + int(lo.Month()) - int(start.Month())
		if n := steps(months, every); n > 0 {
			if bare {
				o.Bymonthday = []int{start.Day()}
			}
			o.Dtstart = start.AddDate(0, n*every, 1-start.Day())
		}
	case rrule.YEARLY:
		if n := steps(lo.Year()-start.Year(), every); n > 0 {
			if bare {
				o.Bymonthday = []int{start.Day()}
				if len(o.Bymonth) == 0 {
					o.Bymonth = []int{int(start.Month())}
				}
			}
			h, m, s := start.Clock()
			o.Dtstart = time.Date(start.Year()+n*every, 1, 1, h, m, s, 0, time.UTC)
		}
	}
	return o
}

// steps is how many intervals lie before a distance, less the one kept in hand.
func steps(distance, every int) int { return distance/every - 1 }
