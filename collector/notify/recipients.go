package notify

import (
	"errors"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// partialPatience is how long a mail that some recipients have is retried for
// the others: one full mailbox must not hold up what all are to be told next.
const partialPatience = 15 * time.Minute

// maxPartial bounds the mails of which it is remembered who has them.
const maxPartial = 256

// refusal is what the server said of one recipient.
type refusal struct {
	to  string
	err error
}

// recipients names those who do not have the mail yet.
func (s *mailer) recipients(client *smtp.Client, c *composed) (taken []string, refused []refusal, f *failure) {
	has := s.remembered(c.id)
	for _, to := range c.to {
		if has[to] {
			continue
		}
		err := client.Rcpt("<" + to + ">")
		switch {
		case err == nil:
			taken = append(taken, to)
		case smtpCode(err) == 0 || smtpCode(err) == 421: // the session is over
			return nil, nil, s.fail("recipients not taken", err)
		default:
			refused = append(refused, refusal{to, err})
		}
	}
	return taken, refused, nil
}

// settle says what is left to do once taken have the mail.
func (s *mailer) settle(c *composed, created int64, taken []string, refused []refusal) *failure {
	if len(refused) == 0 {
		s.forget(c.id)
		return nil
	}
	anyHas := len(s.remember(c.id, taken)) > 0
	var said []string
	final := true
	for _, r := range refused {
		said = append(said, r.to+": "+r.err.Error())
		final = final && smtpCode(r.err)/100 == 5 && !policy(r.err)
	}
	text := "recipients refused: " + strings.Join(said, "; ")
	if anyHas {
		text += "; the others have the mail"
		final = final || time.Since(time.UnixMilli(created)) > partialPatience
	}
	if final {
		s.forget(c.id)
	}
	f := s.fail(text, nil)
	f.final = final
	return f
}

// policy reports whether a server refuses a recipient by a rule of its own, such
// as one that it does not relay for us: that is mended at its end or in our login.
func policy(err error) bool {
	var answer *textproto.Error
	return errors.As(err, &answer) && (answer.Code == 530 || strings.HasPrefix(answer.Msg, "5.7."))
}

func (s *mailer) remembered(id string) map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has[id]
}

func (s *mailer) remember(id string, to []string) map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.has) >= maxPartial && s.has[id] == nil {
		clear(s.has) // some may get a mail twice: better than never
	}
	now := map[string]bool{}
	for t := range s.has[id] {
		now[t] = true
	}
	for _, t := range to {
		now[t] = true
	}
	if len(now) > 0 {
		s.has[id] = now
	}
	return now
}

func (s *mailer) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.has, id)
}
