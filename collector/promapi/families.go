package promapi

import (
	"math"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// family is all series of one name. All are gauges.
type family struct {
	name, help string
	now        func(s *Snapshot, e emitter) // their values in a snapshot
	stored     bool                         // has history, see stored.go
}

// emitter takes one value with its labels, as name, value, name, value, …
type emitter func(value float64, labels ...string)

// Names of the stored families.
const (
	nameSuccess  = "probe_success"
	nameDuration = "probe_duration_seconds"
	nameUp       = "probity_service_up"
	nameState    = "probity_service_state"
)

// families are in the order of their worth: where the number of series is
// bounded, those at the end are left out first.
var families = []family{
	{"probity_availability_ratio", "Availability of the running period as the contract counts it, 0 to 1. Without a service: the agreement's own figure.",
		verdicts(func(v *sla.Verdict) sla.Ratio { return v.Availability }), false},
	{"probity_objective_ratio", "Availability that the contract promises, 0 to 1.",
		verdicts(func(v *sla.Verdict) sla.Ratio { return v.Target }), false},
	{"probity_error_budget_remaining_ratio", "Share of the period's error budget that is left; negative when overspent.",
		verdicts(budgetLeft), false},
	{"probity_error_budget_remaining_seconds", "Bad time that the running period can still take before a breach; negative after it.",
		verdicts(func(v *sla.Verdict) sla.Ratio {
			if v.Budget < 0 {
				return sla.Ratio{}
			}
			return sla.Of(v.BudgetLeft, 1000)
		}), false},
	{"probity_coverage_ratio", "Share of the elapsed period, excluded time left out, for which the state is known.",
		verdicts(func(v *sla.Verdict) sla.Ratio { return v.Coverage }), false},
	{"probity_incidents_open", "Open incidents by the contract's word for their severity.", openIncidents, false},
	{nameState, "1 for the state that the service is in, 0 for the others: as observed, or excluded or out_of_scope where the contract does not count.", states, true},
	{nameUp, "What the present time counts as by the contract: 1 up, 0 down, between them when degraded time counts in part. Absent while unknown or not counted.", ups, true},
	{"probity_burn_rate", "Speed at which the error budget is spent over the window before now; 1 spends it exactly by the end of the period.", burns, false},
	{"probity_agent_last_seen_timestamp_seconds", "When the agent was last heard of, Unix time.", seen, false},
	{"probity_certificate_expiry_timestamp_seconds", "When the earliest certificate that the check met expires, Unix time.", certificates, false},
	{nameSuccess, "1 when the probe succeeded, 0 when it failed; absent without a result.", successes, true},
	{nameDuration, "Duration of the probe in seconds, within 2 percent; absent when it failed.", durations, true},
}

func verdicts(figure func(*sla.Verdict) sla.Ratio) func(*Snapshot, emitter) {
	return func(s *Snapshot, e emitter) {
		put := func(v *sla.Verdict, labels ...string) {
			if v == nil {
				return
			}
			if r := figure(v); r.Present() {
				e(float(r), labels...)
			}
		}
		for i := range s.Agreements {
			a := &s.Agreements[i]
			put(a.Overall, "agreement", a.ID)
			for j := range a.Services {
				put(a.Services[j].Verdict, "agreement", a.ID, "service", a.Services[j].ID)
			}
		}
	}
}

// budgetLeft is absent where the contract leaves no budget to have a share of.
func budgetLeft(v *sla.Verdict) sla.Ratio {
	if v.Budget <= 0 {
		return sla.Ratio{}
	}
	return sla.Of(v.BudgetLeft, v.Budget)
}

func openIncidents(s *Snapshot, e emitter) {
	for i := range s.Agreements {
		for _, o := range s.Agreements[i].Open {
			e(float64(o.Incidents), "agreement", s.Agreements[i].ID, "severity", o.Severity)
		}
	}
}

// services calls f for each service.
func (s *Snapshot) services(f func(a *Agreement, v *Service)) {
	for i := range s.Agreements {
		for j := range s.Agreements[i].Services {
			f(&s.Agreements[i], &s.Agreements[i].Services[j])
		}
	}
}

func states(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		if v.Last == nil {
			return
		}
		for _, x := range stateWords {
			e(isState(v.Last, x), "agreement", a.ID, "service", v.ID, "state", x.String())
		}
	})
}

func ups(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		if v.Last == nil {
			return
		}
		if x, ok := counted(v.Last); ok {
			e(x, "agreement", a.ID, "service", v.ID)
		}
	})
}

func burns(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		said := map[time.Duration]bool{} // two rules may share a window
		for _, b := range v.Burn {
			if b.Rate.Present() && !said[b.Window] {
				said[b.Window] = true
				e(rate(b.Rate), "agreement", a.ID, "service", v.ID, "window", model.Duration(b.Window).String())
			}
		}
	})
}

// rate is a burn rate, infinite where the objective leaves no budget to burn.
func rate(r sla.Ratio) float64 {
	if r == sla.MaxBurn {
		return math.Inf(1)
	}
	return float(r)
}

func seen(s *Snapshot, e emitter) {
	for _, a := range s.Agents {
		if a.SeenAt != 0 {
			e(float64(a.SeenAt)/1000, "agent", string(a.Agent), "location", string(a.Location))
		}
	}
}

func certificates(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		for i := range v.Checks {
			if c := &v.Checks[i]; c.CertExpiry != 0 {
				e(float64(c.CertExpiry)/1000, "agreement", a.ID, "service", v.ID, "check", shortID(c.ID))
			}
		}
	})
}

// locations calls f for each location of each check, with its labels.
func (s *Snapshot) locations(f func(c *Check, l *Location, labels []string)) {
	s.services(func(a *Agreement, v *Service) {
		for i := range v.Checks {
			c := &v.Checks[i]
			for j := range c.Locations {
				l := &c.Locations[j]
				f(c, l, []string{"agreement", a.ID, "service", v.ID, "check", shortID(c.ID), "location", string(l.Location), "agent", string(l.Agent)})
			}
		}
	})
}

func successes(s *Snapshot, e emitter) {
	s.locations(func(_ *Check, l *Location, labels []string) {
		switch l.State {
		case sla.Up, sla.Degraded:
			e(1, labels...)
		case sla.Down:
			e(0, labels...)
		}
	})
}

func durations(s *Snapshot, e emitter) {
	s.locations(func(_ *Check, l *Location, labels []string) {
		if l.Took > 0 && (l.State == sla.Up || l.State == sla.Degraded) {
			e(l.Took.Seconds(), labels...)
		}
	})
}

// shortID is a check's own name within its service.
func shortID(id protocol.CheckID) string {
	return string(id[strings.LastIndexByte(string(id), '/')+1:])
}
