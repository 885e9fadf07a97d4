package incident

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

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
		if e.Step == nil || e.Step.Level < 1 && e.Step.Change == "" || e.Step.Level < 0 || e.Step.Repeat < 0 {
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
