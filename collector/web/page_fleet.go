package web

import (
	"net/http"

	"github.com/probity-sla/probity/collector/incident"
)

type alertsView struct {
	Open, Over []Alert
	Outbox     Outbox
	names      map[string]string // of agreements in force, by ID
}

// Firing counts the alerts that ask for somebody; the others only inform.
func (v *alertsView) Firing() int { return firing(v.Open) }

func firing(list []Alert) int {
	n := 0
	for i := range list {
		if list[i].Severity != string(incident.Info) {
			n++
		}
	}
	return n
}

// NameOf is an agreement's name, else its ID.
func (v *alertsView) NameOf(id string) string { return orElse(v.names[id], id) }

func (s *Server) alertsPage(r *http.Request, f *frame) (string, error) {
	f.Title, f.Nav = f.Words.T("Alerts"), "alerts"
	v := &alertsView{names: map[string]string{}}
	f.Body = v
	for _, a := range s.catalogue.Agreements() {
		v.names[a.ID] = a.Name
	}
	list, err := s.fleet.Alerts(r.Context(), AlertQuery{Limit: defaultAlerts})
	if err != nil {
		return "", err
	}
	for _, a := range list {
		if a.EndedAt == 0 {
			v.Open = append(v.Open, a)
		} else {
			v.Over = append(v.Over, a)
		}
	}
	v.Outbox, err = s.fleet.Outbox(r.Context())
	return "alerts.html", err
}

func (s *Server) agentsPage(r *http.Request, f *frame) (string, error) {
	f.Title, f.Nav = f.Words.T("Agents"), "agents"
	list, err := s.fleet.Agents(r.Context())
	f.Body = list
	return "agents.html", err
}
