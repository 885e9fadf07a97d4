package contract

import (
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// burnRows are the rules of an agreement that writes none: SLA-SEMANTICS,
// "Burn-rate alerts".
var burnRows = []struct {
	severity    string
	long, short time.Duration
	budgetPct   int64
}{
	{"page", time.Hour, 5 * time.Minute, 2},
	{"page", 6 * time.Hour, 30 * time.Minute, 5},
	{"ticket", 24 * time.Hour, 2 * time.Hour, 10},
	{"ticket", 72 * time.Hour, 6 * time.Hour, 10},
}

// DefaultBurn returns the usual rules, scaled to the period. A rule whose factor
// would be below 1 is left out: at that rate the budget outlasts the period.
func DefaultBurn(p Period) []BurnRule {
	var out []BurnRule
	for _, row := range burnRows {
		f := burnFactor(sla.Ratio{Num: row.budgetPct, Den: 100}, p, row.long)
		if f.Num >= f.Den {
			out = append(out, BurnRule{Severity: row.severity, Long: row.long, Short: row.short, Factor: f})
		}
	}
	return out
}

// burnFactor is budget share × period ÷ long window, in lowest terms.
func burnFactor(budget sla.Ratio, p Period, long time.Duration) sla.Ratio {
	period, window := int64(p.Nominal()/time.Millisecond), int64(long/time.Millisecond)
	shared := gcd(period, window)
	num, den := budget.Num*(period/shared), budget.Den*(window/shared)
	shared = gcd(num, den)
	return sla.Ratio{Num: num / shared, Den: den / shared}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// burn reads the rules that the agreement writes; none written means the usual
// ones, and an empty list none at all.
func (b *builder) burn(files []burnFile, p Period) []BurnRule {
	if files == nil {
		return DefaultBurn(p)
	}
	if len(files) > MaxBurnRules {
		b.fault("burn", "", "%d rules; at most %d", len(files), MaxBurnRules)
		return nil
	}
	out := []BurnRule{}
	for i, f := range files {
		out = append(out, b.burnRule(fmt.Sprintf("burn[%d]", i+1), f, p))
	}
	return out
}

func (b *builder) burnRule(path string, f burnFile, p Period) BurnRule {
	r := BurnRule{Severity: f.Severity, Long: time.Duration(f.Long), Short: time.Duration(f.Short), Factor: f.Factor.Ratio}
	if !slices.Contains([]string{"page", "ticket"}, r.Severity) {
		b.fault(path+".severity", "write page or ticket", "%q is no severity", r.Severity)
	}
	if r.Long == 0 || r.Short == 0 || r.Short >= r.Long {
		b.fault(path, "write both windows, such as long = \"1h\" and short = \"5m\"", "the short window must be shorter than the long one")
	}
	if r.Long > p.Nominal() {
		b.fault(path+".long", "", "is longer than the period")
	}
	switch {
	case (f.Factor.Text == "") == (f.BudgetPct.Text == ""):
		b.fault(path, "write budget_pct = \"2\" or factor = \"14.4\", and not both", "says not, or says twice, how fast is too fast")
	case f.BudgetPct.Text != "" && (f.BudgetPct.Num == 0 || f.BudgetPct.Num > 100*f.BudgetPct.Den):
		b.fault(path+".budget_pct", "", "%s is not between 0 and 100", f.BudgetPct.Text)
	case f.BudgetPct.Text != "" && r.Long > 0:
		share := sla.Ratio{Num: f.BudgetPct.Num, Den: f.BudgetPct.Den * 100}
		r.Factor = burnFactor(share, p, r.Long)
	}
	if r.Factor.Den > 0 && r.Factor.Num < r.Factor.Den {
		b.fault(path, "write a larger share or a shorter window", "a factor below 1 never spends the budget within the period")
	}
	return r
}
