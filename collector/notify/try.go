package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

// Test sends a message that says it is a test. A paging service is told to
// close at once what the test opened; Alertmanager ends it after a minute.
func (c *Channel) Test(ctx context.Context) error {
	now := time.Now().UnixMilli()
	t := tongue(c.cfg.Language)
	actions := []Action{ActionTest}
	if c.cfg.Type == TypePagerDuty || c.cfg.Type == TypeOpsgenie {
		actions = []Action{ActionTrigger, ActionResolve}
	}
	for _, a := range actions {
		m := &Message{
			Thread: "probity-test-" + c.name + "-" + itoa(now), Action: a, Severity: incident.Info, Language: c.cfg.Language, At: now,
			Subject: t.testSubject, Text: fmt.Sprintf(t.testText, c.name), Link: c.external,
		}
		m.Short = m.Subject
		m.tidy()
		body, err := c.encodeTest(m)
		if err != nil {
			return err
		}
		if err := c.Send(ctx, Notification{Key: m.Thread, Channel: c.name, Payload: body, CreatedAt: now}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Channel) encodeTest(m *Message) ([]byte, error) {
	if c.cfg.Type != TypeAlertmanager {
		return c.encodeMessage(m, nil)
	}
	return json.Marshal([]postableAlert{{
		Labels:      map[string]string{"alertname": "ProbityTest", "severity": incident.Info, "channel": c.name},
		Annotations: map[string]string{"summary": m.Subject, "description": m.Text},
		StartsAt:    rfc3339(m.At), EndsAt: rfc3339(m.At + time.Minute.Milliseconds()), GeneratorURL: c.external,
	}})
}
