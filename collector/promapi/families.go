package promapi

import "github.com/probity-sla/probity/internal/sla"

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
