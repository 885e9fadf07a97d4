package contract_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestRatiosAgreeWithTheJudge looks at random slices one by one.
func TestRatiosAgreeWithTheJudge(t *testing.T) {
	judgeMany(t, 4000, func(t *rapid.T) (fields, fields) {
		terms, slots := fields{}, []fields{}
		word(t, terms, "method", "occurrences", "ratio_slices", "slices")
		word(t, terms, "slot_error_op", "gt", "ge")
		word(t, terms, "empty_slot", "good", "bad", "exclude")
		if terms["method"] == "slices" || chance(t, "has threshold", 3) {
			terms["slot_error_threshold"] = rapid.SampledFrom([]string{"0.05", "0.2", "0.25", "0.5", "0", "1"}).Draw(t, "threshold")
		}
		if terms["method"] != nil && terms["method"] != "occurrences" && chance(t, "has min", 5) {
			terms["min_requests"] = rapid.IntRange(0, 25).Draw(t, "min_requests")
		}
		total, good := new(big.Rat), new(big.Rat)
		for range rapid.IntRange(0, 5).Draw(t, "slots") {
			count := rapid.IntRange(0, 30).Draw(t, "count")
			requests := rapid.SampledFrom([]int{0, 0, 1, 2, 4, 19, 20, 21, 40, 100}).Draw(t, "total")
			errors := rapid.SampledFrom([]int{0, requests / 20, requests / 5, requests / 4, requests / 2, requests}).Draw(t, "errors")
			slots = append(slots, fields{"count": count, "total": requests, "errors": errors})
			for range count {
				g, n := sliceOf(terms, requests, errors)
				good.Add(good, g)
				total.Add(total, n)
			}
		}
		s := drawScore(t, terms, true)
		s.good, s.total = good, total
		return fields{"kind": "ratio", "terms": terms, "slots": slots}, s.answers("good", "total", "availability_pct", "breach", "credit_pct")
	})
}

// sliceOf is what one slice adds to good and to all.
func sliceOf(terms fields, requests, errors int) (good, all *big.Rat) {
	count := func(n int) *big.Rat { return big.NewRat(int64(n), 1) }
	if terms["method"] == nil || terms["method"] == "occurrences" {
		return count(requests - errors), count(requests)
	}
	least, _ := terms["min_requests"].(int)
	if requests == 0 || requests < least {
		switch terms["empty_slot"] {
		case "bad":
			return count(0), count(1)
		case "exclude":
			return count(0), count(0)
		}
		return count(1), count(1)
	}
	share := big.NewRat(int64(errors), int64(requests))
	if terms["method"] == "ratio_slices" {
		return share.Sub(count(1), share), count(1)
	}
	c := share.Cmp(rat(terms["slot_error_threshold"].(string)))
	if c > 0 || c == 0 && terms["slot_error_op"] == "ge" {
		return count(0), count(1)
	}
	return count(1), count(1)
}

// score is good of total, judged by hand.
type score struct {
	terms       fields
	good, total *big.Rat
}

func hundred() *big.Rat { return big.NewRat(100, 1) }

// pct is the percentage that is compared; nil without a denominator.
func (s *score) pct() *big.Rat {
	if s.total.Sign() == 0 {
		return nil
	}
	p := new(big.Rat).Quo(s.good, s.total)
	p.Mul(p, hundred())
	round, _ := s.terms["pct_round"].(fields)
	if round == nil {
		return p
	}
	scale := big.NewRat(1, 1)
	for range round["digits"].(int) {
		scale.Mul(scale, big.NewRat(10, 1))
	}
	p.Mul(p, scale)
	floor := new(big.Rat).SetInt(new(big.Int).Div(p.Num(), p.Denom()))
	above := new(big.Rat).Sub(p, floor).Cmp(big.NewRat(1, 2))
	odd := floor.Num().Bit(0) == 1
	mode := round["mode"]
	if mode == "half_even" && (above > 0 || above == 0 && odd) || (mode == nil || mode == "half_up") && above >= 0 {
		floor.Add(floor, big.NewRat(1, 1))
	}
	return floor.Quo(floor, scale)
}

func (s *score) breach() any {
	p, target := s.pct(), s.terms["target_pct"]
	if p == nil || target == nil {
		return nil
	}
	c := p.Cmp(rat(target.(string)))
	return c < 0 || c == 0 && s.terms["breach_op"] == "le"
}

func (s *score) bad() *big.Rat { return new(big.Rat).Sub(s.total, s.good) }

func (s *score) credit() *big.Rat {
	k, _ := s.terms["credit"].(fields)
	x := new(big.Rat)
	if s.total.Sign() == 0 {
		return x
	}
	share := func(times string) *big.Rat {
		y := new(big.Rat).Quo(s.bad(), s.total)
		y.Mul(y, hundred())
		return y.Mul(y, rat(times))
	}
	switch {
	case k == nil:
		tiers, _ := s.terms["tiers"].([]fields)
		return largestOf(tiers, s.pct(), "")
	case k["scheme"] == "duration_tiers":
		return largestOf(k["tiers"].([]fields), s.bad(), "_s")
	case k["scheme"] == "affected_ratio":
		x = share(k["ratio"].(string))
	case k["scheme"] == "prorata_multiple" && s.breach() == true:
		x = share(k["multiple"].(string))
	case k["scheme"] == "per_unit":
		x = s.perUnit(k)
	}
	if k["cap"] != nil && x.Cmp(rat(k["cap"].(string))) > 0 {
		return rat(k["cap"].(string))
	}
	return x
}

// perUnit takes one unit after the other off the bad time.
func (s *score) perUnit(k fields) *big.Rat {
	left, unit, n := s.bad(), big.NewRat(int64(k["unit_s"].(int)), 1), int64(0)
	if k["beyond_budget"] == true && s.terms["target_pct"] != nil {
		allowed := new(big.Rat).Sub(hundred(), rat(s.terms["target_pct"].(string)))
		left.Sub(left, allowed.Mul(allowed, new(big.Rat).Quo(s.total, hundred())))
	}
	for ; left.Cmp(unit) >= 0; n++ {
		left.Sub(left, unit)
	}
	if left.Sign() > 0 && k["count"] != "full" {
		n++
	}
	return new(big.Rat).Mul(big.NewRat(n, 1), rat(k["credit_per_unit"].(string)))
}

func largestOf(tiers []fields, x *big.Rat, unit string) *big.Rat {
	best := new(big.Rat)
	holds := map[string]func(int) bool{
		"lt": func(c int) bool { return c < 0 }, "le": func(c int) bool { return c <= 0 },
		"gt": func(c int) bool { return c > 0 }, "ge": func(c int) bool { return c >= 0 },
	}
	for _, tier := range tiers {
		all := true
		for op, ok := range holds {
			if bound := tier[op+unit]; bound != nil {
				all = all && ok(x.Cmp(rat(fmt.Sprint(bound))))
			}
		}
		if c := rat(tier["credit"].(string)); all && c.Cmp(best) > 0 {
			best = c
		}
	}
	return best
}

// answers are some of the answers, as cases print them.
func (s *score) answers(names ...string) fields {
	all := fields{"good": fraction(s.good), "bad": fraction(s.bad()), "total": fraction(s.total),
		"breach": s.breach(), "credit_pct": sixDigits(s.credit(), true), "availability_pct": nil}
	if s.total.Sign() > 0 {
		p := new(big.Rat).Quo(s.good, s.total)
		all["availability_pct"] = sixDigits(p.Mul(p, hundred()), false)
	}
	out := fields{}
	for _, n := range names {
		out[n] = all[n]
	}
	return out
}

// TestCreditsAgreeWithTheJudge takes bare percentages: total 100, bad = 100 − p.
func TestCreditsAgreeWithTheJudge(t *testing.T) {
	judgeMany(t, 6000, func(t *rapid.T) (fields, fields) {
		terms := fields{}
		s := drawScore(t, terms, false)
		p := rapid.SampledFrom([]string{"100", "99.99", "99.985", "99.9849", "99.9", "99.95", "99.0", "98.495", "98.485", "98", "95", "94.995", "50", "0"}).Draw(t, "p")
		if chance(t, "any", 5) {
			p = decimalOf(t, "p", 900_000, 1_000_000, 4)
		}
		if round, _ := terms["pct_round"].(fields); round != nil && chance(t, "on a half", 6) {
			p = drawHalf(t, terms, round["digits"].(int))
		}
		s.good, s.total = rat(p), hundred()
		return fields{"kind": "credit", "terms": terms, "input": fields{"availability_pct": p}},
			s.answers("breach", "credit_pct", "availability_pct", "bad", "total")
	})
}
