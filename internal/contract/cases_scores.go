package contract

import (
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// ratioCase is a case of kind ratio: request counts.
type ratioCase struct {
	caseHead
	Terms TermsFile `json:"terms"`
	Slots []struct {
		Count  *int64 `json:"count"`
		Total  int64  `json:"total"`
		Errors int64  `json:"errors"`
	} `json:"slots"`
}

func ratioScore(raw json.RawMessage) (*sla.Score, error) {
	var c ratioCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	terms, err := compileCase(&c.Terms, time.UTC)
	if err != nil {
		return nil, err
	}
	slots := make([]sla.RequestSlot, len(c.Slots))
	for i, s := range c.Slots {
		slots[i] = sla.RequestSlot{Count: 1, Total: s.Total, Errors: s.Errors}
		if s.Count != nil {
			slots[i].Count = *s.Count
		}
	}
	score, err := terms.ScoreRequests(slots)
	return &score, err
}

// creditCase is a case of kind credit: a bare percentage, taken as seconds of 100.
type creditCase struct {
	caseHead
	Terms TermsFile `json:"terms"`
	Input struct {
		AvailabilityPct *exactNumber `json:"availability_pct"`
		BadS            *int64       `json:"bad_s"`
		TotalS          *int64       `json:"total_s"`
	} `json:"input"`
}

func creditAnswers(raw json.RawMessage) (answers, error) {
	var c creditCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	terms, err := compileCase(&c.Terms, time.UTC)
	if err != nil {
		return nil, err
	}
	good, total := sla.Ratio{}, sla.Of(100_000, 1)
	switch in := c.Input; {
	case in.AvailabilityPct != nil && in.AvailabilityPct.rat != nil:
		pct := in.AvailabilityPct.rat
		good = ratio(new(big.Rat).Mul(pct, big.NewRat(1000, 1)))
		if pct.Sign() < 0 || pct.Cmp(big.NewRat(100, 1)) > 0 || !good.Present() {
			return nil, fmt.Errorf("input.availability_pct %s is no percentage", pct.RatString())
		}
	case in.BadS != nil && in.TotalS != nil && *in.BadS >= 0 && *in.BadS <= *in.TotalS && *in.TotalS <= MaxSeconds:
		good, total = sla.Of((*in.TotalS-*in.BadS)*1000, 1), sla.Of(*in.TotalS*1000, 1)
	default:
		return nil, fmt.Errorf("input: write availability_pct, or bad_s and total_s")
	}
	score, err := terms.ScoreOf(good, total)
	if err != nil {
		return nil, err
	}
	return scoreAnswers(&score, 1000), nil
}

// aggregateCase is a case of kind aggregate.
type aggregateCase struct {
	caseHead
	Terms struct {
		TermsFile
		Rule *sla.AggregateRule `json:"rule"`
	} `json:"terms"`
	Parts []struct {
		Name   string          `json:"name"`
		Weight json.RawMessage `json:"weight"`
		Case   json.RawMessage `json:"case"`
	} `json:"parts"`
}

func aggregateAnswers(raw json.RawMessage) (answers, error) {
	var c aggregateCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	if c.Terms.Rule == nil {
		return nil, fmt.Errorf("terms.rule: write weighted, sum_seconds, worst, best, serial or parallel")
	}
	terms, err := compileCase(&c.Terms.TermsFile, time.UTC)
	if err != nil {
		return nil, err
	}
	parts := make([]sla.AggregatePart, len(c.Parts))
	for i, p := range c.Parts {
		parts[i] = sla.AggregatePart{Name: p.Name, Weight: sla.Of(1, 1)}
		if p.Weight != nil {
			if parts[i].Weight, err = caseWeight(p.Weight); err != nil {
				return nil, fmt.Errorf("parts[%s].weight: %w", p.Name, err)
			}
		}
		if parts[i].Verdict, err = partVerdict(p.Case); err != nil {
			return nil, fmt.Errorf("parts[%s]: %w", p.Name, err)
		}
	}
	v, err := sla.Aggregate(terms, *c.Terms.Rule, parts)
	if err != nil {
		return nil, err
	}
	a := verdictAnswers(&v)
	if !c.Terms.Rule.InTime() { // good and total are in weights
		for k, f := range scoreAnswers(&sla.Score{Good: v.Good, Bad: v.Bad, Total: v.Total,
			Availability: v.Availability, Breach: v.Breach, Credit: v.Credit}, 1) {
			a[k] = f
		}
	}
	return a, nil
}

func caseWeight(raw json.RawMessage) (sla.Ratio, error) {
	text := string(raw)
	var word string
	if json.Unmarshal(raw, &word) == nil {
		text = word
	}
	w, err := sla.ParseDecimal(text)
	if err == nil && w.Num < 0 {
		err = fmt.Errorf("%s is negative", text)
	}
	return w, err
}

// partVerdict computes a part: an availability case, or a ratio case whose
// slices stand for seconds.
func partVerdict(raw json.RawMessage) (*sla.Verdict, error) {
	var head caseHead
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	switch head.Kind {
	case "", "availability":
		return availabilityVerdict(raw)
	case "ratio":
		s, err := ratioScore(raw)
		if err != nil {
			return nil, err
		}
		seconds := func(r sla.Ratio) sla.Ratio { return sla.Of(r.Num*1000, r.Den) }
		return &sla.Verdict{Good: seconds(s.Good), Bad: seconds(s.Bad), Total: seconds(s.Total),
			Availability: s.Availability, Lower: s.Availability, Upper: s.Availability,
			Breach: s.Breach, Credit: s.Credit}, nil
	}
	return nil, fmt.Errorf("a part of kind %q: write availability or ratio", head.Kind)
}
