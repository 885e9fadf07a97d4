package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// maxCorrection bounds the span of one correction.
const maxCorrection = 366 * 24 * time.Hour

// proposal is what a client may say of a correction. Who proposes it, and when,
// the server knows better.
type proposal struct {
	From     Instant     `json:"from"`
	To       Instant     `json:"to"`
	Services []string    `json:"services"`
	Effect   *sla.Effect `json:"effect"`
	Reason   string      `json:"reason"`
}

// correctionDoc is a correction and where it stands.
type correctionDoc struct {
	Correction
	State string `json:"state"` // proposed, approved, revoked
}

func describeCorrection(c Correction) correctionDoc {
	c.Services = orEmpty(c.Services)
	d := correctionDoc{c, "proposed"}
	switch {
	case c.RevokedAt != 0:
		d.State = "revoked"
	case c.ApprovedAt != 0:
		d.State = "approved"
	}
	return d
}

// validate holds a proposal against the agreement.
func (in *proposal) validate(a *contract.Agreement) error {
	var bad []FieldProblem
	fail := func(field, format string, args ...any) {
		bad = append(bad, FieldProblem{field, fmt.Sprintf(format, args...)})
	}
	from, to := int64(in.From), int64(in.To)
	if from == 0 {
		fail("from", `is missing; write "2026-11-22T02:00:00+01:00"`)
	}
	switch {
	case to <= from:
		fail("to", "must be later than from")
	case from != 0 && to-from > maxCorrection.Milliseconds():
		fail("to", "a correction covers at most 366 days")
	}
	if in.Effect == nil {
		fail("effect", "is missing; write exclude, up or down")
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case in.Reason == "":
		fail("reason", "is missing; it is printed in the statement, so say why")
	case len(in.Reason) > maxReasonBytes || !utf8.ValidString(in.Reason):
		fail("reason", "is text of at most %d bytes", maxReasonBytes)
	}
	bad = append(bad, unknownServices(a, in.Services)...)
	if bad != nil {
		return invalid(bad...)
	}
	return nil
}

// unknownServices complains of each that the agreement does not have.
func unknownServices(a *contract.Agreement, ids []string) (bad []FieldProblem) {
	if len(ids) > len(a.Services) {
		return []FieldProblem{{"services", "names more services than the agreement has"}}
	}
	for i, id := range ids {
		if !hasService(a, id) {
			bad = append(bad, FieldProblem{fmt.Sprintf("services[%d]", i), quote(id) + " is not a service of " + a.ID})
		}
	}
	return bad
}

func (s *Server) getCorrections(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "from", "to")
	if err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	sp, err := parseSpan(q)
	if err != nil {
		return err
	}
	if sp.Window == (sla.Window{}) {
		sp.Window = sla.Window{From: minInstant, To: maxInstant}
	}
	list, err := s.records.Corrections(r.Context(), a.ID, sp.Window)
	if err != nil {
		return err
	}
	docs := []correctionDoc{}
	for _, c := range list {
		docs = append(docs, describeCorrection(c))
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"agreement": a.ID, "corrections": docs})
}

// postCorrection records a proposal. It counts once somebody approved it.
func (s *Server) postCorrection(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	var in proposal
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	c, err := s.propose(r, a, &in)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/corrections/"+c.ID)
	return writeJSON(w, r, http.StatusCreated, describeCorrection(c))
}

// propose stores a valid proposal.
func (s *Server) propose(r *http.Request, a *contract.Agreement, in *proposal) (Correction, error) {
	if err := in.validate(a); err != nil {
		return Correction{}, err
	}
	now := s.now().UnixMilli()
	c, err := s.records.Propose(r.Context(), Correction{
		Agreement: a.ID, Services: in.Services, Effect: *in.Effect, From: int64(in.From), To: int64(in.To),
		Reason: in.Reason, CreatedBy: principalOf(r).Name, CreatedAt: now,
	})
	if err == nil {
		s.Publish(Event{Kind: "correction", Agreement: a.ID, At: now})
	}
	return c, err
}

func (s *Server) correctionByID(r *http.Request) (Correction, error) {
	if _, err := params(r); err != nil {
		return Correction{}, err
	}
	id := r.PathValue("id")
	c, err := s.records.CorrectionByID(r.Context(), id)
	if err != nil && asProblem(err).Status == http.StatusNotFound {
		err = unknown("correction", id, "GET /api/v1/agreements/ID/corrections lists an agreement's")
	}
	return c, err
}

func (s *Server) getCorrection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.correctionByID(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, describeCorrection(c))
}

func (s *Server) approveCorrection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.correctionByID(r)
	if err == nil {
		c, err = s.approveFix(r, c)
	}
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, describeCorrection(c))
}

func (s *Server) approveFix(r *http.Request, c Correction) (Correction, error) {
	if st := describeCorrection(c).State; st != "proposed" {
		return c, newProblem(http.StatusConflict, "conflict", "The correction is "+st, "only a proposed one can be approved; propose another where this one is wrong")
	}
	now := s.now().UnixMilli()
	c, err := s.records.Approve(r.Context(), c.ID, principalOf(r).Name, now)
	return s.settled(c, now, err)
}

func (s *Server) revokeCorrection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.correctionByID(r)
	if err == nil {
		c, err = s.revokeFix(r, c)
	}
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, describeCorrection(c))
}

func (s *Server) revokeFix(r *http.Request, c Correction) (Correction, error) {
	if c.RevokedAt != 0 {
		return c, newProblem(http.StatusConflict, "conflict", "The correction is revoked", "it stays on record and no longer counts")
	}
	now := s.now().UnixMilli()
	c, err := s.records.Revoke(r.Context(), c.ID, principalOf(r).Name, now)
	return s.settled(c, now, err)
}

func (s *Server) settled(c Correction, at int64, err error) (Correction, error) {
	if err == nil {
		s.Publish(Event{Kind: "correction", Agreement: c.Agreement, At: at})
	}
	return c, err
}
