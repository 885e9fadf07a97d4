package sla

import (
	"math/big"
	"math/bits"
)

// Score is a figure against the terms: what is compared, whether it is a
// breach, and the credit, per cent of the period's fee.
type Score struct {
	Good, Bad, Total Ratio
	Availability     Ratio // Good/Total; absent without a denominator
	Breach           *bool // nil without a target or a denominator
	Credit           Ratio
}

// ScoreOf judges good of total, both in ms, by the terms (SLA.md F21, F23–F25).
func (t *Terms) ScoreOf(good, total Ratio) (Score, error) {
	bad, ok := ratioOf(new(big.Rat).Sub(total.Rat(), good.Rat()))
	if !ok {
		return Score{}, errTooFine
	}
	f, err := exact(good, bad, total)
	if err != nil {
		return Score{}, err
	}
	s := Score{Good: good, Bad: bad, Total: total, Availability: f.availability}
	t.score(&s)
	return s, nil
}

func (t *Terms) judge(v *Verdict) {
	s := Score{Good: v.Good, Bad: v.Bad, Total: v.Total, Availability: v.Availability}
	t.score(&s)
	v.Breach, v.Credit = s.Breach, s.Credit
}

// score is step H: no denominator means no score, no breach, and no credit.
func (t *Terms) score(s *Score) {
	s.Credit = Of(0, 1)
	if !s.Availability.Present() {
		return
	}
	compared := t.rounded(s.Availability)
	if t.Target.Present() || t.MaxBad != nil {
		breach := t.Target.Present() && t.misses(compared) || t.MaxBad != nil && s.Bad.Cmp(Of(*t.MaxBad, 1)) > 0
		s.Breach = &breach
	}
	s.Credit = t.credit(s, compared)
}

// misses compares with the target (F23).
func (t *Terms) misses(r Ratio) bool {
	c := r.Cmp(t.Target)
	return c < 0 || c == 0 && t.BreachOp == BreachLE
}

// rounded applies pct_round (F21): the percentage that the contract compares.
func (t *Terms) rounded(r Ratio) Ratio {
	p := t.PctRound
	if p == nil {
		return r
	}
	scale := pow10(p.Digits + 2)
	num := new(big.Int).Mul(big.NewInt(r.Num), scale)
	q, rest := num.DivMod(num, big.NewInt(r.Den), new(big.Int))
	half := rest.Lsh(rest, 1).Cmp(big.NewInt(r.Den))
	if p.Mode == HalfUp && half >= 0 || p.Mode == HalfEven && (half > 0 || half == 0 && q.Bit(0) == 1) {
		q.Add(q, big.NewInt(1))
	}
	return Of(q.Int64(), scale.Int64())
}

// credit picks the scheme (F24, F25).
func (t *Terms) credit(s *Score, compared Ratio) Ratio {
	k := t.Credit
	if k == nil || k.Scheme == CreditTiers {
		best := Of(0, 1)
		for i := range t.Tiers {
			if tier := &t.Tiers[i]; tier.holds(compared) && tier.Credit.Cmp(best) > 0 {
				best = tier.Credit
			}
		}
		return best
	}
	if k.Scheme == CreditDuration {
		return k.capped(largest(k.Tiers, s.Bad).Rat())
	}
	sum := new(big.Rat)
	share := func(times Ratio) *big.Rat { // per cent: times × bad/total
		sum.Mul(s.Bad.Rat(), times.Rat())
		sum.Quo(sum, s.Total.Rat())
		return sum.Mul(sum, big.NewRat(100, 1))
	}
	switch k.Scheme {
	case CreditPerUnit:
		sum = k.units(new(big.Rat).Sub(s.Bad.Rat(), t.forgivenBad(s)))
	case CreditAffected:
		sum = share(k.Affected)
	case CreditProrata:
		if s.Breach != nil && *s.Breach {
			sum = share(k.Multiple)
		}
	}
	return k.capped(sum)
}

// forgivenBad is the bad time that earns nothing under beyond_budget.
func (t *Terms) forgivenBad(s *Score) *big.Rat {
	switch {
	case !t.Credit.BeyondBudget:
		return new(big.Rat)
	case t.Target.Present():
		x := new(big.Rat).Sub(big.NewRat(1, 1), t.Target.Rat())
		return x.Mul(x, s.Total.Rat())
	case t.MaxBad != nil:
		return big.NewRat(*t.MaxBad, 1)
	}
	return new(big.Rat)
}

// units is the credit for so much bad time, in started or full units.
func (k *Credit) units(bad *big.Rat) *big.Rat {
	if bad.Sign() <= 0 || k.Unit <= 0 {
		return new(big.Rat)
	}
	n := new(big.Rat).Quo(bad, big.NewRat(k.Unit, 1))
	whole, rest := new(big.Int).DivMod(n.Num(), n.Denom(), new(big.Int))
	if rest.Sign() > 0 && k.Count == CountStarted {
		whole.Add(whole, big.NewInt(1))
	}
	return n.Mul(new(big.Rat).SetInt(whole), k.PerUnit.Rat())
}

func (k *Credit) capped(credit *big.Rat) Ratio {
	if k.Cap.Present() && credit.Cmp(k.Cap.Rat()) > 0 {
		return k.Cap
	}
	return near(credit)
}

// holds reports whether every bound that is present holds for r.
func (t *Tier) holds(r Ratio) bool {
	return (!t.LT.Present() || r.Cmp(t.LT) < 0) && (!t.LE.Present() || r.Cmp(t.LE) <= 0) &&
		(!t.GT.Present() || r.Cmp(t.GT) > 0) && (!t.GE.Present() || r.Cmp(t.GE) >= 0)
}

func (t *DurationTier) holds(bad Ratio) bool {
	return (t.LT == nil || bad.Cmp(Of(*t.LT, 1)) < 0) && (t.LE == nil || bad.Cmp(Of(*t.LE, 1)) <= 0) &&
		(t.GT == nil || bad.Cmp(Of(*t.GT, 1)) > 0) && (t.GE == nil || bad.Cmp(Of(*t.GE, 1)) >= 0)
}

// largest is the largest credit of the tiers that hold for a length.
func largest(tiers []DurationTier, length Ratio) Ratio {
	best := Of(0, 1)
	for i := range tiers {
		if tier := &tiers[i]; tier.holds(length) && tier.Credit.Cmp(best) > 0 {
			best = tier.Credit
		}
	}
	return best
}

// allow fills the allowed bad time of a period whose denominator is whole,
// rounded down, and what is left of it (F22). A negative whole is no time.
func (t *Terms) allow(v *Verdict, whole int64) {
	v.Budget, v.BudgetLeft = -1, 0
	if whole < 0 {
		return
	}
	if t.Target.Present() {
		v.Budget = shareOf(whole, t.Target.Den-t.Target.Num, t.Target.Den)
	}
	if m := t.MaxBad; m != nil && (v.Budget < 0 || *m < v.Budget) {
		v.Budget = *m
	}
	if v.Budget >= 0 && v.Bad.Present() {
		v.BudgetLeft = v.Budget - (v.Bad.Num+v.Bad.Den-1)/v.Bad.Den
	}
}

// shareOf returns ⌊n·num/den⌋ for 0 ≤ num ≤ den.
func shareOf(n, num, den int64) int64 {
	if n <= 0 || num <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(n), uint64(num))
	q, _ := bits.Div64(hi, lo, uint64(den))
	return int64(q)
}
