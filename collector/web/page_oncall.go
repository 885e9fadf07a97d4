package web

import (
	"net/http"
	"slices"
	"time"
)

type onCallView struct {
	Rotations []rotationView
	People    []string // of all rotations
	Form      overrideForm
}

type rotationView struct {
	Rotation
	Where *time.Location
	Now   *Shift // nil: nobody
}

// overrideForm is what was typed of a swap.
type overrideForm struct {
	Rotation, Person string
	From, To         wallInput
	Errors           []FieldProblem
}

func (s *Server) onCallPage(r *http.Request, f *frame) (string, error) {
	if _, err := params(r, "lang"); err != nil {
		return "", err
	}
	v, err := s.fillOnCall(r, f)
	f.Body = v
	return "oncall.html", err
}

func (s *Server) fillOnCall(r *http.Request, f *frame) (*onCallView, error) {
	f.Title, f.Nav = f.Words.T("On call"), "oncall"
	list, err := s.incidents.Rotations(r.Context(), f.Now, f.Now+onCallAhead.Milliseconds())
	if err != nil {
		return nil, err
	}
	v := &onCallView{}
	for _, x := range list {
		rv := rotationView{Rotation: x, Where: zoneNamed(x.Zone)}
		if i := slices.IndexFunc(x.Shifts, func(sh Shift) bool { return sh.From <= f.Now && f.Now < sh.To }); i >= 0 {
			rv.Now = &x.Shifts[i]
		}
		v.Rotations = append(v.Rotations, rv)
		v.People = appendNew(v.People, x.People...)
	}
	return v, nil
}

// zoneNamed is a zone by its IANA name, UTC when this machine does not know it.
func zoneNamed(name string) *time.Location {
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.UTC
}

// postOverrideForm puts somebody on call in place of another.
func (s *Server) postOverrideForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	f := s.frame(w, r)
	v, err := s.fillOnCall(r, f)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	q := r.PostForm
	v.Form = overrideForm{Rotation: q.Get("rotation"), Person: q.Get("person"),
		From: wallInput{Text: q.Get("from"), Fold: q.Get("from_fold")}, To: wallInput{Text: q.Get("to"), Fold: q.Get("to_fold")}}
	z := time.UTC
	if i := slices.IndexFunc(v.Rotations, func(x rotationView) bool { return x.Name == v.Form.Rotation }); i >= 0 {
		z = v.Rotations[i].Where
	}
	in := overrideInput{Rotation: v.Form.Rotation, Person: v.Form.Person}
	var from, to []FieldProblem
	in.From, from = readWall(f.Words, "from", &v.Form.From, z)
	in.To, to = readWall(f.Words, "to", &v.Form.To, z)
	if v.Form.Errors = append(from, to...); v.Form.Errors == nil {
		if _, err = s.override(r, &in); err == nil {
			http.Redirect(w, r, "/oncall", http.StatusSeeOther)
			return
		}
		if v.Form.Errors = asProblem(err).Errors; v.Form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	f.Body, f.Path = v, "/oncall"
	s.render(w, r, http.StatusBadRequest, "oncall.html", f)
}

func (s *Server) postRevokeForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	if _, err := s.revoke(r); err != nil {
		s.errorPage(w, r, err)
		return
	}
	http.Redirect(w, r, "/oncall", http.StatusSeeOther)
}
