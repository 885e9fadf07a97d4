package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func rfc3339(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// statement reads the window of a request and has it accounted for.
func (s *Server) statement(r *http.Request, extra ...string) (*sla.Statement, error) {
	q, err := params(r, append(extra, "period", "from", "to", "as_of", "revision")...)
	if err != nil {
		return nil, err
	}
	a, err := s.agreement(r)
	if err != nil {
		return nil, err
	}
	sp, err := parseSpan(q)
	if err != nil {
		return nil, err
	}
	sq, err := s.window(a, sp)
	if err != nil {
		return nil, err
	}
	number, err := parseRevision(q)
	if err != nil {
		return nil, err
	}
	if number != 0 {
		return s.revision(r, sq, number)
	}
	return s.statements.Statement(r.Context(), sq)
}

// etagOf names a statement by what its figures rest on. It is weak: computed_at
// differs between two answers that are otherwise equal.
func etagOf(st *sla.Statement, extra string) string {
	h := sha256.Sum256([]byte(fmt.Sprintf("%s|%s|%s|%s|%v|%d|%d|%d|%v|%s", st.Agreement, st.AgreementRevision, st.Fingerprint,
		st.Label, st.Overall.Period, st.Overall.Until, st.AsOf, st.Revision, st.Final, extra)))
	return `W/"` + hex.EncodeToString(h[:12]) + `"`
}

// matchesETag compares as RFC 9110 has it for If-None-Match: weakly.
func matchesETag(header, etag string) bool {
	for _, tag := range strings.Split(header, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// notModified sets the ETag and answers 304 when the client has that one.
func notModified(w http.ResponseWriter, r *http.Request, etag string) bool {
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if !matchesETag(r.Header.Get("If-None-Match"), etag) {
		return false
	}
	w.WriteHeader(http.StatusNotModified)
	return true
}

func (s *Server) getStatement(w http.ResponseWriter, r *http.Request) error {
	table, err := wantsCSV(r)
	if err != nil {
		return err
	}
	st, err := s.statement(r, "format")
	if err != nil {
		return err
	}
	if notModified(w, r, etagOf(st, formatTag(table))) {
		return nil
	}
	if table {
		return writeCSV(w, r, st.Agreement+"-"+orElse(st.Label, "window"), statementRows(st))
	}
	return writeJSON(w, r, http.StatusOK, withoutLedgers(st))
}

// withoutLedgers leaves out the ledgers, which have an endpoint and paging of their own.
func withoutLedgers(st *sla.Statement) *sla.Statement {
	short := *st
	short.Services = make([]sla.ServiceStatement, len(st.Services))
	for i, svc := range st.Services {
		svc.Verdict.Ledger, svc.Verdict.Outages = nil, orEmpty(svc.Verdict.Outages)
		short.Services[i] = svc
	}
	short.Overall.Ledger, short.Overall.Outages = nil, orEmpty(short.Overall.Outages)
	return &short
}
