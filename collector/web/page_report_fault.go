package web

import (
	"context"
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

// reportFaultView is the customer's form, with what was typed.
type reportFaultView struct {
	Agreement *contract.Agreement
	Zone      *time.Location
	Service   string
	Summary   string
	Details   string
	Contact   string
	Since     wallInput
	Until     wallInput
	Errors    []FieldProblem
	Kinds     string // of files that are taken
	Accept    string // the same for the browser's file chooser
	Lost      bool   // files must be chosen again
	MaxFiles  int
	MaxMiB    int
	Trap      string // name of the field that people leave empty
}

func newReportFaultView(a *contract.Agreement) *reportFaultView {
	v := &reportFaultView{Agreement: a, Zone: zone(a), Kinds: takenKinds(), MaxFiles: maxFaultFiles, MaxMiB: maxFaultFileBytes >> 20, Trap: honeypot}
	for i, t := range fileTypes {
		for j, ext := range t.exts {
			if i+j > 0 {
				v.Accept += ","
			}
			v.Accept += ext
		}
	}
	return v
}

func (s *Server) reportFaultPage(r *http.Request, f *frame) (string, error) {
	a, err := s.reporter(r)
	if err != nil {
		return "", err
	}
	q, err := params(r, "service", "lang")
	if err != nil {
		return "", err
	}
	v := newReportFaultView(a)
	v.Service, v.Since.Text = q.Get("service"), wallText(f.Now, v.Zone)
	f.Title, f.Nav, f.Body, f.Live = f.Words.T("Report a fault"), "faults", v, false
	return "report_fault.html", nil
}

// postReportFaultForm takes the customer's form. Its times are local times of the
// agreement's zone.
func (s *Server) postReportFaultForm(w http.ResponseWriter, r *http.Request) {
	p, err := s.authorize(r, RoleCustomer)
	if err != nil {
		s.refusePage(w, r, err)
		return
	}
	r = r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
	a, err := s.reporter(r)
	if err == nil {
		err = s.admitFault(w, r)
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	form, err := readFaultForm(w, r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	f := s.frame(w, r)
	s.speak(r, f)
	v := newReportFaultView(a)
	in := v.read(f.Words, form)
	if v.Errors == nil {
		got, err := s.report(r, a, in, form.files)
		if err == nil {
			http.Redirect(w, r, "/faults/"+got.ID+"?sent=1", http.StatusSeeOther)
			return
		}
		if v.Errors = asProblem(err).Errors; v.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	v.Lost = len(form.files) > 0
	f.Title, f.Nav, f.Body, f.Path = f.Words.T("Report a fault"), "faults", v, "/agreements/"+a.ID+"/report-fault"
	s.render(w, r, http.StatusBadRequest, "report_fault.html", f)
}

// read takes the fields of the form, and resolves its local times.
func (v *reportFaultView) read(wd *words, form *faultForm) *faultInput {
	get := func(name string) string { return form.fields[name] }
	v.Service, v.Summary, v.Details, v.Contact = get("service"), get("summary"), get("details"), get("contact")
	v.Since = wallInput{Text: get("since"), Fold: get("since_fold")}
	v.Until = wallInput{Text: get("until"), Fold: get("until_fold")}
	in := &faultInput{Service: v.Service, Summary: v.Summary, Details: v.Details, Contact: v.Contact, Language: wd.tag}
	if get(honeypot) != "" {
		v.Errors = append(v.Errors, FieldProblem{honeypot, wd.T("This field is not for people. Leave it empty and send the report again.")})
	}
	var bad []FieldProblem
	if v.Since.Text != "" {
		in.Since, bad = readWall(wd, "since", &v.Since, v.Zone)
		v.Errors = append(v.Errors, bad...)
	}
	if v.Until.Text != "" {
		in.Until, bad = readWall(wd, "until", &v.Until, v.Zone)
		v.Errors = append(v.Errors, bad...)
	}
	return in
}
