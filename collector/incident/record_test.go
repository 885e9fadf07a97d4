package incident_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
)

const (
	min1 = int64(60_000)
	hr   = 60 * min1
	tenH = int64(1_780_308_000_000) // 2026-06-01 10:00 UTC, a Monday
)

// story writes the record of one incident, one entry after the other.
type story struct {
	t      testing.TB
	id     string
	events []incident.Event
}

func newStory(t testing.TB) *story { return &story{t: t, id: "INC-2026-0001"} }

// add enters an event at an instant; the record has to allow it.
func (s *story) add(at int64, e incident.Event) *story {
	s.t.Helper()
	e.Incident, e.Seq, e.At = s.id, len(s.events)+1, at
	if e.By == "" {
		e.By = "ann"
	}
	s.events = append(s.events, e)
	if _, err := incident.Fold(s.events); err != nil {
		s.t.Fatal(err)
	}
	return s
}

func (s *story) try(at int64, e incident.Event) error {
	e.Incident, e.Seq, e.At = s.id, len(s.events)+1, at
	if e.By == "" {
		e.By = "ann"
	}
	_, err := incident.Fold(append(s.events[:len(s.events):len(s.events)], e))
	return err
}

func (s *story) fold() *incident.Incident {
	s.t.Helper()
	i, err := incident.Fold(s.events)
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

func outage(id string, from, to int64) *incident.OutageRef {
	agreement, rest, _ := strings.Cut(id, "/")
	name, _, _ := strings.Cut(rest, "@")
	return &incident.OutageRef{ID: id, Agreement: agreement, Service: name, From: from, To: to}
}

func by(kind incident.EventKind, who string, effective int64) incident.Event {
	return incident.Event{Kind: kind, By: who, Effective: effective, Text: "because"}
}

// down opens the incident for an outage of acme/web from 10:00, confirmed two minutes later.
func (s *story) down() *story {
	s.t.Helper()
	return s.add(tenH+2*min1, incident.Event{Kind: incident.EventOpened, By: incident.System, Effective: tenH, Text: "web of acme is down"}).
		add(tenH+2*min1, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: tenH, Outage: outage("acme/web@1", tenH, 0), Keys: incident.Keys("acme/web", []string{"192.0.2.7"}, nil)}).
		add(tenH+2*min1, incident.Event{Kind: incident.EventSeverity, By: incident.System, Agreement: "acme", Severity: "P1", Major: true})
}

// up ends the outage after so many minutes, seen a minute later.
func (s *story) up(minutes int64) *story {
	s.t.Helper()
	to := tenH + minutes*min1
	return s.add(to+min1, incident.Event{Kind: incident.EventOutageEnded, By: incident.System, Effective: to, Outage: outage("acme/web@1", tenH, to)})
}

func TestLife(t *testing.T) {
	s := newStory(t).down().
		add(tenH+10*min1, by(incident.EventAcknowledged, "ann", 0)).
		add(tenH+20*min1, by(incident.EventMitigated, "ann", 0)).up(30).
		add(tenH+46*min1, by(incident.EventResolved, incident.System, tenH+30*min1)).
		add(tenH+2*hr, by(incident.EventCause, "ann", 0)).add(tenH+2*hr, by(incident.EventRemedy, "ann", 0)).
		add(tenH+2*hr, incident.Event{Kind: incident.EventAction, Action: &incident.Action{ID: "INC-2026-0001/1", Text: "a second uplink", Owner: "bob", Due: "2026-07-01", State: incident.ActionOpen}}).
		add(tenH+3*hr, by(incident.EventReviewed, "ann", 0))
	i := s.fold()
	if i.State != incident.IncidentReviewed || !i.Major || i.Severities["acme"] != "P1" || i.DetectedAt != tenH ||
		i.AcknowledgedAt != tenH+10*min1 || i.MitigatedAt != tenH+20*min1 || i.RestoredAt != tenH+30*min1 || i.ResolvedAt != tenH+30*min1 ||
		i.Cause != "because" || len(i.Actions) != 1 || i.Seq != len(s.events) || i.UpdatedAt != tenH+3*hr {
		t.Errorf("Fold = %+v", i)
	}
	body, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	back := &incident.Incident{}
	if err := json.Unmarshal(body, back); err != nil || !reflect.DeepEqual(back, i) {
		t.Errorf("as JSON and back: %+v, %v; want %+v", back, err, i)
	}
}

func TestActions(t *testing.T) {
	action := func(id, state string) incident.Event {
		return incident.Event{Kind: incident.EventAction, Action: &incident.Action{ID: id, Text: "a second uplink", Owner: "bob", Due: "2026-07-01", State: state}}
	}
	s := newStory(t).down().add(tenH+hr, action("INC-2026-0001/1", incident.ActionOpen)).add(tenH+hr, action("INC-2026-0001/2", incident.ActionOpen)).
		add(tenH+2*hr, action("INC-2026-0001/1", incident.ActionDone))
	if i := s.fold(); len(i.Actions) != 2 || i.Actions[0].State != incident.ActionDone || i.Actions[1].State != incident.ActionOpen || i.NextActionID() != "INC-2026-0001/3" {
		t.Errorf("Fold = %+v", i)
	}
}

func TestWhatMayNotBeEntered(t *testing.T) {
	open := func() *story { return newStory(t).down() }
	resolved := func() *story {
		return open().up(30).add(tenH+46*min1, by(incident.EventResolved, incident.System, tenH+30*min1))
	}
	reviewed := func() *story { return resolved().add(tenH+hr, by(incident.EventReviewed, "ann", 0)) }
	later := tenH + 2*hr
	action := func(a incident.Action) incident.Event { return incident.Event{Kind: incident.EventAction, Action: &a} }
	for _, c := range []struct {
		name     string
		story    *story
		event    incident.Event
		field    string
		conflict bool
	}{
		{"opened twice", open(), incident.Event{Kind: incident.EventOpened, Text: "again"}, "kind", true},
		{"something before it was opened", newStory(t), by(incident.EventNote, "ann", 0), "kind", true},
		{"in the future", open(), by(incident.EventAcknowledged, "ann", later+1), "effective", false},
		{"before it began", open(), by(incident.EventAcknowledged, "ann", tenH-1), "effective", false},
		{"the collector answers nobody", open(), by(incident.EventAcknowledged, incident.System, 0), "by", false},
		{"the collector reviews nothing", resolved(), by(incident.EventReviewed, incident.System, 0), "by", false},
		{"answered already", open().add(tenH+5*min1, by(incident.EventAcknowledged, "bob", 0)), by(incident.EventAcknowledged, "ann", 0), "kind", true},
		{"measured down", open(), by(incident.EventResolved, "ann", 0), "kind", true},
		{"measured down until later", open().up(30), by(incident.EventResolved, "ann", tenH+29*min1), "effective", false},
		{"resolved already", resolved(), by(incident.EventResolved, "ann", 0), "kind", true},
		{"reopened while open", open(), by(incident.EventReopened, "ann", 0), "kind", true},
		{"reopened before it was resolved", resolved(), by(incident.EventReopened, "ann", tenH+29*min1), "effective", false},
		{"reopened without a reason", resolved(), incident.Event{Kind: incident.EventReopened}, "text", false},
		{"reviewed while open", open(), by(incident.EventReviewed, "ann", 0), "kind", true},
		{"mitigated after the resolution", resolved(), by(incident.EventMitigated, "ann", 0), "effective", false},
		{"paused for no reason", open(), by(incident.EventPaused, "ann", 0), "reason", false},
		{"resumed without a pause", open(), by(incident.EventResumed, "ann", 0), "kind", true},
		{"paused twice", open().add(tenH+5*min1, incident.Event{Kind: incident.EventPaused, Reason: "customer"}), incident.Event{Kind: incident.EventPaused, Reason: "customer"}, "kind", true},
		{"resumed before the pause", open().add(tenH+5*min1, incident.Event{Kind: incident.EventPaused, Reason: "customer"}), by(incident.EventResumed, "ann", tenH+4*min1), "effective", false},
		{"the cause of what is reviewed", reviewed(), by(incident.EventCause, "ann", 0), "kind", true},
		{"an empty note", open(), incident.Event{Kind: incident.EventNote, Text: " \n"}, "text", false},
		{"a long note", open(), incident.Event{Kind: incident.EventNote, Text: strings.Repeat("ä", incident.MaxRecordText+1)}, "text", false},
		{"a note that is not text", open(), incident.Event{Kind: incident.EventNote, Text: "\xff"}, "text", false},
		{"a note that clears the screen", open(), incident.Event{Kind: incident.EventNote, Text: "\x1b[2J"}, "text", false},
		{"nobody", open(), incident.Event{Kind: incident.EventNote, By: " ", Text: "x"}, "by", false},
		{"a severity of no agreement", open(), incident.Event{Kind: incident.EventSeverity, Severity: "P2"}, "severity", false},
		{"an outage that it does not know", open(), incident.Event{Kind: incident.EventOutageEnded, Outage: outage("acme/db@9", tenH, later)}, "kind", true},
		{"an end without one", open(), incident.Event{Kind: incident.EventOutageEnded, Outage: outage("acme/web@1", tenH, 0)}, "outage", false},
		{"an outage to come", open(), incident.Event{Kind: incident.EventOutageJoined, Outage: outage("acme/web@2", later+1, 0)}, "outage", false},
		{"a reported fault of nobody", open(), incident.Event{Kind: incident.EventFaultJoined, Fault: "FLT-1"}, "agreement", false},
		{"an acknowledgement for one customer", open(), incident.Event{Kind: incident.EventAcknowledged, Agreement: "acme"}, "agreement", false},
		{"a kind of its own", open(), incident.Event{Kind: "blessed"}, "kind", false},
		{"an action of nobody", open(), action(incident.Action{ID: "INC-2026-0001/1", Text: "x", Due: "2026-07-01", State: "open"}), "action.owner", false},
		{"an action on no day", open(), action(incident.Action{ID: "INC-2026-0001/1", Text: "x", Owner: "bob", Due: "2026-02-30", State: "open"}), "action.due", false},
		{"an action out of turn", open(), action(incident.Action{ID: "INC-2026-0001/7", Text: "x", Owner: "bob", Due: "2026-07-01", State: "open"}), "action.id", false},
		{"an action that is half done", open(), action(incident.Action{ID: "INC-2026-0001/1", Text: "x", Owner: "bob", Due: "2026-07-01", State: "half"}), "action.state", false},
		{"a step without a level", open(), incident.Event{Kind: incident.EventNotified, Step: &incident.Escalation{}}, "step", false},
	} {
		err := c.story.try(later, c.event)
		var r *incident.RecordError
		if !errors.As(err, &r) || r.Field != c.field || r.Conflict != c.conflict || incident.IsConflict(err) != c.conflict || r.Detail == "" {
			t.Errorf("%s: Fold = %v; want a fault in %s, conflict %v", c.name, err, c.field, c.conflict)
		}
	}
	i := open().fold()
	if err := i.Apply(incident.Event{Incident: i.ID, Seq: 3, Kind: incident.EventNote, At: later, By: "ann", Text: "x"}); !incident.IsConflict(err) {
		t.Errorf("an entry that another one has overtaken: Apply = %v; want a conflict", err)
	}
}

func TestLateEntries(t *testing.T) {
	day := tenH + 24*hr
	s := newStory(t).down().add(tenH+15*min1, by(incident.EventAcknowledged, "bob", 0)).up(30).
		add(tenH+46*min1, by(incident.EventResolved, incident.System, tenH+30*min1)).
		add(day, by(incident.EventAcknowledged, "ann", tenH+5*min1)). // she was on the phone before bob wrote
		add(day, by(incident.EventMitigated, "ann", tenH+20*min1)).
		add(day, incident.Event{Kind: incident.EventPaused, Reason: "customer", Effective: tenH + 6*min1}).
		add(day, incident.Event{Kind: incident.EventResumed, Effective: tenH + 9*min1})
	i := s.fold()
	if i.State != incident.IncidentResolved || i.AcknowledgedBy != "ann" || i.AcknowledgedAt != tenH+5*min1 || i.MitigatedAt != tenH+20*min1 || i.PausedFor != "" {
		t.Errorf("Fold = %+v", i)
	}
	// Re-dated: what the collector resolved ends with the outage.
	s.add(day, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Outage: outage("acme/web@1", tenH-min1, tenH+25*min1)})
	if i := s.fold(); i.DetectedAt != tenH-min1 || i.ResolvedAt != tenH+25*min1 || len(i.Outages) != 1 {
		t.Errorf("re-dated: Fold = %+v", i)
	}
	s.add(day, incident.Event{Kind: incident.EventOutageWithdrawn, By: incident.System, Outage: outage("acme/web@1", tenH, 0)})
	if i := s.fold(); i.DetectedAt != 0 || i.Down() || !i.Outages[0].Withdrawn {
		t.Errorf("withdrawn: Fold = %+v", i)
	}
}

func TestReopenedWantsAnAnswer(t *testing.T) {
	s := newStory(t).down().add(tenH+15*min1, by(incident.EventAcknowledged, "bob", 0)).up(30).
		add(tenH+46*min1, by(incident.EventResolved, incident.System, tenH+30*min1)).
		add(tenH+hr, by(incident.EventReviewed, "bob", 0)).
		add(tenH+2*hr, by(incident.EventReopened, "ann", 0))
	if i := s.fold(); i.State != incident.IncidentOpen || i.Reopened != 1 || i.ResolvedAt != 0 || i.ReviewedAt != 0 || i.AcknowledgedAt != tenH+15*min1 {
		t.Errorf("reopened: Fold = %+v", i)
	}
	s.add(tenH+2*hr+min1, by(incident.EventAcknowledged, "ann", tenH+5*min1))
	if i := s.fold(); i.State != incident.IncidentOpen || i.AcknowledgedBy != "ann" {
		t.Errorf("an answer from before: Fold = %+v", i)
	}
	s.add(tenH+2*hr+2*min1, by(incident.EventAcknowledged, "ann", 0))
	if i := s.fold(); i.State != incident.IncidentAcknowledged || i.AcknowledgedAt != tenH+5*min1 {
		t.Errorf("answered: Fold = %+v", i)
	}
}

func TestReviewAsksForTheReport(t *testing.T) {
	s := newStory(t).down().up(30).add(tenH+hr, by(incident.EventResolved, "ann", 0))
	for _, c := range []struct {
		add      incident.EventKind
		required bool
		field    string
	}{{"", true, "cause"}, {"", false, ""}, {incident.EventCause, true, "remedy"}, {incident.EventRemedy, true, ""}} {
		if c.add != "" {
			s.add(tenH+hr, by(c.add, "ann", 0))
		}
		err := s.fold().MayReview(c.required)
		var r *incident.RecordError
		if errors.As(err, &r); (err == nil) != (c.field == "") || err != nil && r.Field != c.field {
			t.Errorf("after %s: MayReview(%v) = %v; want a fault in %q", c.add, c.required, err, c.field)
		}
	}
}
