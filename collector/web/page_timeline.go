package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

type timelineView struct {
	Window sla.Window
	Zone   *time.Location
	Range  string // which of the ranges is the present one; "" for a stretch of its own
	Ranges []rangeLink
	Ticks  []tick
	Lanes  []lane
	More   int // lanes not shown
}

type rangeLink struct{ Name, Label, Link string }

var ranges = []struct {
	name   string
	length time.Duration // 0: the whole period
}{{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"6h", 6 * time.Hour}, {"24h", 24 * time.Hour}, {"7d", 7 * 24 * time.Hour}, {"period", 0}}

// stretch chooses what the timeline shows: from and to, a named range, or what
// suits the data there is.
func (v *agreementView) stretch(q url.Values, now int64) (string, sla.Window, error) {
	sp, err := parseSpan(url.Values{"from": q["from"], "to": q["to"]})
	if err != nil {
		return "", sla.Window{}, err
	}
	if sp.Window != (sla.Window{}) {
		return "", sp.Window, nil
	}
	name := q.Get("range")
	if name == "" {
		if name, sp.Window = v.usualStretch(now); sp.Window != (sla.Window{}) {
			return "", sp.Window, nil
		}
	}
	end := min(v.Period.To, now)
	for _, r := range ranges {
		if r.name == name && r.length > 0 {
			return name, sla.Window{From: end - r.length.Milliseconds(), To: end}, nil
		}
		if r.name == name {
			return name, sla.Window{From: v.Period.From, To: end}, nil
		}
	}
	return "", sla.Window{}, invalidField("range", "must be one of 15m, 1h, 6h, 24h, 7d and period")
}

// leastStretch is how much time the timeline shows when there is hardly any yet.
const leastStretch = time.Minute

// usualStretch is the last day of a running period. When the first observation
// is younger than that, it is the time since then.
func (v *agreementView) usualStretch(now int64) (string, sla.Window) {
	if !v.Running {
		return "period", sla.Window{}
	}
	first := v.firstSeen(now)
	age := max(now-first, leastStretch.Milliseconds())
	if first <= v.Period.From || age >= (24*time.Hour).Milliseconds() { // from the first instant: there is history before the period
		return "24h", sla.Window{}
	}
	return "", sla.Window{From: now - age, To: now}
}

// firstSeen is the first instant of the period that was observed, or now.
func (v *agreementView) firstSeen(now int64) int64 {
	first := now
	for i := range v.Statement.Services {
		for _, e := range v.Statement.Services[i].Verdict.Ledger {
			if e.State != sla.Unknown && e.State != sla.OutOfScope {
				first = min(first, e.From)
				break
			}
		}
	}
	return first
}

func (s *Server) fillTimeline(r *http.Request, f *frame, v *agreementView, q url.Values) error {
	name, w, err := v.stretch(q, f.Now)
	if err != nil {
		return err
	}
	c := &canvas{Window: w, zone: v.Zone, words: f.Words, zoom: v.zoomLink}
	v.Timeline = timelineView{Window: w, Zone: v.Zone, Range: name, Ticks: c.ticks()}
	for _, x := range ranges {
		link := url.Values{"period": {v.Period.Label}, "range": {x.name}}
		v.Timeline.Ranges = append(v.Timeline.Ranges, rangeLink{x.name, f.Words.T("range " + x.name), "/agreements/" + v.Agreement.ID + "?" + link.Encode() + "#timeline"})
	}
	st, err := s.statements.Statement(r.Context(), StatementQuery{Agreement: v.Agreement.ID, Window: w})
	if err != nil {
		return err
	}
	windows, err := s.maint.Maintenance(r.Context(), v.Agreement.ID, w)
	if err != nil {
		return err
	}
	for i := range v.Agreement.Services {
		svc := &v.Agreement.Services[i]
		if acc := serviceOf(st, svc.ID); acc != nil {
			v.Timeline.Lanes = append(v.Timeline.Lanes, c.ledgerLane(orElse(svc.Name, svc.ID), acc.Verdict.Ledger))
		}
		if err := s.checkLanes(r.Context(), c, v, svc); err != nil {
			return err
		}
	}
	if l := c.maintenanceLane(f.Words.T("Maintenance"), windows, v.Agreement.Notice.Milliseconds()); len(l.Spans) > 0 {
		v.Timeline.Lanes = append(v.Timeline.Lanes, l)
	}
	return nil
}

// checkLanes adds a lane for each location of each check, and a plot for each check.
func (s *Server) checkLanes(ctx context.Context, c *canvas, v *agreementView, svc *contract.Service) error {
	for j := range svc.Checks {
		check := &svc.Checks[j]
		rows, err := s.checks.Locations(ctx, check.ID)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if len(v.Timeline.Lanes) >= maxLanes {
				v.Timeline.More++
				continue
			}
			spans, err := s.checks.Spans(ctx, check.ID, row.Agent, c.Window)
			if err != nil {
				return err
			}
			v.Timeline.Lanes = append(v.Timeline.Lanes, c.spanLane(checkName(check)+" · "+string(row.Location), string(check.ID)+", "+string(row.Agent), spans))
		}
		if len(v.Plots) < maxPlots {
			p, err := s.latencyPlot(ctx, c, check, rows)
			if err != nil {
				return err
			}
			if p != nil {
				v.Plots = append(v.Plots, p)
			}
		}
	}
	return nil
}

func (s *Server) latencyPlot(ctx context.Context, c *canvas, check *contract.Check, rows []LocationState) (*plot, error) {
	points := make([][]Latency, len(rows))
	for i, row := range rows {
		var err error
		if points[i], err = s.evidence.Latencies(ctx, check.ID, row.Agent, c.Window, plotPoints); err != nil {
			return nil, err
		}
	}
	source := "/api/v1/checks/" + string(check.ID) + "/latency?from=" + rfc3339(c.From) + "&to=" + rfc3339(c.To) + "&limit=2000"
	return c.newPlot(checkName(check), source, rows, points), nil
}

// checkName is a check's own name, else the last part of its ID.
func checkName(c *contract.Check) string {
	return orElse(c.Name, lastPart(c.ID))
}

func lastPart(id protocol.CheckID) string {
	for i := len(id) - 1; i >= 0; i-- {
		if id[i] == '/' {
			return string(id[i+1:])
		}
	}
	return string(id)
}

// matrixRow is one check: a cell for each location of the agreement, in their order.
type matrixRow struct {
	Service, Check, Target, Link string
	Cells                        []matrixCell
}

type matrixCell struct {
	Location string
	Runs     bool
	LocationState
	Reason string
}

func (s *Server) fillMatrix(r *http.Request, f *frame, v *agreementView) error {
	column := map[protocol.Location]int{}
	var all [][]LocationState
	for i := range v.Agreement.Services {
		for j := range v.Agreement.Services[i].Checks {
			rows, err := s.checks.Locations(r.Context(), v.Agreement.Services[i].Checks[j].ID)
			if err != nil {
				return err
			}
			all = append(all, rows)
			for _, row := range rows {
				if _, ok := column[row.Location]; !ok {
					column[row.Location] = len(v.Locations)
					v.Locations = append(v.Locations, string(row.Location))
				}
			}
		}
	}
	for i := range v.Agreement.Services {
		svc := &v.Agreement.Services[i]
		for j := range svc.Checks {
			m := matrixRow{Service: orElse(svc.Name, svc.ID), Check: checkName(&svc.Checks[j]), Target: redact(svc.Checks[j].Target),
				Link: "/checks/" + string(svc.Checks[j].ID), Cells: make([]matrixCell, len(v.Locations))}
			for k, name := range v.Locations {
				m.Cells[k].Location = name
			}
			for _, row := range all[len(v.Matrix)] {
				cell := &m.Cells[column[row.Location]]
				if !cell.Runs || badness[row.State] > badness[cell.State] {
					cell.Runs, cell.LocationState, cell.Reason = true, row, ""
					if row.Latest != nil && row.Latest.Cause != protocol.CauseNone {
						cell.Reason = f.Words.Reason(*row.Latest)
					}
				}
			}
			v.Matrix = append(v.Matrix, m)
		}
	}
	return nil
}
