package web

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// pageFailures bounds the failures listed on one page.
const pageFailures = 30

type checkView struct {
	Agreement *contract.Agreement
	Service   *contract.Service
	Check     *contract.Check
	Name      string
	Target    string
	Zone      *time.Location
	Window    sla.Window
	Locations []checkLocation
	Ticks     []tick
	Lanes     []lane
	Plot      *plot
	Failures  []failureRow
}

type checkLocation struct {
	LocationState
	Phases []phase
	Reason string
}

// phase is one part of a probe's time, placed on a bar.
type phase struct{ Name, Class, X, W, Length string }

type failureRow struct {
	Location protocol.Location
	Agent    protocol.AgentID
	protocol.Result
	Reason string
}

func (s *Server) checkPage(r *http.Request, f *frame) (string, error) {
	a, svc, c, err := s.check(r)
	if err != nil {
		return "", err
	}
	v := &checkView{Agreement: a, Service: svc, Check: c, Name: checkName(c), Target: redact(c.Target), Zone: zone(a)}
	f.Title, f.Nav, f.Body = v.Name+" · "+a.Name, "overview", v
	v.Window = sla.Window{From: f.Now - evidenceWindow.Milliseconds(), To: f.Now}
	rows, err := s.checks.Locations(r.Context(), c.ID)
	if err != nil {
		return "", err
	}
	cv := &canvas{Window: v.Window, zone: v.Zone, words: f.Words}
	v.Ticks = cv.ticks()
	for _, row := range rows {
		loc := checkLocation{LocationState: row}
		if row.Latest != nil {
			loc.Phases = phasesOf(f.Words, row.Latest)
			if row.Latest.Cause != protocol.CauseNone {
				loc.Reason = f.Words.Reason(*row.Latest)
			}
		}
		v.Locations = append(v.Locations, loc)
		spans, err := s.checks.Spans(r.Context(), c.ID, row.Agent, v.Window)
		if err != nil {
			return "", err
		}
		v.Lanes = append(v.Lanes, cv.spanLane(string(row.Location), string(row.Agent), spans))
		if err := s.addFailures(r, f, v, row); err != nil {
			return "", err
		}
	}
	slices.SortStableFunc(v.Failures, func(a, b failureRow) int { return cmp.Compare(b.Slot, a.Slot) })
	v.Failures = v.Failures[:min(len(v.Failures), pageFailures)]
	v.Plot, err = s.latencyPlot(r.Context(), cv, c, rows)
	f.Plots, f.Zone = v.Plot != nil, v.Zone.String()
	return "check.html", err
}

func (s *Server) addFailures(r *http.Request, f *frame, v *checkView, row LocationState) error {
	list, err := s.evidence.Failures(r.Context(), v.Check.ID, row.Agent, v.Window, pageFailures)
	for _, res := range list {
		v.Failures = append(v.Failures, failureRow{row.Location, row.Agent, res, f.Words.Reason(res)})
	}
	return err
}

// phasesOf lays the parts of a probe's time end to end.
func phasesOf(wd *words, res *protocol.Result) []phase {
	p := res.Phases
	parts := []struct {
		name  string
		d     time.Duration
		class string
	}{{"Resolve", p.Resolve, "phase-0"}, {"Connect", p.Connect, "phase-1"}, {"TLS", p.TLS, "phase-2"}, {"First byte", p.FirstByte, "phase-3"}, {"Transfer", p.Transfer, "phase-4"}}
	whole := time.Duration(0)
	for _, x := range parts {
		whole += x.d
	}
	var out []phase
	at := time.Duration(0)
	for _, x := range parts {
		if x.d > 0 {
			out = append(out, phase{wd.T(x.name), x.class, percentAt(int64(at), int64(whole)), percentAt(int64(x.d), int64(whole)), millis(x.d)})
		}
		at += x.d
	}
	return out
}

// State is the state that a result speaks for.
func (r failureRow) State() sla.State {
	switch r.Outcome {
	case protocol.OutcomeUp:
		return sla.Up
	case protocol.OutcomeDegraded:
		return sla.Degraded
	case protocol.OutcomeDown:
		return sla.Down
	}
	return sla.Unknown
}
