package incident

import (
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// Indicators: what a clock measures, in the words of agreements.
const (
	Response   = "response"   // to the first answer by a person
	Resolution = "resolution" // until the fault is mended
)

// ClockRule is a clock of an agreement, as package contract reads it.
type ClockRule struct {
	Agreement         string          `json:"agreement"`
	Severity          string          `json:"severity"`  // the contract's own word
	Indicator         string          `json:"indicator"` // Response, Resolution
	OpensByReport     bool            `json:"opens_by_report"`
	StopsAtWorkaround bool            `json:"stops_at_workaround"`
	Pauses            []string        `json:"pauses,omitempty"` // reasons for which it stands still
	Terms             *sla.ClockTerms `json:"-"`
}

// ClockStatus is how a clock of an incident reads. Lengths are ms, instants ms UTC.
type ClockStatus struct {
	ClockRule
	Target    int64 `json:"target_ms"`
	OpenedAt  int64 `json:"opened_at"`
	DueAt     int64 `json:"due_at,omitempty"`     // 0: not as things stand
	StoppedAt int64 `json:"stopped_at,omitempty"` // 0: it is not stopped
	Elapsed   int64 `json:"elapsed_ms"`
	Paused    int64 `json:"paused_ms"`
	OffHours  int64 `json:"off_hours_ms"`
	Running   bool  `json:"running"` // neither stopped nor paused
	Breach    bool  `json:"breach"`
	Met       bool  `json:"met"` // stopped in time
}

// ReadClocks reads the clocks of an incident at an instant, in the order of
// rules; due times are looked for until horizon ms after it. Only the rules of
// the present severity of each agreement are read, from the opening on, so a new
// severity counts from the beginning. This is how a record is read:
//
//   - Opening. A clock that opens by detection opens at whatever made the fault
//     known first: the first failure of an outage of the agreement, a report of
//     its customer, or a person who opened the incident by hand. One that opens
//     by report opens at the first report; without one it is not read at all.
//   - Response stops at the first acknowledgement by a person, nothing else: what
//     the collector enters is no answer. A reopening asks for another answer only
//     where the terms say that it starts the clock anew.
//   - Resolution stops at the resolution, at the end of the agreement's last
//     outage (the service is measured up again), and at a workaround where the
//     rule says so, whichever is first. A resolution that lies inside measured
//     down time stops nothing; the end of that time does.
//   - An outage that begins later, and a reopening, reopen the resolution clock;
//     what the time between counts as is the terms' Reopen.
//   - Pauses count when the rule knows their reason and they concern the agreement.
//     Those that overlap count once.
//   - Outages count as they are dated now; those withdrawn never were. Where the
//     terms are not retroactive each edge counts from when it was entered.
//
// It returns an error for a record that Fold would refuse.
func ReadClocks(events []Event, rules []ClockRule, at, horizon int64) ([]ClockStatus, error) {
	i, err := Fold(events)
	if err != nil {
		return nil, err
	}
	var out []ClockStatus
	for _, r := range rules {
		if r.Terms == nil || i.Severities[r.Agreement] != r.Severity {
			continue
		}
		h := history{incident: i, events: events, rule: &r}
		opened, ok := h.opening()
		if !ok || opened > at {
			continue
		}
		s, err := h.read(opened, at, horizon)
		if err != nil {
			return nil, fmt.Errorf("clock %s %s of %s: %w", r.Severity, r.Indicator, r.Agreement, err)
		}
		out = append(out, s)
	}
	return out, nil
}
