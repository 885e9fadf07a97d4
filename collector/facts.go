package collector

import (
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// factsOf are what the rules may know of a service from its judged state alone.
// watching is since when results could have arrived, ms UTC.
func factsOf(a *contract.Agreement, live *evaluate.ServiceLive, watching int64) incident.Facts {
	s, v := live.Service, live.Verdict
	f := incident.Facts{
		At: live.Watermark, Agreement: a.ID, AgreementName: a.Name, Service: s.ID, ServiceName: s.Name,
		Customer: a.Customer, Tier: a.Tier, Language: a.Language, Zone: a.Zone, Watching: watching,
		Confirm: incident.Confirm{Slots: max(1, s.Confirm), Interval: slowest(s).Milliseconds()},
	}
	f.FromVerdict(live.Recent) // states and outages: the live window
	f.Outages, f.OutagesFrom = observedOutages(live.Recent), live.Recent.Period.From
	f.Figures(v)
	f.PeriodID, f.Rolling = periodID(a, v), a.Period.Kind == contract.Rolling
	if w := live.InWindow; w != nil {
		f.Maintenance = &incident.Cover{
			ID: w.ID, From: w.From, Until: w.To, Qualifies: live.Excused, Announced: w.Announced, Notice: a.Notice.Milliseconds(),
		}
		if !live.Excused && w.From-w.Announced >= f.Maintenance.Notice {
			f.Maintenance.Why = notQualified
		}
	}
	for _, b := range live.Burn {
		f.Burn = append(f.Burn, incident.Burn{
			Severity: b.Rule.Severity, Long: b.Rule.Long, Short: b.Rule.Short, Factor: b.Rule.Factor,
			LongBurn: b.Long, ShortBurn: b.Short,
		})
	}
	f.Parents = s.DependsOn
	f.Foresee()
	return f
}

// slowest is the longest interval of a service's checks: a failure is repeated
// only when every check had its turn again.
func slowest(s *contract.Service) time.Duration {
	var out time.Duration
	for _, c := range s.Checks {
		out = max(out, c.Interval)
	}
	return out
}

func periodID(a *contract.Agreement, v *sla.Verdict) string {
	if a.Period.Kind == contract.Rolling {
		return fmt.Sprintf("%dd", a.Period.Days)
	}
	return a.Period.Containing(v.Period.From, a.Zone).Label
}

// observedOutages are the runs of observed down, maintenance or not: what the
// rules open, suppress and close. What counts against the contract is in Counted.
func observedOutages(v *sla.Verdict) []sla.Outage {
	var out []sla.Outage
	for _, e := range v.Ledger {
		if e.Observed != sla.Down {
			continue
		}
		counted := int64(0)
		if e.State == sla.Down {
			counted = e.To - e.From
		}
		if n := len(out); n > 0 && out[n-1].To == e.From {
			o := &out[n-1]
			o.To, o.Counted = e.To, o.Counted+counted
			for _, w := range e.Where {
				if !slices.Contains(o.Where, w) {
					o.Where = append(o.Where, w)
				}
			}
			continue
		}
		out = append(out, sla.Outage{From: e.From, To: e.To, Counted: counted, Where: slices.Clone(e.Where)})
	}
	if n := len(out); n > 0 {
		out[n-1].Ongoing = out[n-1].To >= v.Until
	}
	return out
}
