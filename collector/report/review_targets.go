package report

import (
	"math/big"

	"github.com/probity-sla/probity/internal/sla"
)

// minHistory is how many judged periods it takes to call a target soft or hard.
const minHistory = 6

// ladder are the targets that agreements usually name, in parts of 100,000.
var ladder = []int64{90_000, 95_000, 98_000, 99_000, 99_500, 99_900, 99_950, 99_990, 99_999}

// advice finds the targets of an agreement's services that were missed in more
// than half of the periods, and those that never cost more than a fifth of their
// allowance.
func (a *ReviewAgreement) advice() []Advice {
	var out []Advice
	for _, s := range a.Agreement.Services {
		x := Advice{Agreement: a.Agreement.ID, Service: s.ID, Name: s.Name}
		var target sla.Ratio
		var lows []sla.Ratio
		easy := true
		for _, st := range a.Statements {
			v := verdictOf(st, s.ID)
			if !v.Availability.Present() || v.Breach == nil || !v.Target.Present() {
				continue
			}
			target = v.Target
			x.Periods++
			if *v.Breach {
				x.Missed++
			}
			low := v.Availability
			if v.Lower.Present() {
				low = v.Lower
			}
			lows = append(lows, low)
			easy = easy && new(big.Rat).Mul(missing(low), big.NewRat(5, 1)).Cmp(missing(target)) <= 0
		}
		x.Hard = x.Missed*2 > x.Periods
		x.Objective, x.Suggested = percentOf(target), Absent
		if x.Periods < minHistory || !x.Hard && (!easy || x.Missed > 0) {
			continue
		}
		if best := suggest(lows, target, x.Hard); best.Present() {
			x.Suggested = percentOf(best)
		}
		if x.Hard || x.Suggested != Absent {
			out = append(out, x)
		}
	}
	return out
}

// suggest is the tightest usual target that history would have kept: looser than
// the present one and in nine periods of ten when that is hard, tighter and in
// all of them when it is soft.
func suggest(lows []sla.Ratio, target sla.Ratio, hard bool) (best sla.Ratio) {
	for _, step := range ladder {
		t := sla.Of(step, 100_000)
		if hard != (t.Cmp(target) < 0) || t.Cmp(target) == 0 {
			continue
		}
		kept := 0
		for _, low := range lows {
			if low.Cmp(t) >= 0 {
				kept++
			}
		}
		if kept == len(lows) || hard && kept*10 >= len(lows)*9 {
			best = t
		}
	}
	return best
}
