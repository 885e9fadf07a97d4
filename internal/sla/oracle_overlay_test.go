package sla_test

import (
	"math/big"

	"github.com/probity-sla/probity/internal/sla"
)

// maintenanceWindows is the first part of step F: the elements in qualifying
// windows, each cut to max_window, and where their edges would cut an outage.
func (o *oracle) maintenanceWindows() {
	m := o.t.Maintenance
	o.in_, o.cut = make([]bool, o.n), make([]bool, o.n+1)
	for _, w := range o.in.Maintenance {
		notice := m.MinNotice
		if w.Emergency {
			notice = m.EmergencyMinNotice
		}
		switch {
		case w.Emergency && !m.EmergencyExcused,
			notice > 0 && w.Announced == 0,
			notice > 0 && w.Announced > w.From,
			notice > 0 && w.From-w.Announced < notice:
			continue
		}
		to := w.To
		if m.MaxWindow > 0 {
			to = min(to, w.From+m.MaxWindow)
		}
		o.each(w.From, to, func(i int) { o.in_[i] = true })
	}
	switch {
	case m.Treatment == sla.TreatAsIs:
		clear(o.in_) // maintenance is nothing to such a contract
	case m.Cap != nil && m.CapBasis == sla.CapWindow:
		o.spendOnWindows()
	}
	for i := 1; i < o.n; i++ {
		o.cut[i] = m.SplitsOutage && o.in_[i] != o.in_[i-1]
	}
}

// allowance is what is left of a cap at each element: what was spent before
// the period is gone, and at each reset it starts anew.
type allowance struct {
	o      *oracle
	left   int64
	resets []int64
}

func (o *oracle) allowance() *allowance {
	return &allowance{o, max(0, *o.t.Maintenance.Cap-o.in.CapSpent), o.in.CapResets}
}

// spend takes one element off, if that much is left.
func (a *allowance) spend(i int) bool {
	for len(a.resets) > 0 && a.resets[0] <= a.o.at(i) {
		a.left, a.resets = *a.o.t.Maintenance.Cap, a.resets[1:]
	}
	if a.left < a.o.unit {
		return false
	}
	a.left -= a.o.unit
	return true
}

// spendOnWindows takes out what the cap does not reach: when it is spent for
// good, nothing is excused from there on.
func (o *oracle) spendOnWindows() {
	a := o.allowance()
	for i := range o.in_ {
		if !o.in_[i] || i < o.lo || i >= o.hi || !o.scope[i] || o.fixed[i] || a.spend(i) {
			continue
		}
		o.in_[i] = false
		if len(a.resets) == 0 {
			clear(o.in_[i:])
			return
		}
	}
}

// overlay is the rest of step F: what each element counts as, for all after it.
func (o *oracle) overlay() []sla.State {
	final := make([]sla.State, o.n)
	copy(final, o.state)
	m := o.t.Maintenance
	var onDown *allowance
	if m.Cap != nil && m.CapBasis == sla.CapDowntime {
		onDown = o.allowance()
	}
	for i := o.lo; i < o.hi; i++ {
		if !o.in_[i] {
			continue
		}
		if onDown != nil && o.scope[i] && !o.fixed[i] && o.state[i] == sla.Down && !onDown.spend(i) {
			continue
		}
		switch m.Treatment {
		case sla.TreatExclude:
			final[i] = sla.Excluded
		case sla.TreatUp:
			final[i] = sla.Up
		}
	}
	for _, a := range o.in.Adjustments {
		approved := a.ApprovedAt != 0 && (o.in.AsOf == 0 || a.ApprovedAt <= o.in.AsOf)
		revoked := a.RevokedAt != 0 && (o.in.AsOf == 0 || a.RevokedAt <= o.in.AsOf)
		if approved && !revoked {
			o.each(a.From, a.To, func(i int) {
				final[i] = [...]sla.State{sla.Excluded, sla.Up, sla.Down}[a.Effect]
			})
		}
	}
	return final
}

// own gives the time that corrections made down to the outage before it, or
// after it, in the same stretch of bad time; else it is an outage of its own.
func (o *oracle) own(final []sla.State) {
	bad := func(i int) bool { return i < o.hi && o.scope[i] && !o.fixed[i] && final[i] == sla.Down }
	next := o.n // no outage has this number yet
	for i := o.lo; i < o.hi; i++ {
		if !bad(i) || o.of[i] >= 0 {
			continue
		}
		j := i
		for bad(j) && o.of[j] < 0 {
			j++
		}
		switch {
		case i > o.lo && bad(i-1):
			o.of[i] = o.of[i-1]
		case bad(j):
			o.of[i] = o.of[j]
		default:
			o.of[i] = next
			next++
		}
	}
}

// sum is steps G and H.
func (o *oracle) sum() *reckoning {
	final := o.overlay()
	o.own(final)
	a := &reckoning{}
	for i := o.lo; i < o.end; i++ {
		if o.scope[i] {
			a.scopeWhole += o.unit
		}
	}
	up, down, degraded := int64(0), int64(0), int64(0)
	perOutage := map[int]int64{}
	for i := o.lo; i < o.hi; i++ {
		if !o.scope[i] {
			final[i] = sla.OutOfScope
			continue
		}
		if o.fixed[i] {
			final[i] = sla.Up
		}
		a.scope += o.unit
		switch final[i] {
		case sla.Up:
			up += o.unit
		case sla.Down:
			down += o.unit
			perOutage[o.of[i]] += o.unit
		case sla.Degraded:
			degraded += o.unit
		case sla.Unknown:
			a.dropped += o.unit
		case sla.Excluded:
			a.excluded += o.unit
		}
		if final[i] != sla.Excluded && o.seen[i] == sla.Unknown {
			a.unknown += o.unit
		}
		o.raw(a, i, final[i])
	}
	a.final = final[o.lo:o.hi]
	a.total = big.NewRat(up+down+degraded, 1)
	a.bad = new(big.Rat).Mul(o.t.Degraded.Weight.Rat(), big.NewRat(degraded, 1))
	for i := 0; i < 2*o.n+1; i++ { // outages have numbers below this
		if n := perOutage[i]; n > 0 {
			a.outages = append(a.outages, n)
			a.bad.Add(a.bad, big.NewRat(o.round(n), 1))
		}
	}
	if o.t.Denominator > 0 && a.total.Sign() > 0 {
		a.total.SetInt64(o.t.Denominator)
	}
	if a.bad.Cmp(a.total) > 0 {
		a.bad.Set(a.total)
	}
	a.good = new(big.Rat).Sub(a.total, a.bad)
	pass(o.t, a)
	return a
}

// round is outage_round for one outage.
func (o *oracle) round(n int64) int64 {
	r := o.t.OutageRound
	switch {
	case r.Unit == 0:
		return n
	case r.Mode == sla.RoundFloor:
		return n / r.Unit * r.Unit
	}
	return (n + r.Unit - 1) / r.Unit * r.Unit
}

// raw counts what was observed, whatever the contract makes of it.
func (o *oracle) raw(a *reckoning, i int, final sla.State) {
	switch o.seen[i] {
	case sla.Unknown:
		return
	case sla.Up:
		a.rawUp += o.unit
	case sla.Down:
		a.rawDown += o.unit
	case sla.Degraded:
		a.rawDegraded += o.unit
	}
	if final != sla.Excluded {
		a.known += o.unit
	}
}

// rawShare is availability as observed; nil when nothing was.
func (a *reckoning) rawShare(d sla.DegradedTerms) *big.Rat {
	w := map[sla.DegradedRule]*big.Rat{sla.DegradedUp: new(big.Rat), sla.DegradedDown: big.NewRat(1, 1), sla.DegradedWeight: d.Weight.Rat()}[d.Rule]
	all := big.NewRat(a.rawUp+a.rawDown+a.rawDegraded, 1)
	bad := new(big.Rat).Mul(w, big.NewRat(a.rawDegraded, 1))
	bad.Add(bad, big.NewRat(a.rawDown, 1))
	return quotient(new(big.Rat).Sub(all, bad), all)
}
