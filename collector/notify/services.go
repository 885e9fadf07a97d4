package notify

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/wecom"

	"github.com/probity-sla/probity/collector/incident"
)

// serviceAddress is where a service is when the channel has no url.
var serviceAddress = map[string]string{
	TypeSlack:     "https://slack.com/api/chat.postMessage",
	TypeTelegram:  "https://api.telegram.org",
	TypePagerDuty: "https://events.pagerduty.com",
	TypeOpsgenie:  "https://api.opsgenie.com",
}

// What a service takes at most, by its documentation.
const (
	maxSlackText    = 4000  // characters; Slack cuts at 40,000 and advises 4,000
	maxTeamsText    = 12000 // bytes; a card has room for 28 KB with all of its form
	maxTelegramText = 4096  // UTF-16 units; bytes are never fewer
	maxFeishuText   = 16000 // bytes; a request has room for 20 KB
	maxWeComText    = 2048  // bytes
	maxDingTalkText = 16000 // bytes; a message has room for 20,000
)

// form writes m as the request that the channel's service takes. A request
// without an address means that the service is not told.
func (c *Channel) form(m *Message) (request, error) {
	u, body := c.url, any(nil)
	switch c.cfg.Type {
	case TypeSlack:
		body = slack.MessagePayload{Text: slackText(m), Channel: c.cfg.Chat}
	case TypeTeams:
		body = teamsCard(m)
	case TypeTelegram:
		u = c.url.JoinPath("bot"+c.token, "sendMessage")
		body = telegram.SendMessagePayload{Text: chatText(m, maxTelegramText), ID: c.cfg.Chat, DisablePreview: true, DisableNotification: m.Severity == incident.Info}
	case TypeFeishu:
		body = feishuPost(m, c.secret)
	case TypeWeCom:
		body = wecom.RequestBody{MsgType: "text", Text: wecom.TextContent{Content: chatText(m, maxWeComText)}}
	case TypeDingTalk:
		u, body = dingTalkURL(c.url, c.secret), dingTalk(m)
	case TypePagerDuty:
		u, body = pagerDutyEvent(c, m)
	case TypeOpsgenie:
		u, body = opsgenieAlert(c, m)
	default:
		return request{}, errors.New("type " + c.cfg.Type + " has no form")
	}
	raw, err := json.Marshal(body)
	return request{url: u, body: raw}, err
}

// chatText is a message as plain text of at most limit bytes: the subject, the
// text, the links. What is too long is cut at a line of the text, never in a
// link.
func chatText(m *Message, limit int) string {
	return fitted(m.Subject+"\n\n", m.Text, m.links(), limit)
}

func fitted(head, text, tail string, limit int) string {
	text = strings.Trim(text, "\n")
	if room := limit - len(head) - len(tail); len(text) > room {
		text = bounded(text, max(0, room-len("\n…")))
		if i := strings.LastIndexByte(text, '\n'); i > 0 {
			text = text[:i]
		}
		text += "\n…"
	}
	return bounded(head+text+tail, limit)
}

// slackText marks the subject bold and the links as such; &, < and > are escaped.
func slackText(m *Message) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	t, tail := tongue(m.Language), ""
	link := func(to, text string) {
		if to != "" {
			tail += "\n<" + escape(to) + "|" + text + ">"
		}
	}
	link(m.AckLink, t.ackLink)
	link(m.Link, t.pageLink)
	return fitted("*"+escape(m.Subject)+"*\n", escape(m.Text), tail, maxSlackText)
}
