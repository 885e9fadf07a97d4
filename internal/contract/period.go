package contract

import (
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// MaxRollingDays bounds the length of a rolling period.
const MaxRollingDays = 3660

var periodNames = []string{"month", "quarter", "year", "week", "billing", "rolling"}

// String returns the word that agreement files use.
func (k PeriodKind) String() string {
	if int(k) < len(periodNames) {
		return periodNames[k]
	}
	return fmt.Sprintf("code-%d", k)
}

// noun is what a period of the kind is called in a sentence.
func (k PeriodKind) noun() string {
	switch k {
	case Billing:
		return "billing month"
	case Rolling:
		return "rolling window"
	}
	return k.String()
}

// Span is one period: its exact window, and the label that a person uses for it.
type Span struct {
	sla.Window
	Label string // "2026-11", "2026-Q4", "2026", "2026-W47", "2026-11-15..", "2026-11-03..2026-12-02"
}

// Containing returns the period that the instant t (ms UTC) lies in. A rolling
// period is made of whole local days, and the day of t is its last.
func (p Period) Containing(t int64, zone *time.Location) Span {
	n := p.ordinal(time.UnixMilli(t).In(zone))
	// Where a zone repeats midnight, the local date at t may lie on the other
	// side of an edge: the edges decide.
	for p.edge(n+1, zone) <= t {
		n++
	}
	for p.edge(n, zone) > t {
		n--
	}
	return p.span(n, zone)
}

// Next returns the period after s; for a rolling period, the one that ends a day later.
func (p Period) Next(s Span, zone *time.Location) Span { return p.Containing(s.To, zone) }

// Previous returns the period before s; for a rolling period, the one that ends a day sooner.
func (p Period) Previous(s Span, zone *time.Location) Span {
	if p.Kind == Rolling {
		last := p.Containing(s.To-1, zone)
		return p.Containing(p.edge(p.ordinal(time.UnixMilli(last.To-1).In(zone)), zone)-1, zone)
	}
	return p.Containing(s.From-1, zone)
}

// Parse reads a label as Containing writes it.
func (p Period) Parse(label string, zone *time.Location) (Span, error) {
	n, err := p.parseLabel(strings.TrimSpace(label))
	if err != nil {
		return Span{}, err
	}
	return p.span(n, zone), nil
}

// span is the n-th period. Periods of a kind are numbered by whole months or
// days, so that arithmetic never touches a clock.
func (p Period) span(n int, zone *time.Location) Span {
	from := n
	if p.Kind == Rolling {
		from = n - p.Days + 1
	}
	return Span{Window: sla.Window{From: p.edge(from, zone), To: p.edge(n+1, zone)}, Label: p.label(n)}
}

// edge is the instant at which the n-th period (for rolling: the n-th day) begins, ms UTC.
func (p Period) edge(n int, zone *time.Location) int64 {
	return At(p.firstDay(n), zone).UnixMilli()
}

// firstDay is the local date on which the n-th period begins.
func (p Period) firstDay(n int) time.Time {
	switch p.Kind {
	case Quarter:
		return monthDay(3*n+p.anchor()-1, 1)
	case Year:
		return monthDay(12*n+p.anchor()-1, 1)
	case Week:
		return dayDate(7*n + p.anchor() - 1 + epochMonday)
	case Billing:
		return monthDay(n, p.anchor())
	case Rolling:
		return dayDate(n)
	}
	return monthDay(n, 1)
}

// ordinal is the number of the period in which the local date of t lies.
func (p Period) ordinal(t time.Time) int {
	y, m, d := t.Date()
	month := 12*y + int(m) - 1
	switch p.Kind {
	case Quarter:
		return floorDiv(month-p.anchor()+1, 3)
	case Year:
		return floorDiv(month-p.anchor()+1, 12)
	case Week:
		return floorDiv(dayNumber(t)-epochMonday-p.anchor()+1, 7)
	case Billing:
		if d < monthDay(month, p.anchor()).Day() {
			return month - 1
		}
	case Rolling:
		return dayNumber(t)
	}
	return month
}

// anchor is Anchor with its default, and never out of range.
func (p Period) anchor() int { return max(1, min(p.Anchor, p.Kind.maxAnchor())) }

// maxAnchor is the largest anchor of a kind; 0 when it has none.
func (k PeriodKind) maxAnchor() int {
	switch k {
	case Quarter, Year:
		return 12
	case Week:
		return 7
	case Billing:
		return 31
	}
	return 0
}

// Nominal is the length that burn factors are scaled by: 30 days for a month.
func (p Period) Nominal() time.Duration {
	days := 30
	switch p.Kind {
	case Quarter:
		days = 90
	case Year:
		days = 365
	case Week:
		days = 7
	case Rolling:
		days = p.Days
	}
	return time.Duration(days) * 24 * time.Hour
}

// epochMonday is the day number of the first Monday after the epoch: 5 January 1970.
const epochMonday = 4

// dayNumber counts local dates from 1 January 1970.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func dayDate(n int) time.Time { return time.Unix(int64(n)*86400, 0).UTC() }

// monthDay is a day of the month numbered n = 12·year + month − 1; a day that the
// month does not have is its last.
func monthDay(n, day int) time.Time {
	y, m := floorDiv(n, 12), time.Month(n-12*floorDiv(n, 12)+1)
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m, min(day, last), 0, 0, 0, 0, time.UTC)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
