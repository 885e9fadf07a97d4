package web

import (
	"net/http"
	"strings"
)

type loginView struct {
	Next   string
	Failed string
}

// login shows the form, and opens a session for a token that may see pages.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	f := s.frame(w, r)
	f.Title, f.Nav = f.Words.T("Log in"), "login"
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		f.Body = loginView{Next: ownPath(r.URL.Query().Get("next"))}
		s.render(w, r, http.StatusOK, "login.html", f)
	case http.MethodPost:
		s.openSession(w, r, f)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		s.errorPage(w, r, newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "This page can only be read", ""))
	}
}

func (s *Server) openSession(w http.ResponseWriter, r *http.Request, f *frame) {
	if err := s.parseForm(w, r); err != nil {
		s.errorPage(w, r, err)
		return
	}
	next, token := ownPath(r.PostForm.Get("next")), strings.TrimSpace(r.PostForm.Get("token"))
	f.Path = "/login"
	refuse := func(status int, why string) {
		f.Body = loginView{Next: next, Failed: f.Words.T(why)}
		s.render(w, r, status, "login.html", f)
	}
	if token == "" || len(token) > maxTokenBytes {
		refuse(http.StatusUnauthorized, "This token is not known, or was revoked.")
		return
	}
	p, err := s.byHash(r.Context(), hashOf(token))
	switch {
	case err != nil && asProblem(err).Status == http.StatusUnauthorized:
		refuse(http.StatusUnauthorized, "This token is not known, or was revoked.")
	case err != nil:
		s.errorPage(w, r, err)
	case !p.Role.allows(RoleCustomer):
		refuse(http.StatusForbidden, "This token is an agent's. Pages need one with the role customer, read or operate.")
	default:
		s.sessions.open(w, r, hashOf(token), s.now(), http.SameSiteStrictMode)
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	s.sessions.close(w, r)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// parseForm reads a bounded form.
func (s *Server) parseForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
	if err := r.ParseForm(); err != nil {
		if asProblem(err).Status == http.StatusRequestEntityTooLarge {
			return err
		}
		return invalidField("body", "is not a form")
	}
	return nil
}
