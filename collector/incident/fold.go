package incident

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Fold makes an incident of its events, oldest entry first. What it is now
// follows the order of entry; when something took place follows the effective
// times. Fold(events) is the same as Apply of one event after the other.
func Fold(events []Event) (*Incident, error) {
	if len(events) == 0 {
		return nil, errors.New("an incident without events")
	}
	i := &Incident{}
	for n := range events {
		if err := i.Apply(events[n]); err != nil {
			return nil, fmt.Errorf("event %d (%s): %w", n+1, events[n].Kind, err)
		}
	}
	return i, nil
}

// Apply enters the next event. It returns a *RecordError, and leaves the
// incident as it was, when the event is not allowed. That a severity is a word
// of the agreement, and a reason one that its clocks know, is for the caller to say.
func (i *Incident) Apply(e Event) error {
	if err := i.check(&e); err != nil {
		return err
	}
	i.enter(&e)
	i.Seq, i.UpdatedAt = e.Seq, e.At
	return nil
}

// Clone returns a copy that shares nothing with i.
func (i *Incident) Clone() *Incident {
	c := *i
	c.Severities, c.SeveritiesBy = maps.Clone(i.Severities), maps.Clone(i.SeveritiesBy)
	c.Majors, c.Outages, c.Faults = slices.Clone(i.Majors), slices.Clone(i.Outages), slices.Clone(i.Faults)
	c.Causes, c.Actions = slices.Clone(i.Causes), slices.Clone(i.Actions)
	return &c
}

// Agreements are those that the incident concerns, sorted.
func (i *Incident) Agreements() []string {
	out := slices.Collect(maps.Keys(i.Severities))
	for _, o := range i.Outages {
		if !o.Withdrawn {
			out = append(out, o.Agreement)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// enter makes of the incident what an event that was checked says.
func (i *Incident) enter(e *Event) {
	at := e.Effect()
	switch e.Kind {
	case EventOpened:
		i.open(e)
	case EventOutageJoined, EventOutageEnded, EventOutageWithdrawn:
		i.join(e)
	case EventFaultJoined:
		i.report(e)
	case EventAcknowledged:
		if i.AcknowledgedAt == 0 || at < i.AcknowledgedAt {
			i.AcknowledgedAt, i.AcknowledgedBy = at, e.By
		}
		if at >= i.ReopenedAt { // an answer from before does not answer the reopening
			i.move(e)
		}
	case EventMitigated:
		if i.MitigatedAt == 0 || at < i.MitigatedAt {
			i.MitigatedAt = at
		}
		i.move(e)
	case EventPaused:
		i.PausedFor, i.PausedOf, i.PausedAt = e.Reason, e.Agreement, at
	case EventResumed:
		i.PausedFor, i.PausedOf, i.PausedAt = "", "", 0
	case EventResolved:
		i.ResolvedAt, i.ResolvedBy = at, e.By
		i.move(e)
	case EventReopened:
		i.Reopened++
		i.ReopenedAt, i.ReopenedBy = max(at, i.ResolvedAt), e.By
		i.MitigatedAt, i.ResolvedAt, i.ResolvedBy, i.ReviewedAt = 0, 0, "", 0
		i.move(e)
	case EventReviewed:
		i.ReviewedAt = at
		i.move(e)
	case EventSeverity:
		i.rate(e)
	case EventCause:
		i.explain(&i.Cause, e)
	case EventRemedy:
		i.explain(&i.Remedy, e)
	case EventAction:
		i.act(*e.Action)
	case EventNote, EventNotified: // they are the record itself
	}
}

// explain takes over a cause or remedy. What is written for one agreement of
// several stands for the incident only until something is written for all.
func (i *Incident) explain(text *string, e *Event) {
	if e.Agreement == "" || *text == "" || len(i.Agreements()) <= 1 {
		*text = e.Text
	}
}

// Told is the cause or remedy that one agreement is told: of an incident of
// several only what was written for it. "": nothing yet.
func (i *Incident) Told(kind EventKind, agreement string, events []Event) string {
	text, alone := "", len(i.Agreements()) <= 1
	for n := range events {
		if e := &events[n]; e.Kind == kind && (alone || e.Agreement == agreement) {
			text = e.Text
		}
	}
	return text
}

// move changes the state where the event finds it as transitions say.
func (i *Incident) move(e *Event) {
	if t := transitions[e.Kind]; slices.Contains(t.from, i.State) {
		i.State = t.to
	}
}

func (i *Incident) open(e *Event) {
	i.ID, i.State, i.Title = e.Incident, IncidentOpen, e.Text
	i.OpenedAt, i.OpenedBy = e.Effect(), e.By
	i.Severities = map[string]string{}
	if e.Agreement != "" {
		i.rate(e)
	}
	if e.Fault != "" {
		i.report(e)
	}
	i.join(e)
}

// rate notes the severity for an agreement.
func (i *Incident) rate(e *Event) {
	if _, known := i.Severities[e.Agreement]; known && e.Severity == "" {
		return
	}
	if i.SeveritiesBy == nil {
		i.SeveritiesBy = map[string]string{}
	}
	i.Severities[e.Agreement], i.SeveritiesBy[e.Agreement] = e.Severity, e.By
	i.Majors = slices.DeleteFunc(i.Majors, func(a string) bool { return a == e.Agreement })
	if e.Major {
		i.Majors = append(i.Majors, e.Agreement)
		slices.Sort(i.Majors)
	}
	i.Major = len(i.Majors) > 0
}

// report makes a customer's report part of the incident.
func (i *Incident) report(e *Event) {
	if !slices.Contains(i.Faults, e.Fault) {
		i.Faults = append(i.Faults, e.Fault)
	}
	if at := e.Effect(); i.ReportedAt == 0 || at < i.ReportedAt {
		i.ReportedAt = at
	}
	if _, known := i.Severities[e.Agreement]; !known || e.Severity != "" {
		i.rate(e)
	}
	i.share(e.Keys)
}

// share adds to the keys by which outages find the incident.
func (i *Incident) share(keys []string) {
	i.Causes = append(i.Causes, keys...)
	slices.Sort(i.Causes)
	i.Causes = slices.Compact(i.Causes)
}

// join takes over what an event says of an outage: the last one holds.
func (i *Incident) join(e *Event) {
	i.share(e.Keys)
	if o := e.Outage; o != nil {
		ref := *o
		ref.Withdrawn = e.Kind == EventOutageWithdrawn
		if n := i.outage(ref.ID); n >= 0 {
			i.Outages[n] = ref
		} else {
			i.Outages = append(i.Outages, ref)
		}
	}
	i.date(e.Effect())
}

// date works out since when the incident is known of, and since when nothing is
// measured down any more. at is used where every outage was withdrawn: nothing
// has been down since then.
func (i *Incident) date(at int64) {
	i.DetectedAt, i.RestoredAt = 0, 0
	if i.OpenedBy != System {
		i.DetectedAt = i.OpenedAt
	}
	live, last := 0, int64(0)
	for _, o := range i.Outages {
		if o.Withdrawn {
			continue
		}
		live++
		if i.DetectedAt == 0 || o.From < i.DetectedAt {
			i.DetectedAt = o.From
		}
		last = max(last, o.To)
	}
	switch {
	case i.Down() || len(i.Outages) == 0:
	case live == 0:
		i.RestoredAt = at
	default:
		i.RestoredAt = last
	}
	if i.ResolvedBy == System && i.RestoredAt != 0 {
		i.ResolvedAt = i.RestoredAt // what the collector resolved ends with its last outage
	}
}

func (i *Incident) act(a Action) {
	if n := slices.IndexFunc(i.Actions, func(b Action) bool { return b.ID == a.ID }); n >= 0 {
		i.Actions[n] = a
		return
	}
	i.Actions = append(i.Actions, a)
}
