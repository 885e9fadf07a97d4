package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of an announcement.
const (
	maxReasonBytes       = 500
	maxRRuleBytes        = 500
	maxMaintenance       = 31 * 24 * time.Hour // one window
	maxAhead             = 2 * 366 * 24 * time.Hour
	maintenanceListAhead = 366 * 24 * time.Hour // listed without from and to
)

// announcement is what a client may say of a window. When it was announced, and
// by whom, the server knows better.
type announcement struct {
	From      Instant  `json:"from"`
	To        Instant  `json:"to"`
	Services  []string `json:"services"`
	Emergency bool     `json:"emergency"`
	Reason    string   `json:"reason"`
	RRule     string   `json:"rrule"`
}

// maintenanceDoc is a window as it stands, and whether its notice was kept.
type maintenanceDoc struct {
	MaintenanceWindow
	State     string `json:"state"`                     // planned, running, over, cancelled
	ShortOfMS int64  `json:"notice_short_ms,omitempty"` // how much later than agreed it was announced
}

func (s *Server) describeMaintenance(a *contract.Agreement, m MaintenanceWindow) maintenanceDoc {
	m.Services = orEmpty(m.Services)
	d := maintenanceDoc{MaintenanceWindow: m, State: stateOf(m, s.now().UnixMilli())}
	if a != nil && !m.Emergency {
		d.ShortOfMS = max(0, a.Notice.Milliseconds()-(m.From-m.AnnouncedAt))
	}
	return d
}

func stateOf(m MaintenanceWindow, now int64) string {
	end := m.To
	if m.EndedAt != 0 {
		end = min(end, m.EndedAt)
	}
	switch {
	case m.CancelledAt != 0:
		return "cancelled"
	case now < m.From:
		return "planned"
	case now < end:
		return "running"
	case m.RRule != "":
		return "planned" // a series goes on
	}
	return "over"
}

// validate holds an announcement against the agreement and the clock.
func (in *announcement) validate(a *contract.Agreement, now int64) error {
	var bad []FieldProblem
	fail := func(field, format string, args ...any) {
		bad = append(bad, FieldProblem{field, fmt.Sprintf(format, args...)})
	}
	from, to := int64(in.From), int64(in.To)
	switch {
	case from == 0:
		fail("from", `is missing; write "2026-11-22T02:00:00+01:00"`)
	case from < now:
		fail("from", "lies in the past: a window is announced before it begins; to leave out past time record a correction")
	case from-now > maxAhead.Milliseconds():
		fail("from", "lies more than two years ahead")
	}
	switch {
	case to <= from:
		fail("to", "must be later than from")
	case to-from > maxMaintenance.Milliseconds():
		fail("to", "a window is at most 31 days long")
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case in.Reason == "":
		fail("reason", "is missing; it is printed in the statement, so say what is being done")
	case len(in.Reason) > maxReasonBytes || !utf8.ValidString(in.Reason):
		fail("reason", "is text of at most %d bytes", maxReasonBytes)
	}
	if len(in.RRule) > maxRRuleBytes {
		fail("rrule", "is at most %d bytes long", maxRRuleBytes)
	}
	bad = append(bad, unknownServices(a, in.Services)...)
	if bad != nil {
		return invalid(bad...)
	}
	return nil
}

func hasService(a *contract.Agreement, id string) bool {
	for i := range a.Services {
		if a.Services[i].ID == id {
			return true
		}
	}
	return false
}

// announce stores a valid announcement. announced_at is the server's clock: who
// could date it back could excuse an outage.
func (s *Server) announce(r *http.Request, a *contract.Agreement, in *announcement, by string) (MaintenanceWindow, error) {
	now := s.now().UnixMilli()
	if err := in.validate(a, now); err != nil {
		return MaintenanceWindow{}, err
	}
	m := MaintenanceWindow{
		Agreement: a.ID, Services: in.Services, From: int64(in.From), To: int64(in.To),
		AnnouncedAt: now, Emergency: in.Emergency, Reason: in.Reason, CreatedBy: by,
	}
	if in.RRule != "" {
		m.RRule, m.Zone = in.RRule, zone(a).String()
		m.Start = time.UnixMilli(m.From).In(zone(a)).Format("2006-01-02T15:04:05")
	}
	m, err := s.desk.Announce(r.Context(), m)
	if err == nil {
		s.Publish(Event{Kind: "maintenance", Agreement: a.ID, At: now})
	}
	return m, err
}

func (s *Server) postMaintenance(w http.ResponseWriter, r *http.Request) error {
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	var in announcement
	if err := decodeBody(w, r, &in); err != nil {
		return err
	}
	m, err := s.announce(r, a, &in, principalOf(r).Name)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/v1/maintenance/"+m.ID)
	return writeJSON(w, r, http.StatusCreated, s.describeMaintenance(a, m))
}

func (s *Server) getMaintenanceList(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "from", "to")
	if err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	sp, err := parseSpan(q)
	if err != nil {
		return err
	}
	if sp.Window == (sla.Window{}) {
		sp.Window = sla.Window{From: s.running(a).From, To: s.now().Add(maintenanceListAhead).UnixMilli()}
	}
	list, err := s.maint.Maintenance(r.Context(), a.ID, sp.Window)
	if err != nil {
		return err
	}
	docs := []maintenanceDoc{}
	for _, m := range list {
		docs = append(docs, s.describeMaintenance(a, m))
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"agreement": a.ID, "maintenance": docs})
}

// maintenanceByID finds the window that the path names, and its agreement if it is in force.
func (s *Server) maintenanceByID(r *http.Request) (MaintenanceWindow, *contract.Agreement, error) {
	id := r.PathValue("id")
	m, err := s.maint.MaintenanceByID(r.Context(), id)
	if err != nil {
		if asProblem(err).Status == http.StatusNotFound {
			err = unknown("maintenance", id, "GET /api/v1/agreements/ID/maintenance lists an agreement's windows")
		}
		return m, nil, err
	}
	for _, a := range s.catalogue.Agreements() {
		if a.ID == m.Agreement {
			return m, a, nil
		}
	}
	return m, nil, nil
}

func (s *Server) getMaintenance(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	m, a, err := s.maintenanceByID(r)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, s.describeMaintenance(a, m))
}

// deleteMaintenance cancels: the window stays on record, with who and when.
func (s *Server) deleteMaintenance(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	m, a, err := s.maintenanceByID(r)
	if err != nil {
		return err
	}
	if m, err = s.cancel(r, m, principalOf(r).Name); err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, s.describeMaintenance(a, m))
}

func (s *Server) cancel(r *http.Request, m MaintenanceWindow, by string) (MaintenanceWindow, error) {
	now := s.now().UnixMilli()
	if st := stateOf(m, now); st == "over" || st == "cancelled" {
		return m, newProblem(http.StatusConflict, "conflict", "The maintenance is "+st, "only a planned or running window can be cancelled")
	}
	m, err := s.desk.Cancel(r.Context(), m.ID, by, now)
	if err == nil {
		s.Publish(Event{Kind: "maintenance", Agreement: m.Agreement, At: now})
	}
	return m, err
}
