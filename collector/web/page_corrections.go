package web

import (
	"net/http"
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// fixForm is what was typed of a correction, to be shown again beside what is
// wrong with it.
type fixForm struct {
	From, To wallInput
	Effect   string
	Reason   string
	Services []string
	Errors   []FieldProblem
}

// Has reports whether a service was ticked.
func (f fixForm) Has(service string) bool { return slices.Contains(f.Services, service) }

// Own reports whether who proposed a correction approved it too.
func (c correctionDoc) Own() bool { return c.ApprovedAt != 0 && c.ApprovedBy == c.CreatedBy }

// correctionForms serves what proposes, approves and revokes corrections.
func (s *Server) mountCorrections(mux *http.ServeMux) {
	mux.Handle("POST /agreements/{id}/corrections", s.timed("/agreements/{id}/corrections", s.postCorrectionForm))
	mux.Handle("POST /corrections/{id}/{step}", s.timed("/corrections/{id}/{step}", s.postFixStep))
}

func (s *Server) postCorrectionForm(w http.ResponseWriter, r *http.Request) {
	r, a, ok := s.operatorOf(w, r)
	if !ok {
		return
	}
	f := s.frame(w, r)
	v := r.PostForm
	form := fixForm{From: wallInput{Text: v.Get("from"), Fold: v.Get("from_fold")}, To: wallInput{Text: v.Get("to"), Fold: v.Get("to_fold")},
		Effect: v.Get("effect"), Reason: v.Get("reason"), Services: v["services"]}
	in := proposal{Services: form.Services, Reason: form.Reason}
	var bad []FieldProblem
	in.From, bad = readWall(f.Words, "from", &form.From, zone(a))
	form.Errors = append(form.Errors, bad...)
	in.To, bad = readWall(f.Words, "to", &form.To, zone(a))
	form.Errors = append(form.Errors, bad...)
	var effect sla.Effect
	if effect.UnmarshalText([]byte(form.Effect)) == nil {
		in.Effect = &effect
	}
	if form.Errors == nil {
		_, err := s.propose(r, a, &in)
		if err == nil {
			http.Redirect(w, r, "/agreements/"+a.ID+"?period="+a.Period.Containing(int64(in.From), zone(a)).Label+"#corrections", http.StatusSeeOther)
			return
		}
		if form.Errors = asProblem(err).Errors; form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	f.Path = "/agreements/" + a.ID
	if err := s.fillAgreement(bare(r), f, a); err != nil {
		s.errorPage(w, r, err)
		return
	}
	f.Body.(*agreementView).Fix = form
	s.render(w, r, http.StatusBadRequest, "agreement.html", f)
}

// postFixStep approves or revokes.
func (s *Server) postFixStep(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	c, err := s.correctionByID(r)
	if err == nil {
		switch r.PathValue("step") {
		case "approve":
			c, err = s.approveFix(r, c)
		case "revoke":
			c, err = s.revokeFix(r, c)
		default:
			err = errNotTheirs
		}
	}
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	to := "/agreements/" + c.Agreement
	if a := s.byID(c.Agreement); a != nil {
		to += "?period=" + a.Period.Containing(c.From, zone(a)).Label
	}
	http.Redirect(w, r, to+"#corrections", http.StatusSeeOther)
}
