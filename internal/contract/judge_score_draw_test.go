package contract_test

import (
	"fmt"

	"pgregory.net/rapid"
)

// word draws one of some words for a term, or leaves it out.
func word(t *rapid.T, terms fields, name string, words ...string) {
	if i := rapid.IntRange(-1, len(words)-1).Draw(t, name); i >= 0 {
		terms[name] = words[i]
	}
}

// drawScore draws an objective and a way to pay for missing it.
func drawScore(t *rapid.T, terms fields, tiersOnly bool) *score {
	pct := func(name string) string {
		return rapid.SampledFrom([]string{"0", "50", "95", "95.0", "97.5", "98.49", "99", "99.9", "99.95", "99.99", "100"}).Draw(t, name)
	}
	if chance(t, "has target", 8) {
		terms["target_pct"] = pct("target")
	}
	word(t, terms, "breach_op", "lt", "le")
	if chance(t, "rounds", 4) {
		round := fields{"digits": rapid.IntRange(0, 4).Draw(t, "digits")}
		word(t, round, "mode", "half_up", "half_even", "floor")
		terms["pct_round"] = round
	}
	if !tiersOnly && chance(t, "other scheme", 6) {
		terms["credit"] = drawCredit(t)
		return &score{terms: terms}
	}
	var tiers []fields
	for i := range rapid.IntRange(0, 4).Draw(t, "tiers") {
		tier := fields{"credit": decimalOf(t, "credit", 0, 1000, i%2)}
		high, low := rapid.SampledFrom([]string{"", "lt", "le"}).Draw(t, "high"), rapid.SampledFrom([]string{"gt", "ge", ""}).Draw(t, "low")
		if high == "" && low == "" {
			high = "lt"
		}
		for _, op := range []string{high, low} {
			if op != "" {
				tier[op] = pct(op)
			}
		}
		tiers = append(tiers, tier)
	}
	if tiers != nil {
		terms["tiers"] = tiers
	}
	return &score{terms: terms}
}

func drawCredit(t *rapid.T) fields {
	k := fields{}
	switch scheme := rapid.IntRange(0, 3).Draw(t, "scheme"); scheme {
	case 0:
		k["scheme"], k["unit_s"] = "per_unit", rapid.IntRange(1, 40).Draw(t, "unit_s")
		k["credit_per_unit"] = decimalOf(t, "credit_per_unit", 0, 150, 1)
		word(t, k, "count", "started", "full")
		if chance(t, "says beyond", 6) {
			k["beyond_budget"] = rapid.Bool().Draw(t, "beyond_budget")
		}
	case 1:
		k["scheme"], k["multiple"] = "prorata_multiple", decimalOf(t, "multiple", 0, 2000, 1)
	case 2:
		k["scheme"], k["ratio"] = "affected_ratio", decimalOf(t, "ratio", 0, 100, 2)
	default:
		tiers := []fields{}
		for i := range rapid.IntRange(1, 4).Draw(t, "tiers") {
			low := rapid.IntRange(0, 8).Draw(t, "low")
			tier := fields{"credit": fmt.Sprint(10 * (i + 1)), rapid.SampledFrom([]string{"gt_s", "ge_s"}).Draw(t, "op"): low}
			if chance(t, "bounded", 6) {
				tier[rapid.SampledFrom([]string{"lt_s", "le_s"}).Draw(t, "op")] = low + rapid.IntRange(0, 6).Draw(t, "width")
			}
			tiers = append(tiers, tier)
		}
		return fields{"scheme": "duration_tiers", "tiers": tiers}
	}
	if k["ratio"] == nil && chance(t, "capped", 5) {
		k["cap"] = decimalOf(t, "cap", 0, 1000, 1)
	}
	return k
}

// drawHalf draws a percentage in the middle between two roundings, one of which
// is the target.
func drawHalf(t *rapid.T, terms fields, digits int) string {
	scale := 1
	for range digits {
		scale *= 10
	}
	n := rapid.IntRange(90*scale, 100*scale-1).Draw(t, "half")
	terms["target_pct"] = decimalOf(t, "target", n+1, n+1, digits)
	if rapid.Bool().Draw(t, "the lower") {
		terms["target_pct"] = decimalOf(t, "target", n, n, digits)
	}
	return decimalOf(t, "p", 10*n+5, 10*n+5, digits+1)
}
