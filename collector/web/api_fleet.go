package web

import "net/http"

const (
	defaultAlerts = 100
	maxAlerts     = 1000
)

func (s *Server) getAgents(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	list, err := s.fleet.Agents(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"agents": orEmpty(list)})
}

func (s *Server) getAlerts(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement", "open", "limit")
	if err != nil {
		return err
	}
	limit, err := parseLimit(q, defaultAlerts, maxAlerts)
	if err != nil {
		return err
	}
	open := q.Get("open")
	if !contains([]string{"", "true", "false"}, open) {
		return invalidField("open", `must be "true" or "false"`)
	}
	list, err := s.fleet.Alerts(r.Context(), AlertQuery{Agreement: q.Get("agreement"), Open: open == "true", Limit: limit})
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"alerts": orEmpty(list)})
}

func (s *Server) getOutbox(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	box, err := s.fleet.Outbox(r.Context())
	if err != nil {
		return err
	}
	box.Letters = orEmpty(box.Letters)
	return writeJSON(w, r, http.StatusOK, box)
}
