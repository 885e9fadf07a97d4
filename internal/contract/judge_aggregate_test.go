package contract_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAggregatesAgreeWithTheJudge joins parts that are judged hour by hour.
func TestAggregatesAgreeWithTheJudge(t *testing.T) {
	judgeMany(t, 4000, func(t *rapid.T) (fields, fields) {
		rule := rapid.SampledFrom([]string{"weighted", "sum_seconds", "worst", "best", "serial", "parallel"}).Draw(t, "rule")
		inTime := rule == "sum_seconds" || rule == "worst" || rule == "best"
		terms := fields{"rule": rule}
		s := drawScore(t, terms, !inTime)
		var parts []fields
		var figures []part
		for i := range rapid.IntRange(1, 4).Draw(t, "parts") {
			p := fields{"name": fmt.Sprint("part", i)}
			f := drawPart(t, p)
			f.weight = big.NewRat(1, 1)
			switch rapid.IntRange(0, 3).Draw(t, "weight") {
			case 0:
				w := decimalOf(t, "weight", 0, 300, 2)
				p["weight"], f.weight = w, rat(w)
			case 1:
				n := rapid.Int64Range(0, 5).Draw(t, "weight")
				p["weight"], f.weight = n, big.NewRat(n, 1)
			case 2:
				p["weight"], f.weight = 0.25, big.NewRat(1, 4)
			}
			parts, figures = append(parts, p), append(figures, f)
		}
		s.good, s.total = joined(rule, figures)
		return fields{"kind": "aggregate", "terms": terms, "parts": parts},
			s.answers("good", "bad", "total", "availability_pct", "breach", "credit_pct")
	})
}

// part is what one part has.
type part struct{ good, total, weight *big.Rat }

func (p part) share() *big.Rat { return new(big.Rat).Quo(p.good, p.total) }

// drawPart draws two days in hours, and sums them.
func drawPart(t *rapid.T, p fields) part {
	const hours = 48
	day := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	when := func(h int) string { return day.Add(time.Duration(h) * time.Hour).Format("2006-01-02T15:04:05") }
	terms, spans := fields{}, []fields{}
	word(t, terms, "missing", "exclude", "up", "down")
	word(t, terms, "degraded", "up", "down", "weight:0.3")
	from, to := 0, hours
	c := fields{"terms": terms, "period": fields{"from": when(0), "to": when(hours), "tz": "UTC"}}
	if chance(t, "contract", 3) {
		from = rapid.IntRange(0, hours+5).Draw(t, "valid from")
		terms["contract"] = fields{"from": when(from), "outside": "out_of_scope"}
	} else if chance(t, "contract beside the terms", 2) {
		to = rapid.IntRange(0, hours).Draw(t, "valid to")
		c["contract"] = fields{"to": when(to)}
	}
	var states [hours]string
	for at := 0; at < hours; {
		n := min(rapid.IntRange(1, 30).Draw(t, "length"), hours-at)
		state := rapid.SampledFrom([]string{"up", "up", "down", "degraded", "unknown", ""}).Draw(t, "state")
		if state != "" {
			spans = append(spans, fields{"from": when(at), "to": when(at + n), "state": state})
		}
		for range n {
			states[at] = state
			at++
		}
	}
	c["timeline"], c["maintenance"] = spans, []fields{}
	p["case"] = c
	f := part{good: new(big.Rat), total: new(big.Rat)}
	for _, state := range states[min(from, hours):to] {
		if g := goodOf(terms, state); g != nil {
			f.good.Add(f.good, g.Mul(g, big.NewRat(3600, 1)))
			f.total.Add(f.total, big.NewRat(3600, 1))
		}
	}
	return f
}

// goodOf is the good share of an hour; nil when it is not counted.
func goodOf(terms fields, state string) *big.Rat {
	as := map[string]string{"up": "1", "down": "0"}
	rule := func(name, or string) string {
		if w, ok := terms[name].(string); ok {
			return w
		}
		return or
	}
	if state == "" || state == "unknown" {
		state = rule("missing", "exclude")
	}
	if state == "degraded" {
		state = rule("degraded", "up")
	}
	switch state {
	case "exclude":
		return nil
	case "weight:0.3":
		return rat("0.7")
	}
	return rat(as[state])
}

// joined is what the rule makes of the parts.
func joined(rule string, parts []part) (good, total *big.Rat) {
	good, total = new(big.Rat), new(big.Rat)
	missing := big.NewRat(1, 1)
	for _, p := range parts {
		if p.total.Sign() == 0 {
			continue
		}
		first := total.Sign() == 0
		switch {
		case rule == "sum_seconds":
			good.Add(good, p.good)
			total.Add(total, p.total)
		case rule == "weighted":
			good.Add(good, new(big.Rat).Mul(p.weight, p.share()))
			total.Add(total, p.weight)
		case rule == "serial" && first, rule == "worst" && (first || p.share().Cmp(new(big.Rat).Quo(good, total)) < 0),
			rule == "best" && (first || p.share().Cmp(new(big.Rat).Quo(good, total)) > 0):
			good, total = p.good, p.total
			if rule == "serial" {
				good, total = p.share(), big.NewRat(1, 1)
			}
		case rule == "serial":
			good.Mul(good, p.share())
		case rule == "parallel":
			missing.Mul(missing, new(big.Rat).Sub(big.NewRat(1, 1), p.share()))
			total = big.NewRat(1, 1)
			good = new(big.Rat).Sub(total, missing)
		}
	}
	return good, total
}
