package probe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

// judge holds what an HTTP check demands of the answer.
type judge struct {
	status      []protocol.StatusRange
	contains    []byte
	matches     *regexp.Regexp
	notMatches  *regexp.Regexp
	headers     []headerMatch
	maxBody     int64
	needsBody   bool
	statusWords string // for messages
}

type headerMatch struct {
	name string
	re   *regexp.Regexp
}

func prepareJudge(spec *protocol.HTTPSpec) (judge, error) {
	j := judge{status: spec.Status, contains: []byte(spec.BodyContains), maxBody: spec.MaxBodyBytes}
	if len(j.status) == 0 {
		j.status = []protocol.StatusRange{{From: 200, To: 399}}
	}
	if j.maxBody < 0 {
		return j, fmt.Errorf("http.max_body_bytes: %d is negative", j.maxBody)
	}
	if j.maxBody == 0 {
		j.maxBody = DefaultMaxBodyBytes
	}
	var words []string
	for _, s := range j.status {
		if s.From < 100 || s.To > 599 || s.From > s.To {
			return j, fmt.Errorf("http.status: %d-%d is not a range within 100 to 599", s.From, s.To)
		}
		if s.From == s.To {
			words = append(words, fmt.Sprint(s.From))
		} else {
			words = append(words, fmt.Sprintf("%d-%d", s.From, s.To))
		}
	}
	j.statusWords = strings.Join(words, ", ")
	var err error
	if j.matches, err = compile("http.body_matches", spec.BodyMatches); err != nil {
		return j, err
	}
	if j.notMatches, err = compile("http.body_not_matches", spec.BodyNotMatches); err != nil {
		return j, err
	}
	for _, h := range spec.HeaderMatches {
		re, err := regexp.Compile(h.Value)
		if err != nil || h.Name == "" {
			return j, fmt.Errorf("http.header_matches: %q: expected a header's name and an RE2 expression: %w", h.Name, err)
		}
		j.headers = append(j.headers, headerMatch{http.CanonicalHeaderKey(h.Name), re})
	}
	j.needsBody = len(j.contains) > 0 || j.matches != nil || j.notMatches != nil
	return j, nil
}

// answer judges status, then header, then body. The body is read to its end or
// its bound even when nothing is demanded of it: half an answer is not up.
func (j *judge) answer(r *run, resp *http.Response, body *bodyBuffer) *fault {
	if !j.accepts(resp.StatusCode) {
		return faultf(protocol.CauseStatus, "status %d, expected %s", resp.StatusCode, j.statusWords)
	}
	for _, h := range j.headers {
		if !matchesAny(h.re, resp.Header[h.name]) {
			return faultf(protocol.CauseAssertion, "http.header_matches: header %s is missing or does not match", h.name)
		}
	}
	if err := body.read(resp.Body, j.maxBody, j.needsBody); err != nil {
		return r.fail(exchanging, r.res.Endpoint, err)
	}
	switch {
	case len(j.contains) > 0 && !bytes.Contains(body.kept, j.contains):
		return body.mismatch("http.body_contains", "is not in")
	case j.matches != nil && !j.matches.Match(body.kept):
		return body.mismatch("http.body_matches", "does not match")
	case j.notMatches != nil && j.notMatches.Match(body.kept):
		return body.mismatch("http.body_not_matches", "matches")
	}
	return nil
}

func (j *judge) accepts(code int) bool {
	for _, s := range j.status {
		if s.From <= code && code <= s.To {
			return true
		}
	}
	return false
}

func matchesAny(re *regexp.Regexp, values []string) bool {
	for _, v := range values {
		if re.MatchString(v) {
			return true
		}
	}
	return false
}

// bodyBuffer reads a body into memory that later probes reuse.
type bodyBuffer struct {
	kept    []byte
	count   int64
	scratch [4096]byte
}

// keepCapacity is how large a buffer may be and still be kept for reuse.
const keepCapacity = 64 << 10

func (b *bodyBuffer) reset() {
	if cap(b.kept) > keepCapacity {
		b.kept = nil
	}
	b.kept, b.count = b.kept[:0], 0
}

// read reads at most limit bytes; they are kept if they are to be judged.
func (b *bodyBuffer) read(from io.Reader, limit int64, keep bool) error {
	for b.count < limit {
		n, err := from.Read(b.scratch[:min(int64(len(b.scratch)), limit-b.count)])
		b.count += int64(n)
		if keep {
			b.kept = append(b.kept, b.scratch[:n]...)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bodyBuffer) mismatch(key, how string) *fault {
	return faultf(protocol.CauseAssertion, "%s %s the body (%d bytes read)", key, how, b.count)
}
