package notify

import (
	"encoding/json"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

// alertMessage tells people of an alert, in the words of its annotations.
func (c *Channel) alertMessage(e *event) *Message {
	a, t := e.alert, tongue(c.cfg.Language)
	m := &Message{
		Thread: a.Key, Action: ActionTrigger, Severity: a.Severity, Language: c.cfg.Language, At: e.at, Link: c.link(a),
	}
	summary := a.Annotations["summary"]
	if summary == "" {
		summary = a.Key
	}
	switch {
	case !a.Open():
		m.Action, summary = ActionResolve, t.resolvedAlert+t.colon+summary
	case e.kind == eventRepeat:
		summary = t.still + t.colon + summary
	}
	m.Subject = "[" + t.severities[a.Severity] + "] " + summary
	m.Short = summary
	lines := []string{summary}
	if d := a.Annotations["description"]; d != "" {
		m.Short += "\n" + d
		lines = append(lines, "", d)
	}
	if !a.Open() {
		lines = append(lines, "", e.reason)
	}
	if len(a.Where) > 0 {
		lines = append(lines, "", t.alerts+t.colon+strings.Join(a.Where, t.comma))
	}
	if r := a.Annotations["runbook_url"]; r != "" {
		lines = append(lines, "", r)
	}
	m.Text = strings.Join(lines, "\n")
	m.tidy()
	return m
}

// encodeMessage writes m as the channel's type keeps it in the outbox; about is
// what a webhook is given besides, as members of its own payload.
func (c *Channel) encodeMessage(m *Message, about *incidentEvent) ([]byte, error) {
	if c.cfg.Type != TypeWebhook {
		return json.Marshal(m)
	}
	if c.cfg.Format == FormatAlertmanager {
		return json.Marshal(c.shaped(m, about))
	}
	if about == nil {
		about = &incidentEvent{}
	}
	about.Version, about.Event, about.At, about.Link, about.Message = 1, "message", m.At, m.Link, m
	switch {
	case m.Action == ActionTest:
		about.Event = "test"
	case about.Incident != nil:
		about.Event = "incident"
	}
	return json.Marshal(about)
}

// incidentEvent is our own payload of a webhook for a message: of an incident
// when Incident is there.
type incidentEvent struct {
	Version  int                  `json:"version"`
	Event    string               `json:"event"` // incident, message, test
	At       int64                `json:"at"`
	Link     string               `json:"link,omitempty"`
	Message  *Message             `json:"message"`
	Incident *incident.Incident   `json:"incident,omitempty"`
	Change   incident.EventKind   `json:"change,omitempty"`
	Step     *incident.Escalation `json:"step,omitempty"`
	Clocks   []Clock              `json:"clocks,omitempty"`
	Alerts   []incident.Alert     `json:"alerts,omitempty"`
}

// shaped is a message in the form in which Alertmanager calls webhooks.
func (c *Channel) shaped(m *Message, about *incidentEvent) message {
	labels := map[string]string{"alertname": "ProbityMessage", "severity": m.Severity}
	status, starts, ends := "firing", m.At, "0001-01-01T00:00:00Z"
	if about != nil && about.Incident != nil {
		labels["alertname"], labels["incident"], starts = "ProbityIncident", about.Incident.ID, about.Incident.OpenedAt
	}
	if m.Action == ActionTest {
		labels["alertname"] = "ProbityTest"
	}
	if m.Action == ActionResolve || m.Action == ActionTest {
		status, ends = "resolved", rfc3339(m.At)
	}
	labels = sanitised(labels, MaxLabelBytes)
	notes := sanitised(map[string]string{"summary": m.Subject, "description": m.Text, "ack_url": m.AckLink}, MaxAnnotationBytes)
	return message{
		Version: "4", GroupKey: m.Thread, Status: status, Receiver: c.name,
		GroupLabels: map[string]string{"alertname": labels["alertname"]}, CommonLabels: labels, CommonAnnotations: notes, ExternalURL: c.external,
		Alerts: []messageAlert{{status, labels, notes, rfc3339(starts), ends, m.Link, fingerprint(m.Thread)}},
	}
}
