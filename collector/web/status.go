package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of what strangers may read.
const (
	statusLife      = 15 * time.Second    // a status is made anew after this
	statusAhead     = 60 * 24 * time.Hour // maintenance that is announced for later is not listed
	statusIncidents = 20                  // open incidents on a status page
	statusWindows   = 50                  // windows of maintenance on a status page
	maxStatuses     = 4096                // agreements whose status is kept
)

// publicStatus is all that a status page tells, in every form. It holds nothing
// of targets, of people, of other agreements, and of what was promised to whom.
type publicStatus struct {
	ID          string              `json:"agreement"`
	Title       string              `json:"title"`
	Zone        string              `json:"zone"`
	At          int64               `json:"at"` // ms UTC: when this was true
	State       sla.State           `json:"state"`
	Since       int64               `json:"since,omitempty"`
	Maintenance bool                `json:"maintenance"` // down in nothing but announced maintenance
	Period      periodDoc           `json:"period"`
	Overall     publicFigure        `json:"overall"`
	Services    []publicService     `json:"services"`
	Days        []publicDay         `json:"days"` // the last ninety, oldest first
	Planned     []publicMaintenance `json:"planned"`
	Incidents   []publicIncident    `json:"incidents"` // open ones, newest first
	days        []Day
}

// publicFigure is an availability as it is printed, "99.949", "" without data,
// and the exact fraction behind it.
type publicFigure struct {
	Percent  string    `json:"availability_pct"`
	Exact    sla.Ratio `json:"availability"`
	Bounds   string    `json:"bounds_pct,omitempty"`
	Coverage sla.Ratio `json:"coverage"`
}

type publicService struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	State       sla.State `json:"state"`
	Since       int64     `json:"since,omitempty"`
	Maintenance bool      `json:"maintenance"`
	publicFigure
}

type publicDay struct {
	Date  string    `json:"date"` // local, "2026-11-19"
	State sla.State `json:"state"`
	Down  int64     `json:"down_ms"`
}

type publicMaintenance struct {
	From     int64    `json:"from"`
	To       int64    `json:"to"`
	Services []string `json:"services"` // names; empty: all
	Reason   string   `json:"reason"`
	Running  bool     `json:"running"`
}

// publicIncident is named after the services it hit, and tells what happened
// when; what people wrote in its record stays with them.
type publicIncident struct {
	ID       string                 `json:"id"`
	Title    string                 `json:"title"`
	State    incident.IncidentState `json:"state"`
	OpenedAt int64                  `json:"opened_at"`
	Entries  []publicEntry          `json:"entries"` // oldest first
}

type publicEntry struct {
	Kind incident.EventKind `json:"kind"`
	At   int64              `json:"at"` // when it took place
}

// statusCache keeps statuses for a moment, so that strangers cannot make the
// collector reckon as often as they ask.
type statusCache struct {
	mu   sync.Mutex
	byID map[string]keptStatus
}

type keptStatus struct {
	status *publicStatus
	until  int64
	of     string // revision of the agreement
}

func newStatusCache() *statusCache { return &statusCache{byID: map[string]keptStatus{}} }

// published finds an agreement that shows to everybody what may asks for; for
// every other the answer is that there is none.
func (s *Server) published(id string, may func(contract.Publish) bool) (*contract.Agreement, error) {
	if a := s.byID(id); a != nil && may(a.Publish) {
		return a, nil
	}
	return nil, errNotTheirs
}

func hasStatusPage(p contract.Publish) bool { return p.StatusPage }
func hasBadges(p contract.Publish) bool     { return p.Badges }

// status returns what everybody may know of an agreement, at most statusLife old.
func (s *Server) status(r *http.Request, a *contract.Agreement) (*publicStatus, error) {
	c, now := s.statuses, s.now().UnixMilli()
	c.mu.Lock()
	kept, ok := c.byID[a.ID]
	c.mu.Unlock()
	if ok && kept.until > now && kept.of == a.Revision {
		return kept.status, nil
	}
	st, err := s.makeStatus(r, a, now)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byID) >= maxStatuses {
		clear(c.byID)
	}
	c.byID[a.ID] = keptStatus{st, now + statusLife.Milliseconds(), a.Revision}
	return st, nil
}

// asPublic is a request by somebody who may see one agreement, as its customer may.
func asPublic(r *http.Request, a *contract.Agreement) *http.Request {
	p := Principal{Role: RoleCustomer, Customer: a.Customer, Agreements: []string{a.ID}}
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
}

func (s *Server) makeStatus(r *http.Request, a *contract.Agreement, now int64) (*publicStatus, error) {
	r = asPublic(r, a)
	live, err := s.statements.Live(r.Context(), a.ID)
	if err != nil {
		return nil, err
	}
	p := s.running(a)
	st, err := s.statements.Statement(r.Context(), StatementQuery{Agreement: a.ID, Label: p.Label, Window: p.Window})
	if err != nil {
		return nil, err
	}
	out := &publicStatus{ID: a.ID, Title: orElse(a.Publish.Title, a.Name), Zone: zone(a).String(), At: now, State: live.State, Since: live.Since, Maintenance: live.Excused(),
		Period: periodDoc{p.Label, p.From, p.To}, Overall: figureFor(&st.Overall), Services: []publicService{}, Days: []publicDay{}, Planned: []publicMaintenance{}, Incidents: []publicIncident{}}
	for i := range st.Services {
		svc := &st.Services[i]
		x := publicService{ID: svc.Service, Name: orElse(svc.Name, svc.Service), publicFigure: figureFor(&svc.Verdict)}
		for _, l := range live.Services {
			if l.Service == svc.Service {
				x.State, x.Since, x.Maintenance = l.State, l.Since, l.State == sla.Down && l.Excused
			}
		}
		out.Services = append(out.Services, x)
	}
	if out.days, err = s.days(r.Context(), a); err != nil {
		return nil, err
	}
	for _, d := range out.days {
		out.Days = append(out.Days, publicDay{time.UnixMilli(d.From).In(zone(a)).Format(time.DateOnly), d.State, d.Down})
	}
	if err := s.addPlanned(r, a, out); err != nil {
		return nil, err
	}
	return out, s.addPublicIncidents(r, a, out)
}

func figureFor(v *sla.Verdict) publicFigure {
	f := publicFigure{Exact: v.Availability, Coverage: v.Coverage}
	if text := report.Figure(v.Availability, v.Target); text != report.Absent {
		f.Percent = text
	}
	if b := report.Bounds(v); b != report.Absent {
		f.Bounds = b
	}
	return f
}

// addPlanned lists maintenance that runs or is announced, and was not taken back.
func (s *Server) addPlanned(r *http.Request, a *contract.Agreement, out *publicStatus) error {
	list, err := s.maint.Maintenance(r.Context(), a.ID, sla.Window{From: out.At, To: out.At + statusAhead.Milliseconds()})
	for _, m := range list {
		to := m.To
		if m.EndedAt != 0 {
			to = min(to, m.EndedAt)
		}
		if m.CancelledAt != 0 || to <= out.At || len(out.Planned) == statusWindows {
			continue
		}
		x := publicMaintenance{From: m.From, To: to, Services: []string{}, Reason: m.Reason, Running: m.From <= out.At}
		for _, id := range m.Services {
			x.Services = append(x.Services, s.serviceName(a.ID, id))
		}
		out.Planned = append(out.Planned, x)
	}
	return err
}

func (s *Server) addPublicIncidents(r *http.Request, a *contract.Agreement, out *publicStatus) error {
	if s.incidents == nil {
		return nil
	}
	list, _, err := s.listIncidents(r, IncidentQuery{Agreement: a.ID, Open: true, Limit: statusIncidents})
	if err != nil {
		return err
	}
	for _, in := range list {
		whole, err := s.incidentByID(r, in.ID)
		if err != nil {
			return err
		}
		x := publicIncident{ID: in.ID, Title: s.ownTitle(whole.Incident), State: in.State, OpenedAt: in.OpenedAt, Entries: []publicEntry{}}
		for _, e := range whole.Events {
			if e.Kind != incident.EventCause && e.Kind != incident.EventRemedy {
				x.Entries = append(x.Entries, publicEntry{e.Kind, e.Effect()})
			}
		}
		slices.SortStableFunc(x.Entries, func(a, b publicEntry) int { return cmp.Compare(a.At, b.At) })
		out.Incidents = append(out.Incidents, x)
	}
	return nil
}
