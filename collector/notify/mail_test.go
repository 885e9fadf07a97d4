package notify_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/notify"
)

func TestMailIsSecured(t *testing.T) {
	for _, tt := range []struct {
		name, mode, server, user, password, want string
	}{
		{"upgraded, and logged in", "", notify.TLSStart, "u", "s3cret-word", ""},
		{"TLS from the start, and logged in", notify.TLSImplicit, notify.TLSImplicit, "u", "s3cret-word", ""},
		{"without a login", notify.TLSStart, notify.TLSStart, "", "", ""},
		{"in the clear, on this machine", notify.TLSNone, notify.TLSNone, "", "", ""},
		{"a wrong password can be mended", notify.TLSStart, notify.TLSStart, "u", "s3cret-other", "not ready to take mail"},
		{"a server that offers no TLS is told nothing", notify.TLSStart, notify.TLSNone, "u", "s3cret-word", "STARTTLS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startMail(t, tt.server)
			cfg := s.config(t, tt.mode)
			cfg.CAFile, cfg.Username, cfg.Password = s.ca, tt.user, notify.Secret(tt.password)
			err := send(t, open(t, cfg), change(incident.ChangeOpened, "web", 1000, 2000))
			all, _ := s.all()
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "s3cret") || len(all) > 0 || notify.Final(err) {
					t.Errorf("Send = %v with %d mails taken; want %q, to be tried again", err, len(all), tt.want)
				}
				return
			}
			if err != nil || len(all) != 1 || s.inClear != (tt.mode == notify.TLSNone) || len(s.logins) != len(tt.user) {
				t.Fatalf("Send = %v, %d mails, in the clear %v, logins %v", err, len(all), s.inClear, s.logins)
			}
			if l := all[0]; l.from != "probity@sla.example.net" || strings.Join(l.to, " ") != "ops@example.net boss@example.net" {
				t.Errorf("envelope from %s to %v", l.from, l.to)
			}
		})
	}
	s := startMail(t, notify.TLSStart)
	cfg := s.config(t, notify.TLSStart) // without the CA
	if err := send(t, open(t, cfg), change(incident.ChangeOpened, "web", 1000, 2000)); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Send to a server of an unknown authority = %v, want a fault of its certificate", err)
	}
}

// parts reads a mail as a client does: headers, text, HTML, attachments.
func parts(t *testing.T, body []byte) (mail.Header, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	walk(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body, out)
	return m.Header, out
}

func walk(t *testing.T, contentType, encoding, name string, r io.Reader, out map[string]string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		for mr := multipart.NewReader(r, params["boundary"]); ; {
			p, err := mr.NextRawPart()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			walk(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.FileName(), p, out)
		}
	}
	switch strings.ToLower(encoding) {
	case "base64":
		r = base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		r = quotedprintable.NewReader(r)
	}
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if name != "" {
		kind = name
	}
	out[kind] = strings.ReplaceAll(string(all), "\r\n", "\n")
}

// TestMailIsRead sends two mails of one incident and reads them as a client does.
func TestMailIsRead(t *testing.T) {
	s := startMail(t, notify.TLSNone)
	ch := open(t, s.config(t, notify.TLSNone))
	n := sampleNotice()
	n.Incident.Title = "商店 down\r\nBcc: evil@example.org\r\n\r\n<script>"
	n.Language = "zh-CN"
	for i := range 2 {
		n.Step.Repeat, n.At = i, n.At+60_000
		rows, err := notify.PlanIncident([]*notify.Channel{ch}, n)
		if err != nil || len(rows) != 1 || rows[0].Key != n.Incident.ID {
			t.Fatalf("PlanIncident = %+v, %v", rows, err)
		}
		for range 2 - i { // the first one twice
			if err := ch.Send(t.Context(), rows[0]); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, _ := s.all()
	h, p := parts(t, all[0].body)
	again, _ := parts(t, all[1].body)
	next, _ := parts(t, all[2].body)
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[INC-2026-0042] ") || !strings.Contains(subject, "商店 down Bcc: evil@example.org") {
		t.Errorf("Subject = %q, %v", subject, err)
	}
	if h.Get("Bcc") != "" || len(all[0].to) != 2 {
		t.Errorf("a title made headers or recipients: %v, %v", h, all[0].to)
	}
	if id := h.Get("Message-Id"); id == "" || id != again.Get("Message-Id") || id == next.Get("Message-Id") {
		t.Errorf("Message-ID %q, again %q, of the next %q", id, again.Get("Message-Id"), next.Get("Message-Id"))
	}
	if r := h.Get("References"); r == "" || r != next.Get("References") || h.Get("Auto-Submitted") != "auto-generated" || h.Get("List-Id") == "" {
		t.Errorf("headers %v", h)
	}
	if d, err := h.Date(); err != nil || d.UnixMilli() != sampleNotice().At+60_000 {
		t.Errorf("Date = %v, %v; want that of the row", d, err)
	}
	for _, kind := range []string{"text/plain", "text/html"} {
		for _, want := range []string{"商店 down", "https://sla.example.net/ack/abc", "shop/web"} {
			if !strings.Contains(p[kind], want) {
				t.Errorf("%s lacks %q:\n%s", kind, want, p[kind])
			}
		}
	}
	if strings.Contains(p["text/html"], "<script>") {
		t.Errorf("a title is markup:\n%s", p["text/html"])
	}
}

func TestMailCarriesAFile(t *testing.T) {
	s := startMail(t, notify.TLSNone)
	ch := open(t, s.config(t, notify.TLSNone))
	pdf := bytes.Repeat([]byte("%PDF\x00\xff\r\n.\r\n"), 1000)
	row, err := notify.PlanMessage(ch, "report/shop/2026-10", notify.Message{
		Thread: "report/shop", At: 1_790_000_000_000, Subject: "Service report", Text: "October.", To: []string{"customer@example.com"},
		Attachments: []notify.Attachment{{Name: "报告 2026-10/..\r\nX: y.pdf", Type: "application/pdf", Data: pdf}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Send(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	all, _ := s.all()
	if len(all) != 1 || strings.Join(all[0].to, " ") != "customer@example.com" {
		t.Fatalf("taken %+v; want one mail to the customer alone", all)
	}
	m, err := mail.ReadMessage(bytes.NewReader(all[0].body))
	if err != nil {
		t.Fatal(err)
	}
	_, params, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	mr := multipart.NewReader(m.Body, params["boundary"])
	if _, err := mr.NextPart(); err != nil {
		t.Fatal(err)
	}
	file, err := mr.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, file))
	if err != nil || !bytes.Equal(got, pdf) || !strings.HasPrefix(file.Header.Get("Content-Type"), "application/pdf") || file.Header.Get("X") != "" {
		t.Errorf("attachment %v of %d bytes, %v; want the %d bytes sent", file.Header, len(got), err, len(pdf))
	}
}

func TestMailRefused(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rcpt  func(string) error
		data  func([]byte) error
		final bool
		want  string
	}{
		{"greylisting passes", func(string) error { return refuse(450, smtp.EnhancedCode{4, 2, 0}, "greylisted") }, nil, false, "greylisted"},
		{"nobody of the name is here", func(string) error { return refuse(550, smtp.EnhancedCode{5, 1, 1}, "unknown") }, nil, true, "unknown"},
		{"a server that does not relay for us can be told to", func(string) error { return refuse(554, smtp.EnhancedCode{5, 7, 1}, "relay denied") }, nil, false, "relay denied"},
		{"one unknown, one greylisted", func(to string) error {
			if to == "ops@example.net" {
				return refuse(550, smtp.EnhancedCode{5, 1, 1}, "unknown")
			}
			return refuse(450, smtp.EnhancedCode{4, 2, 0}, "greylisted")
		}, nil, false, "greylisted"},
		{"one unknown, and the others have it", func(to string) error {
			if to == "ops@example.net" {
				return refuse(550, smtp.EnhancedCode{5, 1, 1}, "unknown")
			}
			return nil
		}, nil, true, "the others have the mail"},
		{"a text that is refused for good", nil, func([]byte) error { return refuse(554, smtp.EnhancedCode{5, 7, 1}, "spam") }, true, "spam"},
		{"a disk that is full for now", nil, func([]byte) error { return refuse(452, smtp.EnhancedCode{4, 3, 1}, "full") }, false, "full"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := startMail(t, notify.TLSNone)
			s.rcpt, s.data = tt.rcpt, tt.data
			err := send(t, open(t, s.config(t, notify.TLSNone)), change(incident.ChangeOpened, "web", 1000, time.Now().UnixMilli()))
			if err == nil || notify.Final(err) != tt.final || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Send = %v, final %v; want %q, final %v", err, notify.Final(err), tt.want, tt.final)
			}
		})
	}
}

// TestMailToTheRest: who has a mail does not get it again, and a full mailbox
// holds the others up for a while only.
func TestMailToTheRest(t *testing.T) {
	s := startMail(t, notify.TLSNone)
	full := true
	s.rcpt = func(to string) error {
		if full && to == "boss@example.net" {
			return refuse(452, smtp.EnhancedCode{4, 2, 2}, "mailbox full")
		}
		return nil
	}
	ch := open(t, s.config(t, notify.TLSNone))
	row := func(at time.Time) notify.Notification {
		rows, err := notify.Plan([]incident.Change{change(incident.ChangeOpened, "web", 1, at.UnixMilli())}, []*notify.Channel{ch})
		if err != nil {
			t.Fatal(err)
		}
		return rows[0]
	}
	fresh := row(time.Now())
	for range 2 {
		if err := ch.Send(t.Context(), fresh); err == nil || notify.Final(err) {
			t.Fatalf("Send = %v; want a failure that is tried again", err)
		}
	}
	s.set(func() { full = false })
	if err := ch.Send(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	all, _ := s.all()
	if len(all) != 2 || strings.Join(all[0].to, " ") != "ops@example.net" || strings.Join(all[1].to, " ") != "boss@example.net" {
		t.Errorf("taken %v; want one mail for each", all)
	}
	s.set(func() { full = true })
	if err := ch.Send(t.Context(), row(time.Now().Add(-time.Hour))); err == nil || !notify.Final(err) {
		t.Errorf("Send of an old row = %v; want it given up", err)
	}
}

// TestMailServerHangs: it takes the mail and is gone before it says so, or says nothing at all.
func TestMailServerHangs(t *testing.T) {
	s := startMail(t, notify.TLSNone)
	s.hangUp = true
	box, book := &outbox{}, &book{}
	ch := open(t, s.config(t, notify.TLSNone))
	d, stop := run(t, notify.Options{Outbox: box, Channels: []*notify.Channel{ch}, Backoff: time.Millisecond, Poll: 10 * time.Millisecond})
	now := time.Now().UnixMilli()
	book.record(t, box, []*notify.Channel{ch}, change(incident.ChangeOpened, "web", now, now))
	d.Wake()
	eventually(t, "the mail comes again", func() bool { all, _ := s.all(); return len(all) >= 2 })
	s.set(func() { s.hangUp = false })
	eventually(t, "it is delivered", func() bool { waiting, dead := box.left(); return len(waiting)+len(dead) == 0 })
	stop()
	all, _ := s.all()
	first, _ := parts(t, all[0].body)
	last, _ := parts(t, all[len(all)-1].body)
	if first.Get("Message-Id") != last.Get("Message-Id") {
		t.Errorf("Message-ID %q, then %q; a mail that comes again must be known again", first.Get("Message-Id"), last.Get("Message-Id"))
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	cfg := s.config(t, notify.TLSNone)
	cfg.Timeout = notify.Duration(200 * time.Millisecond)
	ch = open(t, cfg)
	ch.DialWith(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, silent.Addr().String())
	})
	if err := send(t, ch, change(incident.ChangeOpened, "web", 1, 2)); err == nil || notify.Final(err) {
		t.Errorf("Send to a silent server = %v; want a failure that is tried again", err)
	}
}
