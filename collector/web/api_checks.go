package web

import (
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of evidence in one answer.
const (
	defaultPoints   = 500
	maxPoints       = 5000
	defaultFailures = 100
	maxFailures     = 1000
	evidenceWindow  = 24 * time.Hour // without from and to
)

type locationDoc struct {
	Agent    protocol.AgentID  `json:"agent"`
	Location protocol.Location `json:"location"`
	State    sla.State         `json:"state"`
	Since    int64             `json:"since"`
	Silent   string            `json:"silent,omitempty"`
	Latest   *resultDoc        `json:"latest,omitempty"`
}

// resultDoc is one result with its full evidence. Elapsed times are microseconds.
type resultDoc struct {
	Slot           int64            `json:"slot"`
	IntervalMS     int64            `json:"interval_ms"`
	LatenessMicros int64            `json:"lateness_us"`
	DurationMicros int64            `json:"duration_us"`
	Outcome        protocol.Outcome `json:"outcome"`
	Cause          protocol.Cause   `json:"cause,omitempty"`
	Phases         phasesDoc        `json:"phases"`
	Endpoint       string           `json:"endpoint,omitempty"`
	Status         int              `json:"status,omitempty"`
	Message        string           `json:"message,omitempty"`
	TLSExpiry      int64            `json:"tls_expiry,omitempty"`
	Sent           int              `json:"sent,omitempty"`
	Received       int              `json:"received,omitempty"`
}

type phasesDoc struct {
	Resolve   int64 `json:"resolve_us"`
	Connect   int64 `json:"connect_us"`
	TLS       int64 `json:"tls_us"`
	FirstByte int64 `json:"first_byte_us"`
	Transfer  int64 `json:"transfer_us"`
}

func describeResult(r protocol.Result) resultDoc {
	p := r.Phases
	return resultDoc{
		Slot: r.Slot, IntervalMS: r.Interval.Milliseconds(), LatenessMicros: r.Lateness.Microseconds(),
		DurationMicros: r.Duration.Microseconds(), Outcome: r.Outcome, Cause: r.Cause,
		Phases: phasesDoc{p.Resolve.Microseconds(), p.Connect.Microseconds(), p.TLS.Microseconds(),
			p.FirstByte.Microseconds(), p.Transfer.Microseconds()},
		Endpoint: r.Endpoint, Status: r.Status, Message: r.Message, TLSExpiry: r.TLSExpiry, Sent: r.Sent, Received: r.Received,
	}
}

type checkStateDoc struct {
	checkDoc
	Locations []locationDoc `json:"locations"` // what each says now
}

func (s *Server) describeState(r *http.Request, a *contract.Agreement, svc *contract.Service, c *contract.Check) (checkStateDoc, error) {
	rows, err := s.checks.Locations(r.Context(), c.ID)
	if err != nil {
		return checkStateDoc{}, err
	}
	d := checkStateDoc{checkDoc: describeCheck(a, svc, c), Locations: []locationDoc{}}
	for _, row := range rows {
		l := locationDoc{Agent: row.Agent, Location: row.Location, State: row.State, Since: row.Since, Silent: row.Silent}
		if row.Latest != nil {
			latest := describeResult(*row.Latest)
			l.Latest = &latest
		}
		d.Locations = append(d.Locations, l)
	}
	return d, nil
}

func (s *Server) getChecks(w http.ResponseWriter, r *http.Request) error {
	q, err := params(r, "agreement")
	if err != nil {
		return err
	}
	docs := []checkStateDoc{}
	found := q.Get("agreement") == ""
	for _, a := range s.catalogue.Agreements() {
		if only := q.Get("agreement"); only != "" && only != a.ID {
			continue
		}
		found = true
		for i := range a.Services {
			for j := range a.Services[i].Checks {
				d, err := s.describeState(r, a, &a.Services[i], &a.Services[i].Checks[j])
				if err != nil {
					return err
				}
				docs = append(docs, d)
			}
		}
	}
	if !found {
		return unknown("agreement", q.Get("agreement"), "GET /api/v1/agreements lists those in force")
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"checks": docs})
}

// check finds the one that the path names: in three parts, or as one escaped ID.
func (s *Server) check(r *http.Request) (*contract.Agreement, *contract.Service, *contract.Check, error) {
	id := r.PathValue("id")
	if id == "" {
		id = r.PathValue("agreement") + "/" + r.PathValue("service") + "/" + r.PathValue("check")
	}
	for _, a := range s.catalogue.Agreements() {
		for i := range a.Services {
			for j := range a.Services[i].Checks {
				if c := &a.Services[i].Checks[j]; string(c.ID) == id {
					return a, &a.Services[i], c, nil
				}
			}
		}
	}
	return nil, nil, nil, unknown("check", id, "GET /api/v1/checks lists those in force")
}

func (s *Server) getCheck(w http.ResponseWriter, r *http.Request) error {
	if _, err := params(r); err != nil {
		return err
	}
	a, svc, c, err := s.check(r)
	if err != nil {
		return err
	}
	d, err := s.describeState(r, a, svc, c)
	if err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, d)
}

// evidenceQuery is what latency and failures have in common.
type evidenceQuery struct {
	check  *contract.Check
	window sla.Window
	limit  int
	agents []LocationState
}

func (s *Server) evidenceQuery(r *http.Request, fallback, most int) (evidenceQuery, error) {
	var eq evidenceQuery
	q, err := params(r, "from", "to", "agent", "limit")
	if err != nil {
		return eq, err
	}
	if _, _, eq.check, err = s.check(r); err != nil {
		return eq, err
	}
	sp, err := parseSpan(q)
	if err != nil {
		return eq, err
	}
	if eq.window = sp.Window; eq.window == (sla.Window{}) {
		now := s.now()
		eq.window = sla.Window{From: now.Add(-evidenceWindow).UnixMilli(), To: now.UnixMilli() + 1}
	}
	if eq.limit, err = parseLimit(q, fallback, most); err != nil {
		return eq, err
	}
	rows, err := s.checks.Locations(r.Context(), eq.check.ID)
	if err != nil {
		return eq, err
	}
	only := q.Get("agent")
	for _, row := range rows {
		if only == "" || only == string(row.Agent) {
			eq.agents = append(eq.agents, row)
		}
	}
	if only != "" && eq.agents == nil {
		return eq, unknown("agent", only, "GET the check to see the agents that run it")
	}
	return eq, nil
}

type latencyDoc struct {
	Agent    protocol.AgentID  `json:"agent"`
	Location protocol.Location `json:"location"`
	Points   []Latency         `json:"points"`
}

func (s *Server) getLatency(w http.ResponseWriter, r *http.Request) error {
	eq, err := s.evidenceQuery(r, defaultPoints, maxPoints)
	if err != nil {
		return err
	}
	docs := []latencyDoc{}
	for _, row := range eq.agents {
		points, err := s.evidence.Latencies(r.Context(), eq.check.ID, row.Agent, eq.window, eq.limit)
		if err != nil {
			return err
		}
		docs = append(docs, latencyDoc{row.Agent, row.Location, orEmpty(points)})
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"check": eq.check.ID, "from": eq.window.From, "to": eq.window.To, "series": docs,
	})
}

type failuresDoc struct {
	Agent    protocol.AgentID  `json:"agent"`
	Location protocol.Location `json:"location"`
	Results  []resultDoc       `json:"results"`
}

func (s *Server) getFailures(w http.ResponseWriter, r *http.Request) error {
	eq, err := s.evidenceQuery(r, defaultFailures, maxFailures)
	if err != nil {
		return err
	}
	docs := []failuresDoc{}
	for _, row := range eq.agents {
		list, err := s.evidence.Failures(r.Context(), eq.check.ID, row.Agent, eq.window, eq.limit)
		if err != nil {
			return err
		}
		d := failuresDoc{row.Agent, row.Location, []resultDoc{}}
		for _, res := range list {
			d.Results = append(d.Results, describeResult(res))
		}
		docs = append(docs, d)
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"check": eq.check.ID, "from": eq.window.From, "to": eq.window.To, "series": docs,
	})
}
