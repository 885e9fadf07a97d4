package notify

import "strings"

// teamsMessage carries one Adaptive Card, as workflows and the connectors
// before them take it. shoutrrr has only the cards of the retired connectors.
type teamsMessage struct {
	Type        string            `json:"type"`
	Attachments []teamsAttachment `json:"attachments"`
}

type teamsAttachment struct {
	ContentType string `json:"contentType"`
	Content     card   `json:"content"`
}

type card struct {
	Schema  string      `json:"$schema"`
	Type    string      `json:"type"`
	Version string      `json:"version"`
	Body    []cardBlock `json:"body"`
	Actions []cardLink  `json:"actions,omitempty"`
}

// teamsParagraph is what a paragraph of a card takes beside its text, in bytes.
const teamsParagraph = 80

// cardBlock is a paragraph of text that is shown as it is, without markup.
type cardBlock struct {
	Type    string    `json:"type"`
	Inlines []cardRun `json:"inlines"`
}

type cardRun struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Weight string `json:"weight,omitempty"`
}

type cardLink struct {
	Type  string `json:"type"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

func teamsCard(m *Message) teamsMessage {
	paragraph := func(text, weight string) cardBlock {
		return cardBlock{"RichTextBlock", []cardRun{{"TextRun", text, weight}}}
	}
	c := card{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.3"}
	c.Body = append(c.Body, paragraph(m.Subject, "bolder"))
	room := maxTeamsText
	for line := range strings.SplitSeq(m.Text, "\n") {
		if line == "" {
			continue
		}
		if room -= len(line) + teamsParagraph; room < 0 {
			c.Body = append(c.Body, paragraph("…", ""))
			break
		}
		c.Body = append(c.Body, paragraph(line, ""))
	}
	t := tongue(m.Language)
	for _, l := range []struct{ to, text string }{{m.AckLink, t.ackLink}, {m.Link, t.pageLink}} {
		if l.to != "" {
			c.Actions = append(c.Actions, cardLink{"Action.OpenUrl", l.text, l.to})
		}
	}
	return teamsMessage{"message", []teamsAttachment{{"application/vnd.microsoft.card.adaptive", c}}}
}
