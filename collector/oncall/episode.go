package oncall

import "github.com/probity-sla/probity/collector/incident"

// episode is what the events say of an incident since it was opened, or last
// reopened, as one policy sees it. Its instants, ms UTC, are those of entry: a
// late entry makes no step due in the past.
type episode struct {
	policy     *Policy
	opened     int64
	served     int64 // the policy serves the incident since; 0: it does not
	major      bool
	raised     int64                 // it is major since; 0: it was so when it was opened, or is not
	severities map[string]importance // by agreement; "" is of all
	levels     []told
}

// importance is what is known of an agreement's severity.
type importance struct {
	severity string
	major    bool
}

// told is what was done at one level.
type told struct {
	steps      int
	recipients map[recipient]memory
}

// memory is how often, and when last, a recipient was told at a level.
type memory struct {
	times int
	last  int64
}

// recipient is a person, or else a channel that is told by itself.
type recipient struct{ person, channel string }

// episodeOf reads the record of an incident, oldest event first.
func episodeOf(p *Policy, i *incident.Incident, events []incident.Event) *episode {
	e := &episode{policy: p, severities: map[string]importance{}}
	e.begin(i.OpenedAt)
	for n := range events {
		e.apply(&events[n])
	}
	if e.served == 0 { // whoever asks knows of a severity that is not in the events
		e.served = e.opened
	}
	return e
}

func (e *episode) begin(at int64) {
	e.opened, e.served, e.raised = at, 0, 0
	e.levels = make([]told, len(e.policy.Levels))
}

func (e *episode) apply(event *incident.Event) {
	switch event.Kind {
	case incident.EventOpened, incident.EventReopened:
		e.begin(event.At)
		if event.Severity != "" || event.Major {
			e.severities[event.Agreement] = importance{event.Severity, event.Major}
		}
	case incident.EventSeverity:
		e.severities[event.Agreement] = importance{event.Severity, event.Major}
	case incident.EventNotified:
		e.note(event)
	}
	e.judge(event.At)
}

// judge notes since when the policy serves the incident, and since when it is major.
func (e *episode) judge(at int64) {
	serves, major := len(e.policy.Serves) == 0, false
	for _, s := range e.severities {
		major = major || s.major
		serves = serves || e.policy.serves(s.severity, s.major)
	}
	switch {
	case !serves:
		e.served = 0
	case e.served == 0:
		e.served = at
	}
	switch {
	case !major:
		e.raised = 0
	case !e.major && at > e.opened:
		e.raised = at
	}
	e.major = major
}

func (e *episode) note(event *incident.Event) {
	s := event.Step
	if s == nil || s.Policy != e.policy.Name || s.Level < 1 || s.Level > len(e.levels) {
		return
	}
	t := &e.levels[s.Level-1]
	t.steps++
	if t.recipients == nil {
		t.recipients = map[recipient]memory{}
	}
	for _, p := range s.People {
		t.tell(recipient{person: p}, event.At)
	}
	for _, c := range s.Channels {
		t.tell(recipient{channel: c}, event.At)
	}
}

func (t *told) tell(r recipient, at int64) {
	t.recipients[r] = memory{t.recipients[r].times + 1, at}
}

// due is when a level's time comes: After from the opening, or from when the
// policy began to serve the incident. Becoming major brings the next level
// forward to that instant, and those behind it by as much.
func (e *episode) due(level int) int64 {
	due := e.served + e.policy.Levels[level].After.millis()
	if e.raised == 0 || e.raised < e.served {
		return due
	}
	for n, l := range e.policy.Levels {
		if next := e.served + l.After.millis(); next > e.raised || e.served == e.raised {
			if level >= n {
				due -= next - e.raised
			}
			break
		}
	}
	return due
}
