package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// maxRevision bounds the number that a client may ask for.
const maxRevision = 1_000_000

// revisionDoc is a frozen statement, and what it changed.
type revisionDoc struct {
	Revision
	Changes []report.Difference `json:"changes"` // to the one before; empty for the first
}

// revisions lists the frozen statements of a period, oldest first, and returns
// the newest of them; nil when there is none.
func (s *Server) revisions(r *http.Request, a *contract.Agreement, label string) (docs []revisionDoc, newest *sla.Statement, err error) {
	list, err := s.records.Revisions(r.Context(), a.ID, label)
	if err != nil {
		return nil, nil, err
	}
	docs = []revisionDoc{}
	for _, x := range list {
		st, err := s.records.Revision(r.Context(), a.ID, label, x.Number)
		if err != nil {
			return nil, nil, err
		}
		docs = append(docs, revisionDoc{x, orEmpty(report.Differences(newest, st))})
		newest = st
	}
	return docs, newest, nil
}

func (s *Server) getRevisions(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "period")
	if err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	if q.Get("period") == "" {
		return invalidField("period", `is missing; write "2026-10"`)
	}
	sp, err := parseSpan(q)
	if err != nil {
		return err
	}
	sq, err := s.window(a, sp)
	if err != nil {
		return err
	}
	docs, _, err := s.revisions(r, a, sq.Label)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"agreement": a.ID, "period": periodDoc{sq.Label, sq.Window.From, sq.Window.To}, "revisions": docs,
	})
}

// parseRevision reads the number of a frozen statement; 0 when none is asked for.
func parseRevision(q url.Values) (int, error) {
	text := q.Get("revision")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 1 || n > maxRevision:
		return 0, invalidField("revision", "must be a number from 1 on, as revisions lists them")
	case q.Get("period") == "":
		return 0, invalidField("revision", "goes with period: only periods are frozen")
	case q.Get("as_of") != "":
		return 0, invalidField("revision", "give either revision or as_of")
	}
	return n, nil
}

// revision returns one frozen statement.
func (s *Server) revision(r *http.Request, sq StatementQuery, number int) (*sla.Statement, error) {
	st, err := s.records.Revision(r.Context(), sq.Agreement, sq.Label, number)
	if err != nil && asProblem(err).Status == http.StatusNotFound {
		err = unknown("revision", fmt.Sprintf("%s of %s", strconv.Itoa(number), sq.Label), "GET /api/v1/agreements/"+sq.Agreement+"/revisions?period="+sq.Label+" lists those there are")
	}
	return st, err
}
