package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

// Bounds of what a person writes into the record of an incident.
const (
	maxTitleBytes    = 200
	maxNoteBytes     = 4000
	maxSeverityBytes = 100
	maxOwnerBytes    = 100
	// Times may be a little ahead of the collector's clock, and not older than a
	// year: who corrects more than that corrects another year's statement.
	maxAheadOfClock = time.Minute
	maxLateEntry    = 366 * 24 * time.Hour
)

// personKinds are the events that a person may enter; the others are the
// collector's own.
var personKinds = []incident.EventKind{
	incident.EventAcknowledged, incident.EventMitigated, incident.EventPaused, incident.EventResumed, incident.EventResolved,
	incident.EventReopened, incident.EventReviewed, incident.EventSeverity, incident.EventNote, incident.EventCause,
	incident.EventRemedy, incident.EventAction,
}

// kindsOfOne may concern one agreement of several.
var kindsOfOne = []incident.EventKind{incident.EventSeverity, incident.EventPaused, incident.EventResumed, incident.EventMitigated, incident.EventNote,
	incident.EventCause, incident.EventRemedy}

// eventInput is what a client may say of an event. Who enters it, and when, the
// server knows better.
type eventInput struct {
	Kind      incident.EventKind `json:"kind"`
	Effective Instant            `json:"effective"` // 0: now
	Text      string             `json:"text"`
	Agreement string             `json:"agreement"`
	Severity  string             `json:"severity"`
	Major     bool               `json:"major"`
	Reason    string             `json:"reason"`
	Action    *actionInput       `json:"action"`
}

type actionInput struct {
	ID    string `json:"id"` // "": a new one
	Text  string `json:"text"`
	Owner string `json:"owner"`
	Due   string `json:"due"`
	State string `json:"state"`
	Note  string `json:"note"`
}

// faultsOf collects what is wrong with an input.
type faultsOf []FieldProblem

func (b *faultsOf) add(field, format string, args ...any) {
	*b = append(*b, FieldProblem{field, fmt.Sprintf(format, args...)})
}

// text complains of a text that is missing, too long, or not text.
func (b *faultsOf) text(field, value string, most int, needed bool) {
	switch {
	case needed && value == "":
		b.add(field, "is missing")
	case len(value) > most || !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		b.add(field, "is text of at most %d bytes", most)
	}
}

func (b *faultsOf) problem() error {
	if len(*b) == 0 {
		return nil
	}
	return invalid(*b...)
}

// past complains of an instant that has not come, or lies too long ago.
func (b *faultsOf) past(field string, at, now int64) {
	switch {
	case at > now+maxAheadOfClock.Milliseconds():
		b.add(field, "has not come yet")
	case at < now-maxLateEntry.Milliseconds():
		b.add(field, "is more than a year ago")
	}
}

// event checks an input and makes it an event that is entered now.
func (in *eventInput) event(now int64, by string) (incident.Event, error) {
	var bad faultsOf
	in.Text, in.Severity, in.Reason = strings.TrimSpace(in.Text), strings.TrimSpace(in.Severity), strings.TrimSpace(in.Reason)
	if !slices.Contains(personKinds, in.Kind) {
		bad.add("kind", "must be one of %s", joined(personKinds))
	}
	needsText := in.Kind == incident.EventNote || in.Kind == incident.EventCause || in.Kind == incident.EventRemedy
	bad.text("text", in.Text, maxNoteBytes, needsText)
	if in.Effective != 0 {
		bad.past("effective", int64(in.Effective), now)
	}
	e := incident.Event{Kind: in.Kind, At: now, Effective: int64(in.Effective), By: by, Text: in.Text}
	bad.text("agreement", in.Agreement, contract.MaxIDLength, in.Kind == incident.EventSeverity)
	if slices.Contains(kindsOfOne, in.Kind) {
		e.Agreement = in.Agreement
	} else if in.Agreement != "" {
		bad.add("agreement", "%s concerns every agreement of the incident; leave it out", in.Kind)
	}
	switch in.Kind {
	case incident.EventSeverity:
		bad.text("severity", in.Severity, maxSeverityBytes, true)
		e.Severity, e.Major = in.Severity, in.Major
	case incident.EventPaused:
		bad.text("reason", in.Reason, maxSeverityBytes, true)
		e.Reason = in.Reason
	case incident.EventAction:
		e.Action = in.Action.action(&bad)
	}
	return e, bad.problem()
}

func (in *actionInput) action(bad *faultsOf) *incident.Action {
	if in == nil {
		bad.add("action", "is missing")
		return nil
	}
	a := incident.Action{ID: in.ID, Text: strings.TrimSpace(in.Text), Owner: strings.TrimSpace(in.Owner), Due: in.Due,
		State: orElse(in.State, incident.ActionOpen), Note: strings.TrimSpace(in.Note)}
	bad.text("action.id", a.ID, maxOwnerBytes, false)
	bad.text("action.text", a.Text, maxNoteBytes, true)
	bad.text("action.owner", a.Owner, maxOwnerBytes, true)
	bad.text("action.note", a.Note, maxNoteBytes, false)
	if _, err := time.Parse(time.DateOnly, a.Due); err != nil {
		bad.add("action.due", `write the day as "2026-12-31"`)
	}
	if !contains([]string{incident.ActionOpen, incident.ActionDone, incident.ActionDropped}, a.State) {
		bad.add("action.state", "must be open, done or dropped")
	}
	return &a
}

func joined(kinds []incident.EventKind) string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}

// postIncidentEvent adds to the record of an incident.
func (s *Server) postIncidentEvent(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.incident(r)
	if err != nil {
		return err
	}
	var in eventInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	e, err := s.act(r, v, &in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/incidents/"+v.Incident.ID)
	return writeJSON(w, r, http.StatusCreated, e)
}

// act enters what a person says of an incident, and tells those who watch.
func (s *Server) act(r *http.Request, v IncidentView, in *eventInput) (incident.Event, error) {
	now := s.now().UnixMilli()
	e, err := in.event(now, principalOf(r).Name)
	if err != nil {
		return e, err
	}
	e, err = s.incidents.Act(r.Context(), v.Incident.ID, e)
	if err == nil {
		s.publishIncident(v, now)
	}
	return e, err
}

// publishIncident tells those who watch each agreement that an incident concerns.
func (s *Server) publishIncident(v IncidentView, at int64) {
	for _, id := range agreementsOf(v) {
		s.Publish(Event{Kind: "incident", Agreement: id, At: at})
	}
}

// openingInput is what a person says who opens an incident by hand.
type openingInput struct {
	Agreement string  `json:"agreement"`
	Title     string  `json:"title"`
	Severity  string  `json:"severity"`
	Since     Instant `json:"since"` // 0: now
	Note      string  `json:"note"`
}

func (s *Server) postIncident(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in openingInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	got, err := s.open(r, &in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/incidents/"+got.ID)
	return writeJSON(w, r, http.StatusCreated, tidied(got))
}

func (s *Server) open(r *http.Request, in *openingInput) (incident.Incident, error) {
	now := s.now().UnixMilli()
	var bad faultsOf
	in.Title, in.Note, in.Severity = strings.TrimSpace(in.Title), strings.TrimSpace(in.Note), strings.TrimSpace(in.Severity)
	bad.text("title", in.Title, maxTitleBytes, true)
	bad.text("severity", in.Severity, maxSeverityBytes, false)
	bad.text("note", in.Note, maxNoteBytes, false)
	if s.byID(in.Agreement) == nil {
		bad.add("agreement", "%s is not an agreement in force", quote(in.Agreement))
	}
	if in.Since == 0 {
		in.Since = Instant(now)
	}
	bad.past("since", int64(in.Since), now)
	if err := bad.problem(); err != nil {
		return incident.Incident{}, err
	}
	got, err := s.incidents.OpenIncident(r.Context(), NewIncident{Agreement: in.Agreement, Title: in.Title, Severity: in.Severity,
		Since: int64(in.Since), Note: in.Note, By: principalOf(r).Name, At: now})
	if err == nil {
		s.Publish(Event{Kind: "incident", Agreement: in.Agreement, At: now})
	}
	return got, err
}
