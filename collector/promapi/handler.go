package promapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/prometheus/util/annotations"
)

// answer is what a request gets: data, or an error with its kind.
type answer struct {
	data     []byte // JSON
	warnings annotations.Annotations
}

// failure is an error with the word that Prometheus has for its kind.
type failure struct {
	kind string
	err  error
}

func (f *failure) Error() string { return f.err.Error() }

// The kinds of failure, and the status that goes with each.
const (
	badData     = "bad_data"
	execution   = "execution"
	timedOut    = "timeout"
	canceled    = "canceled"
	internal    = "internal"
	costLimit   = "query_cost_limit"
	notFound    = "not_found"
	statusGone  = 499 // the client closed the connection, as in Prometheus
	allowedVerb = "GET, POST"
)

var statusOf = map[string]int{
	badData: http.StatusBadRequest, execution: http.StatusUnprocessableEntity, timedOut: http.StatusServiceUnavailable,
	canceled: statusGone, internal: http.StatusInternalServerError, costLimit: http.StatusUnprocessableEntity, notFound: http.StatusNotFound,
}

func bad(format string, args ...any) error { return &failure{badData, fmt.Errorf(format, args...)} }

// Paths are the endpoints below a prefix, as patterns of http.ServeMux. Where
// /api/v1/ has other endpoints too, these are to be given to Handler("").
var Paths = []string{
	"/api/v1/query", "/api/v1/query_range", "/api/v1/series", "/api/v1/labels", "/api/v1/label/{name}/values",
	"/api/v1/metadata", "/api/v1/status/buildinfo", "/api/v1/query_exemplars",
}

// Handler serves Prometheus's query API below prefix: "" for /api/v1/query,
// "/prometheus" for /prometheus/api/v1/query. Who may ask is for the caller to
// decide; the request's context reaches Catalogue.Snapshot.
func (a *API) Handler(prefix string) http.Handler {
	mux := http.NewServeMux()
	for i, serve := range []func(*http.Request, *Snapshot) (answer, error){
		a.query, a.queryRange, a.series, a.labelNames, a.labelValues, a.metadata, a.buildInfo, noExemplars, // as Paths
	} {
		mux.Handle(prefix+Paths[i], a.endpoint(serve))
	}
	mux.HandleFunc(prefix+"/api/v1/", func(w http.ResponseWriter, r *http.Request) {
		a.refuse(w, r, &failure{notFound, fmt.Errorf("no such endpoint: %s", r.URL.Path)})
	})
	return mux
}

// endpoint checks a request, takes a snapshot for it, and writes the answer.
func (a *API) endpoint(serve func(*http.Request, *Snapshot) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			w.Header().Set("Allow", allowedVerb)
			http.Error(w, "only GET and POST", http.StatusMethodNotAllowed)
			return
		}
		started := time.Now()
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		if err := r.ParseForm(); err != nil {
			a.refuse(w, r, bad("form: %w", err))
			return
		}
		s, err := a.o.Catalogue.Snapshot(r.Context())
		if err != nil {
			a.refuse(w, r, &failure{internal, err})
			return
		}
		out, err := serve(r, s)
		a.queries.UpdateDuration(started)
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(appendSuccess(nil, out))
	})
}

// refuse writes an error as Prometheus does.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	a.refused.Inc()
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{internal, err}
	}
	if f.kind == internal {
		a.o.Log.LogAttrs(r.Context(), slog.LevelError, "query failed", slog.String("path", r.URL.Path), slog.Any("err", f.err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(statusOf[f.kind])
	w.Write(appendFailure(nil, f))
}
