package report

import (
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// trend is the availability of each service in the periods before, and in this
// one; periods from before the contract are left out.
func (b *builder) trend() []Series {
	a, st := b.in.Agreement, b.in.Statement
	var out []Series
	for i := range st.Services {
		s := &st.Services[i]
		out = append(out, Series{Service: s.Service, Name: s.Name, Points: b.points(s.Service, &s.Verdict)})
	}
	if len(out) != 1 {
		out = append(out, Series{Name: a.Name, Points: b.points("", &st.Overall)})
	}
	return out
}

func (b *builder) points(service string, now *sla.Verdict) []Point {
	a := b.in.Agreement
	points := []Point{pointOf(b.in.Statement.Label, now)}
	span := contract.Span{Window: now.Period, Label: b.in.Statement.Label}
	for i := len(b.in.Trend) - 1; i >= 0; i-- {
		span = a.Period.Previous(span, a.Zone)
		if a.ValidFrom != 0 && span.To <= a.ValidFrom {
			break
		}
		points = append([]Point{pointOf(span.Label, verdictOf(b.in.Trend[i], service))}, points...)
	}
	return points
}

// verdictOf finds a service in a statement; "" is the whole.
func verdictOf(st *sla.Statement, service string) *sla.Verdict {
	if st == nil {
		return &sla.Verdict{}
	}
	if service == "" {
		return &st.Overall
	}
	for i := range st.Services {
		if st.Services[i].Service == service {
			return &st.Services[i].Verdict
		}
	}
	return &sla.Verdict{}
}

func pointOf(label string, v *sla.Verdict) Point {
	return Point{
		Label: label, Availability: Figure(v.Availability, v.Target), Objective: percentOf(v.Target),
		Coverage: v.Coverage.Percent(3), Verdict: Word(v), Value: v.Availability, Target: v.Target,
	}
}
