package ingest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// problem is an error as RFC 9457 tells it.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`

	kind  string
	retry time.Duration // Retry-After; 0: none
	close bool          // the rest of the body was not read
}

var titles = map[string]string{
	"unauthorized": "Not authenticated",
	"wrong-agent":  "Sent in the name of another agent",
	"malformed":    "Malformed request",
	"too-large":    "Too large",
	"unsupported":  "Unsupported encoding",
	"busy":         "Too many requests at once",
	"timeout":      "The body took too long",
	"unavailable":  "Not available now",
}

func problemOf(status int, kind, detail string) *problem {
	return &problem{Type: "urn:probity:problem:" + kind, Title: titles[kind], Status: status, Detail: detail, kind: kind}
}

// refuse answers with p and counts it.
func (h *Handler) refuse(w http.ResponseWriter, p *problem) {
	h.meters.problems[p.kind].Inc()
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(p.retry/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="probity"`)
	}
	if p.close {
		w.Header().Set("Connection", "close")
	}
	h.send(w, p.Status, p)
}

// send answers with JSON.
func (h *Handler) send(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "encode the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	answer(w, status, data)
}

// answer writes an answer whole; a peer that does not read it is cut off. The
// connection is left without a deadline, for whatever it serves next.
func answer(w http.ResponseWriter, status int, data []byte) {
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Now().Add(answerTimeout))
	w.WriteHeader(status)
	_, _ = w.Write(data) // a peer that left sends the batch again
	_ = rc.Flush()
	_ = rc.SetWriteDeadline(time.Time{})
}

// quote shows a name that came from outside: bounded, without control characters.
func quote(s string) string {
	const most = 80
	return fmt.Sprintf("%q", strings.ToValidUTF8(s[:min(len(s), most)], ""))
}
