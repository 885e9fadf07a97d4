package notify

import (
	"net/url"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/incident/opsgenie"

	"github.com/probity-sla/probity/collector/incident"
)

// Bounds by the documentation of the paging services.
const (
	maxPagerDutySummary    = 1024
	maxPagerDutyKey        = 255
	maxOpsgenieMessage     = 130
	maxOpsgenieAlias       = 512
	maxOpsgenieDescription = 15000
)

// pagerDuty is an event of Events API v2. shoutrrr's form of it lacks links and
// custom_details, and has members that the documentation does not know.
type pagerDuty struct {
	RoutingKey string            `json:"routing_key"`
	Action     string            `json:"event_action"` // trigger, acknowledge, resolve
	DedupKey   string            `json:"dedup_key"`
	Payload    *pagerDutyPayload `json:"payload,omitempty"` // of a trigger
	Links      []pagerDutyLink   `json:"links,omitempty"`
	Client     string            `json:"client,omitempty"`
	ClientURL  string            `json:"client_url,omitempty"`
}

type pagerDutyPayload struct {
	Summary   string            `json:"summary"`
	Source    string            `json:"source"`
	Severity  string            `json:"severity"` // critical, error, warning, info
	Timestamp string            `json:"timestamp"`
	Details   map[string]string `json:"custom_details,omitempty"`
}

type pagerDutyLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// pagerDutyEvent returns no address for a note: PagerDuty knows only events
// that open, acknowledge or close an incident.
func pagerDutyEvent(c *Channel, m *Message) (*url.URL, pagerDuty) {
	e := pagerDuty{RoutingKey: c.token, Action: string(m.Action), DedupKey: threadKey(m.Thread, maxPagerDutyKey)}
	switch m.Action {
	case ActionAcknowledge, ActionResolve:
		return c.url.JoinPath("v2/enqueue"), e
	case ActionTrigger:
	default:
		return nil, e
	}
	severity := map[string]string{incident.Page: "critical", incident.Ticket: "warning"}[m.Severity]
	if severity == "" {
		severity = "info"
	}
	e.Payload = &pagerDutyPayload{
		Summary: bounded(m.Subject, maxPagerDutySummary), Source: "probity", Severity: severity, Timestamp: rfc3339(m.At),
		Details: map[string]string{"text": m.Text},
	}
	t := tongue(m.Language)
	for _, l := range []struct{ to, text string }{{m.AckLink, t.ackLink}, {m.Link, t.pageLink}} {
		if l.to != "" {
			e.Links = append(e.Links, pagerDutyLink{l.to, l.text})
		}
	}
	e.Client, e.ClientURL = "Probity", m.Link
	return c.url.JoinPath("v2/enqueue"), e
}

// opsgenieAction is what closes, acknowledges or annotates an alert.
type opsgenieAction struct {
	Source string `json:"source"`
	Note   string `json:"note"`
}

// opsgenieAlert makes an alert by its alias, or acts on the one that is there.
// shoutrrr has the form of an alert, but only ever creates one.
func opsgenieAlert(c *Channel, m *Message) (*url.URL, any) {
	alias := threadKey(m.Thread, maxOpsgenieAlias)
	act := map[Action]string{ActionAcknowledge: "acknowledge", ActionResolve: "close", ActionNote: "notes"}[m.Action]
	if act != "" {
		u := c.url.JoinPath("v2/alerts", url.PathEscape(alias), act)
		u.RawQuery = "identifierType=alias"
		return u, opsgenieAction{Source: "probity", Note: bounded(m.Subject, maxOpsgenieDescription)}
	}
	priority := map[string]string{incident.Page: "P1", incident.Ticket: "P3"}[m.Severity]
	if priority == "" {
		priority = "P5"
	}
	message := m.Subject
	if len(message) > maxOpsgenieMessage {
		message = bounded(message, maxOpsgenieMessage-len("…")) + "…"
	}
	return c.url.JoinPath("v2/alerts"), opsgenie.AlertPayload{
		Message: message, Alias: alias, Description: fitted("", m.Text, m.links(), maxOpsgenieDescription),
		Source: "probity", Priority: priority, Tags: []string{"probity", m.Severity},
	}
}

// threadKey is a thread as a key of at most limit bytes: the same for the same thread.
func threadKey(thread string, limit int) string {
	if len(thread) <= limit {
		return thread
	}
	print := fingerprint(thread)
	return bounded(thread, limit-len(print)-1) + "-" + print
}
