package contract

import (
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// MaxPctDigits bounds pct_round.digits.
const MaxPctDigits = 9

func (c *compiler) objective(f *TermsFile, t *sla.Terms) {
	t.Target = c.percent("target_pct", f.TargetPct)
	t.MaxBad = c.optional("max_bad_s", f.MaxBadS)
	c.word("breach_op", f.BreachOp, &t.BreachOp)
	if r := f.PctRound; r != nil {
		t.PctRound = &sla.PctRound{Digits: r.Digits}
		c.word("pct_round.mode", r.Mode, &t.PctRound.Mode)
		if r.Digits < 0 || r.Digits > MaxPctDigits {
			c.fault("pct_round.digits", "", "%d is out of range: 0 to %d", r.Digits, MaxPctDigits)
			t.PctRound.Digits = 0
		}
	}
	for i, tier := range f.Tiers {
		key := fmt.Sprintf("tiers[%d]", i+1)
		t.Tiers = append(t.Tiers, sla.Tier{
			LT: c.percent(key+".lt", tier.LT), LE: c.percent(key+".le", tier.LE),
			GT: c.percent(key+".gt", tier.GT), GE: c.percent(key+".ge", tier.GE),
			Credit: c.decimal(key+".credit", &tier.Credit, 10_000),
		})
		if tier.LT == nil && tier.LE == nil && tier.GT == nil && tier.GE == nil {
			c.fault(key, `write a bound such as lt = "99.9"`, "the tier has no bound")
		}
	}
}

func (c *compiler) credit(f *CreditFile, t *sla.Terms) {
	if f == nil {
		return
	}
	k := &sla.Credit{
		PerUnit: c.decimal("credit.credit_per_unit", f.CreditPerUnit, 10_000),
		Cap:     c.decimal("credit.cap", f.Cap, 10_000),

		Multiple:     c.decimal("credit.multiple", f.Multiple, 1_000_000),
		Affected:     c.decimal("credit.ratio", f.Ratio, 1),
		BeyondBudget: f.BeyondBudget != nil && *f.BeyondBudget,
	}
	t.Credit = k
	c.word("credit.scheme", f.Scheme, &k.Scheme)
	c.seconds("credit.unit_s", f.UnitS, 1, &k.Unit)
	c.word("credit.count", f.Count, &k.Count)
	k.Tiers = c.durationTiers("credit.tiers", f.Tiers)
	c.creditNeeds(f, k)
}

// durationTiers reads credits by a length of time.
func (c *compiler) durationTiers(path string, files []DurationTierFile) []sla.DurationTier {
	var out []sla.DurationTier
	for i, tier := range files {
		key := fmt.Sprintf("%s[%d]", path, i+1)
		out = append(out, sla.DurationTier{
			LT: c.optional(key+".lt_s", tier.LTS), LE: c.optional(key+".le_s", tier.LES),
			GT: c.optional(key+".gt_s", tier.GTS), GE: c.optional(key+".ge_s", tier.GES),
			Credit: c.decimal(key+".credit", &tier.Credit, 10_000),
		})
		if tier.LTS == nil && tier.LES == nil && tier.GTS == nil && tier.GES == nil {
			c.fault(key, "write a bound such as gt_s = 14400", "the tier has no bound")
		}
	}
	return out
}

// creditNeeds checks that a scheme has the figures that it multiplies.
func (c *compiler) creditNeeds(f *CreditFile, k *sla.Credit) {
	need := func(key string, there bool) {
		if !there {
			c.fault("credit."+key, "", "%s needs it", k.Scheme)
		}
	}
	switch k.Scheme {
	case sla.CreditTiers:
		if f.Scheme == nil {
			c.fault("credit.scheme", "write per_unit, prorata_multiple, affected_ratio or duration_tiers", "the scheme is missing")
		}
	case sla.CreditPerUnit:
		need("unit_s", f.UnitS != nil)
		need("credit_per_unit", f.CreditPerUnit != nil)
	case sla.CreditProrata:
		need("multiple", f.Multiple != nil)
	case sla.CreditAffected:
		need("ratio", f.Ratio != nil)
	case sla.CreditDuration:
		need("tiers", len(f.Tiers) > 0)
	}
}

func (c *compiler) requests(f *TermsFile, t *sla.Requests) {
	c.word("method", f.Method, &t.Method)
	c.oneOf("slot_error_op", f.SlotErrorOp, "gt", "ge", &t.ReachedIsBad)
	c.word("empty_slot", f.EmptySlot, &t.Empty)
	c.count("min_requests", f.MinRequests, 0, &t.Min)
	t.Threshold = c.decimal("slot_error_threshold", f.SlotErrorThreshold, 1)
	if t.Method == sla.Slices && f.SlotErrorThreshold == nil {
		c.fault("slot_error_threshold", `write a decimal string such as "0.05"`, "slices needs it")
	}
}
