package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/probity-sla/probity/internal/contract"
)

//go:embed templates static
var files embed.FS

// pages are the templates, parsed once for each language, and the static files by name.
type pages struct {
	byLang map[string]*template.Template
	static map[string]asset
}

type asset struct {
	body []byte
	mime string
	etag string
}

// assetVersion is in every link to a static file, so that they may be kept for ever.
func (p *pages) assetVersion() string {
	h := sha256.New()
	for _, name := range []string{"probity.css", "probity.js", "plots.js", "uplot.js", "uplot.css", "plan.js"} {
		h.Write(p.static[name].body)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

var mimeTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}

func loadPages() (*pages, error) {
	p := &pages{byLang: map[string]*template.Template{}, static: map[string]asset{}}
	list, err := fs.ReadDir(files, "static")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, f := range list {
		body, err := files.ReadFile("static/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("read static file: %w", err)
		}
		sum := sha256.Sum256(body)
		p.static[f.Name()] = asset{body, mimeTypes[path.Ext(f.Name())], `"` + hex.EncodeToString(sum[:12]) + `"`}
	}
	version := p.assetVersion()
	for _, w := range languages {
		t := template.New("").Funcs(w.funcs()).Funcs(template.FuncMap{
			"asset": func(name string) string { return "/static/" + name + "?v=" + version },
		})
		if p.byLang[w.tag], err = t.ParseFS(files, "templates/*.html"); err != nil {
			return nil, fmt.Errorf("parse pages: %w", err)
		}
	}
	return p, nil
}

// frame is what every page has around its own part.
type frame struct {
	Title   string
	Words   *words
	Who     Principal
	Path    string // with query, to come back to after logging in
	Nav     string // which entry of the menu is the present one
	Now     int64
	Version string
	Live    bool   // changes are followed
	Plots   bool   // there are plots to look into
	Zone    string // IANA name, for scripts that write times
	Faults  bool   // there are incidents, reported faults and on-call
	Reports bool   // there are service reports
	Public  bool   // for everybody: no way to anything that needs a token
	Wall    bool   // to be read from afar
	Plan    bool   // there is a form to plan with
	Links   bool   // customers can have links
	Body    any
}

// Operate reports whether the page shows what writes.
func (f *frame) Operate() bool { return f.Who.Role >= RoleOperate }

// LangLink is this page in another language.
func (f *frame) LangLink(tag string) string {
	u, err := url.Parse(f.Path)
	if err != nil {
		return "/?lang=" + tag
	}
	q := u.Query()
	q.Set("lang", tag)
	return u.Path + "?" + q.Encode()
}

// pageFunc fills the Body of one page, or says why there is none.
type pageFunc func(r *http.Request, f *frame) (template string, err error)

func (s *Server) mountPages(mux *http.ServeMux) {
	page := func(pattern string, serve pageFunc) { mux.Handle(pattern, s.timed(pattern, s.page(RoleRead, serve))) }
	own := func(pattern string, serve pageFunc) {
		mux.Handle(pattern, s.timed(pattern, s.page(RoleCustomer, serve)))
	}
	s.mountPublic(mux)
	s.mountLinks(mux)
	own("/{$}", s.overviewPage)
	own("/agreements/{id}", s.agreementPage)
	s.mountPlans(mux)
	page("/checks/{agreement}/{service}/{check}", s.checkPage)
	page("/alerts", s.alertsPage)
	page("/agents", s.agentsPage)
	if s.incidents != nil {
		s.mountIncidents(mux)
	}
	if s.reports != nil {
		s.mountReports(mux)
	}
	mux.Handle("POST /agreements/{id}/maintenance", s.timed("/agreements/{id}/maintenance", s.postMaintenanceForm))
	mux.Handle("POST /maintenance/{id}/cancel", s.timed("/maintenance/{id}/cancel", s.postCancelForm))
	mux.Handle("/login", s.timed("/login", s.login))
	mux.Handle("POST /logout", s.timed("/logout", s.logout))
	mux.Handle("GET /static/{name}", s.timed("/static/{name}", s.getStatic))
	mux.Handle("/", s.timed("/", func(w http.ResponseWriter, r *http.Request) {
		s.errorPage(w, r, newProblem(http.StatusNotFound, "not-found", "No such page", "The overview has links to everything there is."))
	}))
}

// page serves one page to one who may see it; others are asked to log in.
func (s *Server) page(role Role, serve pageFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			s.errorPage(w, r, newProblem(http.StatusMethodNotAllowed, "method-not-allowed", "This page can only be read", ""))
			return
		}
		p, err := s.authorize(r, role)
		if err != nil {
			s.refusePage(w, r, err)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
		f := s.frame(w, r)
		s.speak(r, f)
		f.Live = p.Role >= RoleRead // the stream of changes tells of every agreement
		name, err := serve(r, f)
		if err != nil {
			s.errorPage(w, r, err)
			return
		}
		s.render(w, r, http.StatusOK, name, f)
	}
}

// refusePage asks one without a token for it, and tells any other the reason.
func (s *Server) refusePage(w http.ResponseWriter, r *http.Request, err error) {
	if asProblem(err).Status == http.StatusUnauthorized {
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	s.errorPage(w, r, err)
}

func (s *Server) frame(w http.ResponseWriter, r *http.Request) *frame {
	return &frame{Words: choose(w, r), Who: principalOf(r), Path: r.URL.RequestURI(), Now: s.now().UnixMilli(), Version: s.version, Faults: s.incidents != nil, Reports: s.reports != nil, Links: s.links != nil}
}

// render writes a whole page or, when its template fails, an error and no half page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, name string, f *frame) {
	var b bytes.Buffer
	if err := s.pages.byLang[f.Words.tag].ExecuteTemplate(&b, name, f); err != nil {
		s.log.LogAttrs(r.Context(), slog.LevelError, "page not rendered", slog.String("page", name), slog.Any("error", err))
		http.Error(w, "The page could not be made; the cause is in the collector's log.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", f.Words.tag)
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept-Language, Cookie")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(b.Bytes())
	}
}

// errorPage says what is wrong and where to go on.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, err error) {
	p := asProblem(err)
	f := s.frame(w, r)
	if p.Status == http.StatusNotFound && f.Customer() { // how to look for more is not for customers
		p.Detail = errNotTheirs.Detail
	}
	f.Title, f.Body = f.Words.T(p.Title), p
	if p.Status >= 500 && r.Context().Err() == nil {
		s.log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("path", r.URL.Path), slog.Any("error", err))
	}
	s.render(w, r, p.Status, "error.html", f)
}

func (s *Server) getStatic(w http.ResponseWriter, r *http.Request) {
	a, ok := s.pages.static[r.PathValue("name")]
	if !ok {
		s.errorPage(w, r, newProblem(http.StatusNotFound, "not-found", "No such page", "The overview has links to everything there is."))
		return
	}
	w.Header().Set("Content-Type", a.mime)
	w.Header().Set("ETag", a.etag)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if matchesETag(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(a.body)
}

// byID finds an agreement in force.
func (s *Server) byID(id string) *contract.Agreement {
	for _, a := range s.catalogue.Agreements() {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// ownPath keeps a page to go to only when it is one of ours.
func ownPath(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") {
		return "/"
	}
	return next
}
