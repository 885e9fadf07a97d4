package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

// sampleNotice is the second step of the escalation of a major incident.
func sampleNotice() notify.IncidentNotice {
	at := time.Date(2026, 11, 22, 3, 14, 0, 0, time.UTC).UnixMilli()
	return notify.IncidentNotice{
		At: at, PageURL: "https://sla.example.net/incidents/INC-2026-0042", AckURL: "https://sla.example.net/ack/abc", Person: "li",
		Incident: incident.Incident{
			ID: "INC-2026-0042", State: incident.IncidentOpen, Title: "web and api of shop are down", Major: true,
			Severities: map[string]string{"shop": "P1", "bank": "P2"}, OpenedAt: at - 900_000, ReportedAt: at - 600_000,
			Outages: []incident.OutageRef{
				{ID: "1", Agreement: "shop", Service: "web", From: at - 840_000},
				{ID: "2", Agreement: "bank", Service: "api", From: at - 800_000, To: at - 200_000},
				{ID: "3", Agreement: "bank", Service: "dns", From: at - 800_000, Withdrawn: true},
			},
		},
		Step: incident.Escalation{Policy: "night", Level: 2, People: []string{"li", "wang"}},
		Clocks: []notify.Clock{
			{Agreement: "shop", Severity: "P1", Name: "resolution", Due: at + 3*3_600_000 + 300_000},
			{Agreement: "shop", Severity: "P1", Name: "response", Due: at - 60_000, Missed: true},
			{Agreement: "bank", Severity: "P2", Name: "response", Paused: true},
		},
		Alerts: []incident.Alert{{
			Key: "service_down:shop/web", Annotations: map[string]string{
				"summary": "web (shop) is down", "description": "Down since 03:00. 12 min 30 s left of 43 min of downtime budget. Decided by front/berlin, front/oslo.",
			},
		}},
	}
}

// textOf returns the message of a row, as a channel of people holds it.
func textOf(t *testing.T, n notify.IncidentNotice) *notify.Message {
	t.Helper()
	ch := open(t, notify.Config{Name: "chat", Type: "slack", URL: "https://hooks.slack.com/services/T/B/x"})
	rows, err := notify.PlanIncident([]*notify.Channel{ch}, n)
	if err != nil || len(rows) != 1 {
		t.Fatalf("PlanIncident = %v, %v", rows, err)
	}
	m, err := notify.ReadMessage(rows[0].Payload)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestIncidentMessage(t *testing.T) {
	n := sampleNotice()
	m := textOf(t, n)
	if want := "[INC-2026-0042] open: web and api of shop are down (major, P1, P2, Level 2)"; m.Subject != want {
		t.Errorf("Subject = %q, want %q", m.Subject, want)
	}
	want := `web and api of shop are down

Incident: INC-2026-0042, open
Agreement: bank, Severity: P2
Agreement: shop, Severity: P1
Reported by the customer: 2026-11-22 03:04:00 +00:00
Level 2, Told: li, wang

Due:
Response (bank, P2): paused
Response (shop, P1): missed, 2026-11-22 03:13:00 +00:00, 1 min over
Resolution (shop, P1): due 2026-11-22 06:19:00 +00:00, 3 h 5 min left

Outages:
- shop/web, since 2026-11-22 03:00:00 +00:00, goes on, 14 min
- bank/api, since 2026-11-22 03:00:40 +00:00, ended 2026-11-22 03:10:40 +00:00, 10 min

What decided:
- web (shop) is down. Down since 03:00. 12 min 30 s left of 43 min of downtime budget. Decided by front/berlin, front/oslo.

The link acknowledges as li: do not pass it on.`
	if m.Text != want {
		t.Errorf("Text =\n%s\nwant\n%s", m.Text, want)
	}
	if m.Action != notify.ActionTrigger || m.AckLink != n.AckURL || m.Link != n.PageURL || m.Thread != n.Incident.ID || m.Severity != incident.Page {
		t.Errorf("message %+v", m)
	}
	n.Zone, n.Language = time.FixedZone("", 8*3600), "zh-CN"
	zh := textOf(t, n)
	for _, want := range []string{"重大故障", "2026-11-22 11:04:00 +08:00", "剩余 3 小时 5 分", "超出 1 分", "已通知：li，wang"} {
		if !strings.Contains(zh.Subject+zh.Text, want) {
			t.Errorf("Chinese lacks %q:\n%s\n%s", want, zh.Subject, zh.Text)
		}
	}
}

func TestIncidentChanges(t *testing.T) {
	for _, tt := range []struct {
		change  incident.EventKind
		state   incident.IncidentState
		action  notify.Action
		subject string
	}{
		{"", incident.IncidentOpen, notify.ActionTrigger, "open: "},
		{incident.EventNotified, incident.IncidentOpen, notify.ActionTrigger, "open: "},
		{incident.EventReopened, incident.IncidentOpen, notify.ActionTrigger, "reopened: "},
		{incident.EventAcknowledged, incident.IncidentAcknowledged, notify.ActionAcknowledge, "acknowledged: "},
		{incident.EventResolved, incident.IncidentResolved, notify.ActionResolve, "resolved: "},
		{incident.EventOutageJoined, incident.IncidentOpen, notify.ActionNote, "another outage: "},
	} {
		n := sampleNotice()
		n.Change, n.Incident.State, n.Step = tt.change, tt.state, incident.Escalation{}
		if m := textOf(t, n); m.Action != tt.action || !strings.HasPrefix(m.Subject, "[INC-2026-0042] "+tt.subject) {
			t.Errorf("%q: %s %q, want %s %q", tt.change, m.Action, m.Subject, tt.action, tt.subject)
		}
	}
}

// TestIncidentIsBounded: a hundred outages behind one host are one message that
// says how many it leaves out.
func TestIncidentIsBounded(t *testing.T) {
	n := sampleNotice()
	for range 100 {
		n.Incident.Outages = append(n.Incident.Outages, n.Incident.Outages[0])
	}
	n.Incident.Title = strings.Repeat("很长 ", 1000)
	n.Alerts[0].Annotations["description"] = strings.Repeat("x", 100_000)
	m := textOf(t, n)
	if len(m.Subject) > notify.MaxSubjectBytes || len(m.Text) > notify.MaxTextBytes || !strings.Contains(m.Text, "and 82 more") {
		t.Errorf("%d bytes of subject, %d of text", len(m.Subject), len(m.Text))
	}
}

func TestPlanIncidentLeavesOutAlertmanager(t *testing.T) {
	am := open(t, notify.Config{Name: "am", Type: "alertmanager", URL: "http://h"})
	hook := open(t, notify.Config{Name: "hook", Type: "webhook", URL: "http://h"})
	rows, err := notify.PlanIncident([]*notify.Channel{am, hook}, sampleNotice())
	if err != nil || len(rows) != 1 || rows[0].Channel != "hook" {
		t.Errorf("PlanIncident = %v, %v; want the webhook alone", rows, err)
	}
	for _, want := range []string{`"event":"incident"`, `"incident":{"id":"INC-2026-0042"`, `"level":2`, `"message":{`, `"due":`} {
		if !strings.Contains(string(rows[0].Payload), want) {
			t.Errorf("payload lacks %s: %s", want, rows[0].Payload)
		}
	}
}

func TestFaultMails(t *testing.T) {
	mail := open(t, notify.Config{Name: "mail", Type: "email", Host: "mail.example.net", From: "a@example.net", To: []string{"b@example.net"}})
	for _, tt := range []struct {
		name, contact string
		state         incident.FaultState
		want          string // subject; "": no mail
	}{
		{"received", "Zhang <z@example.com>", incident.FaultReceived, "[FLT-2026-7K3QX] We have received your report"},
		{"declined", "z@example.com", incident.FaultDeclined, "[FLT-2026-7K3QX] We have closed your report"},
		{"accepted", "z@example.com", incident.FaultAccepted, "[FLT-2026-7K3QX] We are working on your report"},
		{"resolved", "z@example.com", incident.FaultResolved, "[FLT-2026-7K3QX] The fault that you reported is resolved"},
		{"a telephone number gets no mail", "+86 10 5555", incident.FaultReceived, ""},
		{"nor does a list of addresses", "a@example.com, b@example.com", incident.FaultReceived, ""},
		{"nor what would make a header", "a@example.com\r\nBcc: b@example.com", incident.FaultReceived, ""},
	} {
		rows, err := notify.PlanFault(mail, notify.FaultNotice{At: 1, Fault: incident.Fault{
			ID: "FLT-2026-7K3QX", Agreement: "shop", State: tt.state, Contact: tt.contact, Details: "my words", Answer: "because",
		}})
		if err != nil || len(rows) > 0 != (tt.want != "") {
			t.Errorf("%s: PlanFault = %v, %v", tt.name, rows, err)
			continue
		}
		if len(rows) == 0 {
			continue
		}
		m, err := notify.ReadMessage(rows[0].Payload)
		if err != nil || m.Subject != tt.want || len(m.To) != 1 || m.To[0] != "z@example.com" || strings.Contains(m.Text, "my words") || !strings.Contains(m.Text, "because") {
			t.Errorf("%s: %+v, %v", tt.name, m, err)
		}
	}
}
