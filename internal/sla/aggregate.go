package sla

import "math/big"

// AggregatePart is one service of an aggregate.
type AggregatePart struct {
	Name    string
	Weight  Ratio // absent: 1
	Verdict *Verdict
}

// Aggregate makes the agreement's verdict of its services' (SLA.md F29): worst
// and best take one part's figures, sum_seconds adds them, weighted is the mean
// of the availabilities by weight, with good and total in units of weight. Parts
// without a denominator have no say in worst, best and weighted. The ledger and
// the outages stay with the services. t has the objective, the budget (F22) and
// the credits.
func Aggregate(t *Terms, rule AggregateRule, parts []AggregatePart) (Verdict, error) {
	v := Verdict{Good: Of(0, 1), Bad: Of(0, 1), Total: Of(0, 1), Target: t.Target, Budget: -1, Credit: Of(0, 1)}
	if len(parts) == 0 {
		return v, nil
	}
	sumLengths(&v, parts)
	whole := int64(-1)
	var err error
	switch rule {
	case Weighted: // its units are weights: a budget in time means nothing there
		err = weighted(&v, parts)
	case SumSeconds:
		whole = 0
		for _, p := range parts {
			whole += p.Verdict.whole()
		}
		err = sumSeconds(&v, parts)
	default:
		chosen := pick(rule, parts)
		whole = chosen.whole()
		v = *chosen
		v.Target, v.Ledger, v.Outages = t.Target, nil, nil
	}
	if err == nil {
		err = t.judge(&v)
	}
	t.allow(&v, whole)
	return v, err
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
		v.Coverage, _ = ratioOf(known.Quo(&known, big.NewRat(seen, 1)))
	}
	if rawAll.Sign() > 0 {
		v.Raw, _ = ratioOf(raw.Quo(&raw, &rawAll))
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

func sumSeconds(v *Verdict, parts []AggregatePart) error {
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
	v.Lower, _ = ratioOf(lower.Quo(&lower, seen))
	v.Upper, _ = ratioOf(upper.Quo(&upper, seen))
	return setFigures(v, &good, &bad, &total)
}

func weighted(v *Verdict, parts []AggregatePart) error {
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
		v.Lower, _ = ratioOf(lower.Quo(&lower, &total))
		v.Upper, _ = ratioOf(upper.Quo(&upper, &total))
	}
	return setFigures(v, &good, new(big.Rat).Sub(&total, &good), &total)
}

func setFigures(v *Verdict, good, bad, total *big.Rat) error {
	g, ok1 := ratioOf(good)
	b, ok2 := ratioOf(bad)
	n, ok3 := ratioOf(total)
	if !ok1 || !ok2 || !ok3 {
		return errTooFine
	}
	f, err := exact(g, b, n)
	v.Good, v.Bad, v.Total, v.Availability = g, b, n, f.availability
	return err
}
