package sla_test

import "github.com/probity-sla/probity/internal/sla"

// fractions that shares of a few parts, and of a few slots, are equal to.
var fractions = []sla.Ratio{sla.Of(0, 1), sla.Of(1, 4), sla.Of(1, 3), sla.Of(1, 2), sla.Of(51, 100), sla.Of(2, 3), sla.Of(3, 4), sla.Of(9, 10), sla.Of(99, 100), sla.Of(1, 1)}

func (d *drawing) fraction(name string) sla.Ratio { return fractions[d.upTo(name, len(fractions)-1)] }

// some is a length, or none.
func (d *drawing) some(name string, n int) *int64 {
	if d.one(2, name+" absent") {
		return nil
	}
	return ptr(d.length(name, n))
}

// terms draws every parameter, each at its default often enough that those of
// one step also meet few of another.
func (d *drawing) terms() *sla.Terms {
	t := &sla.Terms{}
	if d.one(2, "consecutive") {
		t.Consecutive = sla.Consecutive{Fail: int64(d.upTo("fail", 3)), Recover: int64(d.upTo("recover", 3)), LateStart: d.one(2, "late start"), LateEnd: d.one(2, "late end")}
	}
	t.Probes = sla.Probes{Rule: sla.ProbesRule(d.upTo("probes", 4)), K: 1 + d.upTo("k", 3), Fraction: d.fraction("probes"), MinValid: d.upTo("min valid", 3)}
	t.Endpoints = sla.Endpoints{Rule: sla.EndpointsRule(d.upTo("endpoints", 2)), K: 1 + d.upTo("k", 2)}
	t.Degraded = sla.DegradedTerms{Rule: sla.DegradedRule(d.upTo("degraded", 2))}
	if t.Degraded.Rule == sla.DegradedWeight {
		t.Degraded.Weight = d.fraction("weight")
	}
	t.Missing = sla.Missing{Rule: sla.MissingRule(d.upTo("missing", 3))}
	if t.Missing.Rule == sla.MissingCarry {
		t.Missing.CarryMax, t.Missing.After = d.some("carry", 12), sla.MissingRule(d.upTo("after", 2))
	}
	if d.one(3, "slots") {
		t.Slot = sla.Slot{Length: d.unit + d.length("slot", 12), Align: sla.Align(d.upTo("align", 2)), When: sla.BadWhen(d.upTo("when", 3)), Share: d.fraction("share")}
	}
	if d.one(4, "tickets") {
		t.Start = sla.FirstTicket
	}
	if d.one(2, "min outage") {
		t.MinOutage = sla.MinOutage{Length: d.unit + d.length("min outage", 12), Op: sla.Op(d.upTo("op", 1)), Excess: d.one(2, "excess"), InPeriod: d.one(2, "in period")}
	}
	d.overlays(t)
	d.scopes(t)
	d.scores(t)
	return t
}

func (d *drawing) overlays(t *sla.Terms) {
	m := &t.Maintenance
	m.Treatment = sla.Treatment(d.upTo("treatment", 2))
	if d.one(3, "notice") {
		m.MinNotice = d.length("min notice", 8)
	}
	if d.one(4, "max window") {
		m.MaxWindow = d.length("max window", d.n/2)
	}
	if d.one(3, "cap") {
		m.Cap, m.CapBasis = d.some("cap", d.n/2), sla.CapBasis(d.upTo("basis", 1))
	}
	m.SplitsOutage = d.one(3, "splits")
	m.EmergencyExcused = d.one(2, "emergency excused")
	if m.EmergencyExcused {
		m.EmergencyMinNotice = d.length("emergency notice", 6)
	}
}

func (d *drawing) scopes(t *sla.Terms) {
	if d.one(4, "validity") {
		t.Contract.DeemedUp = d.one(2, "deemed up")
		if d.one(2, "from") {
			t.Contract.From = d.instant("contract from")
		}
		if d.one(2, "to") {
			t.Contract.To = d.instant("contract to")
		}
	}
	if d.one(3, "hours") && d.unit >= minute {
		t.Hours = d.calendar()
	}
	if d.one(4, "round") {
		t.OutageRound = sla.OutageRound{Unit: d.uneven("unit", 8), Mode: sla.RoundMode(d.upTo("mode", 1))}
	}
	if d.one(6, "fixed") {
		t.Denominator = d.uneven("denominator", d.n)
	}
}

// calendar draws ranges at quarters of an hour; the world's unit divides them.
func (d *drawing) calendar() *sla.Calendar {
	c := &sla.Calendar{Zone: d.zone}
	quantum := int32(max(d.unit, 15*minute) / 1000)
	if d.one(4, "elsewhere") {
		c.Zone = located("Europe/Berlin")
	}
	for range 1 + d.upTo("ranges", 2) {
		var r sla.Range
		for i := range r.Days {
			r.Days[i] = !d.one(3, "day off")
		}
		r.From = quantum * int32(d.upTo("opens", int(86400/quantum)-1))
		r.To = quantum * int32(d.upTo("closes", int(86400/quantum)))
		c.Weekly = append(c.Weekly, r)
	}
	for i := int64(-1); i < 6; i++ {
		// What fell on the day that Apia skipped has no answer that anyone would miss.
		if d.one(5, "holiday") && c.Zone.String() != "Pacific/Apia" {
			c.Holidays = append(c.Holidays, int32(d.origin/day+i))
		}
	}
	return c
}

func (d *drawing) scores(t *sla.Terms) {
	if !d.one(4, "no target") {
		t.Target = d.fraction("target")
	}
	if d.one(4, "max bad") {
		t.MaxBad = ptr(d.length("max bad", d.n))
	}
	if d.one(4, "rounded") {
		t.PctRound = &sla.PctRound{Digits: d.upTo("digits", 4), Mode: sla.PctMode(d.upTo("mode", 2))}
	}
	t.BreachOp = sla.BreachOp(d.upTo("breach op", 1))
	if !d.one(2, "scheme") {
		for range d.upTo("tiers", 3) {
			tier := sla.Tier{Credit: sla.Of(int64(d.upTo("credit", 100)), 1)}
			for _, bound := range []*sla.Ratio{&tier.LT, &tier.LE, &tier.GT, &tier.GE} {
				if d.one(3, "bound") {
					*bound = d.fraction("bound")
				}
			}
			t.Tiers = append(t.Tiers, tier)
		}
		return
	}
	c := &sla.Credit{Scheme: sla.CreditPerUnit + sla.CreditScheme(d.upTo("scheme", 3)), Unit: d.uneven("unit", 5), PerUnit: sla.Of(int64(d.upTo("per unit", 20)), 4),
		Count: sla.CountUnits(d.upTo("count", 1)), BeyondBudget: t.Target.Present() && d.one(2, "beyond"), Multiple: sla.Of(int64(d.upTo("multiple", 20)), 3), Affected: d.fraction("affected")}
	if d.one(2, "capped") {
		c.Cap = sla.Of(int64(d.upTo("cap", 60)), 1)
	}
	for range d.upTo("duration tiers", 3) {
		tier := sla.DurationTier{Credit: sla.Of(int64(d.upTo("credit", 100)), 1)}
		for _, bound := range []**int64{&tier.LT, &tier.LE, &tier.GT, &tier.GE} {
			if d.one(3, "bound") {
				*bound = ptr(d.length("bound", d.n))
			}
		}
		c.Tiers = append(c.Tiers, tier)
	}
	t.Credit = c
}
