package evaluate

import (
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// capKinds are the calendar spans that a maintenance cap may be granted for.
var capKinds = map[sla.CapPer]contract.PeriodKind{
	sla.CapPerMonth: contract.Month, sla.CapPerQuarter: contract.Quarter, sla.CapPerYear: contract.Year,
}

// capSpan is the calendar span of the service's cap that an instant lies in;
// ok is false where the cap is the period's own, or there is none.
func capSpan(a *contract.Agreement, t *sla.Terms, at int64) (span contract.Span, ok bool) {
	kind, ok := capKinds[t.Maintenance.CapPer]
	if !ok || t.Maintenance.Cap == nil {
		return contract.Span{}, false
	}
	return contract.Period{Kind: kind}.Containing(at, a.Zone), true
}

// since is the instant from which results and records matter for a window that
// begins at from: the margin for outages across its edge, and the span of any cap.
func since(a *contract.Agreement, from int64) int64 {
	out := from - millis(Margin)
	for i := range a.Services {
		if span, ok := capSpan(a, a.Services[i].Terms, from); ok {
			out = min(out, span.From-millis(Margin))
		}
	}
	return out
}

// spendCap says what of the service's cap is spent when the window of in
// begins, and when it starts anew inside (SLA.md F13).
func spendCap(a *contract.Agreement, t *sla.Terms, in *sla.Input) error {
	span, ok := capSpan(a, t, in.Period.From)
	if !ok {
		return nil
	}
	kind := contract.Period{Kind: capKinds[t.Maintenance.CapPer]}
	for next := kind.Next(span, a.Zone); next.From < in.Period.To; next = kind.Next(next, a.Zone) {
		in.CapResets = append(in.CapResets, next.From)
	}
	if span.From >= in.Period.From {
		return nil
	}
	before := *in
	before.Period = sla.Window{From: span.From, To: in.Period.From}
	before.Until, before.CapResets = 0, nil
	v, err := sla.Compute(t, &before)
	if err != nil {
		return err
	}
	for _, e := range v.Ledger {
		if e.Maintenance != "" && (t.Maintenance.CapBasis == sla.CapWindow || e.Observed == sla.Down) {
			in.CapSpent += e.To - e.From
		}
	}
	return nil
}
