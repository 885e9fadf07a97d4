package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// problemBase prefixes the type of every problem; API clients compare the whole.
const problemBase = "urn:probity:problem:"

// Problem is an error as RFC 9457 tells it: what, where, and what to do.
type Problem struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail,omitempty"`
	Instance string         `json:"instance,omitempty"`
	Errors   []FieldProblem `json:"errors,omitempty"`
}

// FieldProblem says what is wrong with one field of a query or body.
type FieldProblem struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

func (p *Problem) Error() string {
	parts := []string{p.Title}
	if p.Detail != "" {
		parts = append(parts, p.Detail)
	}
	for _, e := range p.Errors {
		parts = append(parts, e.Field+": "+e.Detail)
	}
	return strings.Join(parts, ": ")
}

func newProblem(status int, kind, title, detail string) *Problem {
	return &Problem{Type: problemBase + kind, Title: title, Status: status, Detail: detail}
}

func unknown(what, id, remedy string) *Problem {
	return newProblem(http.StatusNotFound, "not-found", "No such "+what, what+" "+quote(id)+" is not known; "+remedy)
}

func invalid(fields ...FieldProblem) *Problem {
	p := newProblem(http.StatusBadRequest, "invalid-request", "The request is not valid", "")
	p.Errors = fields
	return p
}

func invalidField(field, detail string) *Problem { return invalid(FieldProblem{field, detail}) }

// quote shows a name that came from outside: bounded, and without control characters.
func quote(s string) string {
	const max = 80
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '�'
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if r := []rune(s); len(r) > max {
		s = string(r[:max]) + "…"
	}
	return `"` + s + `"`
}

// asProblem turns what a handler returned into what the client may read.
// Anything not foreseen is a 500 that tells the log, not the client.
func asProblem(err error) *Problem {
	var p *Problem
	var in *InputError
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &p):
		copied := *p
		return &copied
	case errors.As(err, &in):
		return invalidField(in.Field, in.Detail)
	case errors.As(err, &big):
		return newProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is too large", fmt.Sprintf("send at most %d KiB", big.Limit>>10))
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, "not-found", "Not found", "nothing is known under this address")
	case errors.Is(err, ErrConflict):
		return newProblem(http.StatusConflict, "conflict", "Not possible in its present state", err.Error())
	}
	return newProblem(http.StatusInternalServerError, "internal", "The collector could not answer",
		"the cause is in the collector's log; try again, and tell its operator when it stays")
}

func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	p.Instance = r.URL.Path
	if p.Status >= 500 && r.Context().Err() == nil {
		s.log.LogAttrs(r.Context(), slog.LevelError, "request failed",
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="probity"`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Del("ETag")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		json.NewEncoder(w).Encode(p)
	}
}
