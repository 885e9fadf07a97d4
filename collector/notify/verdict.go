package notify

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// verdicts read what a service says in the body of a 2xx answer: why it refused
// ("" when it did not), and whether it will never take this body. The reason is
// a code or a word of the service, bounded, and quotes nothing that was sent.
var verdicts = map[string]func(answer []byte) (why string, never bool){
	TypeSlack:    slackVerdict,
	TypeTeams:    teamsVerdict,
	TypeTelegram: telegramVerdict,
	TypeFeishu:   func(b []byte) (string, bool) { return codeVerdict(b, "code", 9499) },
	TypeWeCom:    func(b []byte) (string, bool) { return codeVerdict(b, "errcode", 40008, 40058, 44004, 45002) },
	TypeDingTalk: func(b []byte) (string, bool) { return codeVerdict(b, "errcode", 40035, 400101) },
}

// slackVerdict reads "ok" of a webhook and {"ok":true} of the Web API.
func slackVerdict(b []byte) (string, bool) {
	if t := string(bytes.TrimSpace(b)); t == "ok" || t == "" {
		return "", false
	}
	var a struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
	}
	if json.Unmarshal(b, &a) != nil {
		return "an answer that Slack does not give", false
	}
	if a.OK {
		return "", false
	}
	never := []string{"no_text", "msg_too_long", "invalid_blocks", "invalid_arguments"}
	return word(a.Error), slices.Contains(never, a.Error)
}

// teamsVerdict knows the connectors' way to say in a 200 that it was none.
func teamsVerdict(b []byte) (string, bool) {
	if bytes.Contains(b, []byte("delivery failed")) {
		return "delivery to the team failed", false
	}
	return "", false
}

func telegramVerdict(b []byte) (string, bool) {
	var a struct {
		OK   bool `json:"ok"`
		Code int  `json:"error_code"`
	}
	if json.Unmarshal(b, &a) != nil {
		return "an answer that Telegram does not give", false
	}
	if !a.OK {
		return "error " + strconv.Itoa(a.Code), false
	}
	return "", false
}

// codeVerdict reads a number that is 0 when all is well.
func codeVerdict(b []byte, member string, never ...int) (string, bool) {
	var a map[string]json.RawMessage
	var code int
	if json.Unmarshal(b, &a) != nil || json.Unmarshal(a[member], &code) != nil {
		return "an answer without " + member, false
	}
	if code == 0 {
		return "", false
	}
	return member + " " + strconv.Itoa(code), slices.Contains(never, code)
}

// word is what a service calls an error, if it looks like a word.
func word(s string) string {
	for _, r := range s {
		if r != '_' && (r < 'a' || r > 'z') {
			return "an error it has no word for"
		}
	}
	if s == "" || len(s) > 64 {
		return "an error it has no word for"
	}
	return s
}
