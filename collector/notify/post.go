package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader carries the time of sending and the HMAC-SHA256 over
// "time.body" with the webhook's secret: "t=1767225600,v1=hex".
const SignatureHeader = "X-Probity-Signature"

// IdempotencyHeader is the same for every attempt to deliver one notification.
const IdempotencyHeader = "Idempotency-Key"

// Bounds of answers.
const (
	maxAnswerBytes = 64 << 10 // the rest is left unread
	maxQuoteBytes  = 200      // of an answer in an error text
)

// request is one POST of JSON.
type request struct {
	url  *url.URL
	body []byte
	key  string // idempotency
}

// post sends one request and judges the answer, as the type of channel has it.
func (c *Channel) post(ctx context.Context, r request) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url.String(), bytes.NewReader(r.body))
	if err != nil {
		return c.fail("request not made")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "probity-collector")
	req.Header.Set(IdempotencyHeader, r.key)
	if c.authorization != "" {
		req.Header.Set("Authorization", c.authorization)
	}
	if c.cfg.Type == TypeWebhook && c.secret != "" {
		req.Header.Set(SignatureHeader, sign([]byte(c.secret), time.Now().Unix(), r.body))
	}
	resp, err := c.client.Do(req)
	if err != nil {
		var wrapped *url.Error // its text holds the whole address
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return c.fail(err.Error())
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswerBytes))
	return c.judge(resp, answer, err)
}

// judge reads an answer; err is what kept the rest of it from being read. It
// returns no nil *failure as an error.
func (c *Channel) judge(resp *http.Response, answer []byte, err error) error {
	verdict := verdicts[c.cfg.Type]
	if resp.StatusCode/100 == 2 && verdict == nil {
		return nil // taken, whatever became of the answer's body
	}
	if resp.StatusCode/100 == 2 {
		if err != nil {
			return c.fail("answer not read: " + err.Error())
		}
		why, never := verdict(answer)
		if why == "" {
			return nil
		}
		f := c.fail("refused: " + why)
		f.final = never
		return f
	}
	text := "answered " + resp.Status
	if c.cfg.Type != TypeWebhook && err == nil {
		text += ": " + c.quote(answer)
	}
	f := c.fail(text)
	f.final = final(resp.StatusCode)
	if c.cfg.Type == TypeTelegram { // which says the same of a chat that does not know the bot
		f.final = f.final && bytes.Contains(answer, []byte("message"))
	}
	f.after = retryAfter(resp.Header.Get("Retry-After"))
	return f
}

func (c *Channel) fail(text string) *failure {
	return &failure{text: fmt.Sprintf("POST %s://%s: %s", c.url.Scheme, c.url.Host, c.scrub(text))}
}

// quote returns the beginning of an answer, on one line. What it repeats of
// secrets is taken out before it is cut, so that no part of one is left.
func (c *Channel) quote(answer []byte) string {
	return bounded(oneLine(c.scrub(string(answer))), maxQuoteBytes)
}

// final reports whether a status means that this body will never be taken.
// Everything else, wrong credentials too, can be mended at the other end.
func final(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	}
	return false
}

// retryAfter reads the seconds that a receiver asks for; dates and nonsense count as nothing.
func retryAfter(h string) time.Duration {
	n, err := strconv.ParseUint(strings.TrimSpace(h), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

func sign(secret []byte, at int64, body []byte) string {
	t := itoa(at)
	m := hmac.New(sha256.New, secret)
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
}
