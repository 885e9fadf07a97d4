package collector

import (
	"fmt"
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
		Confirm: incident.Confirm{Slots: max(1, s.Confirm), Interval: slowest(s).Milliseconds(), Checks: probing(live)},
	}
	f.FromVerdict(live.Recent) // states and outages: the live window
	f.FromLedger(live.Recent)
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

// probing says of each check how many locations probe it, and how many of them
// know its state now.
func probing(live *evaluate.ServiceLive) map[string]incident.Probing {
	out := make(map[string]incident.Probing, len(live.Checks))
	for i := range live.Checks {
		c := &live.Checks[i]
		p := incident.Probing{Interval: c.Check.Interval.Milliseconds()}
		for _, l := range c.Locations {
			if !l.Expected {
				continue
			}
			p.Locations++
			if l.State != sla.Unknown {
				p.Known++
			}
		}
		out[shortCheck(c.Check.ID)] = p
	}
	return out
}
