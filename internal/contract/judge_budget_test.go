package contract_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestBudgetsAgreeWithTheJudge asks every question with random figures.
func TestBudgetsAgreeWithTheJudge(t *testing.T) {
	asks := []string{"budget_s", "burn_for_budget", "budget_consumed_pct", "time_to_exhaust_s", "detection_s", "reset_s", "serial", "parallel", "burn_alert"}
	judgeMany(t, 4000, func(t *rapid.T) (fields, fields) {
		ask := rapid.SampledFrom(asks).Draw(t, "ask")
		in := fields{}
		c := fields{"kind": "budget", "terms": fields{"ask": ask}, "input": in}
		switch ask {
		case "burn_alert":
			return c, judgeAlert(t, in)
		case "serial", "parallel":
			return c, fields{"value": sixDigits(judgeProduct(t, in, ask == "serial"), true)}
		}
		return c, fields{"value": sixDigits(judgeBudget(t, in, ask), true)}
	})
}

func judgeBudget(t *rapid.T, in fields, ask string) *big.Rat {
	length := func(name string) *big.Rat {
		n := rapid.SampledFrom([]int64{300, 3600, 21600, 86400, 604800, 2419200, 2592000, 2678400}).Draw(t, name)
		in[name] = n
		return big.NewRat(n, 1)
	}
	number := func(name string, low, high, digits int) *big.Rat {
		s := decimalOf(t, name, low, high, digits)
		in[name] = s
		return rat(s)
	}
	times := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
	over := func(a, b *big.Rat) *big.Rat { return new(big.Rat).Quo(a, b) }
	share := func(x *big.Rat) *big.Rat { return over(x, hundred()) }
	allowed := func() *big.Rat { return new(big.Rat).Sub(hundred(), number("target_pct", 9000, 9999, 2)) }
	switch ask {
	case "budget_s":
		return times(length("window_s"), share(allowed()))
	case "burn_for_budget":
		return over(times(share(number("budget_pct", 0, 1000, 1)), length("window_s")), length("long_s"))
	case "budget_consumed_pct":
		bad := length("bad_s")
		return over(times(bad, number("error_pct", 0, 10000, 2)), times(length("window_s"), share(allowed())))
	case "time_to_exhaust_s":
		return over(length("window_s"), number("burn", 1, 9999, 2))
	case "detection_s":
		error := number("error_pct", 1, 10000, 2)
		return times(times(over(allowed(), error), length("long_s")), number("burn", 0, 9999, 2))
	}
	long := length("long_s")
	return new(big.Rat).Sub(long, times(times(number("burn", 0, 500, 1), share(allowed())), long))
}

func judgeProduct(t *rapid.T, in fields, serial bool) *big.Rat {
	x, parts := big.NewRat(1, 1), []string{}
	for range rapid.IntRange(1, 6).Draw(t, "parts") {
		p := decimalOf(t, "part", 900_000, 1_000_000, 4)
		parts = append(parts, p)
		y := new(big.Rat).Quo(rat(p), hundred())
		if !serial {
			y.Sub(big.NewRat(1, 1), y)
		}
		x.Mul(x, y)
	}
	in["parts"] = parts
	if !serial {
		x.Sub(big.NewRat(1, 1), x)
	}
	return x.Mul(x, hundred())
}

func judgeAlert(t *rapid.T, in fields) fields {
	target := decimalOf(t, "target_pct", 9900, 9999, 2)
	factor := rapid.SampledFrom([]string{"14.4", "6", "3", "1", "13.44"}).Draw(t, "factor")
	in["target_pct"], in["factor"] = target, factor
	allowed := new(big.Rat).Sub(hundred(), rat(target))
	alert := true
	burn := func(name string, total int64) any {
		if chance(t, name+" has no data", 1) {
			total = 0
		}
		bad := rapid.Int64Range(0, total/5).Draw(t, name)
		if limit := new(big.Rat).Mul(new(big.Rat).Mul(rat(factor), allowed), big.NewRat(total, 100)); limit.IsInt() && chance(t, name+" on the limit", 5) {
			bad = min(limit.Num().Int64(), total)
		}
		in[name] = fields{"bad": bad, "total": total}
		if total == 0 {
			alert = false
			return nil
		}
		b := new(big.Rat).Quo(big.NewRat(100*bad, total), allowed)
		alert = alert && b.Cmp(rat(factor)) > 0
		return sixDigits(b, true)
	}
	want := fields{"long_burn": burn("long", 360_000), "short_burn": burn("short", 30_000)}
	want["alert"] = alert
	return want
}
