package web

import (
	"context"
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/contract"
)

// announceForm is what was typed, to be shown again beside what is wrong with it.
type announceForm struct {
	From, To, Reason string
	Services         []string
	Emergency        bool
	Errors           []FieldProblem
}

// Has reports whether a service was ticked.
func (f announceForm) Has(service string) bool { return contains(f.Services, service) }

const formLayout = "2006-01-02T15:04" // what <input type="datetime-local"> sends

// postMaintenanceForm announces a window whose times are in the agreement's zone.
func (s *Server) postMaintenanceForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	a := s.byID(r.PathValue("id"))
	if a == nil {
		s.errorPage(w, r, unknown("agreement", r.PathValue("id"), "the overview lists those in force"))
		return
	}
	form, in := readAnnouncement(r, a)
	if len(form.Errors) == 0 {
		_, err := s.announce(r, a, in, principalOf(r).Name)
		if err == nil {
			http.Redirect(w, r, "/agreements/"+a.ID+"#maintenance", http.StatusSeeOther)
			return
		}
		p := asProblem(err)
		if p.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
		form.Errors = p.Errors
	}
	f := s.frame(w, r)
	f.Path = "/agreements/" + a.ID
	q := r.Clone(r.Context())
	q.URL.RawQuery = ""
	if err := s.fillAgreement(q, f, a); err != nil {
		s.errorPage(w, r, err)
		return
	}
	f.Body.(*agreementView).Form = form
	s.render(w, r, http.StatusBadRequest, "agreement.html", f)
}

func readAnnouncement(r *http.Request, a *contract.Agreement) (announceForm, *announcement) {
	v := r.PostForm
	form := announceForm{From: v.Get("from"), To: v.Get("to"), Reason: v.Get("reason"), Services: v["services"], Emergency: v.Get("emergency") != ""}
	in := &announcement{Services: form.Services, Reason: form.Reason, Emergency: form.Emergency}
	read := func(field, text string, dst *Instant) {
		t, err := time.ParseInLocation(formLayout, text, zone(a))
		if err != nil {
			form.Errors = append(form.Errors, FieldProblem{field, `write it as "2026-11-22T02:00", local time of ` + zone(a).String()})
			return
		}
		*dst = Instant(t.UnixMilli())
	}
	read("from", form.From, &in.From)
	read("to", form.To, &in.To)
	return form, in
}

// postCancelForm cancels a window.
func (s *Server) postCancelForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	m, _, err := s.maintenanceByID(r)
	if err == nil {
		m, err = s.cancel(r, m, principalOf(r).Name)
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/agreements/"+m.Agreement+"#maintenance", http.StatusSeeOther)
}

// operator lets only those pass who may write, and reads the form.
func (s *Server) operator(w http.ResponseWriter, r *http.Request) (*http.Request, bool) {
	p, err := s.authorize(r, RoleOperate)
	if err != nil {
		s.errorPage(w, r, err)
		return r, false
	}
	if err := s.parseForm(w, r); err != nil {
		s.errorPage(w, r, err)
		return r, false
	}
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p)), true
}
