package contract

import (
	"math/big"

	"github.com/probity-sla/probity/internal/sla"
)

// unused finds parameters that the rule beside them does not read.
func (l *linter) unused(path string, t *sla.Terms) {
	idle := func(key, needs string, written bool) {
		if written {
			l.warn(path+"."+key, "write "+needs+", or leave it out", "is not used without %s", needs)
		}
	}
	p, m, k := t.Probes, t.Missing, t.Credit
	idle("carry_max_s", `missing = "carry"`, m.Rule != sla.MissingCarry && m.CarryMax != nil)
	idle("carry_after", `missing = "carry"`, m.Rule != sla.MissingCarry && m.After != sla.MissingExclude)
	idle("probes.k", `rule = "quorum_count"`, p.Rule != sla.QuorumCount && p.K > 0)
	idle("probes.fraction", `rule = "quorum_fraction" or "healthy_fraction_gt"`,
		p.Rule != sla.QuorumFraction && p.Rule != sla.HealthyFractionGT && p.Fraction.Present())
	idle("endpoints.k", `rule = "at_least"`, t.Endpoints.Rule != sla.AtLeast && t.Endpoints.K > 0)
	if k == nil {
		return
	}
	idle("credit.unit_s", `scheme = "per_unit"`, k.Scheme != sla.CreditPerUnit && k.Unit > 0)
	idle("credit.credit_per_unit", `scheme = "per_unit"`, k.Scheme != sla.CreditPerUnit && k.PerUnit.Present())
	idle("credit.count", `scheme = "per_unit"`, k.Scheme != sla.CreditPerUnit && k.Count != sla.CountStarted)
	idle("credit.beyond_budget", `scheme = "per_unit"`, k.Scheme != sla.CreditPerUnit && k.BeyondBudget)
	idle("credit.multiple", `scheme = "prorata_multiple"`, k.Scheme != sla.CreditProrata && k.Multiple.Present())
	idle("credit.ratio", `scheme = "affected_ratio"`, k.Scheme != sla.CreditAffected && k.Affected.Present())
	idle("credit.tiers", `scheme = "duration_tiers"`, k.Scheme != sla.CreditDuration && len(k.Tiers) > 0)
	idle("credit.cap", "a scheme other than tiers", k.Scheme == sla.CreditTiers && k.Cap.Present())
	idle("tiers", `credit.scheme = "tiers"`, k.Scheme != sla.CreditTiers && len(t.Tiers) > 0)

	objective := t.Target.Present() || t.MaxBad != nil
	if k.Scheme == sla.CreditProrata && !objective {
		l.warn(path+".credit.scheme", "write target_pct or max_bad_s", "prorata_multiple is owed on a breach, and without an objective there is none")
	}
	if k.Scheme == sla.CreditPerUnit && k.BeyondBudget && !objective {
		l.warn(path+".credit.beyond_budget", "write target_pct or max_bad_s", "without an objective there is no allowance: every unit earns its credit")
	}
}

// caps finds limits that contradict each other, and credits past the fee.
func (l *linter) caps(path string, t *sla.Terms) {
	for i, tier := range t.Tiers {
		l.pastFee(path, "tiers", i, tier.Credit)
	}
	if k := t.Credit; k != nil {
		for i, tier := range k.Tiers {
			l.pastFee(path, "credit.tiers", i, tier.Credit)
			if k.Scheme == sla.CreditDuration && k.Cap.Present() && tier.Credit.Cmp(k.Cap) > 0 {
				l.warn(path+".credit.cap", "raise the cap, or lower the tier", "the tier of %s %% is cut to the cap of %s %%", plainRatio(tier.Credit), plainRatio(k.Cap))
			}
		}
	}
	m := t.Maintenance
	at := path + ".maintenance."
	switch {
	case m.Cap == nil:
		if m.CapBasis != sla.CapWindow {
			l.warn(at+"cap_basis", "write cap_s, or leave it out", "is not used without cap_s")
		}
		if m.CapPer != sla.CapPerPeriod {
			l.warn(at+"cap_per", "write cap_s, or leave it out", "is not used without cap_s")
		}
	case *m.Cap == 0:
		l.warn(at+"cap_s", "leave it out if maintenance is excused without limit", "a cap of 0 excuses no maintenance at all")
	case m.MaxWindow > *m.Cap && m.CapBasis == sla.CapWindow:
		l.warn(at+"max_window_s", "lower it to cap_s, or raise the cap", "a window may take %s, and all windows together only %s", length(m.MaxWindow), length(*m.Cap))
	}
	if m.Treatment == sla.TreatAsIs && (m.Cap != nil || m.MinNotice > 0 || m.MaxWindow > 0 || m.EmergencyExcused) {
		l.warn(at+"treatment", "write exclude or count_as_up, or leave the limits out", "count_as_is excuses nothing, so that notice, caps and emergencies mean nothing")
	}
	if !m.EmergencyExcused && m.EmergencyMinNotice > 0 {
		l.warn(at+"emergency_min_notice_s", "write emergency_excused = true, or leave it out", "is not used without emergency_excused")
	}
	if m.EmergencyExcused && m.EmergencyMinNotice > m.MinNotice {
		l.warn(at+"emergency_min_notice_s", "swap them", "an emergency needs %s of notice, and planned work only %s", length(m.EmergencyMinNotice), length(m.MinNotice))
	}
}

// pastFee finds a credit of more than is paid.
func (l *linter) pastFee(path, list string, i int, credit sla.Ratio) {
	if credit.Cmp(sla.Of(100, 1)) > 0 {
		l.warn(item(path+"."+list, "", i), "credits are per cent of the period's fee", "a credit of %s %% is more than the fee", plainRatio(credit))
	}
}

// plainRatio writes a ratio as a decimal without trailing zeros.
func plainRatio(r sla.Ratio) string {
	return percent(new(big.Rat).Quo(rat(r), big.NewRat(100, 1)))
}
