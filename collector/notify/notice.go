package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// maxListed bounds the outages, alerts and clocks that one message lists; it
// says how many more there are.
const maxListed = 20

// IncidentNotice is what people are told of an incident: a step of its
// escalation, or a change in its life.
type IncidentNotice struct {
	Incident incident.Incident
	Change   incident.EventKind // EventNotified or "": a step; else what happened: EventAcknowledged, EventResolved, EventReopened, …
	Step     incident.Escalation
	Person   string // who is told, by name; "": a group
	At       int64  // ms UTC
	AckURL   string // for this person alone; "": none
	PageURL  string
	Clocks   []Clock
	Alerts   []incident.Alert // that are open for its outages: figures and deciding locations
	Language string           // "": the channel's
	Zone     *time.Location   // of the times in the text; nil: UTC
}

// Clock is a response or resolution time as a notice tells it.
type Clock struct {
	Agreement string `json:"agreement"`
	Severity  string `json:"severity"`
	Name      string `json:"clock"`         // "response", "resolution"
	Due       int64  `json:"due,omitempty"` // ms UTC; 0: not known, or stopped
	Done      bool   `json:"done,omitempty"`
	Paused    bool   `json:"paused,omitempty"`
	Missed    bool   `json:"missed,omitempty"`
}

// PlanIncident returns the rows that tell every one of the channels of an
// incident: one message, whatever the number of its outages. Channels that take
// alerts only are left out. Rows have the incident's ID as their key, so that
// all that is told of it through one channel goes out in order.
func PlanIncident(channels []*Channel, n IncidentNotice) ([]Notification, error) {
	var out []Notification
	for _, ch := range channels {
		if !ch.TakesMessages() {
			continue
		}
		m := n.message(cmp.Or(n.Language, ch.cfg.Language))
		about := &incidentEvent{Incident: &n.Incident, Change: cmp.Or(n.Change, incident.EventNotified), Clocks: n.Clocks, Alerts: n.Alerts}
		if n.Step.Level > 0 {
			about.Step = &n.Step
		}
		body, err := ch.encodeMessage(m, about)
		if err != nil {
			return nil, fmt.Errorf("incident %s, channel %s: %w", n.Incident.ID, ch.name, err)
		}
		out = append(out, Notification{Key: n.Incident.ID, Channel: ch.name, Payload: body, CreatedAt: n.At})
	}
	return out, nil
}

// action is what the notice does at a paging service.
func (n *IncidentNotice) action() Action {
	switch n.Change {
	case "", incident.EventNotified, incident.EventReopened:
		return ActionTrigger
	case incident.EventAcknowledged:
		return ActionAcknowledge
	case incident.EventResolved:
		return ActionResolve
	}
	return ActionNote
}

func (n *IncidentNotice) message(language string) *Message {
	t := tongue(language)
	in := &n.Incident
	severity := incident.Ticket
	if in.Major || n.action() == ActionTrigger {
		severity = incident.Page
	}
	m := &Message{
		Thread: in.ID, Action: n.action(), Severity: severity, Language: language, At: n.At,
		Link: n.PageURL, AckLink: n.AckURL, Subject: n.subject(t),
	}
	m.Short = strings.Join(slices.Concat([]string{m.Subject}, n.clockLines(t)), "\n")
	m.Text = strings.Join(slices.Concat(n.head(t), section(t, t.clocks, n.clockLines(t)),
		section(t, t.outages, n.outageLines(t)), section(t, t.alerts, n.alertLines(t)), n.tail(t)), "\n")
	m.tidy()
	return m
}

// subject begins with the incident's ID, so that mails of one incident sort and
// thread together everywhere.
func (n *IncidentNotice) subject(t *words) string {
	in := &n.Incident
	what := t.states[string(in.State)]
	if said := t.events[string(n.Change)]; said != "" {
		what = said
	}
	var marks []string
	if in.Major {
		marks = append(marks, t.major)
	}
	marks = append(marks, severityWords(in)...)
	if n.Step.Level > 1 {
		marks = append(marks, leveled(t, n.Step.Level))
	}
	if n.Step.Repeat > 0 {
		marks = append(marks, t.repeated)
	}
	return "[" + in.ID + "] " + what + t.colon + in.Title + " (" + strings.Join(marks, t.comma) + ")"
}

func leveled(t *words, level int) string {
	if strings.Contains(t.level, "%d") {
		return fmt.Sprintf(t.level, level)
	}
	return t.level + " " + itoa(int64(level))
}

// severityWords lists the contracts' words, each once.
func severityWords(in *incident.Incident) []string {
	var out []string
	for _, s := range in.Severities {
		out = append(out, s)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
