package incident

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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
var forOne = []EventKind{EventOpened, EventFaultJoined, EventSeverity, EventPaused, EventResumed, EventMitigated, EventNote}

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

// check says whether e can be the next event of the incident.
func (i *Incident) check(e *Event) error {
	switch {
	case e.Incident == "" || i.ID != "" && e.Incident != i.ID:
		return fault("incident", "is "+strconv.Quote(e.Incident)+", not "+strconv.Quote(i.ID))
	case e.Seq != i.Seq+1:
		return &RecordError{Field: "seq", Detail: "is " + strconv.Itoa(e.Seq) + ": the next entry is number " + strconv.Itoa(i.Seq+1) + "; read the incident again", Conflict: true}
	case e.Seq > MaxEvents:
		return conflict("is refused: the record is full")
	case e.At <= 0:
		return fault("at", "is missing")
	case (e.Kind == EventOpened) != (i.Seq == 0):
		return conflict("is refused: opened is the first event of an incident, and only the first")
	case strings.TrimSpace(e.By) == "":
		return fault("by", "is missing: say who enters it")
	case e.By == System && slices.Contains(byPeople, e.Kind):
		return fault("by", "is the collector itself: a person has to enter this")
	case e.Agreement != "" && !slices.Contains(forOne, e.Kind):
		return fault("agreement", "is not understood: this concerns the whole incident")
	}
	if err := e.bounds(); err != nil {
		return err
	}
	if err := i.checkTime(e); err != nil {
		return err
	}
	return i.checkKind(e)
}

// bounds holds every text of the event against its limit.
func (e *Event) bounds() error {
	longest := MaxRecordText
	if e.Kind == EventOpened {
		longest = MaxTitle
	}
	if err := bounded("text", e.Text, longest); err != nil {
		return err
	}
	if len(e.Keys) > MaxEventKeys {
		return fault("keys", "are more than "+strconv.Itoa(MaxEventKeys))
	}
	names := map[string]string{"by": e.By, "agreement": e.Agreement, "severity": e.Severity, "reason": e.Reason, "fault": e.Fault, "incident": e.Incident}
	for _, field := range []string{"by", "agreement", "severity", "reason", "fault", "incident"} {
		if err := bounded(field, names[field], MaxRecordName); err != nil {
			return err
		}
	}
	for _, key := range e.Keys {
		if err := bounded("keys", key, 2*MaxRecordName); err != nil {
			return err
		}
	}
	return nil
}

// bounded holds a text against its limit; line breaks and tabs are its only control characters.
func bounded(field, s string, limit int) error {
	switch {
	case !utf8.ValidString(s):
		return fault(field, "is not UTF-8")
	case utf8.RuneCountInString(s) > limit:
		return fault(field, "is longer than "+strconv.Itoa(limit)+" characters")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }):
		return fault(field, "has control characters")
	}
	return nil
}

// checkTime holds the effective time against the clock and the incident's own times.
func (i *Incident) checkTime(e *Event) error {
	at := e.Effect()
	switch {
	case at < 0:
		return fault("effective", "lies before 1970")
	case at > e.At:
		return fault("effective", "lies in the future: "+instant(at, nil)+" is after "+instant(e.At, nil))
	case e.Kind == EventOpened || slices.Contains(backDated, e.Kind):
		return nil
	case at < i.began():
		return fault("effective", "lies before the incident began, at "+instant(i.began(), nil))
	}
	return nil
}

// checkKind holds the event against the state, and asks for what its kind needs.
func (i *Incident) checkKind(e *Event) error {
	switch e.Kind {
	case EventOpened:
		return e.checkOpened()
	case EventOutageJoined, EventOutageEnded, EventOutageWithdrawn:
		return i.checkOutage(e)
	case EventFaultJoined:
		return e.checkFault()
	case EventAcknowledged:
		return i.checkAnswer(e)
	case EventMitigated:
		return i.checkMitigated(e)
	case EventPaused, EventResumed:
		return i.checkPause(e)
	case EventResolved:
		return i.checkResolved(e)
	case EventReopened:
		return i.checkReopened(e)
	case EventReviewed:
		return i.MayReview(false)
	case EventSeverity:
		if e.Agreement == "" || e.Severity == "" {
			return fault("severity", "needs an agreement and that agreement's own word")
		}
	case EventNote:
		return e.needsText("a note")
	case EventCause, EventRemedy:
		if i.State == IncidentReviewed {
			return conflict("is refused: the report is reviewed; reopen the incident, or add a note")
		}
		return e.needsText("the " + string(e.Kind))
	case EventAction:
		return i.checkAction(e)
	case EventNotified:
		if e.Step == nil || e.Step.Level < 1 || e.Step.Repeat < 0 {
			return fault("step", "is missing, or has no level")
		}
	default:
		return fault("kind", strconv.Quote(string(e.Kind))+" is not understood")
	}
	return nil
}

func (e *Event) needsText(what string) error {
	if strings.TrimSpace(e.Text) == "" {
		return fault("text", "is empty: write "+what)
	}
	return nil
}

func (e *Event) checkOpened() error {
	if err := e.needsText("a title"); err != nil {
		return err
	}
	if e.Severity != "" && e.Agreement == "" {
		return fault("agreement", "is missing: a severity is the word of one agreement")
	}
	if e.Fault != "" {
		if err := e.checkFault(); err != nil {
			return err
		}
	}
	if e.Outage != nil {
		return e.Outage.check(e)
	}
	return nil
}

func (e *Event) checkFault() error {
	switch {
	case e.Fault == "":
		return fault("fault", "is missing: name the reported fault")
	case e.Agreement == "":
		return fault("agreement", "is missing: a reported fault belongs to one")
	}
	return nil
}

func (o *OutageRef) check(e *Event) error {
	switch {
	case o.ID == "" || o.Agreement == "" || o.Service == "":
		return fault("outage", "lacks its id, agreement or service")
	case o.From <= 0 || o.To != 0 && o.To < o.From:
		return fault("outage", "has no start, or ends before it starts")
	case o.From > e.At || o.To > e.At:
		return fault("outage", "lies in the future")
	case e.Kind == EventOutageEnded && o.To == 0:
		return fault("outage", "has no end")
	}
	for _, name := range []string{o.ID, o.Agreement, o.Service} {
		if err := bounded("outage", name, 3*MaxRecordName); err != nil {
			return err
		}
	}
	return nil
}

func (i *Incident) checkOutage(e *Event) error {
	if e.Outage == nil {
		return fault("outage", "is missing")
	}
	if err := e.Outage.check(e); err != nil {
		return err
	}
	if e.Kind != EventOutageJoined && i.outage(e.Outage.ID) < 0 {
		return conflict("is refused: outage " + e.Outage.ID + " is not part of this incident")
	}
	return nil
}

func (i *Incident) outage(id string) int {
	return slices.IndexFunc(i.Outages, func(o OutageRef) bool { return o.ID == id })
}

// checkAnswer lets the first answer in, one that turns out to have been
// earlier, and one that follows a reopening.
func (i *Incident) checkAnswer(e *Event) error {
	if i.AcknowledgedAt == 0 || e.Effect() < i.AcknowledgedAt || i.State == IncidentOpen && e.Effect() >= i.ReopenedAt {
		return nil
	}
	return conflict("is refused: " + i.AcknowledgedBy + " acknowledged it at " + instant(i.AcknowledgedAt, nil))
}

func (i *Incident) checkMitigated(e *Event) error {
	switch {
	case i.State == IncidentReviewed:
		return conflict("is refused: the incident is reviewed; reopen it, or add a note")
	case i.State == IncidentResolved && e.Effect() > i.ResolvedAt:
		return fault("effective", "lies after the resolution, at "+instant(i.ResolvedAt, nil))
	case i.MitigatedAt != 0 && e.Effect() >= i.MitigatedAt && e.Agreement == "":
		return conflict("is refused: a workaround is on record from " + instant(i.MitigatedAt, nil) + " on")
	}
	return nil
}

func (i *Incident) checkPause(e *Event) error {
	switch {
	case i.State == IncidentReviewed:
		return conflict("is refused: the incident is reviewed; reopen it, or add a note")
	case i.State == IncidentResolved && e.Effect() > i.ResolvedAt:
		return fault("effective", "lies after the resolution, at "+instant(i.ResolvedAt, nil))
	case e.Kind == EventResumed && i.PausedFor == "":
		return conflict("is refused: nothing is paused")
	case e.Kind == EventResumed && e.Effect() < i.PausedAt:
		return fault("effective", "lies before the pause, at "+instant(i.PausedAt, nil))
	case e.Kind == EventResumed && e.Agreement != i.PausedOf:
		return fault("agreement", "is not the one that was paused: "+strconv.Quote(i.PausedOf))
	case e.Kind == EventPaused && i.PausedFor != "":
		return conflict("is refused: paused already, for " + i.PausedFor + "; resume first")
	case e.Kind == EventPaused && strings.TrimSpace(e.Reason) == "":
		return fault("reason", "is empty: name the reason, in the word of the agreement")
	}
	return nil
}

// checkResolved refuses what the measurement contradicts: nobody resolves what is down.
func (i *Incident) checkResolved(e *Event) error {
	switch {
	case !i.Unresolved():
		return conflict("is refused: the incident is " + string(i.State) + " already")
	case i.Down():
		return conflict("is refused: the service is measured down; a workaround that is accepted is entered as mitigated")
	case e.Effect() < i.RestoredAt:
		return fault("effective", "is too early: the service was measured down until "+instant(i.RestoredAt, nil))
	}
	return nil
}

func (i *Incident) checkReopened(e *Event) error {
	switch {
	case i.Unresolved():
		return conflict("is refused: the incident is " + string(i.State))
	case e.By != System && e.Effect() < i.ResolvedAt:
		return fault("effective", "lies before the resolution, at "+instant(i.ResolvedAt, nil))
	case e.By != System:
		return e.needsText("why it is reopened")
	}
	return nil
}

var actionStates = []string{ActionOpen, ActionDone, ActionDropped}

// NextActionID returns the name of the incident's next action.
func (i *Incident) NextActionID() string { return i.ID + "/" + strconv.Itoa(len(i.Actions)+1) }

func (i *Incident) checkAction(e *Event) error {
	a := e.Action
	if a == nil {
		return fault("action", "is missing")
	}
	known := slices.ContainsFunc(i.Actions, func(b Action) bool { return b.ID == a.ID })
	switch {
	case !known && len(i.Actions) >= MaxActions:
		return conflict("is refused: the incident has " + strconv.Itoa(MaxActions) + " actions")
	case !known && a.ID != i.NextActionID():
		return fault("action.id", "is not known; the next one is "+i.NextActionID())
	case strings.TrimSpace(a.Text) == "":
		return fault("action.text", "is empty: write what is to be done")
	case strings.TrimSpace(a.Owner) == "":
		return fault("action.owner", "is empty: name who does it")
	case !slices.Contains(actionStates, a.State):
		return fault("action.state", strconv.Quote(a.State)+" is not understood; write "+strings.Join(actionStates, ", "))
	}
	if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
		return fault("action.due", strconv.Quote(a.Due)+" is no date; write it like 2026-12-31")
	}
	return cmp.Or(bounded("action.text", a.Text, MaxRecordText), bounded("action.owner", a.Owner, MaxRecordName), bounded("action.note", a.Note, MaxRecordText))
}
