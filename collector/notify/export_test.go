package notify

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// SetTransport lets a test dial in memory, where synctest keeps the time.
func (c *Channel) SetTransport(rt http.RoundTripper) { c.client.Transport = rt }

var (
	ReadMessage = readMessage
	ParseURL    = parseURL
	LabelName   = labelName
	Bounded     = bounded
)

// Final reports whether a delivery failed for good.
func Final(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.final
}

// Redirect points a channel elsewhere; what it hides stays hidden.
func (c *Channel) Redirect(to string) {
	u, err := url.Parse(to)
	if err != nil {
		panic(err)
	}
	c.url = u
}

// Secrets is all that a channel hides, as one text.
func (c *Channel) Secrets() string { return strings.Join(c.hide, " ") }

// Verdict judges the body of an answer that says 200.
func Verdict(typ string, body []byte) (string, bool) {
	if verdicts[typ] == nil {
		return "", false
	}
	return verdicts[typ](body)
}

// Compose returns a mail as it goes over the wire, and its recipients.
func (c *Channel) Compose(n Notification, m *Message) (string, []string, error) {
	x, err := c.mail.compose(n, m)
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	_, err = x.msg.WriteTo(&b)
	return b.String(), x.to, err
}
