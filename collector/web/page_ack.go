package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

const maxAckTokenBytes = MaxAckTokenBytes

type ackView struct {
	incidentRow
	Token   string
	Person  string
	Expires int64
	Done    bool // acknowledged, now or before
}

// ackToken keeps only what can be a token: bounded, and of the letters of a URL.
func ackToken(text string) (string, bool) {
	if text == "" || len(text) > maxAckTokenBytes {
		return "", false
	}
	for _, c := range []byte(text) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~=", c) >= 0) {
			return "", false
		}
	}
	return text, true
}

// ack shows an incident to the holder of a signed link, and acknowledges it when
// asked with a POST: mail programs open links by themselves.
func (s *Server) ack(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		s.showAck(w, r, r.URL.Query().Get("t"), false)
	case http.MethodPost:
		if err := s.parseForm(w, r); err != nil {
			s.errorPage(w, r, err)
			return
		}
		s.showAck(w, r, r.PostForm.Get("t"), true)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.errorPage(w, r, newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "This page can only be read", ""))
	}
}

func (s *Server) showAck(w http.ResponseWriter, r *http.Request, text string, post bool) {
	link, err := s.ackLink(r, text)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	now := s.now().UnixMilli()
	if post {
		_, err = s.incidents.Act(r.Context(), link.Incident, incident.Event{Kind: incident.EventAcknowledged, At: now, By: link.Person})
		if err != nil && !errors.Is(err, ErrConflict) { // somebody was quicker: the page says who
			s.errorPage(w, r, err)
			return
		}
	}
	v, err := s.incidents.Incident(r.Context(), link.Incident)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	if post {
		s.publishIncident(v, now)
	}
	f := s.frame(w, r)
	f.Title, f.Path = f.Words.T("Acknowledge"), "/ack?t="+url.QueryEscape(text)
	f.Body = &ackView{incidentRow: s.incidentRow(v, f.Now), Token: text, Person: link.Person, Expires: link.ExpiresAt,
		Done: v.Incident.AcknowledgedAt != 0 || !isOpen(v.Incident.State)}
	s.render(w, r, http.StatusOK, "ack.html", f)
}

// ackLink is what a token stands for while it may be used.
func (s *Server) ackLink(r *http.Request, text string) (AckLink, error) {
	bad := newProblem(http.StatusNotFound, "not-found", "This link is not valid", "Open the incident from the overview, or acknowledge it with probity-collector incident ack.")
	token, ok := ackToken(text)
	if !ok {
		return AckLink{}, bad
	}
	link, err := s.incidents.VerifyAckLink(r.Context(), token)
	switch {
	case errors.Is(err, ErrNotFound):
		return link, bad
	case err != nil:
		return link, err
	case link.ExpiresAt <= s.now().UnixMilli():
		return link, newProblem(http.StatusGone, "expired", "This link has expired", "Open the incident from the overview, or acknowledge it with probity-collector incident ack.")
	}
	return link, nil
}
