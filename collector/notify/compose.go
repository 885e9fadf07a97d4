package notify

import (
	"bytes"
	"html/template"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

// composed is a mail and its envelope.
type composed struct {
	msg  *mail.Msg
	id   string // Message-ID without brackets: the same for every attempt
	from string
	to   []string
}

// compose writes a message as a mail: plain text and HTML, and attachments.
// Every mail of one thread refers to the same ID, which no mail has, so that
// readers put them together whichever of them arrived.
func (s *mailer) compose(n Notification, m *Message) (*composed, error) {
	from, err := mailbox(s.cfg.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	c := &composed{id: "probity." + idempotencyKey(n) + "@" + domain, from: from.Address}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	list := m.To
	if len(list) == 0 {
		list = s.cfg.To
	}
	for _, text := range list {
		to, err := mailbox(text)
		if err != nil {
			return nil, err
		}
		msg.AddToMailAddress(to)
		c.to = append(c.to, to.Address)
	}
	thread := "<probity.thread." + fingerprint(m.Thread) + "@" + domain + ">"
	msg.Subject(oneLine(m.Subject))
	msg.SetMessageIDWithValue(c.id)
	msg.SetDateWithValue(time.UnixMilli(n.CreatedAt).UTC())
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeaderPreformatted("References", thread)
	msg.SetGenHeaderPreformatted("In-Reply-To", thread)
	msg.SetGenHeaderPreformatted("List-Id", "<probity."+domain+">")
	if m.Language != "" {
		msg.SetGenHeader("Content-Language", m.Language)
	}
	msg.SetBodyString(mail.TypeTextPlain, strings.TrimLeft(m.Text+m.links(), "\n")+"\n")
	var html bytes.Buffer
	if err := page.Execute(&html, letter{m, tongue(m.Language)}); err != nil {
		return nil, err
	}
	msg.AddAlternativeString(mail.TypeTextHTML, html.String())
	for _, a := range m.Attachments {
		err := msg.AttachReader(a.Name, bytes.NewReader(a.Data), mail.WithFileContentType(mail.ContentType(oneLine(a.Type))))
		if err != nil {
			return nil, err
		}
	}
	c.msg = msg
	return c, nil
}

// letter is what the template is given.
type letter struct {
	*Message
	words *words
}

func (l letter) AckWord() string  { return l.words.ackLink }
func (l letter) PageWord() string { return l.words.pageLink }

var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html lang="{{.Language}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="font:15px/1.5 system-ui,sans-serif;color:#1a1a1a">
<h1 style="font-size:18px">{{.Subject}}</h1>
<div style="white-space:pre-wrap">{{.Text}}</div>
{{with .AckLink}}<p><a href="{{.}}" style="display:inline-block;padding:10px 18px;background:#0b57d0;color:#fff;text-decoration:none;border-radius:6px">{{$.AckWord}}</a></p>
{{end}}{{with .Link}}<p><a href="{{.}}">{{$.PageWord}}</a></p>
{{end}}</body></html>
`))
