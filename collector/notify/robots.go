package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/lark"
)

// feishuPost is a rich text in the message's language, signed as the robot asks.
func feishuPost(m *Message, secret string) lark.RequestBody {
	t := tongue(m.Language)
	lines := [][]lark.Item{{{Tag: lark.TagValueText, Text: fitted("", m.Text, "", maxFeishuText)}}}
	for _, l := range []struct{ to, text string }{{m.AckLink, t.ackLink}, {m.Link, t.pageLink}} {
		if l.to != "" {
			lines = append(lines, []lark.Item{{Tag: lark.TagValueLink, Text: l.text, Link: l.to}})
		}
	}
	post := &lark.Post{En: &lark.Message{Title: m.Subject, Content: lines}}
	if t == chinese {
		post = &lark.Post{Zh: post.En}
	}
	body := lark.RequestBody{MsgType: lark.MsgTypePost, Content: lark.Content{Post: post}}
	if secret != "" {
		body.Timestamp = itoa(time.Now().Unix())
		body.Sign = robotSign(body.Timestamp+"\n"+secret, "")
	}
	return body
}

// robotSign is HMAC-SHA256 in base64. Feishu signs nothing with the time and
// the secret as the key, DingTalk signs them with the secret.
func robotSign(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

type dingTalkText struct {
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
}

func dingTalk(m *Message) (b dingTalkText) {
	b.Type, b.Text.Content = "text", chatText(m, maxDingTalkText)
	return b
}

// dingTalkURL adds the signature that a robot with a secret asks for.
func dingTalkURL(u *url.URL, secret string) *url.URL {
	if secret == "" {
		return u
	}
	at := itoa(time.Now().UnixMilli())
	q := u.Query()
	q.Set("timestamp", at)
	q.Set("sign", robotSign(secret, at+"\n"+secret))
	signed := *u
	signed.RawQuery = q.Encode()
	return &signed
}
