package web

import (
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of looking ahead.
const (
	paceWindow       = 24 * time.Hour      // a forecast goes on as in this time
	maintenanceAhead = 60 * 24 * time.Hour // maintenance announced for later is not told of
)

// breaksAt is when the objective of a running period breaks if time goes on as
// of late, the first of its services; 0: not in this period, or it is broken.
func breaksAt(a *contract.Agreement, st *sla.Statement) int64 {
	first := int64(0)
	for i := range st.Services {
		v := &st.Services[i].Verdict
		terms := termsOf(a, st.Services[i].Service)
		if terms == nil || v.Breach != nil && *v.Breach || v.BudgetLeft < 0 {
			continue
		}
		at, ok := terms.Forecast(v, sla.TallyOf(v.Ledger, v.Until-paceWindow.Milliseconds(), v.Until))
		if ok && at > v.Until && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// termsOf are a service's terms; nil when it is no longer in force.
func termsOf(a *contract.Agreement, service string) *sla.Terms {
	for i := range a.Services {
		if a.Services[i].ID == service {
			return a.Services[i].Terms
		}
	}
	return nil
}

// nextMaintenance is the window that runs, or begins next; nil: none is announced.
func (s *Server) nextMaintenance(r *http.Request, a *contract.Agreement, now int64) (*MaintenanceWindow, error) {
	list, err := s.maint.Maintenance(r.Context(), a.ID, sla.Window{From: now, To: now + maintenanceAhead.Milliseconds()})
	var next *MaintenanceWindow
	for i := range list {
		m := &list[i]
		if m.CancelledAt != 0 || m.EndedAt != 0 && m.EndedAt <= now || next != nil && next.From <= m.From {
			continue
		}
		next = m
	}
	return next, err
}

// openIncidents counts open incidents: all that whoever asks may see, and those
// of each agreement, up to the bound of one list.
type openIncidents struct {
	all int
	of  map[string]int
}

func (s *Server) openByAgreement(r *http.Request) (openIncidents, error) {
	out := openIncidents{of: map[string]int{}}
	if s.incidents == nil {
		return out, nil
	}
	list, _, err := s.listIncidents(r, IncidentQuery{Open: true, Limit: maxPage})
	out.all = len(list)
	for i := range list {
		for _, id := range list[i].Agreements() {
			out.of[id]++
		}
	}
	return out, err
}
