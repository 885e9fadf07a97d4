// Package notify tells people and other systems of alerts and incidents: a
// durable outbox is drained into channels, in order for each alert and each
// incident, at least once.
//
// Alertmanager and webhooks are given JSON as it stands in the outbox. For all
// other channels the outbox holds a Message; the channel gives it the form of
// its service when it sends it. Forms come from shoutrrr where it has those that
// the service documents (Slack, Telegram, Feishu, WeCom, Opsgenie). The requests
// are our own, because its services take neither a context nor a client, follow
// redirects with the credentials, hide the status by which a lasting refusal
// differs from a passing one, and (Telegram) take a server that is out of reach
// for success.
package notify

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// Notification is one row of the outbox.
type Notification struct {
	ID        int64  // given by the store; 0 for a repetition, which is not stored
	Key       string // of the alert or incident: rows of one Key and Channel go out in order
	Channel   string // name
	Payload   []byte // the body to send, fixed when the change was recorded
	Attempts  int
	CreatedAt int64 // ms UTC
}

// Outbox is what the dispatcher needs of the store.
type Outbox interface {
	// DueNotifications returns rows that may be sent now, oldest first: of each
	// channel and key only the first that is neither delivered nor dead.
	DueNotifications(ctx context.Context, now int64, limit int) ([]Notification, error)
	MarkDelivered(ctx context.Context, id, at int64) error
	MarkFailed(ctx context.Context, id, at, next int64, errText string, dead bool) error
}

// Plan returns the rows that changes ask for, to be saved in the transaction
// that saves the changes. What is suppressed is for the record only.
func Plan(changes []incident.Change, channels []*Channel) ([]Notification, error) {
	var out []Notification
	for i := range changes {
		c := &changes[i]
		if c.Alert == nil || c.Alert.Suppressed != "" {
			continue
		}
		for _, ch := range channels {
			if c.Kind == incident.ChangeUpdated && !ch.updates || !ch.wants(c.Alert) {
				continue
			}
			body, err := ch.encode(&event{kind: string(c.Kind), at: c.At, reason: c.Reason, alert: c.Alert})
			if err != nil {
				return nil, err
			}
			out = append(out, Notification{Key: c.Alert.Key, Channel: ch.name, Payload: body, CreatedAt: c.At})
		}
	}
	return out, nil
}

// Resend returns the repetition of the alerts that fire, for one channel: none
// of it is stored, for the next repetition makes up for a lost one.
func Resend(active []incident.Alert, ch *Channel, at int64) ([]Notification, error) {
	var out []Notification
	for i := range active {
		a := &active[i]
		if a.Status != incident.Firing || !ch.wants(a) {
			continue
		}
		body, err := ch.encode(&event{kind: eventRepeat, at: at, reason: "still " + string(a.Status), alert: a})
		if err != nil {
			return nil, err
		}
		out = append(out, Notification{Key: a.Key, Channel: ch.name, Payload: body, CreatedAt: at})
	}
	return out, nil
}

const eventRepeat = "repeated"

// event is what a payload tells.
type event struct {
	kind   string
	at     int64
	reason string
	alert  *incident.Alert
}

func (c *Channel) wants(a *incident.Alert) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	if a.Severity == incident.Info && len(c.cfg.Severities) == 0 {
		return false
	}
	return in(c.cfg.Severities, a.Severity) && in(c.cfg.Kinds, string(a.Kind)) &&
		(a.Agreement == "" || in(c.cfg.Agreements, a.Agreement))
}

// repeat returns how often the channel is told of what still fires; 0: never.
func (c *Channel) repeat() time.Duration {
	if c.cfg.Type == TypeAlertmanager {
		return cmp.Or(time.Duration(c.cfg.Repeat), DefaultResend)
	}
	return time.Duration(c.cfg.Repeat)
}

func rfc3339(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
