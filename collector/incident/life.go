package incident

import (
	"cmp"
	"errors"
	"slices"
)

// Bounds of what an event may carry.
const (
	MaxRecordText = 10_000  // characters of a text: a note, a cause, a remedy
	MaxTitle      = 300     // characters of a title
	MaxRecordName = 200     // characters of a name, a reason, a word for a severity, a key
	MaxEventKeys  = 1_000   // keys of one event
	MaxActions    = 100     // preventive actions of one incident
	MaxEvents     = 100_000 // entries of one record
)

// RecordError says why an event cannot be entered, so that whoever enters it
// can put it right.
type RecordError struct {
	Field    string // of the event: "effective"; "kind" where the incident is not in a state for it
	Detail   string // "lies in the future: …"
	Conflict bool   // the event is well formed: it is the state of the incident that does not allow it
}

func (e *RecordError) Error() string { return e.Field + " " + e.Detail }

func fault(field, detail string) error { return &RecordError{Field: field, Detail: detail} }

func conflict(detail string) error {
	return &RecordError{Field: "kind", Detail: detail, Conflict: true}
}

// IsConflict reports whether err is a RecordError for which the state of the
// incident is the reason, not the event.
func IsConflict(err error) bool {
	var e *RecordError
	return errors.As(err, &e) && e.Conflict
}

// transitions says what an event makes of the state:
//
//	event         from                            to            else
//	opened        nothing                         open          refused
//	acknowledged  open                            acknowledged  late, if nobody answered so early before: stays
//	mitigated     open, acknowledged              mitigated     late, in resolved: stays
//	resolved      open, acknowledged, mitigated   resolved      refused
//	reopened      resolved, reviewed              open          refused
//	reviewed      resolved                        reviewed      refused
//
// All others leave it as it is. Pauses, causes and remedies can be entered
// until the review; notes, actions, severities, reported faults and what
// becomes of outages at any time.
var transitions = map[EventKind]struct {
	from []IncidentState
	to   IncidentState
}{
	EventAcknowledged: {[]IncidentState{IncidentOpen}, IncidentAcknowledged},
	EventMitigated:    {[]IncidentState{IncidentOpen, IncidentAcknowledged}, IncidentMitigated},
	EventResolved:     {[]IncidentState{IncidentOpen, IncidentAcknowledged, IncidentMitigated}, IncidentResolved},
	EventReopened:     {[]IncidentState{IncidentResolved, IncidentReviewed}, IncidentOpen},
	EventReviewed:     {[]IncidentState{IncidentResolved}, IncidentReviewed},
}

// byPeople are the kinds that only a person can enter.
var byPeople = []EventKind{EventAcknowledged, EventMitigated, EventReviewed}

// backDated are the kinds that may have taken place before the incident was opened.
var backDated = []EventKind{EventOutageJoined, EventOutageEnded, EventOutageWithdrawn, EventFaultJoined}

// forOne are the kinds that may concern one agreement of several.
var forOne = []EventKind{EventOpened, EventFaultJoined, EventSeverity, EventPaused, EventResumed, EventMitigated, EventNote, EventCause, EventRemedy}

// Effect returns when what the event records took place, ms UTC.
func (e *Event) Effect() int64 { return cmp.Or(e.Effective, e.At) }

// Unresolved reports whether the incident still goes on.
func (i *Incident) Unresolved() bool {
	return i.State != IncidentResolved && i.State != IncidentReviewed
}

// Down reports whether an outage of the incident goes on, as far as is known.
func (i *Incident) Down() bool {
	return slices.ContainsFunc(i.Outages, func(o OutageRef) bool { return o.To == 0 && !o.Withdrawn })
}

// MayReview says what is missing before the incident can be reviewed; cause and
// remedy where an agreement of it requires a report.
func (i *Incident) MayReview(reportRequired bool) error {
	switch {
	case i.State == IncidentReviewed:
		return conflict("was reviewed before")
	case i.State != IncidentResolved:
		return conflict("is refused: the incident is " + string(i.State) + "; resolve it first")
	case reportRequired && i.Cause == "":
		return &RecordError{Field: "cause", Detail: "is missing: the agreement asks for a report; write down the cause first", Conflict: true}
	case reportRequired && i.Remedy == "":
		return &RecordError{Field: "remedy", Detail: "is missing: the agreement asks for a report; write down the remedy first", Conflict: true}
	}
	return nil
}

// began is the earliest instant at which something of the incident took place.
func (i *Incident) began() int64 {
	at := i.OpenedAt
	for _, other := range []int64{i.DetectedAt, i.ReportedAt} {
		if other != 0 {
			at = min(at, other)
		}
	}
	return at
}
