package sla

import "math/big"

// Tally is a window of a ledger by state, ms.
type Tally struct {
	Up, Down, Degraded, Unknown, Excluded, OutOfScope int64
	Bad                                               Ratio // Down, and the weighted part of Degraded
}

// TallyOf sums the part of a ledger that lies in [from, to) (SLA.md F33). What
// the ledger does not reach is in none of the sums.
func TallyOf(ledger []Entry, from, to int64) Tally {
	var t Tally
	sums := [...]*int64{Unknown: &t.Unknown, Up: &t.Up, Degraded: &t.Degraded, Down: &t.Down,
		Excluded: &t.Excluded, OutOfScope: &t.OutOfScope}
	var weight Ratio
	for i := range ledger {
		e := &ledger[i]
		if n := min(e.To, to) - max(e.From, from); n > 0 && int(e.State) < len(sums) {
			*sums[e.State] += n
			if e.State == Degraded {
				weight = e.Weight
			}
		}
	}
	t.Bad = Of(t.Down, 1)
	if weight.Present() && t.Degraded > 0 {
		bad := new(big.Rat).Mul(weight.Rat(), big.NewRat(t.Degraded, 1))
		if r, ok := ratioOf(bad.Add(bad, big.NewRat(t.Down, 1))); ok {
			t.Bad = r
		}
	}
	return t
}

// Counted is the denominator: the time that was judged.
func (t Tally) Counted() int64 { return t.Up + t.Down + t.Degraded }

// BurnRate is how fast the error budget is spent over the window before now: 1
// spends it exactly by the end of the period (SLA.md F33). Excluded, unknown and
// out-of-scope time is left out, as in the verdict. Absent when nothing was
// counted: no data is an alert of its own. With a target of 100 % any bad time
// burns at the largest rate there is.
func BurnRate(ledger []Entry, now, window int64, target Ratio) Ratio {
	t := TallyOf(ledger, now-window, now)
	return Burn(t.Bad, Of(t.Counted(), 1), target)
}

// MaxBurn stands for an infinite burn rate.
var MaxBurn = Of(1<<62, 1)

// Burn is the bad share over the share that may be bad (F33).
func Burn(bad, total, target Ratio) Ratio {
	if !target.Present() || !total.Present() || total.Num <= 0 {
		return Ratio{}
	}
	allowed := new(big.Rat).Sub(big.NewRat(1, 1), target.Rat())
	if allowed.Sign() <= 0 {
		if bad.Num > 0 {
			return MaxBurn
		}
		return Of(0, 1)
	}
	share := new(big.Rat).Quo(bad.Rat(), total.Rat())
	r, ok := ratioOf(share.Quo(share, allowed))
	if !ok {
		return MaxBurn
	}
	return r
}

// BurnAlert reports whether both windows burn faster than the factor (F34).
func BurnAlert(long, short, factor Ratio) bool {
	return long.Present() && short.Present() && long.Cmp(factor) > 0 && short.Cmp(factor) > 0
}
