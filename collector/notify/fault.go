package notify

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

// FaultNotice is what a customer is told of a fault that the customer reported.
// Whether the agreement allows mails to customers is the caller's to know.
type FaultNotice struct {
	Fault    incident.Fault
	At       int64  // ms UTC
	PageURL  string // where the customer follows it; "": none
	Language string // "": the fault's
}

// PlanFault returns the mail to the contact of a reported fault, through ch of
// type email: that it was received, accepted, declined or is resolved. It
// returns none when the contact is no mail address. What the customer wrote is
// not repeated: a wrong address would get it.
func PlanFault(ch *Channel, n FaultNotice) ([]Notification, error) {
	f := &n.Fault
	to, err := mailbox(f.Contact)
	if err != nil || ch.cfg.Type != TypeEmail {
		return nil, nil
	}
	language := cmp.Or(n.Language, f.Language, ch.cfg.Language)
	t := tongue(language)
	said, action := t.faultReceived, ActionNote
	switch f.State {
	case incident.FaultAccepted:
		said = t.faultAccepted
	case incident.FaultDeclined:
		said = t.faultDeclined
	case incident.FaultResolved:
		said, action = t.faultFixed, ActionResolve
	}
	lines := []string{said + t.stop, "", t.reference + t.colon + f.ID, t.agreement + t.colon + f.Agreement}
	if f.State == incident.FaultReceived {
		lines[0] = t.hello + "\n" + lines[0]
	}
	if f.Answer != "" {
		lines = append(lines, "", t.answer+t.colon+f.Answer)
	}
	row, err := PlanMessage(ch, f.ID, Message{
		Thread: f.ID, Action: action, Severity: incident.Info, Language: language, At: n.At, Link: n.PageURL,
		Subject: "[" + f.ID + "] " + said, Short: said, Text: strings.Join(lines, "\n"), To: []string{to.Address},
	})
	if err != nil {
		return nil, fmt.Errorf("fault %s: %w", f.ID, err)
	}
	return []Notification{row}, nil
}
