package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

type agreementDoc struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Customer string       `json:"customer"`
	Provider string       `json:"provider"`
	Tier     string       `json:"tier"`
	Tags     []string     `json:"tags"`
	Language string       `json:"language"`
	Zone     string       `json:"zone"`
	Revision string       `json:"revision"`
	NoticeMS int64        `json:"notice_ms"` // that maintenance needs
	Period   periodDoc    `json:"period"`    // the running one
	Services []serviceDoc `json:"services"`
	Live     Live         `json:"live"`
}

type periodDoc struct {
	Label string `json:"label"`
	From  int64  `json:"from"`
	To    int64  `json:"to"`
}

type serviceDoc struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	Checks []checkDoc `json:"checks"`
}

// checkDoc leaves out what may hold secrets: headers, bodies, user information.
type checkDoc struct {
	ID         protocol.CheckID    `json:"id"`
	Name       string              `json:"name"`
	Agreement  string              `json:"agreement"`
	Service    string              `json:"service"`
	Kind       protocol.Kind       `json:"kind"`
	Target     string              `json:"target"`
	IntervalMS int64               `json:"interval_ms"`
	TimeoutMS  int64               `json:"timeout_ms"`
	Locations  []protocol.Location `json:"locations"` // empty: every location
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func describeCheck(a *contract.Agreement, svc *contract.Service, c *contract.Check) checkDoc {
	return checkDoc{
		ID: c.ID, Name: c.Name, Agreement: a.ID, Service: svc.ID, Kind: c.Kind, Target: redact(c.Target),
		IntervalMS: c.Interval.Milliseconds(), TimeoutMS: c.Timeout.Milliseconds(), Locations: orEmpty(c.Locations),
	}
}

// redact hides a password in a target's URL.
func redact(target string) string {
	if u, err := url.Parse(target); err == nil && u.User != nil {
		return u.Redacted()
	}
	return target
}

func zone(a *contract.Agreement) *time.Location {
	if a.Zone == nil {
		return time.UTC
	}
	return a.Zone
}

func (s *Server) describe(r *http.Request, a *contract.Agreement) (agreementDoc, error) {
	p := s.running(a)
	live, err := s.statements.Live(r.Context(), a.ID)
	if err != nil {
		return agreementDoc{}, err
	}
	live.Services = orEmpty(live.Services)
	d := agreementDoc{
		ID: a.ID, Name: a.Name, Customer: a.Customer, Provider: a.Provider, Tier: a.Tier, Tags: orEmpty(a.Tags),
		Language: a.Language, Zone: zone(a).String(), Revision: a.Revision, NoticeMS: a.Notice.Milliseconds(),
		Period: periodDoc{p.Label, p.From, p.To}, Services: []serviceDoc{}, Live: live,
	}
	for i := range a.Services {
		svc := &a.Services[i]
		doc := serviceDoc{ID: svc.ID, Name: svc.Name, Checks: []checkDoc{}}
		for j := range svc.Checks {
			doc.Checks = append(doc.Checks, describeCheck(a, svc, &svc.Checks[j]))
		}
		d.Services = append(d.Services, doc)
	}
	return d, nil
}

// agreement finds the one that the path names.
func (s *Server) agreement(r *http.Request) (*contract.Agreement, error) {
	id := r.PathValue("id")
	if a := s.byID(id); principalOf(r).sees(a) {
		return a, nil
	}
	return nil, unknown("agreement", id, "GET /api/v1/agreements lists those in force")
}

func (s *Server) getAgreements(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	docs := []agreementDoc{}
	for _, a := range s.visible(r) {
		d, err := s.describe(r, a)
		if err != nil {
			return err
		}
		docs = append(docs, d)
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"agreements": docs})
}

func (s *Server) getAgreement(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, err := s.agreement(r)
	if err != nil {
		return err
	}
	d, err := s.describe(r, a)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, d)
}

// running is the period that is billed now.
func (s *Server) running(a *contract.Agreement) contract.Span {
	return a.Period.Containing(s.now().UnixMilli(), zone(a))
}

// window resolves what was asked for to a window that has begun.
func (s *Server) window(a *contract.Agreement, sp span) (StatementQuery, error) {
	q := StatementQuery{Agreement: a.ID, Label: sp.Label, Window: sp.Window, AsOf: sp.AsOf}
	field := "from"
	switch {
	case sp.Label != "":
		p, err := a.Period.Parse(sp.Label, zone(a))
		if err != nil {
			return q, invalidField("period", err.Error())
		}
		field, q.Label, q.Window = "period", p.Label, p.Window
	case sp.Window == sla.Window{}:
		p := s.running(a)
		q.Label, q.Window = p.Label, p.Window
	}
	if q.Window.From >= s.now().UnixMilli() {
		p := newProblem(http.StatusUnprocessableEntity, "not-begun", "That time has not begun", "there is nothing to state yet")
		p.Errors = []FieldProblem{{field, "begins at " + rfc3339(q.Window.From) + "; ask for a time that has begun"}}
		return q, p
	}
	return q, nil
}
