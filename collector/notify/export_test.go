package notify

import (
	"errors"
	"net/http"
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
