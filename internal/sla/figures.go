package sla

import "math/big"

// figures are the sums as the contract counts them.
type figures struct {
	good, bad, total, availability Ratio
}

// figures is the end of step G (SLA.md F17, F18): outages rounded one by one,
// degraded time weighted, the denominator chosen.
func (s *sweep) figures() (figures, error) {
	n := s.sums
	actual := n.up + n.down + n.degraded
	down := n.down
	if unit := s.t.OutageRound.Unit; unit > 0 {
		down = 0
		for i := range s.groups {
			down += roundTo(s.groups[i].counted, unit, s.t.OutageRound.Mode)
		}
	}
	total := actual
	if s.t.Denominator > 0 && actual > 0 {
		total = s.t.Denominator
	}
	weight := s.t.Degraded.Weight
	if n.degraded == 0 || !weight.Present() || weight.Num == 0 {
		down = min(down, total)
		return exact(Of(total-down, 1), Of(down, 1), Of(total, 1))
	}
	bad := new(big.Rat).Mul(weight.Rat(), big.NewRat(n.degraded, 1))
	bad.Add(bad, big.NewRat(down, 1))
	if all := big.NewRat(total, 1); bad.Cmp(all) > 0 {
		bad = all
	}
	b, ok1 := ratioOf(bad)
	g, ok2 := ratioOf(new(big.Rat).Sub(big.NewRat(total, 1), bad))
	if !ok1 || !ok2 {
		return figures{}, errTooFine
	}
	return exact(g, b, Of(total, 1))
}

// exact adds the availability, good over total unreduced (F19).
func exact(good, bad, total Ratio) (figures, error) {
	f := figures{good: good, bad: bad, total: total}
	if total.Num <= 0 {
		return f, nil
	}
	num, ok1 := mul(good.Num, total.Den)
	den, ok2 := mul(total.Num, good.Den)
	if !ok1 || !ok2 {
		x := new(big.Rat).Quo(good.Rat(), total.Rat())
		r, ok := ratioOf(x)
		if !ok {
			return f, errTooFine
		}
		num, den = r.Num, r.Den
	}
	f.availability = Of(num, den)
	return f, nil
}

// mul multiplies two numbers that are not negative, and reports whether the product fits.
func mul(a, b int64) (int64, bool) {
	p := a * b
	return p, a == 0 || a > 0 && b >= 0 && p/a == b && p >= 0
}

func roundTo(n, unit int64, mode RoundMode) int64 {
	down := n / unit * unit
	if mode == RoundCeil && down < n {
		return down + unit
	}
	return down
}

// verdict makes the account of the first judgement (F16–F25).
func (s *sweep) verdict() (*Verdict, error) {
	f, err := s.figures()
	if err != nil {
		return nil, err
	}
	n := s.sums
	v := &Verdict{
		Period: s.in.Period, Until: s.judged.To, Calendar: s.judged.To - s.judged.From,
		Scope: n.scope, ScopeWhole: s.whole(), Excluded: n.excluded,
		Unknown: n.unknown, UnknownDropped: n.dropped,
		Good: f.good, Bad: f.bad, Total: f.total, Availability: f.availability,
		Target: s.t.Target,
	}
	if seen := n.scope - n.excluded; seen > 0 {
		v.Coverage = Of(n.known, seen)
	}
	if v.Raw, err = s.raw(); err != nil {
		return nil, err
	}
	whole := v.ScopeWhole - v.Excluded - v.UnknownDropped
	if s.t.Denominator > 0 {
		whole = s.t.Denominator
	}
	s.t.allow(v, whole)
	s.t.judge(v)
	s.outages(v)
	s.e.result(v)
	return v, nil
}

// raw is the availability as observed (F20).
func (s *sweep) raw() (Ratio, error) {
	n := s.sums
	all := n.rawUp + n.rawDown + n.rawDegraded
	if all == 0 {
		return Ratio{}, nil
	}
	w := s.t.Degraded.Weight
	if n.rawDegraded == 0 || !w.Present() {
		return Of(all-n.rawDown, all), nil
	}
	good := new(big.Rat).Mul(w.Rat(), big.NewRat(n.rawDegraded, 1))
	good.Sub(big.NewRat(all-n.rawDown, 1), good)
	r, ok := ratioOf(good.Quo(good, big.NewRat(all, 1)))
	if !ok {
		return Ratio{}, errTooFine
	}
	return r, nil
}

// outages lists what counted, and its mean length (F22).
func (s *sweep) outages(v *Verdict) {
	v.Outages = make([]Outage, 0, len(s.groups))
	sum := int64(0)
	for _, g := range s.groups {
		o := Outage{From: g.from, To: g.to, Counted: g.counted, Where: g.where}
		if g.outage >= 0 {
			whole := s.e.outages[g.outage]
			o.From, o.To = min(o.From, whole.from), max(o.To, whole.to)
		}
		o.Ongoing = o.To >= s.hull.To && o.To >= s.judged.To
		sum += g.counted
		if unit := s.t.OutageRound.Unit; unit > 0 {
			o.Counted = roundTo(g.counted, unit, s.t.OutageRound.Mode)
		}
		v.Outages = append(v.Outages, o)
	}
	if n := int64(len(s.groups)); n > 0 {
		v.MTTR = Of(sum, n)
	}
	clear(s.groups)
	s.e.groups = s.groups[:0]
}
