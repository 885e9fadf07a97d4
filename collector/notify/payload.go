package notify

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/probity-sla/probity/collector/incident"
)

// Bounds of what is sent to other systems.
const (
	MaxLabelBytes      = 256
	MaxAnnotationBytes = 4096
)

func (c *Channel) encode(e *event) ([]byte, error) {
	switch {
	case c.cfg.Type == TypeAlertmanager:
		return json.Marshal([]postableAlert{c.postable(e.alert)})
	case c.cfg.Format == FormatAlertmanager:
		return json.Marshal(c.message(e))
	case c.cfg.Type != TypeWebhook:
		return json.Marshal(c.alertMessage(e))
	}
	return json.Marshal(webhookEvent{Version: 1, Event: e.kind, At: e.at, Reason: e.reason, Link: c.link(e.alert), Alert: e.alert})
}

// webhookEvent is our own payload.
type webhookEvent struct {
	Version int             `json:"version"`
	Event   string          `json:"event"` // opened, updated, repeated, resolved, withdrawn
	At      int64           `json:"at"`    // ms UTC
	Reason  string          `json:"reason"`
	Link    string          `json:"link,omitempty"`
	Alert   *incident.Alert `json:"alert"`
}

// postableAlert is an alert of Alertmanager's API v2. A firing alert has no
// endsAt: Alertmanager ends it by its own clock unless it is told again.
type postableAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     string            `json:"startsAt"`
	EndsAt       string            `json:"endsAt,omitempty"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

func (c *Channel) postable(a *incident.Alert) postableAlert {
	p := postableAlert{
		Labels: sanitised(a.Labels, MaxLabelBytes), Annotations: sanitised(a.Annotations, MaxAnnotationBytes),
		StartsAt: rfc3339(a.StartsAt), GeneratorURL: c.link(a),
	}
	if !a.Open() {
		p.EndsAt = rfc3339(a.EndsAt)
	}
	return p
}

// message is the payload with which Alertmanager calls webhooks.
type message struct {
	Version           string            `json:"version"`
	GroupKey          string            `json:"groupKey"`
	TruncatedAlerts   int               `json:"truncatedAlerts"`
	Status            string            `json:"status"` // firing or resolved
	Receiver          string            `json:"receiver"`
	GroupLabels       map[string]string `json:"groupLabels"`
	CommonLabels      map[string]string `json:"commonLabels"`
	CommonAnnotations map[string]string `json:"commonAnnotations"`
	ExternalURL       string            `json:"externalURL"`
	Alerts            []messageAlert    `json:"alerts"`
}

type messageAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     string            `json:"startsAt"`
	EndsAt       string            `json:"endsAt"` // the zero time while it fires
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

func (c *Channel) message(e *event) message {
	p, status := c.postable(e.alert), "firing"
	if p.EndsAt == "" {
		p.EndsAt = "0001-01-01T00:00:00Z"
	} else {
		status = "resolved"
	}
	return message{
		Version: "4", GroupKey: e.alert.Key, Status: status, Receiver: c.name,
		GroupLabels: map[string]string{"alertname": p.Labels["alertname"]}, CommonLabels: p.Labels,
		CommonAnnotations: p.Annotations, ExternalURL: c.external,
		Alerts: []messageAlert{{status, p.Labels, p.Annotations, p.StartsAt, p.EndsAt, p.GeneratorURL, fingerprint(e.alert.Key)}},
	}
}

// link is the page to look at.
func (c *Channel) link(a *incident.Alert) string {
	switch {
	case c.external == "":
		return ""
	case a.Agreement == "":
		return c.external + "/agents"
	}
	return c.external + "/agreements/" + url.PathEscape(a.Agreement)
}

// sanitised returns labels or annotations as every receiver takes them: names
// of ASCII letters, digits and underscores, values valid UTF-8 of at most limit
// bytes, nothing empty. Where two names fall together, the one that was right
// already wins.
func sanitised(in map[string]string, limit int) map[string]string {
	out := make(map[string]string, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		clean, value := labelName(name), bounded(in[name], limit)
		if _, taken := out[clean]; value == "" || taken && clean != name {
			continue
		}
		out[clean] = value
	}
	return out
}

func labelName(s string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "_" + name
	}
	return name
}

func bounded(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
