package notify_test

import (
	"net/mail"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/probity-sla/probity/collector/notify"
)

// FuzzVerdict: whatever a service answers, the reason for a refusal is short,
// and repeats nothing of the answer but a number or a lower-case word.
func FuzzVerdict(f *testing.F) {
	for _, v := range services {
		f.Add(v.cfg.Type, v.ok)
		for _, a := range v.no {
			f.Add(v.cfg.Type, a.body)
		}
	}
	f.Fuzz(func(t *testing.T, typ, body string) {
		why, never := notify.Verdict(typ, []byte(body))
		if len(why) > 80 || !utf8.ValidString(why) || strings.ContainsAny(why, "\r\n<>/:") || never && why == "" {
			t.Errorf("Verdict(%s, %q) = %q, %v", typ, body, why, never)
		}
	})
}

// FuzzMailHeaders: whatever an incident is called and whoever is written to, a
// mail has the headers that we wrote, and one recipient.
func FuzzMailHeaders(f *testing.F) {
	f.Add("down\r\nBcc: evil@example.org", "Ops <ops@example.net>", "report.pdf")
	f.Add("商店 down \x00\u202e", "\"a\r\n b\" <a@b.c>", "../x\r\nA: b")
	f.Add("=?utf-8?q?x=0D=0AA:_b?=", "ops@xn--bcher-kva.example", "=?utf-8?b?DQo=?=")
	f.Fuzz(func(t *testing.T, subject, to, file string) {
		ch := open(t, notify.Config{Name: "m", Type: "email", Host: "h", From: "a@example.net", To: []string{"b@example.net"}})
		row, err := notify.PlanMessage(ch, "k", notify.Message{
			Thread: "k", At: 1, Subject: subject, Text: subject, To: []string{to}, Attachments: []notify.Attachment{{Name: file, Type: file, Data: []byte("x")}},
		})
		if err != nil {
			return // no address, or no subject
		}
		m, err := notify.ReadMessage(row.Payload)
		if err != nil {
			return // nothing of the subject can be shown
		}
		text, envelope, err := ch.Compose(row, m)
		if err != nil {
			return
		}
		h, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		for name := range h.Header {
			if !strings.Contains(" Auto-Submitted Content-Type Date From In-Reply-To List-Id Message-Id Mime-Version References Subject To X-Auto-Response-Suppress ", " "+name+" ") {
				t.Errorf("header %s in %q", name, text)
			}
		}
		if all, err := h.Header.AddressList("To"); err != nil || len(all) != 1 || len(envelope) != 1 || strings.ContainsAny(envelope[0], "\r\n<>") {
			t.Errorf("To = %v, %v, envelope %q", all, err, envelope)
		}
	})
}
