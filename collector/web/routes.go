package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"
)

// route is one operation: who may do it, and what does it.
type route struct {
	method  string
	pattern string // as http.ServeMux reads it, without the method
	role    Role
	serve   func(http.ResponseWriter, *http.Request) error
}

// api lists every operation under /api/v1 that web serves. openapi.yaml
// describes them, and those that the ingest stage serves beside.
func (s *Server) api() []route {
	const a, c, e = "/api/v1/agreements/{id}", "/api/v1/checks/{agreement}/{service}/{check}", "/api/v1/checks/{id}"
	list := []route{
		{"GET", "/api/v1/openapi.yaml", RoleNone, s.getOpenAPI},
		{"GET", "/api/v1/agreements", RoleCustomer, s.getAgreements},
		{"GET", a, RoleCustomer, s.getAgreement},
		{"GET", a + "/statement", RoleCustomer, s.getStatement},
		{"GET", a + "/ledger", RoleCustomer, s.getLedger},
		{"GET", a + "/outages", RoleCustomer, s.getOutages},
		{"GET", a + "/maintenance", RoleCustomer, s.getMaintenanceList},
		{"POST", a + "/maintenance", RoleOperate, s.postMaintenance},
		{"POST", a + "/maintenance/preview", RoleOperate, s.postPreview},
		{"GET", a + "/maintenance.ics", RoleCustomer, s.getCalendar},
		{"POST", a + "/maintenance.ics", RoleOperate, s.postCalendar},
		{"GET", a + "/corrections", RoleCustomer, s.getCorrections},
		{"POST", a + "/corrections", RoleOperate, s.postCorrection},
		{"GET", a + "/revisions", RoleCustomer, s.getRevisions},
		{"POST", a + "/whatif", RoleRead, s.postWhatIf},
		{"GET", "/api/v1/corrections/{id}", RoleRead, s.getCorrection},
		{"POST", "/api/v1/corrections/{id}/approve", RoleOperate, s.approveCorrection},
		{"POST", "/api/v1/corrections/{id}/revoke", RoleOperate, s.revokeCorrection},
		{"GET", "/api/v1/maintenance/{id}", RoleRead, s.getMaintenance},
		{"DELETE", "/api/v1/maintenance/{id}", RoleOperate, s.deleteMaintenance},
		{"POST", "/api/v1/maintenance/{id}/shorten", RoleOperate, s.putShorten},
		{"GET", "/api/v1/checks", RoleRead, s.getChecks},
		{"GET", c, RoleRead, s.getCheck},
		{"GET", c + "/latency", RoleRead, s.getLatency},
		{"GET", c + "/failures", RoleRead, s.getFailures},
		// The same with the slashes of the ID escaped, as a client that escapes each variable sends it.
		{"GET", e, RoleRead, s.getCheck},
		{"GET", e + "/latency", RoleRead, s.getLatency},
		{"GET", e + "/failures", RoleRead, s.getFailures},
		{"GET", "/api/v1/agents", RoleRead, s.getAgents},
		{"GET", "/api/v1/alerts", RoleRead, s.getAlerts},
		{"GET", "/api/v1/outbox", RoleRead, s.getOutbox},
		{"GET", "/api/v1/events", RoleRead, s.getEvents},
	}
	if s.links != nil {
		list = append(list, s.linkAPI()...)
	}
	if s.incidents != nil {
		list = append(list, s.incidentAPI()...)
	}
	if s.reports != nil {
		list = append(list, s.reportAPI()...)
	}
	return list
}

func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	byPattern := map[string]map[string]http.Handler{}
	for _, rt := range s.api() {
		m := byPattern[rt.pattern]
		if m == nil {
			m = map[string]http.Handler{}
			byPattern[rt.pattern] = m
		}
		m[rt.method] = s.handle(rt)
	}
	for pattern, methods := range byPattern {
		mux.Handle(pattern, s.byMethod(methods))
	}
	mux.Handle("/api/", s.timed("/api/", func(w http.ResponseWriter, r *http.Request) {
		s.writeProblem(w, r, newProblem(http.StatusNotFound, "not-found", "No such endpoint",
			quote(r.URL.Path)+" is not part of the API; /api/v1/openapi.yaml lists what is"))
	}))
	s.mountPages(mux)
	return mux
}

// byMethod answers a method that a path does not have with a 405 that names those it has.
func (s *Server) byMethod(methods map[string]http.Handler) http.Handler {
	var allow []string
	for m := range methods {
		if allow = append(allow, m); m == http.MethodGet {
			allow = append(allow, http.MethodHead)
		}
	}
	sort.Strings(allow)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := r.Method
		if m == http.MethodHead {
			m = http.MethodGet
		}
		if h := methods[m]; h != nil {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		s.writeProblem(w, r, newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "This address does not take that method",
			"it takes "+strings.Join(allow, ", ")))
	})
}

type principalKey struct{}

func principalOf(r *http.Request) Principal {
	p, _ := r.Context().Value(principalKey{}).(Principal)
	return p
}

// handle runs one operation for one who may, and tells errors as problems.
func (s *Server) handle(rt route) http.Handler {
	return s.timed(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
		p, err := s.authorize(r, rt.role)
		if err == nil {
			r = r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
			err = rt.serve(w, r)
		}
		if err != nil {
			s.writeProblem(w, r, err)
		}
	})
}

// timed counts requests and their time by pattern, never by path: paths are unbounded.
func (s *Server) timed(pattern string, next http.HandlerFunc) http.Handler {
	seconds := s.metrics.GetOrCreatePrometheusHistogram(fmt.Sprintf("probity_collector_http_request_duration_seconds{route=%q}", pattern))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		defer seconds.UpdateDuration(start)
		next(w, r)
	})
}

// writeJSON answers with one document. It buffers, so that a value that cannot
// be encoded becomes a problem and not half an answer. What was read has an ETag,
// so that who asks again is told when nothing changed.
func writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	h := w.Header()
	if polled := status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead); polled && h.Get("ETag") == "" && h.Get("Cache-Control") == "" {
		sum := sha256.Sum256(body)
		if notModified(w, r, `"`+hex.EncodeToString(sum[:12])+`"`) {
			return nil
		}
	}
	h.Set("Content-Type", "application/json")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(append(body, '\n'))
	}
	return nil
}
