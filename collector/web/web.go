// Package web serves what people and programs ask of the collector: the HTTP
// API under /api/v1 and the pages. It computes nothing about availability; it
// asks the interfaces in source.go, which the collector's root wires, and shows
// their figures as they are. Who asks is of a role: customer opens what concerns
// one customer's agreements, read opens everything, and operate also writes:
// maintenance, corrections, incidents, answers to reported faults, on-call,
// service reports, actions and links for customers. A customer writes only the
// faults that it reports.
package web

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"github.com/klauspost/compress/gzhttp"
)

// Options wire a Server. What says nil below may be left out, and Version, URL,
// OpenRead, Metrics and Now.
type Options struct {
	Catalogue   Catalogue
	Statements  Statements
	Checks      Checks
	Evidence    Evidence
	Maintenance Maintenance
	Desk        MaintenanceDesk
	Records     Records
	Fleet       Fleet
	Incidents   IncidentSource // nil: no incidents, reported faults and on-call
	Reports     ReportSource   // nil: no service reports, reviews and actions
	Links       Links          // nil: customers log in with tokens only
	Gaps        Gaps           // nil: nothing tells why results are missing
	Shortener   Shortener      // nil: maintenance is cancelled, not shortened
	URL         string         // how people reach it, without a slash at the end; "": as the request names it
	Auth        Auth
	Log         *slog.Logger
	Metrics     *metrics.Set
	Now         func() time.Time
	Version     string
	OpenRead    bool // reading needs no token on loopback
}

// Server is the http.Handler of API and pages.
type Server struct {
	catalogue  Catalogue
	statements Statements
	checks     Checks
	evidence   Evidence
	maint      Maintenance
	desk       MaintenanceDesk
	records    Records
	fleet      Fleet
	incidents  IncidentSource
	reports    ReportSource
	links      Links
	gaps       Gaps
	shortener  Shortener
	url        string
	auth       Auth
	log        *slog.Logger
	now        func() time.Time
	version    string
	openRead   bool

	sessions   *sessions
	faultLimit *limiter
	broker     *broker
	pages      *pages
	strips     *stripCache
	statuses   *statusCache
	metrics    *metrics.Set
	handler    http.Handler
}

// New builds a Server; it starts nothing.
func New(o Options) (*Server, error) {
	if o.Catalogue == nil || o.Statements == nil || o.Checks == nil || o.Evidence == nil ||
		o.Maintenance == nil || o.Desk == nil || o.Records == nil || o.Fleet == nil || o.Auth == nil || o.Log == nil {
		return nil, errors.New("web: a source, the token check or the logger is missing from Options")
	}
	s := &Server{
		catalogue: o.Catalogue, statements: o.Statements, checks: o.Checks, evidence: o.Evidence,
		maint: o.Maintenance, desk: o.Desk, records: o.Records, fleet: o.Fleet, incidents: o.Incidents, auth: o.Auth, log: o.Log, now: o.Now,
		version: o.Version, openRead: o.OpenRead, sessions: newSessions(), faultLimit: newLimiter(), metrics: o.Metrics,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.metrics == nil {
		s.metrics = metrics.NewSet()
	}
	s.broker = newBroker(s.metrics)
	s.strips = newStripCache()
	s.statuses = newStatusCache()
	s.reports = o.Reports
	s.links, s.gaps, s.shortener, s.url = o.Links, o.Gaps, o.Shortener, o.URL
	var err error
	if s.pages, err = loadPages(); err != nil {
		return nil, err
	}
	// Streams are left as they are: what is compressed waits for more.
	pack, err := gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.ExceptContentTypes([]string{"text/event-stream"}))
	if err != nil {
		return nil, fmt.Errorf("compression: %w", err)
	}
	s.handler = s.protect(pack(s.mux()))
	return s, nil
}

// ServeHTTP answers for every path; what is nobody's is a 404 problem or page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends the streams of live changes. Give it to http.Server.RegisterOnShutdown,
// for Shutdown waits for open streams.
func (s *Server) Close() { s.broker.close() }

// protect wraps everything: security headers, and no posting from other sites.
func (s *Server) protect(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, newProblem(http.StatusForbidden, "cross-origin", "The request came from another site",
			"send it from the collector's own pages, or with a bearer token and without an Origin header"))
	}))
	guarded := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// No inline script or style at all: a name from an agreement cannot become code.
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		guarded.ServeHTTP(w, r)
	})
}

// hashOf is how tokens are known: SHA-256 of the token's text. Tokens are long
// and random, so a plain hash is enough.
func hashOf(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }
