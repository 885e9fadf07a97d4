package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

type incidentPageView struct {
	incidentRow
	Zone       *time.Location
	Clocks     []clockRow
	Events     []incident.Event // newest last
	Outages    []outageLine
	Agreements []*contract.Agreement
	Levels     []string // severity words that may be chosen
	Pauses     []string // reasons that clocks know
	Lasted     int64    // ms since it was opened, until it was resolved
	Form       eventForm
}

// outageLine is one outage of an incident, with a link to its evidence.
type outageLine struct {
	incident.OutageRef
	Name   string
	Length int64
	Link   string
}

// eventForm is what was typed of an event, to be shown again beside what is
// wrong with it.
type eventForm struct {
	eventInput
	Which     string // which of the forms was sent
	Effective wallInput
	Errors    []FieldProblem
}

// Of is the form when it is the one that was sent, else an empty one.
func (f eventForm) Of(which string) eventForm {
	if f.Which == which {
		return f
	}
	return eventForm{}
}

func (s *Server) incidentPage(r *http.Request, f *frame) (string, error) {
	v, err := s.incident(r)
	if err != nil {
		return "", err
	}
	if _, err := params(r, "lang"); err != nil {
		return "", err
	}
	f.Body = s.fillIncident(f, v)
	return "incident.html", nil
}

func (s *Server) fillIncident(f *frame, v IncidentView) *incidentPageView {
	in := v.Incident
	f.Title, f.Nav = in.ID+" · "+in.Title, "incidents"
	p := &incidentPageView{incidentRow: s.incidentRow(v, f.Now), Clocks: clockRows(v.Clocks, f.Now), Events: v.Events, Agreements: s.concerned(v)}
	p.Zone, f.Zone = p.incidentRow.Zone, p.incidentRow.Zone.String()
	end := f.Now
	if in.ResolvedAt != 0 && !isOpen(in.State) {
		end = in.ResolvedAt
	}
	p.Lasted = max(0, end-in.OpenedAt)
	for _, o := range in.Outages {
		p.Outages = append(p.Outages, s.outageLine(o, f.Now))
	}
	for _, a := range p.Agreements {
		p.Levels = appendNew(p.Levels, levelsOf(a)...)
	}
	for _, c := range v.Clocks {
		p.Pauses = appendNew(p.Pauses, c.Pauses...)
	}
	return p
}

func (s *Server) outageLine(o incident.OutageRef, now int64) outageLine {
	to := o.To
	if to == 0 {
		to = now
	}
	l := outageLine{OutageRef: o, Name: s.serviceName(o.Agreement, o.Service), Length: to - o.From}
	if a := s.byID(o.Agreement); a != nil {
		l.Name = a.Name + " / " + l.Name
		p := a.Period.Containing(o.From, zone(a))
		v := agreementView{Agreement: a, Period: p}
		margin := max(l.Length/2, 60_000)
		l.Link = v.zoomLink(o.From-margin, min(to+margin, now))
	}
	return l
}

// levelsOf lists the words that an agreement has for severities, gravest first.
func levelsOf(a *contract.Agreement) []string {
	var out []string
	for _, l := range a.Levels {
		out = appendNew(out, l.Name)
	}
	for _, c := range a.Clocks {
		out = appendNew(out, c.Severity)
	}
	return out
}

func appendNew(list []string, more ...string) []string {
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

// Can reports whether a kind of event suits the incident's state. What does not
// is not offered; the desk has the last word.
func (p *incidentPageView) Can(kind string) bool {
	over := !isOpen(p.State)
	switch incident.EventKind(kind) {
	case incident.EventAcknowledged:
		return p.AcknowledgedAt == 0
	case incident.EventMitigated:
		return p.State == incident.IncidentOpen || p.State == incident.IncidentAcknowledged
	case incident.EventPaused:
		return !over && p.PausedFor == "" && len(p.Pauses) > 0
	case incident.EventResumed:
		return !over && p.PausedFor != ""
	case incident.EventResolved:
		return !over
	case incident.EventReopened:
		return over
	case incident.EventReviewed:
		return p.State == incident.IncidentResolved
	}
	return true
}

// Shared reports whether the incident concerns several agreements.
func (p *incidentPageView) Shared() bool { return len(p.Names) > 1 }

// SeverityOf is the word of an agreement for the incident, "" before there is one.
func (p *incidentPageView) SeverityOf(agreement string) string { return p.Severities[agreement] }

// postEventForm enters what a person says of an incident.
func (s *Server) postEventForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	v, err := s.incident(r)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	f := s.frame(w, r)
	form := readEventForm(r)
	if form.Effective.Text != "" {
		form.eventInput.Effective, form.Errors = readWall(f.Words, "effective", &form.Effective, s.zoneOf(v))
	}
	if form.Errors == nil {
		in := form.eventInput
		if _, err = s.act(r, v, &in); err == nil {
			http.Redirect(w, r, "/incidents/"+v.Incident.ID+"#timeline", http.StatusSeeOther)
			return
		}
		if form.Errors = asProblem(err).Errors; form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	page := s.fillIncident(f, v)
	page.Form, f.Body, f.Path = form, page, "/incidents/"+v.Incident.ID
	s.render(w, r, http.StatusBadRequest, "incident.html", f)
}

func readEventForm(r *http.Request) eventForm {
	v := r.PostForm
	form := eventForm{Which: v.Get("form"), Effective: wallInput{Text: v.Get("effective"), Fold: v.Get("effective_fold")}}
	form.eventInput = eventInput{Kind: incident.EventKind(v.Get("kind")), Text: v.Get("text"), Agreement: v.Get("agreement"),
		Severity: v.Get("severity"), Major: v.Get("major") != "", Reason: v.Get("reason")}
	if !slices.Contains(kindsOfOne, form.Kind) { // what is said can be for one agreement, what is done to the incident cannot
		form.Agreement = ""
	}
	if form.Kind == incident.EventAction {
		form.Action = &actionInput{ID: v.Get("action"), Text: v.Get("text"), Owner: v.Get("owner"), Due: v.Get("due"), State: v.Get("state"), Note: v.Get("note")}
		form.Text = ""
	}
	return form
}
