package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// targetText is a target in per cent, as a contract writes it.
var targetText = regexp.MustCompile(`^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$`)

// maxNoticeHours bounds the notice that can be asked about.
const maxNoticeHours = 31 * 24

// whatIfView holds a period as it was agreed against other terms.
type whatIfView struct {
	Agreement *contract.Agreement
	Zone      *time.Location
	Period    contract.Span
	Target    string // per cent
	Notice    string // hours
	Errors    []FieldProblem
	Rows      []whatIfRow
}

// whatIfRow is one service, or with no name all of them, twice.
type whatIfRow struct {
	Name            string
	Agreed, Instead verdictView
}

// whatIfPage asks what a period would have come to under another target and
// another notice. It stores nothing.
func (s *Server) whatIfPage(r *http.Request, f *frame) (string, error) {
	a := s.byID(r.PathValue("id"))
	if a == nil {
		return "", unknown("agreement", r.PathValue("id"), "the overview lists those in force")
	}
	q, err := params(r, "period", "target", "notice", "lang")
	if err != nil {
		return "", err
	}
	sq, err := s.window(a, span{Label: q.Get("period")})
	if err != nil {
		return "", err
	}
	v := &whatIfView{Agreement: a, Zone: zone(a), Period: contract.Span{Window: sq.Window, Label: sq.Label}, Target: q.Get("target"), Notice: q.Get("notice")}
	f.Title, f.Nav, f.Body, f.Plan = f.Words.T("What if")+" · "+a.Name, "overview", v, true
	agreed, err := s.statements.Statement(r.Context(), sq)
	if err != nil {
		return "", err
	}
	v.startFrom(q, agreed)
	instead, err := s.instead(r, v, sq)
	if err != nil {
		return "", err
	}
	v.compare(s, agreed, instead)
	return "whatif.html", nil
}

// startFrom fills in what is agreed where nothing was asked.
func (v *whatIfView) startFrom(q url.Values, agreed *sla.Statement) {
	if !q.Has("target") && agreed.Overall.Target.Present() {
		v.Target = (&Server{}).verdict("", &agreed.Overall, v.Zone).Objective
	}
	if !q.Has("notice") {
		v.Notice = strconv.FormatInt(int64(v.Agreement.Notice/time.Hour), 10)
	}
}

// instead reckons under the terms that were asked about; nil when they are none.
func (s *Server) instead(r *http.Request, v *whatIfView, sq StatementQuery) (*sla.Statement, error) {
	if !targetText.MatchString(v.Target) {
		v.Errors = append(v.Errors, FieldProblem{"target", `write per cent, like "99.9"`})
	}
	hours, err := strconv.ParseInt(v.Notice, 10, 64)
	if err != nil || hours < 0 || hours > maxNoticeHours {
		v.Errors = append(v.Errors, FieldProblem{"notice", fmt.Sprintf("write whole hours, from 0 to %d", maxNoticeHours)})
	}
	if v.Errors != nil {
		return nil, nil
	}
	text := fmt.Sprintf("[terms]\ntarget_pct = %q\n[terms.maintenance]\nmin_notice_s = %d\n", v.Target, hours*3600)
	terms, faults := v.Agreement.InsteadTerms("what if", []byte(text))
	if len(faults) > 0 {
		for _, x := range faults {
			v.Errors = append(v.Errors, FieldProblem{"target", x.Error()})
		}
		return nil, nil
	}
	return s.records.WhatIf(r.Context(), sq, terms)
}

func (v *whatIfView) compare(s *Server, agreed, instead *sla.Statement) {
	row := func(name string, a, b *sla.Verdict) {
		x := whatIfRow{Name: name, Agreed: s.verdict(name, a, v.Zone)}
		if b != nil {
			x.Instead = s.verdict(name, b, v.Zone)
		}
		v.Rows = append(v.Rows, x)
	}
	for i := range agreed.Services {
		svc := &agreed.Services[i]
		var other *sla.Verdict
		if instead != nil {
			if o := serviceOf(instead, svc.Service); o != nil {
				other = &o.Verdict
			}
		}
		row(orElse(svc.Name, svc.Service), &svc.Verdict, other)
	}
	if len(agreed.Services) > 1 {
		var other *sla.Verdict
		if instead != nil {
			other = &instead.Overall
		}
		row("", &agreed.Overall, other)
	}
}
