package incident

import (
	"math/big"
	"math/bits"

	"github.com/probity-sla/probity/internal/sla"
)

// atRisk: the budget burns too fast in a long window, and in a short one still.
// One alert for each severity, whichever of its rules holds. A window without
// known time decides nothing.
func (j *judgement) atRisk(severity string) finding {
	out := finding{alert: Alert{Kind: ObjectiveAtRisk, Severity: severity}, over: j.say(reasonSlower)}
	a := j.current(ObjectiveAtRisk, severity)
	out.hush = j.quiet(a)
	open := a != nil
	for i := range j.f.Burn {
		b := &j.f.Burn[i]
		if b.Severity != severity {
			continue
		}
		is := b.judge(open)
		if is > out.is || is == on && out.is != on {
			out.is, out.words = is, func() words { return b.words(j.f) }
			if is == on && !open {
				out.alert.Rule = b.String()
			}
		}
		if is == on {
			break // rules stand in the order of their urgency
		}
	}
	return out
}

func (b *Burn) judge(open bool) holds {
	switch {
	case b.LongBurn.Den == 0 || b.ShortBurn.Den == 0:
		return stays
	case less(b.Factor, b.LongBurn) && less(b.Factor, b.ShortBurn):
		return on
	case open && above(b.LongBurn, b.Factor, BurnClear) && above(b.ShortBurn, b.Factor, BurnClear):
		return stays
	}
	return off
}

// String names the rule: "1 h / 5 min > 14.4".
func (b *Burn) String() string {
	return Length(b.Long.Milliseconds()) + " / " + Length(b.Short.Milliseconds()) + " > " + decimal(b.Factor, 1)
}

// isBreached reports whether the objective is lost for good: more than the whole
// period's budget is spent, or the period is over and the verdict says so. In
// the middle of a period a low figure is not yet a breach.
func (f *Facts) isBreached() bool {
	if f.Target.Den == 0 {
		return false
	}
	if f.Budget >= 0 && f.BudgetLeft < 0 {
		return true
	}
	return f.Breach != nil && *f.Breach && f.At >= f.Period.To
}

// rolledOver closes the breach of a period that is over.
func (j *judgement) rolledOver() (finding, bool) {
	a := j.current(ObjectiveBreached, "")
	if a == nil || j.f.Rolling || a.Period == j.f.PeriodID {
		return finding{}, false
	}
	return finding{alert: Alert{Kind: ObjectiveBreached}, is: off, ends: j.f.Period.From,
		over: j.say(reasonPeriodOver, "period", a.Period)}, true
}

// breached: once for each period, until the period is over. Only corrections
// and late results take it back.
func (j *judgement) breached() finding {
	out := finding{alert: Alert{Kind: ObjectiveBreached, Period: j.f.PeriodID}}
	switch {
	case j.f.isBreached():
		out.is = on
	case j.f.Rolling:
		out.is, out.over = off, j.say(reasonLeftWindow)
	default:
		out.is, out.over = erased, j.say(reasonBackWithin)
	}
	return out
}

// less reports a < b; false when one of them is absent. Neither is negative.
func less(a, b sla.Ratio) bool {
	if a.Den <= 0 || b.Den <= 0 {
		return false
	}
	lh, ll := bits.Mul64(uint64(max(a.Num, 0)), uint64(b.Den))
	rh, rl := bits.Mul64(uint64(max(b.Num, 0)), uint64(a.Den))
	return lh < rh || lh == rh && ll < rl
}

// above reports a > b·share.
func above(a, b, share sla.Ratio) bool {
	left := new(big.Int).Mul(product(a.Num, b.Den), big.NewInt(share.Den))
	right := new(big.Int).Mul(product(b.Num, a.Den), big.NewInt(share.Num))
	return left.Cmp(right) > 0
}

func product(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }
