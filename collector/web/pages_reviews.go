package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

type reviewView struct {
	*report.Review
	Customers []string
	Year      int
	Downloads []reviewDownload
}

type reviewDownload struct{ Format, Link string }

// Mean is a mean time for reading.
func (v *reviewView) Mean(s sla.Spread) int64 { return report.Millis(s.Mean) }

// Last and Following are the years around.
func (v *reviewView) Last() string      { return v.link(v.Year - 1) }
func (v *reviewView) Following() string { return v.link(v.Year + 1) }

func (v *reviewView) link(year int) string {
	return "/reviews?" + url.Values{"customer": {v.Customer}, "year": {strconv.Itoa(year)}}.Encode()
}

// reviewPage looks back over a year, of one customer or of the house.
func (s *Server) reviewPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "customer", "year", "lang")
	if err != nil {
		return "", err
	}
	f.Title, f.Nav = f.Words.T("Review"), "reports"
	x, err := s.yearReview(r, q, f.Words.tag)
	if err != nil {
		return "", err
	}
	v := &reviewView{Review: x, Customers: s.customers()}
	v.Year, _ = strconv.Atoi(x.Label)
	for _, form := range reportFormats {
		link := url.Values{"year": {x.Label}, "format": {form.Name}, "language": {f.Words.tag}}
		if x.Customer != "" {
			link.Set("customer", x.Customer)
		}
		v.Downloads = append(v.Downloads, reviewDownload{form.Name, "/api/v1/review?" + link.Encode()})
	}
	f.Body = v
	return "review.html", nil
}

type actionsView struct {
	Open, Closed []actionLine
	Agreements   []*contract.Agreement
	Form         actionForm
}

// actionLine is an action in a list. Overdue: its day has passed, and it is open.
type actionLine struct {
	ImprovementAction
	Name    string // of the agreement
	Overdue bool
}

// actionForm is what was typed of an action.
type actionForm struct {
	Agreement, Text, Owner, Due string
	Errors                      []FieldProblem
}

func (s *Server) actionsPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "agreement", "lang")
	if err != nil {
		return "", err
	}
	v, err := s.fillActions(r, f, q)
	f.Body = v
	return "actions.html", err
}

func (s *Server) fillActions(r *http.Request, f *frame, q url.Values) (*actionsView, error) {
	f.Title, f.Nav = f.Words.T("Improvement actions"), "reports"
	list, err := s.listActions(r, q)
	if err != nil {
		return nil, err
	}
	v := &actionsView{Agreements: s.visible(r)}
	today := s.now().UTC().Format("2006-01-02")
	for _, x := range list {
		l := actionLine{ImprovementAction: x, Name: x.Agreement}
		if a := s.byID(x.Agreement); a != nil {
			l.Name = orElse(a.Name, a.ID)
		}
		if x.State != incident.ActionOpen {
			v.Closed = append(v.Closed, l)
			continue
		}
		l.Overdue = x.Due < today
		v.Open = append(v.Open, l)
	}
	return v, nil
}

func (s *Server) postActionForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	in := r.PostForm
	a := s.byID(in.Get("agreement"))
	if a == nil {
		s.errorPage(w, r, unknown("agreement", in.Get("agreement"), "GET /api/v1/agreements lists those in force"))
		return
	}
	_, err := s.addAction(r, a.ID, &improvementInput{Text: in.Get("text"), Owner: in.Get("owner"), Due: in.Get("due")})
	if err == nil {
		http.Redirect(w, r, "/actions", http.StatusSeeOther)
		return
	}
	problems := asProblem(err).Errors
	f := s.frame(w, r)
	v, ferr := s.fillActions(r, f, url.Values{})
	if problems == nil || ferr != nil {
		s.errorPage(w, r, err)
		return
	}
	v.Form = actionForm{Agreement: a.ID, Text: in.Get("text"), Owner: in.Get("owner"), Due: in.Get("due"), Errors: problems}
	f.Body, f.Path = v, "/actions"
	s.render(w, r, http.StatusBadRequest, "actions.html", f)
}

func (s *Server) postSettleForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	in := r.PostForm
	if _, err := s.settleAction(r, in.Get("id"), &settleInput{State: in.Get("state"), Note: in.Get("note")}); err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/actions", http.StatusSeeOther)
}
