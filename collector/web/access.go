package web

import (
	"net/http"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
)

// errNotTheirs is what a customer's token gets for all that is not that
// customer's: a refusal would tell that there is something.
var errNotTheirs = newProblem(http.StatusNotFound, "not-found", "Not found", "nothing is known under this address")

// sees reports whether p may know of an agreement; nil is nobody's. A customer's
// token without a customer opens nothing.
func (p Principal) sees(a *contract.Agreement) bool {
	if a == nil {
		return false
	}
	if p.Role != RoleCustomer {
		return true
	}
	return p.Customer != "" && a.Customer == p.Customer && (len(p.Agreements) == 0 || slices.Contains(p.Agreements, a.ID))
}

// visible lists the agreements in force that whoever asks may know of.
func (s *Server) visible(r *http.Request) []*contract.Agreement {
	p := principalOf(r)
	all := s.catalogue.Agreements()
	if p.Role != RoleCustomer {
		return all
	}
	var out []*contract.Agreement
	for _, a := range all {
		if p.sees(a) {
			out = append(out, a)
		}
	}
	return out
}

// seesAgreement is sees by ID. One that is no longer in force is for those who read all.
func (s *Server) seesAgreement(r *http.Request, id string) bool {
	p := principalOf(r)
	return p.Role >= RoleRead || p.sees(s.byID(id))
}

// Customer reports whether the page is for one customer's eyes.
func (f *frame) Customer() bool { return f.Who.Role == RoleCustomer }

// speak lets a page for a customer use the language of the agreement, unless
// another was chosen.
func (s *Server) speak(r *http.Request, f *frame) {
	if !f.Customer() || byTag(r.URL.Query().Get("lang")) != nil {
		return
	}
	if c, err := r.Cookie(langCookie); err == nil && byTag(c.Value) != nil {
		return
	}
	list := s.visible(r)
	if a := s.byID(r.PathValue("id")); f.Who.sees(a) {
		list = []*contract.Agreement{a}
	}
	for _, a := range list {
		if wd := byTag(a.Language); wd != nil {
			f.Words = wd
			return
		}
	}
}
