package sla_test

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// TestF29TheBudgetOfAnAggregateIsOfTheWholePeriod: the part that was picked
// keeps its own budget, sums have the sum, and weights, which are no time, none.
func TestF29TheBudgetOfAnAggregateIsOfTheWholePeriod(t *testing.T) {
	target := sla.Terms{Target: sla.Of(9, 10)}
	fixed := target
	fixed.Denominator = 2 * hour
	running := func(terms sla.Terms, text string) *sla.Verdict {
		in := hourOf(text)
		in.Until = noon + 20*minute
		return compute(t, terms, in)
	}
	parts := []sla.AggregatePart{
		{Name: "a", Verdict: running(target, "up 20m")},
		{Name: "b", Verdict: running(target, "up 10m down 1m up 9m")},
		{Name: "c", Verdict: running(target, "unknown 20m")},
	}
	for _, c := range []struct {
		name         string
		rule         sla.AggregateRule
		parts        []sla.AggregatePart
		budget, left time.Duration
	}{
		{"worst: that of b", sla.Worst, parts, 6 * time.Minute, 5 * time.Minute},
		{"best: that of a", sla.Best, parts, 6 * time.Minute, 6 * time.Minute},
		{"the sum of all, less what is already lost to view", sla.SumSeconds, parts, 16 * time.Minute, 15 * time.Minute},
		{"weights are no time", sla.Weighted, parts, -time.Millisecond, 0},
		{"a fixed denominator", sla.Worst, []sla.AggregatePart{{Verdict: running(fixed, "down 1m up 19m")}}, 12 * time.Minute, 11 * time.Minute},
		{"nothing known yet", sla.Worst, parts[2:], 4 * time.Minute, 4 * time.Minute},
	} {
		v, err := sla.Aggregate(&target, c.rule, c.parts)
		if err != nil {
			t.Fatal(err)
		}
		if v.Budget != c.budget.Milliseconds() || v.BudgetLeft != c.left.Milliseconds() {
			t.Errorf("%s: Aggregate(%v) has a budget of %d ms, %d left; want %v, %v", c.name, c.rule, v.Budget, v.BudgetLeft, c.budget, c.left)
		}
	}
}

// TestF19AvailabilityIsNotReduced: good over total as they are, in ms, also
// where all was up.
func TestF19AvailabilityIsNotReduced(t *testing.T) {
	v := compute(t, sla.Terms{}, hourOf("up 1h"))
	parts := []sla.AggregatePart{{Verdict: v}, {Verdict: v}}
	sum, err := sla.Aggregate(&sla.Terms{}, sla.SumSeconds, parts)
	if err != nil {
		t.Fatal(err)
	}
	if v.Availability != sla.Of(hour, hour) || v.Upper != sla.Of(hour, hour) || sum.Availability != sla.Of(2*hour, 2*hour) {
		t.Errorf("availability %v, upper %v, of two %v; want each as good over total in ms", v.Availability, v.Upper, sum.Availability)
	}
}
