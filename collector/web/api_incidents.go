package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
)

// incidentDoc is one incident with its record and its clocks.
type incidentDoc struct {
	Incident incident.Incident `json:"incident"`
	Events   []incident.Event  `json:"events"` // oldest first
	Clocks   []IncidentClock   `json:"clocks"`
}

func describeIncident(v IncidentView) incidentDoc {
	d := incidentDoc{Incident: tidied(v.Incident), Events: orEmpty(v.Events), Clocks: orEmpty(slices.Clone(v.Clocks))}
	for i := range d.Clocks {
		d.Clocks[i].Pauses = orEmpty(d.Clocks[i].Pauses)
	}
	return d
}

// tidied has an empty map in place of none, so that every incident reads alike.
func tidied(in incident.Incident) incident.Incident {
	if in.Severities == nil {
		in.Severities = map[string]string{}
	}
	return in
}

func (s *Server) getIncidents(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement", "open", "from", "to", "cursor", "limit")
	if err != nil {
		return err
	}
	iq, err := s.incidentQuery(r, q)
	if err != nil {
		return err
	}
	list, next, err := s.listIncidents(r, iq)
	if err != nil {
		return err
	}
	docs := []incident.Incident{}
	for _, in := range list {
		docs = append(docs, tidied(in))
	}
	doc := map[string]any{"incidents": docs}
	if next != "" {
		doc["next"] = next
	}
	return writeJSON(w, r, http.StatusOK, doc)
}

// incidentQuery reads what a list of incidents is asked for.
func (s *Server) incidentQuery(r *http.Request, q url.Values) (IncidentQuery, error) {
	var iq IncidentQuery
	sp, err := parseSpan(url.Values{"from": q["from"], "to": q["to"]})
	if err != nil {
		return iq, err
	}
	iq.From, iq.To = sp.From, sp.To
	if iq.Before, iq.Limit, err = parsePage(q); err != nil {
		return iq, err
	}
	if !contains([]string{"", "true", "false"}, q.Get("open")) {
		return iq, invalidField("open", `must be "true" or "false"`)
	}
	iq.Open = q.Get("open") == "true"
	if iq.Before != "" && principalOf(r).Role == RoleCustomer {
		if _, err := s.incidentByID(r, iq.Before); err != nil { // the end of a page that was theirs
			return iq, errCursor
		}
	}
	if iq.Agreement = q.Get("agreement"); iq.Agreement != "" && !s.seesAgreement(r, iq.Agreement) {
		return iq, unknown("agreement", iq.Agreement, "GET /api/v1/agreements lists those in force")
	}
	return iq, nil
}

// listIncidents returns one page, newest first: for a customer only those that
// concern that customer's agreements, and of each only that part.
func (s *Server) listIncidents(r *http.Request, q IncidentQuery) (page []incident.Incident, next string, err error) {
	limit := q.Limit
	q.Limit++
	list, err := s.incidentsOf(r, q)
	if err != nil {
		return nil, "", err
	}
	page, next = cut(list, limit, func(in incident.Incident) string { return in.ID })
	for i := range page {
		v := IncidentView{Incident: page[i]}
		if principalOf(r).Role == RoleCustomer && len(agreementsOf(v)) > 1 { // its own part shows from the record
			if v, err = s.incidents.Incident(r.Context(), page[i].ID); err != nil {
				return nil, "", err
			}
		}
		if v, ok := s.partOf(r, v); ok {
			page[i] = v.Incident
		}
	}
	return page, next, nil
}

// incidentsOf asks for one agreement or all; a customer's agreements are asked
// for one by one, and an incident of several is listed once.
func (s *Server) incidentsOf(r *http.Request, q IncidentQuery) ([]incident.Incident, error) {
	if q.Agreement != "" || principalOf(r).Role != RoleCustomer {
		return s.incidents.Incidents(r.Context(), q)
	}
	var all []incident.Incident
	for _, a := range s.visible(r) {
		q.Agreement = a.ID
		list, err := s.incidents.Incidents(r.Context(), q)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b incident.Incident) int {
		return cmp.Or(cmp.Compare(b.OpenedAt, a.OpenedAt), cmp.Compare(b.ID, a.ID))
	})
	return slices.CompactFunc(all, func(a, b incident.Incident) bool { return a.ID == b.ID }), nil
}

// incident finds the one that the path names, as far as it concerns whoever asks.
func (s *Server) incident(r *http.Request) (IncidentView, error) {
	return s.incidentByID(r, r.PathValue("id"))
}

func (s *Server) incidentByID(r *http.Request, id string) (IncidentView, error) {
	missing := unknown("incident", id, "GET /api/v1/incidents lists them")
	if !recordID.MatchString(id) {
		return IncidentView{}, missing
	}
	v, err := s.incidents.Incident(r.Context(), id)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = missing
		}
		return v, err
	}
	v, ok := s.partOf(r, v)
	if !ok {
		return IncidentView{}, missing
	}
	return v, nil
}

func (s *Server) getIncident(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	v, err := s.incident(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, describeIncident(v))
}

// agreementsOf lists the agreements that an incident concerns, in order.
func agreementsOf(v IncidentView) []string {
	var out []string
	for a := range v.Incident.Severities {
		out = append(out, a)
	}
	for _, o := range v.Incident.Outages {
		out = append(out, o.Agreement)
	}
	for _, e := range v.Events {
		if e.Agreement != "" {
			out = append(out, e.Agreement)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// concerned are the agreements in force that an incident concerns.
func (s *Server) concerned(v IncidentView) []*contract.Agreement {
	var out []*contract.Agreement
	for _, id := range agreementsOf(v) {
		if a := s.byID(id); a != nil {
			out = append(out, a)
		}
	}
	return out
}
