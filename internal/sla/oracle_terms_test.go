package sla_test

import (
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// terms reads the parameters of a case.
func (r *caseReader) terms(f map[string]any) *sla.Terms {
	t := &sla.Terms{Target: share(f["target_pct"], 100), MaxBad: r.some(f["max_bad_s"])}
	c := table(f["consecutive"])
	t.Consecutive = sla.Consecutive{LateStart: c["backdate_start"] == false, LateEnd: c["backdate_end"] == false}
	whole := func(v any) int64 { n, _ := v.(float64); return int64(n) }
	t.Consecutive.Fail, t.Consecutive.Recover = whole(c["fail"]), whole(c["recover"])
	p := table(f["probes"])
	t.Probes = sla.Probes{K: int(whole(p["k"])), MinValid: int(whole(p["min_valid"])), Fraction: share(p["fraction"], 1),
		Rule: map[any]sla.ProbesRule{"all_down": sla.AllDown, "quorum_count": sla.QuorumCount, "quorum_fraction": sla.QuorumFraction, "healthy_fraction_gt": sla.HealthyFractionGT}[p["rule"]]}
	e := table(f["endpoints"])
	t.Endpoints = sla.Endpoints{K: int(whole(e["k"])), Rule: map[any]sla.EndpointsRule{"any_up": sla.AnyUp, "at_least": sla.AtLeast}[e["rule"]]}
	r.policies(t, f)
	r.overlays(t, table(f["maintenance"]))
	if o := table(f["outage_round"]); o != nil {
		t.OutageRound = sla.OutageRound{Unit: whole(o["unit_s"]) * 1000, Mode: map[any]sla.RoundMode{"floor": sla.RoundFloor}[o["mode"]]}
	}
	t.Denominator = whole(table(f["denominator"])["fixed_s"]) * 1000
	if o := table(f["pct_round"]); o != nil {
		t.PctRound = &sla.PctRound{Digits: int(whole(o["digits"])), Mode: map[any]sla.PctMode{"half_even": sla.HalfEven, "floor": sla.PctFloor}[o["mode"]]}
	}
	if f["breach_op"] == "le" {
		t.BreachOp = sla.BreachLE
	}
	for _, v := range list(f["tiers"]) {
		m := table(v)
		t.Tiers = append(t.Tiers, sla.Tier{LT: share(m["lt"], 100), LE: share(m["le"], 100), GT: share(m["gt"], 100), GE: share(m["ge"], 100), Credit: share(m["credit"], 1)})
	}
	t.Credit = r.credit(table(f["credit"]))
	t.Hours = r.calendar(table(f["service_hours"]))
	return t
}

// policies reads steps B to E.
func (r *caseReader) policies(t *sla.Terms, f map[string]any) {
	if d, _ := f["degraded"].(string); d == "down" {
		t.Degraded.Rule = sla.DegradedDown
	} else if w, is := strings.CutPrefix(d, "weight:"); is {
		t.Degraded = sla.DegradedTerms{Rule: sla.DegradedWeight, Weight: share(w, 1)}
	}
	missing := map[any]sla.MissingRule{"up": sla.MissingUp, "down": sla.MissingDown, "carry": sla.MissingCarry}
	t.Missing = sla.Missing{Rule: missing[f["missing"]], CarryMax: r.some(f["carry_max_s"]), After: missing[f["carry_after"]]}
	if s := table(f["slot"]); s != nil {
		when, x, _ := strings.Cut(s["bad_when"].(string), ":")
		t.Slot = sla.Slot{Length: r.seconds(s["s"]), Align: map[any]sla.Align{"midnight": sla.AlignMidnight, "epoch": sla.AlignEpoch}[s["align"]],
			When: map[string]sla.BadWhen{"all": sla.BadAll, "gt": sla.BadGT, "ge": sla.BadGE}[when], Share: share(x, 1)}
	}
	if f["outage_start"] == "ticket" {
		t.Start = sla.FirstTicket
	}
	m := table(f["min_outage"])
	t.MinOutage = sla.MinOutage{Length: r.seconds(m["s"]), Excess: m["counts"] == "excess", InPeriod: m["measure"] == "in_period"}
	if m["op"] == "gt" {
		t.MinOutage.Op = sla.OpGT
	}
}

// overlays reads the terms of maintenance.
func (r *caseReader) overlays(t *sla.Terms, m map[string]any) {
	t.Maintenance = sla.MaintenanceTerms{MinNotice: r.seconds(m["min_notice_s"]), MaxWindow: r.seconds(m["max_window_s"]), Cap: r.some(m["cap_s"]),
		SplitsOutage: m["splits_outage"] == true, EmergencyExcused: m["emergency_excused"] == true, EmergencyMinNotice: r.seconds(m["emergency_min_notice_s"]),
		Treatment: map[any]sla.Treatment{"count_as_up": sla.TreatUp, "count_as_is": sla.TreatAsIs}[m["treatment"]]}
	if m["cap_basis"] == "downtime" {
		t.Maintenance.CapBasis = sla.CapDowntime
	}
}

func (r *caseReader) credit(c map[string]any) *sla.Credit {
	if c == nil {
		return nil
	}
	out := &sla.Credit{PerUnit: share(c["credit_per_unit"], 1), BeyondBudget: c["beyond_budget"] == true, Cap: share(c["cap"], 1), Multiple: share(c["multiple"], 1), Affected: share(c["ratio"], 1),
		Scheme: map[any]sla.CreditScheme{"per_unit": sla.CreditPerUnit, "prorata_multiple": sla.CreditProrata, "affected_ratio": sla.CreditAffected, "duration_tiers": sla.CreditDuration}[c["scheme"]]}
	if u := r.some(c["unit_s"]); u != nil {
		out.Unit = *u
	}
	if c["count"] == "full" {
		out.Count = sla.CountFull
	}
	for _, v := range list(c["tiers"]) {
		m := table(v)
		out.Tiers = append(out.Tiers, sla.DurationTier{LT: r.some(m["lt_s"]), LE: r.some(m["le_s"]), GT: r.some(m["gt_s"]), GE: r.some(m["ge_s"]), Credit: share(m["credit"], 1)})
	}
	return out
}

func (r *caseReader) calendar(c map[string]any) *sla.Calendar {
	if c == nil {
		return nil
	}
	out := &sla.Calendar{Zone: r.zone}
	if name, is := c["tz"].(string); is {
		out.Zone = zone(r.t, name)
	}
	for _, v := range list(c["weekly"]) {
		m := table(v)
		w := sla.Range{From: clock(m["from"]), To: clock(m["to"])}
		for _, d := range list(m["dow"]) {
			w.Days[int(d.(float64))-1] = true
		}
		out.Weekly = append(out.Weekly, w)
	}
	for _, v := range list(c["holidays"]) {
		d, _ := time.Parse(time.DateOnly, v.(string))
		out.Holidays = append(out.Holidays, int32(d.Unix()/86400))
	}
	return out
}

// clock reads "hh:mm" as seconds.
func clock(v any) int32 {
	text, _ := v.(string)
	var h, m int32
	for i, d := range []byte(strings.Replace(text, ":", "", 1)) {
		if i < 2 {
			h = h*10 + int32(d-'0')
		} else {
			m = m*10 + int32(d-'0')
		}
	}
	return h*3600 + m*60
}
