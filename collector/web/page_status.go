package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// statusView is a status page.
type statusView struct {
	*publicStatus
	Agreement *contract.Agreement // for its zone and address only
	Zone      *time.Location
	Strip     stripView
	Badge     bool
}

// mountPublic serves what needs no token, of agreements that publish it.
func (s *Server) mountPublic(mux *http.ServeMux) {
	mux.Handle("GET /status/{file}", s.timed("/status/{file}", s.getStatus))
	mux.Handle("GET /badge/{file}", s.timed("/badge/{file}", s.getBadge))
}

// getStatus serves a status as page, JSON or RSS. Other methods and paths fall
// through to the page that knows nothing.
func (s *Server) getStatus(w http.ResponseWriter, r *http.Request) {
	id, form := r.PathValue("file"), ""
	for _, ext := range []string{".json", ".rss"} {
		if base, ok := strings.CutSuffix(id, ext); ok {
			id, form = base, ext
		}
	}
	a, err := s.published(id, hasStatusPage)
	if err == nil {
		_, err = params(r, "lang")
	}
	var st *publicStatus
	if err == nil {
		st, err = s.status(r, a)
	}
	switch {
	case err != nil && form == "":
		s.errorPage(w, r, err)
	case err != nil:
		s.writeProblem(w, r, err)
	case form == ".json":
		body, err := json.Marshal(st)
		if err != nil {
			s.writeProblem(w, r, err)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		publish(w, r, "application/json", append(body, '\n'))
	case form == ".rss":
		publish(w, r, "application/rss+xml; charset=utf-8", s.feed(r, a, st))
	default:
		s.statusPage(w, r, a, st)
	}
}

func (s *Server) statusPage(w http.ResponseWriter, r *http.Request, a *contract.Agreement, st *publicStatus) {
	f := s.frame(w, r)
	s.speak(asPublic(r, a), f)
	f.Title, f.Public, f.Now = st.Title, true, st.At
	if byTag(r.URL.Query().Get("lang")) == nil {
		f.Words = s.publicWords(r, a)
	}
	v := &statusView{publicStatus: st, Agreement: a, Zone: zone(a), Badge: a.Publish.Badges}
	v.Strip = publicStrip(f.Words, st.days, v.Zone)
	f.Body = v
	var b bytes.Buffer
	if err := s.pages.byLang[f.Words.tag].ExecuteTemplate(&b, "status.html", f); err != nil {
		s.errorPage(w, r, err)
		return
	}
	w.Header().Set("Content-Language", f.Words.tag)
	w.Header().Set("Vary", "Accept-Language, Cookie")
	publish(w, r, "text/html; charset=utf-8", b.Bytes())
}

// publicWords is the language of a page that strangers read: the one they chose,
// else the agreement's.
func (s *Server) publicWords(r *http.Request, a *contract.Agreement) *words {
	if c, err := r.Cookie(langCookie); err == nil {
		if wd := byTag(c.Value); wd != nil {
			return wd
		}
	}
	if wd := byTag(a.Language); wd != nil {
		return wd
	}
	return english
}

// publish answers with what anybody may keep for as long as it is good.
func publish(w http.ResponseWriter, r *http.Request, mime string, body []byte) {
	sum := sha256.Sum256(body)
	etag := `W/"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", mime)
	h.Set("ETag", etag)
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(statusLife.Seconds())))
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if matchesETag(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// publicStrip is the strip of days without a way into them.
func publicStrip(wd *words, days []Day, z *time.Location) stripView {
	v := stripView{Plain: true}
	var counts [sla.OutOfScope + 1]int
	for i, d := range days {
		counts[d.State]++
		n := int64(len(days))
		v.Days = append(v.Days, dayView{Day: d, X: percentAt(int64(i), n), W: percentAt(80, 100*n), Old: i < len(days)-phoneDays, Title: dayTitle(wd, d, z)})
	}
	v.Summary = summaryOf(wd, len(days), counts)
	return v
}

func summaryOf(wd *words, days int, counts [sla.OutOfScope + 1]int) string {
	return wd.T("The last %d days: %d up, %d degraded, %d down, %d unknown, %d without data", days,
		counts[sla.Up]+counts[sla.Excluded], counts[sla.Degraded], counts[sla.Down], counts[sla.Unknown], counts[sla.OutOfScope])
}

// origin is how people reach the collector: as configured, else as they did.
func (s *Server) origin(r *http.Request) string {
	if s.url != "" {
		return s.url
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// Headline says in one sentence how the services are.
func (v *statusView) Headline(wd *words) string {
	down, unknown := 0, 0
	for _, s := range v.Services {
		switch {
		case s.State == sla.Down && !s.Maintenance:
			down++
		case s.State == sla.Unknown:
			unknown++
		}
	}
	switch {
	case down > 0:
		return wd.T("%d of %d services are down", down, len(v.Services))
	case unknown > 0:
		return wd.T("%d of %d services: state unknown", unknown, len(v.Services))
	case v.Maintenance:
		return wd.T("Down, in maintenance")
	}
	return wd.T("All services are up")
}

// Present is a service's state as pages draw it.
func (p publicService) Present() verdictView {
	return verdictView{State: p.State, Excused: p.Maintenance}
}
