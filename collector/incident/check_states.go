package incident

import (
	"strconv"
	"strings"
)

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
