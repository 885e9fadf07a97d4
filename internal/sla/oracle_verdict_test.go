package sla_test

import (
	"math/big"

	"github.com/probity-sla/probity/internal/sla"
)

// pass is step H of the oracle: availability, breach and credit of what the
// account has as good, bad and total.
func pass(t *sla.Terms, a *reckoning) {
	a.credit = new(big.Rat)
	if a.total.Sign() == 0 {
		return
	}
	a.availability = new(big.Rat).Quo(a.good, a.total)
	compared := a.availability
	if t.PctRound != nil {
		compared = roundedShare(a.availability, t.PctRound)
	}
	if t.Target.Present() || t.MaxBad != nil {
		breach := false
		if t.Target.Present() {
			c := compared.Cmp(t.Target.Rat())
			breach = c < 0 || c == 0 && t.BreachOp == sla.BreachLE
		}
		if t.MaxBad != nil && a.bad.Cmp(big.NewRat(*t.MaxBad, 1)) > 0 {
			breach = true
		}
		a.breach = &breach
	}
	for _, tier := range t.Tiers {
		if within(compared, tier.LT.Rat(), tier.LE.Rat(), tier.GT.Rat(), tier.GE.Rat(),
			tier.LT.Present(), tier.LE.Present(), tier.GT.Present(), tier.GE.Present()) {
			a.credit = larger(a.credit, tier.Credit.Rat())
		}
	}
	if t.Credit != nil {
		a.credit = larger(a.credit, scheme(t, a))
	}
}

func within(x, lt, le, gt, ge *big.Rat, hasLT, hasLE, hasGT, hasGE bool) bool {
	return (!hasLT || x.Cmp(lt) < 0) && (!hasLE || x.Cmp(le) <= 0) && (!hasGT || x.Cmp(gt) > 0) && (!hasGE || x.Cmp(ge) >= 0)
}

func larger(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

// roundedShare rounds 100·x to digits decimals, and returns the share again.
func roundedShare(x *big.Rat, r *sla.PctRound) *big.Rat {
	scale := big.NewRat(100, 1)
	for range r.Digits {
		scale.Mul(scale, big.NewRat(10, 1))
	}
	scaled := new(big.Rat).Mul(x, scale)
	floor := new(big.Rat).SetInt(new(big.Int).Div(scaled.Num(), scaled.Denom()))
	rest := new(big.Rat).Sub(scaled, floor).Cmp(big.NewRat(1, 2))
	odd := floor.Num().Bit(0) == 1
	if r.Mode == sla.HalfUp && rest >= 0 || r.Mode == sla.HalfEven && (rest > 0 || rest == 0 && odd) {
		floor.Add(floor, big.NewRat(1, 1))
	}
	return floor.Quo(floor, scale)
}

// scheme is the credit of a scheme other than tiers of availability.
func scheme(t *sla.Terms, a *reckoning) *big.Rat {
	c := t.Credit
	share := new(big.Rat).Mul(big.NewRat(100, 1), new(big.Rat).Quo(a.bad, a.total)) // per cent
	out := new(big.Rat)
	switch c.Scheme {
	case sla.CreditPerUnit:
		over := new(big.Rat).Set(a.bad)
		if c.BeyondBudget {
			budget := new(big.Rat).Sub(big.NewRat(1, 1), t.Target.Rat())
			over.Sub(over, budget.Mul(budget, a.total))
		}
		if over.Sign() > 0 {
			over.Quo(over, big.NewRat(c.Unit, 1))
			units := new(big.Int).Div(over.Num(), over.Denom())
			if c.Count == sla.CountStarted && !over.IsInt() {
				units.Add(units, big.NewInt(1))
			}
			out.Mul(new(big.Rat).SetInt(units), c.PerUnit.Rat())
		}
	case sla.CreditProrata:
		if a.breach != nil && *a.breach {
			out.Mul(share, c.Multiple.Rat())
		}
	case sla.CreditAffected:
		out.Mul(share, c.Affected.Rat())
	case sla.CreditDuration:
		at := func(p *int64) *big.Rat {
			if p == nil {
				return nil
			}
			return big.NewRat(*p, 1)
		}
		for _, d := range c.Tiers {
			if within(a.bad, at(d.LT), at(d.LE), at(d.GT), at(d.GE), d.LT != nil, d.LE != nil, d.GT != nil, d.GE != nil) {
				out = larger(out, d.Credit.Rat())
			}
		}
	}
	if c.Cap.Present() && out.Cmp(c.Cap.Rat()) > 0 {
		out = c.Cap.Rat()
	}
	return out
}
