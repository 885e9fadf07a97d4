package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"
	"unicode"
)

// Bounds of a message to people.
const (
	MaxSubjectBytes    = 250
	MaxShortBytes      = 1000
	MaxTextBytes       = 16 << 10
	MaxAttachments     = 10
	MaxAttachmentBytes = 10 << 20 // of all attachments together
	maxFileName        = 200      // bytes
)

// Action says what a message does to the matter it is about. Paging services
// open, acknowledge and close an incident of their own by it.
type Action string

const (
	ActionTrigger     Action = "trigger"
	ActionAcknowledge Action = "acknowledge"
	ActionResolve     Action = "resolve"
	ActionNote        Action = "note" // opens and closes nothing
	ActionTest        Action = "test"
)

// Message is what a notification tells people. It is the payload that the
// outbox holds, as JSON, for every type of channel but alertmanager and webhook.
type Message struct {
	Version     int          `json:"version"` // 1
	Thread      string       `json:"thread"`  // what belongs together: incident ID, alert key
	Action      Action       `json:"action"`
	Severity    string       `json:"severity,omitempty"` // page, ticket, info
	Language    string       `json:"language,omitempty"`
	At          int64        `json:"at"`      // ms UTC
	Subject     string       `json:"subject"` // one line
	Short       string       `json:"short"`   // what a small screen shows
	Text        string       `json:"text"`    // plain, without the links
	Link        string       `json:"link,omitempty"`
	AckLink     string       `json:"ack_link,omitempty"`
	To          []string     `json:"to,omitempty"`          // email: instead of the channel's own
	Attachments []Attachment `json:"attachments,omitempty"` // email; others leave them out
}

// Attachment is a file that goes with a mail.
type Attachment struct {
	Name string `json:"name"`
	Type string `json:"type"` // "application/pdf"
	Data []byte `json:"data"`
}

// PlanMessage returns the row that tells m through one channel: a report with
// its file, an answer to a customer. key keeps rows of one matter in order.
func PlanMessage(ch *Channel, key string, m Message) (Notification, error) {
	if err := m.check(ch); err != nil {
		return Notification{}, fmt.Errorf("message to channel %s: %w", ch.name, err)
	}
	m.tidy()
	body, err := ch.encodeMessage(&m, nil)
	return Notification{Key: key, Channel: ch.name, Payload: body, CreatedAt: m.At}, err
}

func (m *Message) check(ch *Channel) error {
	size := 0
	for _, a := range m.Attachments {
		size += len(a.Data)
	}
	switch {
	case !ch.TakesMessages():
		return fmt.Errorf("type %s takes alerts only", ch.cfg.Type)
	case m.Thread == "" || m.Subject == "" || m.At == 0:
		return errors.New("a message needs Thread, Subject and At")
	case len(m.Attachments) > MaxAttachments || size > MaxAttachmentBytes:
		return fmt.Errorf("%d attachments of %d bytes; at most %d of %d together", len(m.Attachments), size, MaxAttachments, MaxAttachmentBytes)
	case len(m.To) > MaxRecipients || len(m.To) > 0 && ch.cfg.Type != TypeEmail:
		return errors.New("recipients are for channels of type email, and at most " + itoa(MaxRecipients))
	}
	for _, to := range m.To {
		if _, err := mailbox(to); err != nil {
			return fmt.Errorf("to: %w", err)
		}
	}
	return nil
}

// tidy bounds the texts and takes out what no receiver should see.
func (m *Message) tidy() {
	m.Version = 1
	m.Subject = bounded(oneLine(m.Subject), MaxSubjectBytes)
	m.Short = bounded(printable(m.Short), MaxShortBytes)
	m.Text = bounded(printable(m.Text), MaxTextBytes)
	if tongues[m.Language] == nil {
		m.Language = ""
	}
	m.Attachments = slices.Clone(m.Attachments)
	for i := range m.Attachments {
		a := &m.Attachments[i]
		a.Name = bounded(strings.Map(fileRune, a.Name), maxFileName)
		if kind, _, err := mime.ParseMediaType(a.Type); err != nil || !strings.Contains(kind, "/") {
			a.Type = "application/octet-stream"
		}
	}
}

// oneLine returns s without line breaks and control characters.
func oneLine(s string) string { return strings.Join(strings.Fields(printable(s)), " ") }

// printable takes out control characters other than line feed and tab, and
// those that turn the direction of text.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
}

func fileRune(r rune) rune {
	if unicode.IsControl(r) || strings.ContainsRune(`/\:*?"<>|`, r) || unicode.Is(unicode.Bidi_Control, r) {
		return '_'
	}
	return r
}

// readMessage returns the message of a row.
func readMessage(payload []byte) (*Message, error) {
	var m Message
	if err := json.Unmarshal(payload, &m); err != nil || m.Version != 1 || m.Subject == "" {
		return nil, errors.New("the row holds no message; was the channel's type changed?")
	}
	return &m, nil
}

// links are the lines that follow the text.
func (m *Message) links() string {
	t, out := tongue(m.Language), ""
	if m.AckLink != "" {
		out += "\n\n" + t.ackLink + t.colon + m.AckLink
	}
	if m.Link != "" {
		out += "\n\n" + t.pageLink + t.colon + m.Link
	}
	return out
}
