package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

type linksView struct {
	Links     []linkDoc
	Customers []customerRow
	Form      linkForm
	Made      *linkDoc // just made: its address is shown once
}

// customerRow is a customer and the agreements it has.
type customerRow struct {
	Name       string
	Agreements []*contract.Agreement
}

type linkForm struct {
	Name, Customer, Expires string // Expires is a date, the last day in UTC
	Agreements              []string
	Errors                  []FieldProblem
}

// Has reports whether an agreement was ticked.
func (f linkForm) Has(id string) bool { return slices.Contains(f.Agreements, id) }

func (s *Server) mountLinks(mux *http.ServeMux) {
	mux.Handle("GET /l/{token}", s.timed("/l/{token}", s.openLink))
	if s.links == nil {
		return
	}
	mux.Handle("GET /links", s.timed("/links", s.page(RoleOperate, s.linksPage)))
	mux.Handle("POST /links", s.timed("/links", s.postLinkForm))
	mux.Handle("POST /links/{id}/revoke", s.timed("/links/{id}/revoke", s.postRevokeLinkForm))
}

// openLink exchanges a customer's link for a session at once, so that the token
// is neither in the address bar nor sent to anybody as where one came from.
func (s *Server) openLink(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	token := r.PathValue("token")
	refused := newProblem(http.StatusNotFound, "not-found", "This link opens nothing", "It is not known, has expired, or was revoked. Ask who sent it for a new one.")
	bare := r.Clone(r.Context())
	bare.URL.Path, bare.URL.RawPath, bare.URL.RawQuery, bare.RequestURI = "/l/", "", "", "/l/"
	if len(token) > maxTokenBytes {
		s.errorPage(w, bare, refused)
		return
	}
	p, err := s.byHash(r.Context(), hashOf(token))
	switch {
	case err != nil && asProblem(err).Status != http.StatusUnauthorized:
		s.errorPage(w, bare, err)
	case err != nil || p.Role != RoleCustomer: // a token that may do more has no place in an address
		s.errorPage(w, bare, refused)
	case r.Method == http.MethodHead: // who only looks gets no session
		w.WriteHeader(http.StatusOK)
	default:
		// A link comes from a mail or another site: a strict cookie would not be
		// sent with the page that follows. Who may do more stays who they are.
		if !s.mayMore(r, p) {
			s.sessions.open(w, r, hashOf(token), s.now(), http.SameSiteLaxMode)
		}
		http.Redirect(w, r, s.landing(p), http.StatusSeeOther)
	}
}

// mayMore reports whether the request comes with a session of a higher role.
func (s *Server) mayMore(r *http.Request, p Principal) bool {
	hash, ok := s.sessions.find(r, s.now())
	if !ok {
		return false
	}
	present, err := s.byHash(r.Context(), hash)
	return err == nil && present.Role > p.Role
}

// landing is where a customer arrives: at the one agreement, or at all of them.
func (s *Server) landing(p Principal) string {
	only := ""
	for _, a := range s.catalogue.Agreements() {
		if p.sees(a) {
			if only != "" {
				return "/"
			}
			only = a.ID
		}
	}
	if only == "" {
		return "/"
	}
	return "/agreements/" + only
}

func (s *Server) linksPage(r *http.Request, f *frame) (string, error) {
	if _, err := params(r, "lang"); err != nil {
		return "", err
	}
	v, err := s.fillLinks(r, f)
	f.Body = v
	return "links.html", err
}

func (s *Server) fillLinks(r *http.Request, f *frame) (*linksView, error) {
	f.Title, f.Nav = f.Words.T("Customers"), "links"
	v := &linksView{Form: linkForm{Expires: s.now().Add(defaultLinkFor).UTC().Format(time.DateOnly)}}
	for _, a := range s.catalogue.Agreements() {
		i := slices.IndexFunc(v.Customers, func(c customerRow) bool { return c.Name == a.Customer })
		if i < 0 {
			i = len(v.Customers)
			v.Customers = append(v.Customers, customerRow{Name: a.Customer})
		}
		v.Customers[i].Agreements = append(v.Customers[i].Agreements, a)
	}
	slices.SortFunc(v.Customers, func(a, b customerRow) int { return strings.Compare(a.Name, b.Name) })
	var err error
	v.Links, err = s.listLinks(r)
	return v, err
}

func (s *Server) postLinkForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	p := r.PostForm
	form := linkForm{Name: p.Get("name"), Customer: p.Get("customer"), Expires: p.Get("expires"), Agreements: p["agreements"]}
	in := linkInput{Name: form.Name, Customer: form.Customer, Agreements: form.Agreements}
	if t, err := time.Parse(time.DateOnly, form.Expires); err == nil {
		in.ExpiresAt = Instant(t.AddDate(0, 0, 1).UnixMilli())
	} else {
		form.Errors = []FieldProblem{{"expires_at", `write it as "2026-12-31"`}}
	}
	var made *linkDoc
	if form.Errors == nil {
		d, err := s.makeLink(r, &in)
		if err == nil {
			made, form = &d, linkForm{Expires: form.Expires}
		} else if form.Errors = asProblem(err).Errors; form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	f := s.frame(w, r)
	f.Path = "/links"
	v, err := s.fillLinks(bare(r), f)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	v.Form, v.Made, f.Body = form, made, v
	status := http.StatusBadRequest
	if made != nil {
		status = http.StatusCreated
	}
	s.render(w, r, status, "links.html", f)
}

func (s *Server) postRevokeLinkForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	if _, err := s.revokeLink(r); err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/links", http.StatusSeeOther)
}
