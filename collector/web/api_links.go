package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of customers' links.
const (
	maxLinkLife    = 2 * 366 * 24 * time.Hour
	defaultLinkFor = 90 * 24 * time.Hour
	maxLinkName    = 200 // bytes
)

// linkInput is what an operator says of a new link.
type linkInput struct {
	Name       string   `json:"name"`
	Customer   string   `json:"customer"`
	Agreements []string `json:"agreements"`
	ExpiresAt  Instant  `json:"expires_at"`
}

// linkDoc is a link and whether it still opens anything. URL is told once, to
// who makes it.
type linkDoc struct {
	Link
	State string `json:"state"` // valid, expired, revoked
	URL   string `json:"url,omitempty"`
}

func (s *Server) linkAPI() []route {
	return []route{
		{"GET", "/api/v1/links", RoleOperate, s.getLinks},
		{"POST", "/api/v1/links", RoleOperate, s.postLink},
		{"DELETE", "/api/v1/links/{id}", RoleOperate, s.deleteLink},
	}
}

func (s *Server) describeLink(l Link) linkDoc {
	l.Agreements = orEmpty(l.Agreements)
	d := linkDoc{Link: l, State: "valid"}
	switch {
	case l.RevokedAt != 0:
		d.State = "revoked"
	case l.ExpiresAt <= s.now().UnixMilli():
		d.State = "expired"
	}
	return d
}

// validate holds a new link against the agreements in force and the clock.
func (s *Server) validateLink(in *linkInput) error {
	var bad []FieldProblem
	fail := func(field, format string, args ...any) {
		bad = append(bad, FieldProblem{field, fmt.Sprintf(format, args...)})
	}
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" || len(in.Name) > maxLinkName || !utf8.ValidString(in.Name) {
		fail("name", "says whom the link is for, in at most %d bytes", maxLinkName)
	}
	ids := map[string]bool{}
	for _, a := range s.catalogue.Agreements() {
		if in.Customer != "" && a.Customer == in.Customer {
			ids[a.ID] = true
		}
	}
	if len(ids) == 0 {
		fail("customer", "must be the customer of an agreement in force, as it is written there")
	}
	for i, id := range in.Agreements {
		if i >= len(ids) || !ids[id] || slices.Contains(in.Agreements[:i], id) {
			fail("agreements", "%s is not an agreement of that customer, or is there twice", quote(id))
			break
		}
	}
	now := s.now()
	if in.ExpiresAt == 0 {
		in.ExpiresAt = Instant(now.Add(defaultLinkFor).UnixMilli())
	}
	if e := int64(in.ExpiresAt); e <= now.UnixMilli() || e > now.Add(maxLinkLife).UnixMilli() {
		fail("expires_at", "must lie ahead, at most two years")
	}
	if bad != nil {
		return invalid(bad...)
	}
	return nil
}

// makeLink stores a link and returns the address that is told once.
func (s *Server) makeLink(r *http.Request, in *linkInput) (linkDoc, error) {
	if err := s.validateLink(in); err != nil {
		return linkDoc{}, err
	}
	l, token, err := s.links.CreateLink(r.Context(), Link{Name: in.Name, Customer: in.Customer, Agreements: in.Agreements,
		CreatedAt: s.now().UnixMilli(), ExpiresAt: int64(in.ExpiresAt)})
	if err != nil {
		return linkDoc{}, err
	}
	d := s.describeLink(l)
	d.URL = s.origin(r) + "/l/" + token
	return d, nil
}

func (s *Server) listLinks(r *http.Request) ([]linkDoc, error) {
	list, err := s.links.ListLinks(r.Context())
	docs := []linkDoc{}
	for _, l := range list {
		docs = append(docs, s.describeLink(l))
	}
	return docs, err
}

func (s *Server) getLinks(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	docs, err := s.listLinks(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"links": docs})
}

func (s *Server) postLink(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	var in linkInput
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	d, err := s.makeLink(r, &in)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusCreated, d)
}

func (s *Server) revokeLink(r *http.Request) (Link, error) {
	id := r.PathValue("id")
	missing := unknown("link", id, "GET /api/v1/links lists them")
	if !recordID.MatchString(id) {
		return Link{}, missing
	}
	l, err := s.links.RevokeLink(r.Context(), id, principalOf(r).Name, s.now().UnixMilli())
	if err != nil && asProblem(err).Status == http.StatusNotFound {
		err = missing
	}
	return l, err
}

func (s *Server) deleteLink(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	l, err := s.revokeLink(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, s.describeLink(l))
}
