package web

import (
	"bytes"
	"net/http"
	"net/url"
)

// incidentReport is the document of the incident that the path names, as it
// concerns one agreement, or all; a customer's own only.
func (s *Server) incidentReport(r *http.Request, q url.Values) (IncidentView, IncidentReport, error) {
	v, err := s.incident(r)
	if err != nil {
		return v, nil, err
	}
	agreement := q.Get("agreement")
	if agreement == "" && principalOf(r).Role == RoleCustomer { // v is the customer's own part
		agreement = agreementsOf(v)[0]
	}
	if agreement != "" && !contains(agreementsOf(v), agreement) {
		return v, nil, invalidField("agreement", "the incident does not concern "+quote(agreement))
	}
	doc, err := s.incidents.IncidentReport(r.Context(), v.Incident.ID, agreement)
	return v, doc, err
}

func (s *Server) getIncidentReport(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement")
	if err != nil {
		return err
	}
	_, doc, err := s.incidentReport(r, q)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

func (s *Server) getIncidentMarkdown(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement")
	if err != nil {
		return err
	}
	v, doc, err := s.incidentReport(r, q)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := doc.WriteMarkdown(&b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/markdown; charset=utf-8")
	h.Set("Content-Disposition", contentDisposition(v.Incident.ID+".md"))
	h.Set("Cache-Control", "no-store")
	if r.Method != http.MethodHead {
		w.Write(b.Bytes())
	}
	return nil
}
