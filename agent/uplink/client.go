// Package uplink is the agent's one authenticated client of the collector: it
// pushes batches, polls the assignment and sends heartbeats. It retries what may
// pass, with capped and jittered waits, and tells apart what never will.
package uplink

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/hashicorp/go-retryablehttp"
)

// Defaults and bounds of a client.
const (
	DefaultTimeout = 30 * time.Second // one attempt, with its answer
	retries        = 3                // after the first attempt, within one call
	minBackoff     = 500 * time.Millisecond
	maxBackoff     = 30 * time.Second
	maxRetryAfter  = 2 * time.Minute // the longest that Retry-After is obeyed
	maxProblem     = 64 << 10        // bytes read of an error's body
	dialTimeout    = 10 * time.Second
)

// Options of New. URL and Token are required.
type Options struct {
	URL        string // of the collector: "https://collector.example.net:9410"
	Token      string // the agent's own; sent, never logged
	CAFile     string // PEM with roots to trust besides the system's
	ServerName string // expected in the certificate, when it is not the URL's host
	AllowPlain bool   // http to hosts other than this one
	Timeout    time.Duration
	UserAgent  string
	Log        *slog.Logger
	Meters     *Meters
	Now        func() time.Time
	Dial       func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; nil: over the machine's network
}

// Client talks to one collector. It is safe for concurrent use.
type Client struct {
	opts      Options
	base      *url.URL
	transport *http.Transport
	http      *retryablehttp.Client
	m         *Meters
}

// New checks the options and returns a client; it does not connect yet.
func New(o Options) (*Client, error) {
	base, err := parseURL(o.URL, o.AllowPlain)
	if err != nil {
		return nil, err
	}
	if o.Token == "" {
		return nil, errors.New("collector token is empty; set token_file, token or the environment variable, with what `probity-collector agent enrol` printed")
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("collector token holds a space or a character that no token has; copy it again")
	}
	conf, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	o.Timeout = cmp.Or(o.Timeout, DefaultTimeout)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Meters == nil {
		o.Meters = NewMeters(metrics.NewSet())
	}
	t := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: conf, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: dialTimeout,
		MaxResponseHeaderBytes: 64 << 10, DialContext: o.Dial,
	}
	c := &Client{opts: o, base: base, transport: t, m: o.Meters}
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: t, Timeout: o.Timeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the token stays here
		},
		RetryMax: retries, RetryWaitMin: minBackoff, RetryWaitMax: maxBackoff,
		CheckRetry: c.retry, Backoff: backoff, ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return c, nil
}

// Close frees idle connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// parseURL refuses whatever would send the token where others can read it.
func parseURL(raw string, allowPlain bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("collector url %q is not a URL; write for example \"https://collector.example.net:9410\"", raw)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("collector url holds a user, a query or a fragment; leave them out, the token authenticates the agent")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) && !allowPlain {
		return nil, fmt.Errorf("collector url %q is not encrypted, so others could read the token; use https, or set allow_plain_http = true where the network itself is trusted", raw)
	}
	return u, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

func tlsConfig(o Options) (*tls.Config, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: o.ServerName}
	if o.CAFile == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file %s holds no certificate in PEM; write the issuing CA's certificate into it", o.CAFile)
	}
	conf.RootCAs = roots
	return conf, nil
}

// call is one request, retried within bounds, and its whole answer.
type call struct {
	op, method, path string
	body             []byte
	header           http.Header
	limit            int64 // of the answer's body
	onlyOnce         bool  // no retries: the next round comes soon enough
}

type onceKey struct{}

// WithoutRetry makes calls under the context one attempt each: for an agent
// that is stopping.
func WithoutRetry(ctx context.Context) context.Context {
	return context.WithValue(ctx, onceKey{}, true)
}

func (c *Client) do(ctx context.Context, k call) (*http.Response, []byte, error) {
	if k.onlyOnce {
		ctx = WithoutRetry(ctx)
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, k.method, c.base.JoinPath(k.path).String(), k.body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.op, err)
	}
	for name, values := range k.header {
		req.Header[name] = values
	}
	req.Header.Set("Authorization", "Bearer "+c.opts.Token)
	req.Header.Set("User-Agent", cmp.Or(c.opts.UserAgent, "probity-agent"))
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", k.op, explain(err))
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotModified {
		return nil, nil, statusError(k.op, resp)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, k.limit+1))
	if err != nil {
		return nil, nil, fmt.Errorf("%s: read the answer: %w", k.op, err)
	}
	if int64(len(body)) > k.limit {
		return nil, nil, fmt.Errorf("%s: the answer is larger than %d bytes", k.op, k.limit)
	}
	return resp, body, nil
}

// explain adds what to do to the TLS errors that a fresh installation meets.
func explain(err error) error {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w; name the issuing CA's certificate in collector.ca_file", err)
	case errors.As(err, &name):
		return fmt.Errorf("%w; use the certificate's name in collector.url, or set collector.server_name", err)
	}
	return err
}
