package contract

import "github.com/probity-sla/probity/internal/sla"

// Comply says how each of the agreement's clocks was kept in the window p, in the
// order of the file. readings returns the clocks of the incidents that are of the
// clock's severity when the statement is made (SLA.md F41).
func (a *Agreement) Comply(p sla.Window, readings func(*Clock) []sla.Clock) []sla.Compliance {
	out := make([]sla.Compliance, len(a.Clocks))
	for i := range a.Clocks {
		c := &a.Clocks[i]
		out[i] = sla.Comply(p, c.Severity, c.Indicator.String(), c.Terms, readings(c))
	}
	return out
}

// PeriodCredit joins the credit for availability with those of late incidents, by
// the agreement's own rule and cap (SLA.md F39, F40).
func (a *Agreement) PeriodCredit(availability sla.Ratio, kept []sla.Compliance) sla.CreditSum {
	var late []sla.Ratio
	for i := range kept {
		late = append(late, kept[i].Credits...)
	}
	return a.Credits.Join(availability, late)
}
