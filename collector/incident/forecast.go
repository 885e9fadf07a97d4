package incident

import "github.com/probity-sla/probity/internal/sla"

// Foresee fills in when the budget will be spent, should it go on burning as it
// does: at the fastest rate that both windows of one rule bear out, so that an
// outage which is over foretells nothing once the short window is past it.
func (f *Facts) Foresee() {
	f.Forecast = -1
	var rate sla.Ratio
	for i := range f.Burn {
		b := &f.Burn[i]
		slow := b.LongBurn
		if less(b.ShortBurn, b.LongBurn) {
			slow = b.ShortBurn
		}
		if !b.LongBurn.Present() || !b.ShortBurn.Present() {
			continue
		}
		if f.Forecast = 0; !rate.Present() || less(rate, slow) {
			rate = slow
		}
	}
	if in := spentIn(f.BudgetLeft, rate, f.Target); in >= 0 {
		f.Forecast = f.At + in
	}
}

// forecast: at the present rate the objective breaks within the period and
// soon. An outage that goes on is a rate of its own. It closes only when the
// break is well beyond the horizon.
func (j *judgement) forecast() finding {
	a := j.current(ObjectiveForecast, "")
	out := finding{alert: Alert{Kind: ObjectiveForecast, Period: j.f.PeriodID}, over: j.say(reasonHolds)}
	out.hush = j.quiet(a)
	if j.f.Target.Den <= 0 || j.f.Budget < 0 {
		return out
	}
	if j.f.isBreached() {
		out.over = j.say(reasonMissed)
		return out
	}
	rate, down := j.f.Forecast, int64(0)
	if n := len(j.outages); n > 0 && j.outages[n-1].Ongoing {
		down = j.f.At + j.f.BudgetLeft
	}
	breaks := int64(0)
	for _, c := range []struct{ at, horizon int64 }{{down, j.e.o.ForecastDown}, {rate, j.e.o.Forecast}} {
		switch is := j.f.within(c.at, c.horizon); {
		case is == on && (breaks == 0 || c.at < breaks):
			out.is, breaks = on, c.at
		case is > out.is:
			out.is, breaks = is, c.at
		}
	}
	if out.is == off && rate < 0 {
		out.is = stays // nothing is known of the rate
	}
	if breaks > 0 {
		out.words = func() words {
			l := languageOf(j.f.Language)
			return words{"forecast", instant(breaks, j.f.Zone), "forecast_when", l.say(l.when, "t", instant(breaks, j.f.Zone)), "forecast_in", l.length(breaks - j.f.At)}
		}
	}
	return out
}

// within judges an instant at which the budget would be spent: 0 or −1 for none.
func (f *Facts) within(at, horizon int64) holds {
	switch in := at - f.At; {
	case at <= 0 || !f.Rolling && at >= f.Period.To:
		return off
	case in <= horizon:
		return on
	case in <= horizon/ForecastClear.Den*ForecastClear.Num:
		return stays
	}
	return off
}
