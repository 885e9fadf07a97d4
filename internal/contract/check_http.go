package contract

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

var (
	token        = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")
	httpVersions = []string{"", "1.1", "2"}
)

// statusFile is one status code or an inclusive range: 204, "204" or "200-299".
type statusFile protocol.StatusRange

// UnmarshalTOML reads a number or a text.
func (s *statusFile) UnmarshalTOML(v any) error {
	text, ok := v.(string)
	if n, whole := v.(int64); whole {
		text, ok = strconv.FormatInt(n, 10), true
	}
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	a, errA := strconv.Atoi(from)
	z, errZ := strconv.Atoi(to)
	if !ok || errA != nil || errZ != nil || a < 100 || z > 599 || a > z {
		return fmt.Errorf("is no status: write 204 or \"200-299\", between 100 and 599")
	}
	s.From, s.To = a, z
	return nil
}

func (b *builder) http(path string, f *httpFile, s *protocol.HTTPSpec) {
	s.Method, s.Body, s.MaxRedirects, s.FollowAuthority = f.Method, f.Body, f.MaxRedirects, f.FollowAuthority
	s.BodyContains, s.BodyMatches, s.BodyNotMatches = f.BodyContains, f.BodyMatches, f.BodyNotMatches
	s.MaxBodyBytes, s.HTTPVersion = f.MaxBodyBytes, f.HTTPVersion
	for _, r := range f.Status {
		s.Status = append(s.Status, protocol.StatusRange(r))
	}
	if f.Method != "" && !token.MatchString(f.Method) {
		b.fault(path+".method", "write GET, HEAD, POST …", "%q is no method", f.Method)
	}
	b.bytes(path+".body", f.Body)
	b.bytes(path+".body_contains", f.BodyContains)
	b.pattern(path+".body_matches", f.BodyMatches)
	b.pattern(path+".body_not_matches", f.BodyNotMatches)
	if f.MaxRedirects < 0 || f.MaxRedirects > 20 {
		b.fault(path+".max_redirects", "", "%d is not between 0 and 20", f.MaxRedirects)
	}
	if f.FollowAuthority && f.MaxRedirects == 0 {
		b.fault(path+".follow_authority", "write max_redirects too", "no redirect is followed")
	}
	if f.MaxBodyBytes < 0 || f.MaxBodyBytes > 64<<20 {
		b.fault(path+".max_body_bytes", "", "%d is not between 0 and %d", f.MaxBodyBytes, 64<<20)
	}
	if !slices.Contains(httpVersions, f.HTTPVersion) {
		b.fault(path+".http_version", `write "1.1" or "2", or leave it out`, "%q is no version that is spoken", f.HTTPVersion)
	}
	b.headers(path, f, s)
}

func (b *builder) headers(path string, f *httpFile, s *protocol.HTTPSpec) {
	if len(f.Headers)+len(f.HeaderMatches) > MaxHeaders {
		b.fault(path+".header", "", "more than %d headers", MaxHeaders)
		return
	}
	for i, h := range f.Headers {
		at := item(path+".header", h.Name, i)
		if !token.MatchString(h.Name) {
			b.fault(at+".name", "", "%q is no header name", h.Name)
		}
		s.Headers = append(s.Headers, protocol.Header{Name: h.Name, Value: b.headerValue(at, h)})
	}
	for i, h := range f.HeaderMatches {
		at := item(path+".header_match", h.Name, i)
		if !token.MatchString(h.Name) {
			b.fault(at+".name", "", "%q is no header name", h.Name)
		}
		b.pattern(at+".matches", h.Matches)
		s.HeaderMatches = append(s.HeaderMatches, protocol.Header{Name: h.Name, Value: h.Matches})
	}
}

// headerValue fetches a value from where the agreement says it is. What it finds
// never stands in a message.
func (b *builder) headerValue(path string, h headerFile) string {
	value, given := h.Value, 0
	for _, source := range []string{h.Value, h.ValueFile, h.ValueEnv} {
		if source != "" {
			given++
		}
	}
	if given != 1 {
		b.fault(path, "write one of value, value_file and value_env", "its value is missing, or given more than once")
	}
	if h.ValueFile != "" {
		data, err := b.around.read(h.ValueFile, MaxSecretBytes)
		if err != nil {
			b.fault(path+".value_file", "the path counts from the agreement's own directory", "%s: %v", h.ValueFile, err)
		}
		value = strings.TrimRight(string(data), "\r\n")
	}
	if h.ValueEnv != "" {
		v, ok := b.around.env(h.ValueEnv)
		if !ok {
			b.fault(path+".value_env", "set it where the collector is started", "the variable %s is not set", h.ValueEnv)
		}
		value = v
	}
	if strings.ContainsAny(value, "\r\n\x00") || len(value) > MaxSecretBytes {
		b.fault(path, "", "its value holds a line break or is longer than %d bytes", MaxSecretBytes)
	}
	return value
}
