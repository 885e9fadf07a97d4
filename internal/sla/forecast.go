package sla

import (
	"math/big"
	"sort"
)

// Forecast says when the objective breaks if time goes on as in the recent tally,
// by rule F46 of SLA.md: the last instant at which the objective of the whole
// period still holds, ms UTC. v is a verdict by these terms as things stand. It
// returns false when the objective outlasts the period, when there is none, or
// when nothing was counted of late. One that is lost already breaks at v.Until.
func (t *Terms) Forecast(v *Verdict, recent Tally) (breaksAt int64, ok bool) {
	if v.Budget < 0 || !v.Bad.Present() {
		return 0, false
	}
	if !v.Availability.Present() && v.Scope == v.ScopeWhole {
		return 0, false // nothing was counted, and nothing is left to count
	}
	whole := t.Denominator
	if whole == 0 {
		whole = v.whole()
	}
	bad := v.Bad.Rat()
	if t.lost(bad, whole) {
		return v.Until, true
	}
	if recent.Counted() == 0 || recent.Bad.Num <= 0 {
		return 0, false
	}
	rate := new(big.Rat).Quo(recent.Bad.Rat(), big.NewRat(recent.Counted(), 1))
	after := func(ms int64) *big.Rat {
		x := new(big.Rat).Mul(rate, big.NewRat(ms, 1))
		return x.Add(x, bad)
	}
	ahead := t.ahead(v)
	left := int64(0)
	for _, w := range ahead {
		left += w.To - w.From
	}
	if !t.lost(after(left), whole) {
		return 0, false
	}
	first := sort.Search(int(left), func(ms int) bool { return t.lost(after(int64(ms)), whole) })
	return instantIn(ahead, int64(first)-1, v.Until), true
}

// lost reports whether so much bad time breaks the objective of a period whose
// denominator is whole (F23); bad time beyond the denominator is not counted (F17).
func (t *Terms) lost(bad *big.Rat, whole int64) bool {
	if whole <= 0 {
		return false
	}
	all := big.NewRat(whole, 1)
	if bad.Cmp(all) > 0 {
		bad = all
	}
	if t.MaxBad != nil && bad.Cmp(big.NewRat(*t.MaxBad, 1)) > 0 {
		return true
	}
	good := new(big.Rat).Sub(all, bad)
	return t.Target.Present() && t.misses(t.rounded(near(good.Quo(good, all))))
}

// ahead is what of the period is still to come, in service hours and while the
// contract is in force: the time that can become bad.
func (t *Terms) ahead(v *Verdict) []Window {
	w := Window{From: v.Until, To: v.Period.To}
	if t.Contract.From != 0 {
		w.From = max(w.From, t.Contract.From)
	}
	if t.Contract.To != 0 {
		w.To = min(w.To, t.Contract.To)
	}
	switch {
	case w.To <= w.From:
		return nil
	case t.Hours == nil:
		return []Window{w}
	}
	return t.Hours.Windows(w.From, w.To)
}

// instantIn is where so many ms of the windows have passed; start when none has to.
func instantIn(windows []Window, ms, start int64) int64 {
	if ms <= 0 {
		return start
	}
	for _, w := range windows {
		if n := w.To - w.From; ms > n {
			ms -= n
			continue
		}
		return w.From + ms
	}
	return start
}
