package notify

import "net/http"

// SetTransport lets a test dial in memory, where synctest keeps the time.
func (c *Channel) SetTransport(rt http.RoundTripper) { c.client.Transport = rt }

var (
	ParseURL  = parseURL
	LabelName = labelName
	Bounded   = bounded
)
