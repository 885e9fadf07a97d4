package contract

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/probity-sla/probity/internal/sla"
)

// budgetCase is a case of kind budget: one sum of budget arithmetic.
type budgetCase struct {
	caseHead
	Terms struct {
		Ask string `json:"ask"`
	} `json:"terms"`
	Input struct {
		WindowS   *exactNumber  `json:"window_s"`
		TargetPct *exactNumber  `json:"target_pct"`
		BudgetPct *exactNumber  `json:"budget_pct"`
		LongS     *exactNumber  `json:"long_s"`
		BadS      *exactNumber  `json:"bad_s"`
		ErrorPct  *exactNumber  `json:"error_pct"`
		Burn      *exactNumber  `json:"burn"`
		Factor    *exactNumber  `json:"factor"`
		Parts     []exactNumber `json:"parts"`
		Long      *badOfTotal   `json:"long"`
		Short     *badOfTotal   `json:"short"`
	} `json:"input"`
}

type badOfTotal struct {
	Bad   int64 `json:"bad"`
	Total int64 `json:"total"`
}

// exactNumber is a JSON number or a decimal string, read exactly.
type exactNumber struct{ rat *big.Rat }

func (n *exactNumber) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		return nil
	}
	if len(text) > 1 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	x, _, ok := caseNumber(text)
	if !ok {
		return fmt.Errorf("%s is no plain number", data)
	}
	n.rat = x
	return nil
}

// ask collects the inputs that a question needs and keeps the first that is missing.
type ask struct {
	what string
	err  error
}

func (a *ask) get(name string, n *exactNumber) *big.Rat {
	if n == nil || n.rat == nil {
		if a.err == nil {
			a.err = fmt.Errorf("input.%s: %s needs it", name, a.what)
		}
		return big.NewRat(1, 1)
	}
	return n.rat
}

func (a *ask) share(name string, n *exactNumber) *big.Rat {
	return new(big.Rat).Quo(a.get(name, n), big.NewRat(100, 1))
}

func budgetAnswers(raw json.RawMessage) (answers, error) {
	var c budgetCase
	if err := strict(raw, &c); err != nil {
		return nil, err
	}
	if c.Terms.Ask == "burn_alert" {
		return c.alert()
	}
	value, err := c.value()
	if errors.Is(err, sla.ErrNoBudget) {
		return answers{"value": {}}, nil
	}
	if err != nil {
		return nil, err
	}
	return answers{"value": decimals(value)}, nil
}

// value computes every question that has one number for an answer.
func (c *budgetCase) value() (*big.Rat, error) {
	in, a := &c.Input, &ask{what: c.Terms.Ask}
	failing := big.NewRat(1, 1) // what share of requests fails
	if in.ErrorPct != nil {
		failing = a.share("error_pct", in.ErrorPct)
	}
	var x *big.Rat
	var err error
	switch c.Terms.Ask {
	case "budget_s":
		x = sla.Allowed(a.get("window_s", in.WindowS), a.share("target_pct", in.TargetPct))
	case "burn_for_budget":
		x, err = sla.BurnForBudget(a.get("window_s", in.WindowS), a.share("budget_pct", in.BudgetPct), a.get("long_s", in.LongS))
	case "budget_consumed_pct":
		x, err = sla.Consumed(a.get("window_s", in.WindowS), a.share("target_pct", in.TargetPct), a.get("bad_s", in.BadS), failing)
		if err == nil {
			x.Mul(x, big.NewRat(100, 1))
		}
	case "time_to_exhaust_s":
		x, err = sla.TimeToExhaust(a.get("window_s", in.WindowS), a.get("burn", in.Burn))
	case "detection_s":
		x, err = sla.Detection(a.share("target_pct", in.TargetPct), failing, a.get("long_s", in.LongS), a.get("burn", in.Burn))
	case "reset_s":
		x = sla.Reset(a.share("target_pct", in.TargetPct), a.get("long_s", in.LongS), a.get("burn", in.Burn))
	case "serial", "parallel":
		x, err = c.composite(a)
	default:
		return nil, fmt.Errorf("terms.ask %q is no question that budget cases ask", c.Terms.Ask)
	}
	if a.err != nil {
		return nil, a.err
	}
	return x, err
}

func (c *budgetCase) composite(a *ask) (*big.Rat, error) {
	if len(c.Input.Parts) == 0 {
		return nil, fmt.Errorf("input.parts: %s needs it", a.what)
	}
	parts := make([]*big.Rat, len(c.Input.Parts))
	for i := range parts {
		parts[i] = a.share("parts", &c.Input.Parts[i])
	}
	x := sla.Parallel(parts)
	if a.what == "serial" {
		x = sla.Serial(parts)
	}
	return x.Mul(x, big.NewRat(100, 1)), nil
}

// alert asks whether two windows burn faster than the factor.
func (c *budgetCase) alert() (answers, error) {
	in, a := &c.Input, &ask{what: "burn_alert"}
	target, factor := a.share("target_pct", in.TargetPct), a.get("factor", in.Factor)
	if a.err != nil || in.Long == nil || in.Short == nil {
		return nil, fmt.Errorf("input: burn_alert needs target_pct, factor, long and short")
	}
	t, f := ratio(target), ratio(factor)
	if !t.Present() || !f.Present() || in.Long.Bad < 0 || in.Short.Bad < 0 {
		return nil, fmt.Errorf("input: a figure of burn_alert is out of range")
	}
	burn := func(w *badOfTotal) sla.Ratio { return sla.Burn(sla.Of(w.Bad, 1), sla.Of(w.Total, 1), t) }
	long, short := burn(in.Long), burn(in.Short)
	alert := sla.BurnAlert(long, short, f)
	rate := func(r sla.Ratio) figure {
		if r == sla.MaxBurn { // no number is large enough
			return figure{}
		}
		return present(r, decimals)
	}
	return answers{"long_burn": rate(long), "short_burn": rate(short), "alert": truth(&alert)}, nil
}

// ratio is x as a ratio of the engine; absent when it does not fit.
func ratio(x *big.Rat) sla.Ratio {
	if !x.Num().IsInt64() || !x.Denom().IsInt64() {
		return sla.Ratio{}
	}
	return sla.Of(x.Num().Int64(), x.Denom().Int64())
}
