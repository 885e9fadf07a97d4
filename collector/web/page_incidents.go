package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

// openOnPage bounds the open incidents that are listed with their clocks.
const openOnPage = 50

type incidentsView struct {
	Open       []incidentRow
	MoreOpen   bool
	Over       []incidentRow
	Agreement  string // the filter
	Agreements []*contract.Agreement
	Next       string // link to the next page; "" on the last
	First      bool   // this is the first page
	Form       openForm
}

// incidentRow is one incident in a list. Due is the next clock to end; nil: none runs.
type incidentRow struct {
	incident.Incident
	Zone  *time.Location
	Names []nameLink
	Words []string // of its severities
	Due   *clockRow
}

type nameLink struct{ ID, Name string }

// openForm is what was typed to open an incident by hand.
type openForm struct {
	Agreement, Title, Severity, Note string
	Since                            wallInput
	Errors                           []FieldProblem
}

func (s *Server) incidentsPage(r *http.Request, f *frame) (string, error) {
	v, err := s.fillIncidents(r, f)
	f.Body = v
	return "incidents.html", err
}

func (s *Server) fillIncidents(r *http.Request, f *frame) (*incidentsView, error) {
	f.Title, f.Nav = f.Words.T("Incidents"), "incidents"
	q, err := params(r, "agreement", "cursor", "lang")
	if err != nil {
		return nil, err
	}
	iq, err := s.incidentQuery(r, q)
	if err != nil {
		return nil, err
	}
	v := &incidentsView{Agreement: iq.Agreement, Agreements: s.visible(r), First: iq.Before == ""}
	if v.First {
		if err := s.fillOpen(r, f, v); err != nil {
			return nil, err
		}
	}
	list, next, err := s.listIncidents(r, iq)
	if err != nil {
		return nil, err
	}
	for _, in := range list {
		if !isOpen(in.State) {
			v.Over = append(v.Over, s.incidentRow(IncidentView{Incident: in}, f.Now))
		}
	}
	if next != "" {
		v.Next = "/incidents?" + url.Values{"agreement": {v.Agreement}, "cursor": {next}}.Encode()
	}
	return v, nil
}

func (s *Server) fillOpen(r *http.Request, f *frame, v *incidentsView) error {
	list, next, err := s.listIncidents(r, IncidentQuery{Agreement: v.Agreement, Open: true, Limit: openOnPage})
	if err != nil {
		return err
	}
	v.MoreOpen = next != ""
	for _, in := range list {
		whole, err := s.incidentByID(r, in.ID)
		if err != nil {
			return err
		}
		v.Open = append(v.Open, s.incidentRow(whole, f.Now))
	}
	return nil
}

func isOpen(st incident.IncidentState) bool {
	return st != incident.IncidentResolved && st != incident.IncidentReviewed
}

func (s *Server) incidentRow(v IncidentView, now int64) incidentRow {
	row := incidentRow{Incident: v.Incident, Zone: s.zoneOf(v)}
	for _, id := range agreementsOf(v) {
		name := id
		if a := s.byID(id); a != nil {
			name = a.Name
		}
		row.Names = append(row.Names, nameLink{id, name})
		if w := v.Incident.Severities[id]; w != "" && !slices.Contains(row.Words, w) {
			row.Words = append(row.Words, w)
		}
	}
	for _, c := range clockRows(v.Clocks, now) {
		if c.Running && !c.Breach && c.DueAt != 0 && (row.Due == nil || c.DueAt < row.Due.DueAt) {
			row.Due = &c
		}
	}
	return row
}

// zoneOf is the zone in which an incident's times are written: that of the first
// agreement in force that it concerns.
func (s *Server) zoneOf(v IncidentView) *time.Location {
	if list := s.concerned(v); len(list) > 0 {
		return zone(list[0])
	}
	return time.UTC
}

// clockRow is a clock as a page shows it.
type clockRow struct {
	IncidentClock
	State string // met, missed, paused, running
	Left  int64  // ms until it is due
}

func clockRows(clocks []IncidentClock, now int64) []clockRow {
	var out []clockRow
	for _, c := range clocks {
		row := clockRow{IncidentClock: c, State: "running"}
		switch {
		case c.Breach:
			row.State = "missed"
		case c.Stopped:
			row.State = "met"
		case !c.Running:
			row.State = "paused"
		}
		if c.DueAt != 0 {
			row.Left = c.DueAt - now
		}
		out = append(out, row)
	}
	return out
}

// postOpenForm opens an incident by hand.
func (s *Server) postOpenForm(w http.ResponseWriter, r *http.Request) {
	r, ok := s.operator(w, r)
	if !ok {
		return
	}
	v := r.PostForm
	form := openForm{Agreement: v.Get("agreement"), Title: v.Get("title"), Severity: v.Get("severity"), Note: v.Get("note"),
		Since: wallInput{Text: v.Get("since"), Fold: v.Get("since_fold")}}
	in := openingInput{Agreement: form.Agreement, Title: form.Title, Severity: form.Severity, Note: form.Note}
	f := s.frame(w, r)
	if a := s.byID(form.Agreement); a != nil && form.Since.Text != "" {
		in.Since, form.Errors = readWall(f.Words, "since", &form.Since, zone(a))
	}
	if form.Errors == nil {
		got, err := s.open(r, &in)
		if err == nil {
			http.Redirect(w, r, "/incidents/"+got.ID, http.StatusSeeOther)
			return
		}
		if form.Errors = asProblem(err).Errors; form.Errors == nil {
			s.errorPage(w, r, err)
			return
		}
	}
	page, err := s.fillIncidents(bare(r), f)
	if err != nil {
		s.errorPage(w, r, err)
		return
	}
	page.Form, f.Body, f.Path = form, page, "/incidents"
	s.render(w, r, http.StatusBadRequest, "incidents.html", f)
}

// bare is a request for the same page without its query, to show a form again.
func bare(r *http.Request) *http.Request {
	q := r.Clone(r.Context())
	q.URL.RawQuery = ""
	return q
}

// readWall resolves a local time of a form, and tells what is wrong with it in
// the page's language.
func readWall(wd *words, field string, in *wallInput, z *time.Location) (Instant, []FieldProblem) {
	ms, err := in.instant(z)
	if e, ok := err.(*wallError); ok {
		return 0, []FieldProblem{{field, e.ErrorIn(wd)}}
	}
	return Instant(ms), nil
}

// fillAgreementIncidents lists the incidents that concern the period shown.
func (s *Server) fillAgreementIncidents(r *http.Request, f *frame, v *agreementView) error {
	if s.incidents == nil {
		return nil
	}
	list, _, err := s.listIncidents(r, IncidentQuery{Agreement: v.Agreement.ID, From: v.Period.From, To: v.Period.To, Limit: defaultPage})
	for _, in := range list {
		v.Incidents = append(v.Incidents, s.incidentRow(IncidentView{Incident: in}, f.Now))
	}
	return err
}
