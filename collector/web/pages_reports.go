package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/contract"
)

// reportsOnPage bounds the reports of one page of the archive.
const reportsOnPage = 50

type reportsView struct {
	Agreement  *contract.Agreement // nil: of all
	Agreements []*contract.Agreement
	Reports    []reportLine
	Next       string // link to the next page; "" on the last
	Period     string // that is offered for a new draft
	Zone       *time.Location
}

// reportLine is a report in a list.
type reportLine struct {
	ServiceReport
	Name string // of the agreement
	Zone *time.Location
}

func (s *Server) reportLine(x *ServiceReport) reportLine {
	l := reportLine{ServiceReport: *x, Name: x.Agreement, Zone: time.UTC}
	if a := s.byID(x.Agreement); a != nil {
		l.Name, l.Zone = orElse(a.Name, a.ID), zone(a)
	}
	return l
}

// reportsPage is the archive: of everything that concerns who asks.
func (s *Server) reportsPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "agreement", "cursor", "lang")
	if err != nil {
		return "", err
	}
	v := &reportsView{Agreements: s.visible(r)}
	if id := q.Get("agreement"); id != "" {
		if !s.seesAgreement(r, id) {
			return "", unknown("agreement", id, "GET /api/v1/agreements lists those in force")
		}
		v.Agreement = s.byID(id)
	}
	f.Body = v
	return "reports.html", s.fillReports(r, f, v, q.Get("agreement"), q.Get("cursor"))
}

// agreementReportsPage is one agreement's, with the form to make another.
func (s *Server) agreementReportsPage(r *http.Request, f *frame) (string, error) {
	q, err := params(r, "cursor", "lang")
	if err != nil {
		return "", err
	}
	a, err := s.agreement(r)
	if err != nil {
		return "", err
	}
	v := &reportsView{Agreement: a, Zone: zone(a)}
	v.Period = a.Period.Previous(a.Period.Containing(f.Now, zone(a)), zone(a)).Label
	f.Body, f.Zone = v, zone(a).String()
	return "reports.html", s.fillReports(r, f, v, a.ID, q.Get("cursor"))
}

func (s *Server) fillReports(r *http.Request, f *frame, v *reportsView, agreement, cursor string) error {
	f.Title, f.Nav = f.Words.T("Service reports"), "reports"
	before, err := parsePageCursor(cursor)
	if err != nil {
		return err
	}
	list, err := s.listReports(r, agreement)
	if err != nil {
		return err
	}
	if before != "" {
		i := slices.IndexFunc(list, func(x ServiceReport) bool { return x.ID == before })
		if i < 0 {
			return errCursor
		}
		list = list[i+1:]
	}
	list, next := cut(list, reportsOnPage, func(x ServiceReport) string { return x.ID })
	for i := range list {
		v.Reports = append(v.Reports, s.reportLine(&list[i]))
	}
	if next != "" {
		u := *r.URL
		q := u.Query()
		q.Set("cursor", next)
		v.Next = u.Path + "?" + q.Encode()
	}
	return nil
}

type reportView struct {
	reportLine
	Model   *report.Model
	Formats []string
	Draft   bool
	Final   bool
}

// Lines are the services, and the agreement as a whole where there are several.
func (v *reportView) Lines() []report.Figures {
	if len(v.Model.Services) == 1 {
		return v.Model.Services
	}
	return append(slices.Clone(v.Model.Services), v.Model.Overall)
}

// reportPage is one report: what it says in short, who signed it, and its forms.
func (s *Server) reportPage(r *http.Request, f *frame) (string, error) {
	if _, err := params(r, "lang"); err != nil {
		return "", err
	}
	x, m, err := s.reportOf(r)
	if err != nil {
		return "", err
	}
	v := &reportView{reportLine: s.reportLine(&x), Model: m, Draft: x.State == report.Draft, Final: m.Final}
	for _, form := range reportFormats {
		v.Formats = append(v.Formats, form.Name)
	}
	f.Title, f.Nav, f.Body = f.Words.T("Service report")+" "+x.Period, "reports", v
	return "report.html", nil
}

func (s *Server) postReportForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	x, err := s.draftReport(r, r.PostForm.Get("period"))
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/reports/"+x.ID, http.StatusSeeOther)
}

func (s *Server) postReviewForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	x, err := s.signReport(r, r.PostForm.Get("seen"))
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/reports/"+x.ID, http.StatusSeeOther)
}

func (s *Server) postIssueForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	x, err := s.issueReport(r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/reports/"+x.ID, http.StatusSeeOther)
}
