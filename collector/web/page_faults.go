package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

type faultsView struct {
	Waiting    []faultRow // not answered yet
	Answered   []faultRow
	Agreement  string
	Agreements []*contract.Agreement
	Next       string
	First      bool
}

type faultRow struct {
	incident.Fault
	Zone    *time.Location
	Name    string // of the agreement
	Service string
}

func (s *Server) faultRow(f incident.Fault) faultRow {
	row := faultRow{Fault: f, Zone: time.UTC, Name: f.Agreement}
	if a := s.byID(f.Agreement); a != nil {
		row.Zone, row.Name = zone(a), a.Name
	}
	if f.Service != "" {
		row.Service = s.serviceName(f.Agreement, f.Service)
	}
	return row
}

// faultsPage is the operator's queue and, for a customer, what was reported so far.
func (s *Server) faultsPage(r *http.Request, f *frame) (string, error) {
	f.Title, f.Nav = f.Words.T("Reported faults"), "faults"
	q, err := params(r, "agreement", "cursor", "lang")
	if err != nil {
		return "", err
	}
	fq, err := s.faultQuery(r, q)
	if err != nil {
		return "", err
	}
	v := &faultsView{Agreement: fq.Agreement, Agreements: s.visible(r), First: fq.Before == ""}
	f.Body = v
	if v.First {
		waiting, _, err := s.listFaults(r, FaultQuery{Agreement: fq.Agreement, State: incident.FaultReceived, Limit: maxPage})
		if err != nil {
			return "", err
		}
		for _, x := range slices.Backward(waiting) { // who waits longest comes first
			v.Waiting = append(v.Waiting, s.faultRow(x))
		}
	}
	list, next, err := s.listFaults(r, fq)
	if err != nil {
		return "", err
	}
	for _, x := range list {
		if x.State != incident.FaultReceived {
			v.Answered = append(v.Answered, s.faultRow(x))
		}
	}
	if next != "" {
		v.Next = "/faults?" + url.Values{"agreement": {v.Agreement}, "cursor": {next}}.Encode()
	}
	return "faults.html", nil
}

type faultPageView struct {
	faultRow
	Agreement *contract.Agreement // nil when it is no longer in force
	Events    []FaultEvent
	Fresh     bool // it was sent in just now
	Seen      *seen
	Lanes     []lane
	Ticks     []tick
	Open      []incident.Incident // that it may join
	Levels    []string
	Form      answerForm
}

// answerForm is what was typed to answer a reported fault.
type answerForm struct {
	Incident, Title, Severity, Answer, Declined string
	Propose                                     bool
	From, To                                    wallInput
	Services                                    []string
	Errors                                      []FieldProblem
}

// Has reports whether a service was ticked.
func (f answerForm) Has(service string) bool { return contains(f.Services, service) }

// faultPage shows a reported fault: to its reporter how it stands, to others what
// probes saw beside it.
func (s *Server) faultPage(r *http.Request, f *frame) (string, error) {
	v, err := s.fault(r)
	if err != nil {
		return "", err
	}
	q, err := params(r, "lang", "sent")
	if err != nil {
		return "", err
	}
	p, err := s.fillFault(r, f, v)
	if err != nil {
		return "", err
	}
	p.Fresh = q.Get("sent") != ""
	f.Body = p
	return "fault.html", nil
}

func (s *Server) fillFault(r *http.Request, f *frame, v FaultView) (*faultPageView, error) {
	f.Title, f.Nav = v.Fault.ID, "faults"
	p := &faultPageView{faultRow: s.faultRow(v.Fault), Events: v.Events, Agreement: s.byID(v.Fault.Agreement)}
	f.Zone = p.Zone.String()
	if f.Customer() || p.Agreement == nil {
		return p, nil
	}
	var err error
	if p.Seen, err = s.seen(r.Context(), p.Agreement, v.Fault); err != nil {
		return nil, err
	}
	c := &canvas{Window: p.Seen.Shown, zone: p.Zone, words: f.Words}
	p.Lanes, p.Ticks = p.Seen.lanes(c, f.Words.T("claimed")), c.ticks()
	if !f.Operate() || v.Fault.State != incident.FaultReceived {
		return p, nil
	}
	p.Levels = levelsOf(p.Agreement)
	if p.Open, _, err = s.listIncidents(r, IncidentQuery{Open: true, Limit: openOnPage}); err != nil {
		return nil, err
	}
	p.Form = answerForm{From: wallInput{Text: wallText(p.Seen.Claim.From, p.Zone)}, To: wallInput{Text: wallText(p.Seen.Claim.To, p.Zone)}}
	if v.Fault.Service != "" {
		p.Form.Services = []string{v.Fault.Service}
	}
	return p, nil
}

// postAcceptForm and postDeclineForm answer a reported fault.
func (s *Server) postAcceptForm(w http.ResponseWriter, r *http.Request) {
	s.postAnswer(w, r, func(r *http.Request, f *frame, v FaultView, form *answerForm) error {
		in := acceptance{Incident: form.Incident, Title: form.Title, Severity: form.Severity, Answer: form.Answer}
		if form.Propose {
			in.Correction = &unseenClaimed{Services: form.Services}
			z := s.faultRow(v.Fault).Zone
			var from, to []FieldProblem
			in.Correction.From, from = readWall(f.Words, "correction.from", &form.From, z)
			in.Correction.To, to = readWall(f.Words, "correction.to", &form.To, z)
			if bad := append(from, to...); bad != nil {
				return invalid(bad...)
			}
		}
		_, err := s.accept(r, v, &in)
		return err
	})
}

func (s *Server) postDeclineForm(w http.ResponseWriter, r *http.Request) {
	s.postAnswer(w, r, func(r *http.Request, _ *frame, v FaultView, form *answerForm) error {
		_, err := s.decline(r, v, form.Declined)
		return err
	})
}

func (s *Server) postAnswer(w http.ResponseWriter, r *http.Request, answer func(*http.Request, *frame, FaultView, *answerForm) error) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	v, err := s.fault(r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	f := s.frame(w, r)
	form := readAnswer(r.PostForm)
	if err = answer(r, f, v, &form); err == nil {
		http.Redirect(w, r, "/faults/"+v.Fault.ID, http.StatusSeeOther)
		return
	}
	if form.Errors = asProblem(err).Errors; form.Errors == nil {
		s.errorPage(w, r, err)
		return
	}
	p, err := s.fillFault(r, f, v)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	p.Form, f.Body, f.Path = form, p, "/faults/"+v.Fault.ID
	s.render(w, r, http.StatusBadRequest, "fault.html", f)
}

func readAnswer(v url.Values) answerForm {
	return answerForm{Incident: v.Get("incident"), Title: v.Get("title"), Severity: v.Get("severity"), Answer: v.Get("answer"),
		Declined: v.Get("declined"), Propose: v.Get("propose") != "", Services: v["services"],
		From: wallInput{Text: v.Get("from"), Fold: v.Get("from_fold")}, To: wallInput{Text: v.Get("to"), Fold: v.Get("to_fold")}}
}

// Unseen is the claimed time that a service's account does not count as down, ms.
func (p *faultPageView) Unseen(a seenAccount) int64 {
	return max(0, p.Seen.Claim.To-p.Seen.Claim.From-a.Down-a.Excluded)
}

// Claim is the claimed time, cut to what is shown.
func (p *faultPageView) Claim() sla.Window { return p.Seen.Claim }
