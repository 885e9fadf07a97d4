package sla

import (
	"fmt"
	"math"
	"math/big"
)

// AggregatePart is one service of an aggregate.
type AggregatePart struct {
	Name    string
	Weight  Ratio // absent: 1
	Verdict *Verdict
}

// Aggregate makes the agreement's verdict of its services' (SLA.md F29): worst
// and best take one part's figures, sum_seconds adds them, weighted is the mean
// of the availabilities by weight, with good and total in units of weight; serial
// and parallel are products, of one unit. Parts without a denominator have no say,
// but in sum_seconds. The ledger and the outages stay with the services. t has the objective, the budget (F22) and
// the credits.
func Aggregate(t *Terms, rule AggregateRule, parts []AggregatePart) (Verdict, error) {
	v := Verdict{Good: Of(0, 1), Bad: Of(0, 1), Total: Of(0, 1), Target: t.Target, Budget: -1, Credit: Of(0, 1)}
	if len(parts) == 0 {
		return v, nil
	}
	sumLengths(&v, parts)
	whole := int64(-1)
	switch rule {
	case Weighted: // its units are weights: a budget in time means nothing there
		weighted(&v, parts)
	case InSeries, InParallel:
		product(&v, parts, rule == InParallel)
	case SumSeconds:
		whole = 0
		for _, p := range parts {
			whole += p.Verdict.whole()
		}
		sumSeconds(&v, parts)
	case Worst, Best:
		chosen := pick(rule, parts)
		whole = chosen.whole()
		v = *chosen
		v.Target, v.Ledger, v.Outages = t.Target, nil, nil
	default:
		return v, fmt.Errorf("aggregate: no rule %v", rule)
	}
	t.judge(&v)
	t.allow(&v, whole)
	return v, nil
}

// whole is the denominator of the whole period, as far as it is known: what is
// still to come counts in full.
func (v *Verdict) whole() int64 {
	if counted := v.Scope - v.Excluded - v.UnknownDropped; counted > 0 && v.Total != Of(counted, 1) {
		return v.Total.Num / v.Total.Den // fixed by the contract
	}
	return v.ScopeWhole - v.Excluded - v.UnknownDropped
}

// sumLengths adds up what is a plain sum over the services.
func sumLengths(v *Verdict, parts []AggregatePart) {
	var known, raw, rawAll big.Rat
	for i, p := range parts {
		w := p.Verdict
		if i == 0 {
			v.Period, v.Until, v.Calendar = w.Period, w.Until, w.Calendar
		}
		v.Scope += w.Scope
		v.ScopeWhole += w.ScopeWhole
		v.Excluded += w.Excluded
		v.Unknown += w.Unknown
		v.UnknownDropped += w.UnknownDropped
		seen := big.NewRat(w.Scope-w.Excluded, 1)
		known.Add(&known, new(big.Rat).Mul(w.Coverage.Rat(), seen))
		if w.Raw.Present() {
			raw.Add(&raw, new(big.Rat).Mul(w.Raw.Rat(), seen))
			rawAll.Add(&rawAll, seen)
		}
	}
	if seen := v.Scope - v.Excluded; seen > 0 {
		v.Coverage = near(known.Quo(&known, big.NewRat(seen, 1)))
	}
	if rawAll.Sign() > 0 {
		v.Raw = near(raw.Quo(&raw, &rawAll))
	}
}

// pick returns the worst or the best part; the first where none has a figure.
func pick(rule AggregateRule, parts []AggregatePart) *Verdict {
	chosen := parts[0].Verdict
	for _, p := range parts[1:] {
		w := p.Verdict
		switch {
		case !w.Availability.Present():
		case !chosen.Availability.Present(),
			rule == Worst && w.Availability.Cmp(chosen.Availability) < 0,
			rule == Best && w.Availability.Cmp(chosen.Availability) > 0:
			chosen = w
		}
	}
	return chosen
}

func sumSeconds(v *Verdict, parts []AggregatePart) {
	var good, bad, total, lower, upper big.Rat
	for _, p := range parts {
		w := p.Verdict
		good.Add(&good, w.Good.Rat())
		bad.Add(&bad, w.Bad.Rat())
		total.Add(&total, w.Total.Rat())
		lower.Add(&lower, new(big.Rat).Mul(w.Lower.Rat(), big.NewRat(w.Scope-w.Excluded, 1)))
		upper.Add(&upper, new(big.Rat).Mul(w.Upper.Rat(), big.NewRat(w.Scope-w.Excluded, 1)))
	}
	seen := big.NewRat(max(v.Scope-v.Excluded, 1), 1)
	v.Lower, v.Upper = near(lower.Quo(&lower, seen)), near(upper.Quo(&upper, seen))
	setFigures(v, &good, &bad, &total)
}

func weighted(v *Verdict, parts []AggregatePart) {
	var good, total, lower, upper big.Rat
	for _, p := range parts {
		if !p.Verdict.Availability.Present() {
			continue
		}
		w := big.NewRat(1, 1)
		if p.Weight.Present() {
			w = p.Weight.Rat()
		}
		total.Add(&total, w)
		good.Add(&good, new(big.Rat).Mul(w, p.Verdict.Availability.Rat()))
		lower.Add(&lower, new(big.Rat).Mul(w, p.Verdict.Lower.Rat()))
		upper.Add(&upper, new(big.Rat).Mul(w, p.Verdict.Upper.Rat()))
	}
	if total.Sign() > 0 {
		v.Lower, v.Upper = near(lower.Quo(&lower, &total)), near(upper.Quo(&upper, &total))
	}
	setFigures(v, &good, new(big.Rat).Sub(&total, &good), &total)
}

// product is of what is good where all parts are needed, of what is bad where one
// part is enough (F36, F37).
func product(v *Verdict, parts []AggregatePart, parallel bool) {
	var good, lower, upper []*big.Rat
	for _, p := range parts {
		if w := p.Verdict; w.Availability.Present() {
			good, lower, upper = append(good, w.Availability.Rat()), append(lower, w.Lower.Rat()), append(upper, w.Upper.Rat())
		}
	}
	if len(good) == 0 {
		return
	}
	join := Serial
	if parallel {
		join = Parallel
	}
	g := join(good)
	v.Lower, v.Upper = near(join(lower)), near(join(upper))
	setFigures(v, g, new(big.Rat).Sub(one(), g), one())
}

// setFigures sets what is compared: exactly where 64 bits hold it, else as near.
func setFigures(v *Verdict, good, bad, total *big.Rat) {
	v.Good, v.Bad, v.Total = near(good), near(bad), near(total)
	if total.Sign() <= 0 {
		return
	}
	x := new(big.Rat).Quo(good, total)
	if f, err := exact(v.Good, v.Bad, v.Total); err == nil && f.availability.Rat().Cmp(x) == 0 {
		v.Availability = f.availability
		return
	}
	v.Availability = near(x)
}

// nearDigits is the finest power of ten that near resorts to, and gridDigits that
// of the decimals that a contract compares with: percentages of MaxDecimalDigits.
const (
	nearDigits = 18
	gridDigits = MaxDecimalDigits + 2
)

// near returns x itself where 64 bits hold it. The mean or the product of several
// availabilities may need more: then it returns the decimal fraction next below x,
// and next above where that one is a number that a contract could name, so that
// every comparison comes out as for x itself (F29). x is not negative.
func near(x *big.Rat) Ratio {
	if r, ok := ratioOf(x); ok {
		return r
	}
	for digits := nearDigits; digits > 0; digits-- {
		n := new(big.Int).Mul(x.Num(), pow10(digits))
		n.Div(n, x.Denom())
		if digits > gridDigits && new(big.Int).Rem(n, pow10(digits-gridDigits)).Sign() == 0 {
			n.Add(n, big.NewInt(1))
		}
		if n.IsInt64() {
			return Ratio{n.Int64(), pow10(digits).Int64()}
		}
	}
	return Ratio{math.MaxInt64, 1}
}
