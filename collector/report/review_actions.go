package report

import (
	"cmp"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// compare fills in what an action changed: the availability of the services of
// its incident, or of the agreement as a whole, in the periods that ended before
// it was closed and in those that began after.
func (in *ReviewInput) compare(a *ReviewAction) {
	a.Before, a.After = Absent, Absent
	at := slices.IndexFunc(in.Agreements, func(x ReviewAgreement) bool { return x.Agreement.ID == a.Agreement })
	if a.State != incident.ActionDone || a.ClosedAt == 0 || at < 0 {
		return
	}
	g := &in.Agreements[at]
	services := in.touched(a)
	if len(services) == 0 {
		services = []string{""}
	}
	var before, after account
	target := sla.Ratio{}
	for _, st := range g.Statements {
		if st == nil {
			continue
		}
		side, n := &before, 0
		switch {
		case st.Overall.Period.To <= a.ClosedAt:
		case st.Overall.Period.From >= a.ClosedAt:
			side, n = &after, 1
		default:
			continue
		}
		judged := side.n
		for _, s := range services {
			v := verdictOf(st, s)
			if s == "" && !st.InTime() {
				continue
			}
			side.add(v)
			target = cmp.Or(v.Target, target)
		}
		if side.n > judged {
			a.Periods[n]++
		}
	}
	a.Before, a.After = before.percent(target), after.percent(target)
}

// touched are the services that the outages of an action's incident hit.
func (in *ReviewInput) touched(a *ReviewAction) (services []string) {
	for i := range in.Incidents {
		if in.Incidents[i].ID != a.Incident {
			continue
		}
		for _, o := range in.Incidents[i].Outages {
			if o.Agreement == a.Agreement && !o.Withdrawn && !slices.Contains(services, o.Service) {
				services = append(services, o.Service)
			}
		}
	}
	slices.Sort(services)
	return services
}
