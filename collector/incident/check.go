package incident

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
