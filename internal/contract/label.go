package contract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// labelForms says how the label of each kind is written, for people.
var labelForms = map[PeriodKind]string{
	Month: "2026-11", Quarter: "2026-Q4", Year: "2026", Week: "2026-W47",
	Billing: "2026-11-15..", Rolling: "2026-11-03..2026-12-02",
}

var (
	labelMonth   = regexp.MustCompile(`^(\d{4})-(\d{2})$`)
	labelQuarter = regexp.MustCompile(`^(\d{4})-[Qq]([1-4])$`)
	labelYear    = regexp.MustCompile(`^(\d{4})$`)
	labelWeek    = regexp.MustCompile(`^(\d{4})-[Ww](\d{2})$`)
)

// label names the n-th period. A quarter or year that does not begin in January
// is named after the year in which its first quarter begins; a week after the
// ISO week of its Thursday; a billing month after its first day; a rolling
// period after its first and last days.
func (p Period) label(n int) string {
	first := p.firstDay(n)
	switch p.Kind {
	case Quarter:
		return fmt.Sprintf("%04d-Q%d", floorDiv(n, 4), n-4*floorDiv(n, 4)+1)
	case Year:
		return fmt.Sprintf("%04d", n)
	case Week:
		y, w := thursday(first).ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case Billing:
		return first.Format(time.DateOnly) + ".."
	case Rolling:
		return p.firstDay(n-p.Days+1).Format(time.DateOnly) + ".." + first.Format(time.DateOnly)
	}
	return first.Format("2006-01")
}

// parseLabel returns the number of the period that a label names.
func (p Period) parseLabel(s string) (int, error) {
	n, ok := 0, false
	switch p.Kind {
	case Month:
		if m := labelMonth.FindStringSubmatch(s); m != nil {
			month := number(m[2])
			n, ok = 12*number(m[1])+month-1, month >= 1 && month <= 12
		}
	case Quarter:
		if m := labelQuarter.FindStringSubmatch(s); m != nil {
			n, ok = 4*number(m[1])+number(m[2])-1, true
		}
	case Year:
		n, ok = number(s), labelYear.MatchString(s)
	case Week:
		if m := labelWeek.FindStringSubmatch(s); m != nil {
			// 4 January always lies in week 1.
			n = p.ordinal(time.Date(number(m[1]), 1, 4, 0, 0, 0, 0, time.UTC)) + number(m[2]) - 2
			for i := 0; i < 3 && !ok; i++ {
				n++
				ok = strings.EqualFold(p.label(n-1), s)
			}
			n--
		}
	case Billing:
		if d, err := time.Parse(time.DateOnly, strings.TrimSuffix(s, "..")); err == nil {
			n = p.ordinal(d)
			ok = p.firstDay(n).Equal(d)
		}
	case Rolling:
		if _, last, cut := strings.Cut(s, ".."); cut {
			if d, err := time.Parse(time.DateOnly, last); err == nil {
				n = p.ordinal(d)
				ok = p.label(n) == s
			}
		}
	}
	if !ok {
		return 0, fmt.Errorf("no %s period is called %q: write it like %s", p.Kind, s, p.example())
	}
	return n, nil
}

// example is a label that this very period would accept.
func (p Period) example() string {
	switch p.Kind {
	case Billing, Rolling:
		return p.label(p.ordinal(time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC)))
	}
	return labelForms[p.Kind]
}

func thursday(day time.Time) time.Time {
	return day.AddDate(0, 0, (int(time.Thursday)-int(day.Weekday())+7)%7)
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // matched by \d{4} at most
	return n
}
