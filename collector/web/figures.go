package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/sla"
)

// Decimals of coverage on pages; like every figure it is cut down.
const coverageDecimals = 2

// verdictView is a verdict as a page shows it: one figure, and what it rests on.
type verdictView struct {
	Name      string
	State     sla.State
	Since     int64
	Excused   bool // down in maintenance that qualifies
	Detail    string
	Zone      *time.Location
	Figure    string // "99.873"; Absent without data
	Exact     string // the fraction
	Objective string // "99.9"; "" without
	Verdict   string // kept, missed, no objective, no data
	Bounds    string // "" when nothing is unknown
	Uncertain bool   // the objective lies between the bounds: unknown time could turn the verdict
	Coverage  string
	Observed  int64 // ms judged and known
	Down      int64
	Raw       string
	Credit    string // in per cent of the fee; "" when none was agreed
	Budget    *budgetView
}

func (s *Server) verdict(name string, v *sla.Verdict, zone *time.Location) verdictView {
	d := verdictView{
		Name: name, Zone: zone, Figure: report.Figure(v.Availability, v.Target), Exact: report.Fraction(v.Availability),
		Verdict: report.Word(v), Coverage: v.Coverage.Percent(coverageDecimals), Down: report.Millis(v.Bad),
		Observed: v.Scope - v.Excluded - v.Unknown, Budget: newBudget(v),
	}
	if v.Target.Present() {
		d.Objective = v.Target.Percent(report.Decimals(v.Target))
	}
	if b := report.Bounds(v); b != report.Absent {
		d.Bounds = b
	}
	d.Uncertain = d.Bounds != "" && v.Target.Present() && v.Lower.Cmp(v.Target) < 0 && v.Upper.Cmp(v.Target) >= 0
	if v.Raw.Present() && v.Raw.Cmp(v.Availability) != 0 {
		d.Raw = report.Figure(v.Raw, v.Target)
	}
	if v.Credit.Present() {
		d.Credit = report.Credit(v)
	}
	return d
}

// budgetView is how much of the allowed down time is spent. The percentages
// place the parts of the bar; they are for drawing only.
type budgetView struct {
	Whole, Spent, Left, Forecast int64 // ms
	SpentAt, OverAt, OverBy      string
	LimitAt, ForecastAt          string
	Over                         bool // spent more than allowed
	ForecastOver                 bool
}

func newBudget(v *sla.Verdict) *budgetView {
	if !v.Target.Present() || v.Budget < 0 {
		return nil
	}
	b := &budgetView{Whole: v.Budget, Spent: report.Millis(v.Bad), Left: v.BudgetLeft, Over: v.BudgetLeft < 0}
	b.Forecast = b.Spent
	if v.Scope > 0 && v.ScopeWhole > v.Scope {
		b.Forecast = int64(float64(b.Spent) * float64(v.ScopeWhole) / float64(v.Scope))
	}
	b.ForecastOver = b.Forecast > b.Whole
	// The bar is as long as the budget, or longer when that is overspent; a
	// forecast far beyond stands at its end.
	length := max(b.Whole, b.Spent, min(b.Forecast, 2*b.Whole), 1)
	at := func(ms int64) string { return percentAt(min(ms, length), length) }
	b.SpentAt, b.LimitAt, b.ForecastAt = at(min(b.Spent, b.Whole)), at(b.Whole), at(b.Forecast)
	b.OverAt, b.OverBy = at(b.Whole), at(max(0, b.Spent-b.Whole))
	return b
}

// percentAt is a place on a drawing: part of whole, in per cent.
func percentAt(part, whole int64) string {
	if whole <= 0 {
		return "0%"
	}
	return fmt.Sprintf("%.3f%%", 100*float64(part)/float64(whole))
}

// classOf names a state in style sheets.
func classOf(s sla.State) string {
	return [...]string{"unknown", "up", "degraded", "down", "excluded", "outside"}[min(s, sla.OutOfScope)]
}

// markOf names the symbol of a state, drawn in templates/marks.html.
func markOf(s sla.State) string { return "#mark-" + classOf(s) }

// millis writes a duration of a probe.
func millis(d time.Duration) string {
	ms := float64(d.Microseconds()) / 1000
	switch {
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100:
		return fmt.Sprintf("%.1f ms", ms)
	}
	return fmt.Sprintf("%.0f ms", ms)
}

func spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// grouped writes exact seconds with narrow spaces between thousands.
func grouped(ms int64) string {
	whole, rest, _ := strings.Cut(report.Seconds(ms), ".")
	digits := strings.TrimPrefix(whole, "−")
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(d)
	}
	return strings.TrimSuffix(whole, digits) + b.String() + "." + rest
}

// short is the beginning of a hash, enough to tell it from others by eye.
func short(hash string) string { return hash[:min(len(hash), 12)] }

func bytesText(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
