package incident

// Reasons of changes: what happened, in a few words. English is the key of
// every other language.
const (
	reasonGoesOn       reason = "no longer suppressed ({why}), and it goes on"
	reasonRedated      reason = "re-dated from {from} to {to}"
	reasonOtherParts   reason = "other parts are down too"
	reasonFlapping     reason = "flapping: {flaps} outages in {flap_window}"
	reasonCovers       reason = "maintenance {id} covers it now"
	reasonTooLate      reason = "maintenance {id} runs but was announced too late; it counts"
	reasonCounted      reason = "maintenance {id} runs but does not qualify ({why}); it counts"
	reasonCoverOver    reason = "maintenance {id} is over"
	reasonParentDown   reason = "{parent} is down, which it depends on"
	reasonParentUp     reason = "{parent} is up again, which it depends on; this one has a moment to follow"
	reasonParentGone   reason = "{parent} is up again, which it depends on, and this goes on"
	quietMaintenance   reason = "maintenance {id} until {until}"
	quietHours         reason = "outside service hours"
	quietParentUp      reason = "{parent} was down, which it depends on, and is up again"
	whyLate            reason = "announced {given} before, {notice} are asked for"
	whyUnannounced     reason = "not announced before it began, {notice} are asked for"
	whyOther           reason = "not announced as the agreement asks"
	reasonUpAgain      reason = "up again"
	reasonDownNow      reason = "down now"
	reasonFastAgain    reason = "as fast as agreed again"
	reasonResults      reason = "results arrive again"
	reasonCovered      reason = "enough is known again"
	reasonSlower       reason = "the budget burns slower again"
	reasonHolds        reason = "at the present rate the objective holds"
	reasonMissed       reason = "the objective is missed: it has an alert of its own"
	reasonPeriodOver   reason = "period {period} is over; its figures are in its statement"
	reasonLeftWindow   reason = "the outages that broke it have left the window"
	reasonBackWithin   reason = "a correction or late results brought it back within the objective"
	reasonHeard        reason = "heard of again"
	reasonNoFaults     reason = "it reports no faults any more"
	reasonClockRight   reason = "its clock is right again"
	reasonConfirmed    reason = "confirmed: {slots} failed in a row"
	reasonOverWhenSeen reason = "over when it was first seen"
	reasonJoinedTo     reason = "late results joined it to {outage}"
	reasonOverBefore   reason = "over before {at}"
	reasonNoDownTime   reason = "later evidence or a correction leaves no down time here"
	reasonOver         reason = "over"
	reasonOutageOn     reason = "goes on: later results joined it"
	reasonEndsAt       reason = "ends at {at}"
	reasonCounts       reason = "counts for {for} now"
	reasonInTime       reason = "done in time"
	reasonLate         reason = "done {late} late"
	reasonTargetPassed reason = "the target has passed: that is an alert of its own"
	reasonStands       reason = "the clock stands still"
	reasonDueLater     reason = "it is due later now"
	reasonNotMissed    reason = "what was entered since brings it within the target"
	reasonRenewed      reason = "renewed: valid until {until}"
	reasonWindowOver   reason = "the window is over"
	reasonEndTold      reason = "told for long enough"
	reasonAllUp        reason = "nothing that was down in the window is down any more"
)

// Sentences that several kinds share.
const (
	budgetLeft = "{budget_left} left of {budget} of downtime budget in {period}."
	budgetOver = "The downtime budget of {budget} in {period} is overspent by {budget_over}."
	figures    = "Availability is {availability}, the objective {target}."
	excused    = "Maintenance {maintenance} covers now until {maintenance_until}: its time is excluded."
	notExcused = "Maintenance {unexcused} covers now but does not qualify: {unexcused_why}; its time counts."
	decided    = "Decided by {places}."
	dependsOn  = "It depends on {parent}, which is or was down."
	flaps      = "Flapping: {flaps} outages in {flap_window}; it closes after {flap_calm} without a failure."
	leftNow    = "{budget_left} left of {budget} of downtime budget in the running period."
	overNow    = "The downtime budget of {budget} in the running period is overspent by {budget_over}."
)

var english = &language{
	day: "d", hour: "h", minute: "min", second: "s", milli: "ms", minus: "minus ", times: "{n} times ", when: " at {t}", gap: " ", list: ", ",
	kinds: map[Kind]text{
		ServiceDown: {"{service} ({agreement}) is down", []string{
			"Down since {since}, {for} by now.", "Cause: {cause}.", "Decided by {where}.", flaps, dependsOn,
			budgetLeft, budgetOver, figures, excused, notExcused,
		}},
		ServiceDegraded: {"{service} ({agreement}) is degraded", []string{
			"Answers, but not as agreed, since {since}, {for} by now.", "Cause: {cause}.", "Decided by {where}.", dependsOn,
			budgetLeft, budgetOver, figures, excused, notExcused,
		}},
		ServiceNoData: {"Nothing is known of {service} ({agreement})", []string{
			"No result since {since}, {for} by now: it may be up or down.", "Look at the agents before the service.", dependsOn,
			budgetLeft, budgetOver, figures, excused, notExcused,
		}},
		ObjectiveAtRisk: {"{service} ({agreement}) spends its downtime budget {burn_times}too fast", []string{
			"Over the last {long} the budget burned at {burn} times the rate that lasts the period, over the last {short} at {shortburn} times; the bound is {factor}.",
			budgetLeft, "At this rate it is spent in {spent_in}.", budgetOver, figures, decided, dependsOn, excused, notExcused,
		}},
		ObjectiveForecast: {"At this rate {service} ({agreement}) misses its objective for {period}{forecast_when}", []string{
			"At this rate the objective of {period} breaks at {forecast}, in {forecast_in}.", budgetLeft, figures, decided, dependsOn, excused, notExcused,
		}},
		ObjectiveBreached: {"{service} ({agreement}) has missed its objective for {period}", []string{
			budgetOver, figures, decided, "This stands until the period is over.",
		}},
		CoverageLow: {"Too little is known of {service} ({agreement})", []string{
			"Results cover {coverage} of the time in which they were due.", "What nobody measured can be proved by nobody.", budgetLeft, budgetOver, figures,
		}},
		AgentSilent: {"Agent {agent} at {location} is silent", []string{
			"Last heard of at {seen}, {for} ago; it should report at least every {after}.", "Checks assigned to it: {checks}; they have no results from {location} meanwhile.",
		}},
		AgentFaulty: {"Agent {agent} at {location} reports faults of its own", []string{
			"Faults: {faults}.", "What it could not judge counts as unknown.",
		}},
		ClockOff: {"The clock of agent {agent} at {location} is off", []string{
			"It is {clock_ahead} ahead of the collector's; the bound is {clock_bound}.", "It is {clock_behind} behind the collector's; the bound is {clock_bound}.", "Results carry the agent's time: outages it sees are misdated by as much.",
		}},
		ResponseDue: {"{incident} ({agreement}) must be answered by {due}", []string{
			"{title}.", "Severity {priority}: an answer is due in {due_in}, at {due}; {elapsed} of {clock_target} are gone.", "Acknowledge it: that stops the clock.",
			"Decided by {where}.", leftNow, overNow,
		}},
		ResponseMissed: {"{incident} ({agreement}) was not answered in time", []string{
			"{title}.", "Severity {priority}: an answer was due at {due}; {elapsed} are gone, the target is {clock_target}.", "Nobody has acknowledged it yet.",
			"Decided by {where}.", leftNow, overNow,
		}},
		ResolutionDue: {"{incident} ({agreement}) must be mended by {due}", []string{
			"{title}.", "Severity {priority}: it is to be mended in {due_in}, by {due}; {elapsed} of {clock_target} are gone.", "Decided by {where}.", leftNow, overNow,
		}},
		ResolutionMissed: {"{incident} ({agreement}) was not mended in time", []string{
			"{title}.", "Severity {priority}: it was to be mended by {due}; {elapsed} are gone, the target is {clock_target}.", "Decided by {where}.", leftNow, overNow,
		}},
		CertificateExpiring: {"The certificate of {service} ({agreement}) ends at {not_after}", []string{
			"Check {check} is served a chain that ends in {ends_in}.", "It has ended: clients refuse it since {ended}.", "Seen by {places}.",
		}},
		MaintenanceBegins: {"Maintenance {window} of {agreement} runs until {until}", []string{
			"From {from} until {until}: {why_maintenance}.", "It covers {services}.", "Its time is excluded.{?qualifies}", "It does not qualify: {counts_why}; its time counts.",
		}},
		MaintenanceEnded: {"Maintenance {window} of {agreement} has ended", []string{
			"It ran from {from} until {until}.", "All it covers is up.{?all_up}", "Down now: {down}, as {places} see it.", "Nothing is known of {unknown}.",
		}},
		MaintenanceOverran: {"Maintenance {window} of {agreement} has overrun", []string{
			"It was to end at {until}, {overrun} ago.", "Still down since then: {where}.", "Decided by {places}.", "From the end of the window on, down time counts.",
		}},
	},
}
