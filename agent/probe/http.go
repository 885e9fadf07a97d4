package probe

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/probity-sla/probity/internal/protocol"
)

// Bounds of an HTTP answer and of what is followed.
const (
	MaxHeaderBytes      = 64 << 10 // status line and header, and interim answers before them
	DefaultMaxBodyBytes = 1 << 20  // of the body are read and judged; the rest is left
	MaxRedirects        = 20
	maxInterim          = 8 // 1xx answers before the real one
)

// userAgent names the program to those whose logs it fills.
const userAgent = "Probity"

// httpPlan is one request, perhaps its redirects, and the judgement of the answer.
type httpPlan struct {
	first   *hop
	judge   judge
	follow  int
	leave   bool // redirects may leave the authority
	version string
	spec    *protocol.HTTPSpec
	family  protocol.Family
	cache   *planCache
}

// hop is one request ready to be sent.
type hop struct {
	url  *url.URL
	at   place
	tls  *tlsPlan
	req  *http.Request
	wire []byte // the request as HTTP/1.1 sends it
}

func prepareHTTP(check *protocol.Check, c *planCache) (plan, error) {
	spec := check.HTTP
	if spec == nil {
		spec = &protocol.HTTPSpec{}
	}
	if spec.MaxRedirects < 0 || spec.MaxRedirects > MaxRedirects {
		return nil, fmt.Errorf("http.max_redirects: %d is not within 0 to %d", spec.MaxRedirects, MaxRedirects)
	}
	if v := spec.HTTPVersion; v != "" && v != "1.1" && v != "2" {
		return nil, fmt.Errorf(`http.http_version: %q is neither "1.1" nor "2"`, v)
	}
	p := &httpPlan{follow: spec.MaxRedirects, leave: spec.FollowAuthority, version: spec.HTTPVersion,
		spec: spec, family: check.Family, cache: c}
	var err error
	if p.judge, err = prepareJudge(spec); err != nil {
		return nil, err
	}
	target, err := url.Parse(check.Target)
	if err != nil {
		return nil, fmt.Errorf("target: not a URL: %w", errors.Unwrap(err)) // the error itself repeats any password
	}
	method := spec.Method
	if method == "" {
		method = http.MethodGet
	}
	p.first, err = p.newHop(target, method, spec.Body, spec.Headers)
	return p, err
}

// newHop renders a request, with the settings of the check.
func (p *httpPlan) newHop(u *url.URL, method, body string, headers []protocol.Header) (*hop, error) {
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("target: scheme %q is neither http nor https", u.Scheme)
	}
	at, err := newPlace(u.Hostname(), portOf(u), p.family)
	if err != nil || at.port == 0 {
		return nil, fmt.Errorf("target: expected http://host[:port]/path (%w)", errors.Join(err, badPort(at.port)))
	}
	req, err := newRequest(u, method, body, headers)
	if err != nil {
		return nil, err
	}
	h := &hop{url: u, at: at, req: req}
	if u.Scheme == "https" {
		alpn := "http/1.1"
		if p.version == "2" {
			alpn = "h2"
		}
		if h.tls, err = prepareTLS(p.tlsFor(u), at.host, alpn, p.cache); err != nil {
			return nil, fmt.Errorf("http.tls.%w", err)
		}
	}
	var wire bytes.Buffer
	if err := req.Write(&wire); err != nil {
		return nil, fmt.Errorf("http: the request cannot be written: %w", err)
	}
	h.wire = wire.Bytes()
	return h, nil
}

// tlsFor gives the check's TLS settings; a server name meant for the target is not sent to others.
func (p *httpPlan) tlsFor(u *url.URL) *protocol.TLSSpec {
	spec := p.spec.TLS
	if spec == nil || p.first == nil || sameAuthority(p.first.url, u) {
		return spec
	}
	other := *spec
	other.ServerName = ""
	return &other
}

func newRequest(u *url.URL, method, body string, headers []protocol.Header) (*http.Request, error) {
	req, err := http.NewRequest(method, u.String(), strings.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("http.method or target: cannot make a request: %s", reason(err))
	}
	if body == "" {
		req.Body = http.NoBody
	}
	req.Close = true
	req.Header.Set("User-Agent", userAgent)
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	seen := make(map[string]bool)
	for _, h := range headers {
		if !httpguts.ValidHeaderFieldName(h.Name) || !httpguts.ValidHeaderFieldValue(h.Value) {
			return nil, fmt.Errorf("http.headers: %q is not a valid header line", h.Name)
		}
		key := http.CanonicalHeaderKey(h.Name)
		switch {
		case key == "Host":
			req.Host = h.Value
			continue
		case !seen[key]:
			req.Header.Del(key)
		}
		seen[key] = true
		req.Header.Add(key, h.Value)
	}
	return req, nil
}

func portOf(u *url.URL) uint16 {
	switch port := u.Port(); {
	case port != "":
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return 0 // which newHop refuses
		}
		return uint16(n)
	case u.Scheme == "https":
		return 443
	}
	return 80
}

func badPort(port uint16) error {
	if port == 0 {
		return errors.New("the port is not a number from 1 to 65535")
	}
	return nil
}

func (p *httpPlan) probe(r *run) *fault {
	h := p.first
	var expiring *fault
	for followed := 0; ; followed++ {
		next, f := p.visit(r, h, followed)
		if f != nil && f.cause != protocol.CauseTLSExpiring {
			return f
		}
		if f != nil {
			expiring = f
		}
		if next == nil {
			return expiring
		}
		h = next
	}
}

// visit sends one request. It returns the hop that a redirect leads to, or the
// verdict on the answer.
func (p *httpPlan) visit(r *run, h *hop, followed int) (*hop, *fault) {
	conn, f := r.open(h.at, h.tls)
	if f != nil {
		return nil, f
	}
	defer closeQuietly(conn)
	var next *hop
	if p.version == "2" {
		next, f = p.exchange2(r, h, conn.Conn, followed)
	} else {
		next, f = p.exchange1(r, h, conn.Conn, followed)
	}
	if f != nil {
		return nil, f
	}
	return next, conn.expiring
}

// settle judges an answer whose header has come, reading its body as far as needed.
func (p *httpPlan) settle(r *run, h *hop, resp *http.Response, body *bodyBuffer, followed int) (*hop, *fault) {
	r.res.Status = resp.StatusCode
	if p.follow > 0 && isRedirect(resp) {
		return p.redirected(h, resp, followed)
	}
	return nil, p.judge.answer(r, resp, body)
}

// offersHTTP2 says whether the peer agreed to HTTP/2 on a secured connection.
func offersHTTP2(conn net.Conn) bool {
	secure, ok := conn.(*tls.Conn)
	return !ok || secure.ConnectionState().NegotiatedProtocol == "h2"
}

// sinceFirst is the time from the first byte until now, if one came.
func sinceFirst(first time.Time) time.Duration {
	if first.IsZero() {
		return 0
	}
	return time.Since(first)
}
