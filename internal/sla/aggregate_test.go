package sla_test

import (
	"math/big"
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

// Three months whose denominators share no factor: their mean and their products
// need more than 64 bits. The verdict is that of the exact figure all the same.
func TestF29FiguresTooFineFor64Bits(t *testing.T) {
	part := func(good, total int64) sla.AggregatePart {
		a := sla.Of(good, total)
		return sla.AggregatePart{Weight: sla.Of(1, 1), Verdict: &sla.Verdict{Good: sla.Of(good, 1), Bad: sla.Of(total-good, 1),
			Total: sla.Of(total, 1), Availability: a, Lower: a, Upper: a, Coverage: sla.Of(1, 1), Scope: total, ScopeWhole: total}}
	}
	parts := []sla.AggregatePart{part(2591000003, 2592000001), part(2591000009, 2591999993), part(2590000027, 2591999887)}
	var all []*big.Rat
	mean := new(big.Rat)
	for _, p := range parts {
		all = append(all, p.Verdict.Availability.Rat())
		mean.Add(mean, new(big.Rat).Quo(p.Verdict.Availability.Rat(), big.NewRat(3, 1)))
	}
	for _, c := range []struct {
		rule sla.AggregateRule
		want *big.Rat
	}{{sla.Weighted, mean}, {sla.InSeries, sla.Serial(all)}, {sla.InParallel, sla.Parallel(all)}} {
		// The decimals of 14 digits on either side of the exact figure.
		scale := big.NewRat(100_000_000_000_000, 1)
		scaled := new(big.Rat).Mul(c.want, scale)
		below := new(big.Int).Div(scaled.Num(), scaled.Denom()).Int64()
		for _, target := range []struct {
			num  int64
			want bool
		}{{below, false}, {below + 1, true}} {
			v, err := sla.Aggregate(&sla.Terms{Target: sla.Of(target.num, 100_000_000_000_000), BreachOp: sla.BreachLE}, c.rule, parts)
			if err != nil || v.Breach == nil || *v.Breach != target.want {
				t.Errorf("%v under %d/10^14: %+v, %v; want breach %v", c.rule, target.num, v, err, target.want)
			}
			off := new(big.Rat).Sub(v.Availability.Rat(), c.want)
			if off.Abs(off).Cmp(big.NewRat(1, 1_000_000_000_000_000_000)) > 0 {
				t.Errorf("%v = %v, %s away from the exact figure", c.rule, v.Availability, off.FloatString(20))
			}
		}
	}
}

func TestF29AnUnknownRuleIsAnError(t *testing.T) {
	if v, err := sla.Aggregate(&sla.Terms{}, 99, []sla.AggregatePart{{Verdict: &sla.Verdict{}}}); err == nil {
		t.Errorf("Aggregate by no rule = %+v", v)
	}
}
