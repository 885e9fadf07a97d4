package contract

import "github.com/probity-sla/probity/internal/sla"

// PeriodCredit joins the credit for availability with those of late incidents, by
// the agreement's own rule and cap (SLA.md F39, F40). kept is how its clocks were
// kept in the period.
func (a *Agreement) PeriodCredit(availability sla.Ratio, kept []sla.Compliance) sla.CreditSum {
	var late []sla.Ratio
	for i := range kept {
		late = append(late, kept[i].Credits...)
	}
	return a.Credits.Join(availability, late)
}
