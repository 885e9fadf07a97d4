package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of what a client may ask for.
const (
	maxBodyBytes  = 64 << 10                 // of any body that web reads
	maxQueryBytes = 4 << 10                  // of a query string
	maxWindow     = 5 * 366 * 24 * time.Hour // one statement, ledger or plot
	maxLabelBytes = 32
	defaultLimit  = 500
	maxLimit      = 5000
)

// Instants outside these are mistakes: before 2000 or after 2199.
const (
	minInstant = 946_684_800_000
	maxInstant = 7_258_118_400_000
)

// ParseInstant reads an instant as RFC 3339 or as milliseconds since the epoch.
func ParseInstant(text string) (int64, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return 0, errors.New(`write it as RFC 3339, "2026-11-01T00:00:00Z", or as milliseconds since the epoch`)
		}
		ms = t.UnixMilli()
	}
	if ms < minInstant || ms >= maxInstant {
		return 0, errors.New("it lies before 2000 or after 2199; are those milliseconds?")
	}
	return ms, nil
}

// Instant is a ParseInstant in a JSON body, as string or number.
type Instant int64

// Millis is the instant in ms UTC.
func (i Instant) Millis() int64 { return int64(i) }

func (i *Instant) UnmarshalJSON(b []byte) error {
	text := string(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	ms, err := ParseInstant(text)
	*i = Instant(ms)
	return err
}

// params reads a query strictly: an unknown or repeated key is an error, for a
// misspelt "form" must not mean "everything".
func params(r *http.Request, known ...string) (url.Values, error) {
	if len(r.URL.RawQuery) > maxQueryBytes {
		return nil, invalidField("query", "is longer than 4 KiB")
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, invalidField("query", "is not well-formed: "+err.Error())
	}
	var bad []FieldProblem
	for k, v := range q {
		if !contains(known, k) {
			bad = append(bad, FieldProblem{quote(k), "is not a parameter here; known are " + strings.Join(known, ", ")})
		} else if len(v) > 1 {
			bad = append(bad, FieldProblem{k, "is given more than once"})
		}
	}
	if bad != nil {
		return nil, invalid(bad...)
	}
	return q, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// span is a window as asked for: by label, or by its two ends.
type span struct {
	Label string
	sla.Window
	AsOf int64
}

// parseSpan reads period | from,to and as_of. With none, the label is empty and
// the window zero: the running period.
func parseSpan(q url.Values) (span, error) {
	var s span
	var bad []FieldProblem
	instant := func(key string, dst *int64) {
		if text := q.Get(key); text != "" {
			ms, err := ParseInstant(text)
			if err != nil {
				bad = append(bad, FieldProblem{key, err.Error()})
			}
			*dst = ms
		}
	}
	instant("from", &s.From)
	instant("to", &s.To)
	instant("as_of", &s.AsOf)
	s.Label = q.Get("period")
	switch {
	case bad != nil:
	case len(s.Label) > maxLabelBytes:
		bad = append(bad, FieldProblem{"period", `is too long; write "2026-11"`})
	case s.Label != "" && (s.From != 0 || s.To != 0):
		bad = append(bad, FieldProblem{"period", "give either period, or from and to"})
	case (s.From == 0) != (s.To == 0):
		bad = append(bad, FieldProblem{"to", "from and to come together"})
	case s.From > s.To || s.From == s.To && s.From != 0:
		bad = append(bad, FieldProblem{"to", "must be later than from"})
	case s.To-s.From > maxWindow.Milliseconds():
		bad = append(bad, FieldProblem{"to", "a window is at most five years long"})
	}
	if bad != nil {
		return span{}, invalid(bad...)
	}
	return s, nil
}

// parseLimit reads a count in [1, max].
func parseLimit(q url.Values, fallback, max int) (int, error) {
	text := q.Get("limit")
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > max {
		return 0, invalidField("limit", fmt.Sprintf("must be a number from 1 to %d", max))
	}
	return n, nil
}

// cursor is a place in a list of spans that lists of later data keep: the
// service's position and the start of the next span.
type cursor struct {
	service int
	from    int64
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("1.%d.%d", c.service, c.from)))
}

func parseCursor(text string) (cursor, error) {
	var c cursor
	if text == "" {
		return c, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	parts := strings.Split(string(raw), ".")
	if err == nil && len(parts) == 3 && parts[0] == "1" {
		var err1, err2 error
		c.service, err1 = strconv.Atoi(parts[1])
		c.from, err2 = strconv.ParseInt(parts[2], 10, 64)
		if err1 == nil && err2 == nil && c.service >= 0 && c.String() == text {
			return c, nil
		}
	}
	return cursor{}, invalidField("cursor", `use the value of "next" as it was given`)
}

// decodeBody reads one JSON value, strictly and bounded, into dst.
func decodeBody(w http.ResponseWriter, r *http.Request, dst any) error {
	return decodeUpTo(w, r, dst, maxBodyBytes)
}

func decodeUpTo(w http.ResponseWriter, r *http.Request, dst any, bytes int64) error {
	if ct, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(ct), "application/json") {
		return newProblem(http.StatusUnsupportedMediaType, "media-type", "The body must be JSON", `send "Content-Type: application/json"`)
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, bytes))
	d.DisallowUnknownFields()
	if err := d.Decode(dst); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return err
		}
		return invalidField("body", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := d.Token(); err != io.EOF {
		return invalidField("body", "has something after its JSON value")
	}
	return nil
}
