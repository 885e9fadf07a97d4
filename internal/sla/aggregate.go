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
// the outages stay with the services. t has the objective and the credits.
func Aggregate(t *Terms, rule AggregateRule, parts []AggregatePart) (Verdict, error) {
	v := Verdict{Good: Of(0, 1), Bad: Of(0, 1), Total: Of(0, 1), Target: t.Target, Budget: -1, Credit: Of(0, 1)}
	if len(parts) == 0 {
		return v, nil
	}
	sumLengths(&v, parts)
	var err error
	switch rule {
	case Weighted:
		err = weighted(&v, parts)
	case SumSeconds:
		err = sumSeconds(&v, parts)
	default:
		pick(&v, rule, parts)
	}
	if err == nil {
		err = t.judge(&v)
	}
	allowance(t, &v)
	return v, err
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

// pick takes the figures of the worst or the best part whole.
func pick(v *Verdict, rule AggregateRule, parts []AggregatePart) {
	var chosen *Verdict
	for _, p := range parts {
		w := p.Verdict
		if !w.Availability.Present() {
			continue
		}
		if chosen == nil || rule == Worst && w.Availability.Cmp(chosen.Availability) < 0 ||
			rule == Best && w.Availability.Cmp(chosen.Availability) > 0 {
			chosen = w
		}
	}
	if chosen == nil {
		return
	}
	at := *v
	*v = *chosen
	v.Target, v.Ledger, v.Outages = at.Target, nil, nil
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

// allowance is the budget of an aggregate: the share of its denominator that
// may be bad, as far as the denominator is known.
func allowance(t *Terms, v *Verdict) {
	v.Budget, v.BudgetLeft = -1, 0
	if t.Target.Present() && v.Total.Present() {
		v.Budget = shareOf(v.Total.Num/v.Total.Den, t.Target.Den-t.Target.Num, t.Target.Den)
	}
	if t.MaxBad != nil && (v.Budget < 0 || *t.MaxBad < v.Budget) {
		v.Budget = *t.MaxBad
	}
	if v.Budget >= 0 && v.Bad.Present() {
		v.BudgetLeft = v.Budget - (v.Bad.Num+v.Bad.Den-1)/v.Bad.Den
	}
}
