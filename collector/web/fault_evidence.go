package web

import (
	"context"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// What is shown beside a reported fault: the claimed time, cut to at most a week,
// with a quarter of an hour on either side.
const (
	maxClaimShown = 7 * 24 * time.Hour
	claimMargin   = 15 * time.Minute
)

// seen is what probes saw in the time that a customer claims.
type seen struct {
	Claim sla.Window // as claimed; what goes on ends now
	Shown sla.Window // what the lanes show
	Cut   bool       // the claim is longer than what is shown
	Rows  []seenRow
	spans [][]sla.Span // of each row, over what is shown
	Accts []seenAccount
	More  int // rows left out
}

// seenRow is what one location saw of one check within the claim. Lengths are ms.
type seenRow struct {
	Service  string            `json:"service"`
	Check    protocol.CheckID  `json:"check"`
	Agent    protocol.AgentID  `json:"agent"`
	Location protocol.Location `json:"location"`
	Up       int64             `json:"up_ms"`
	Degraded int64             `json:"degraded_ms"`
	Down     int64             `json:"down_ms"`
	Unknown  int64             `json:"unknown_ms"`
	name     string
}

// seenAccount is what a service's account makes of the claimed time. Lengths are ms.
type seenAccount struct {
	Service  string `json:"service"`
	Down     int64  `json:"down_ms"`
	Excluded int64  `json:"excluded_ms"`
	Unknown  int64  `json:"unknown_ms"`
	name     string
	ledger   []sla.Entry
}

// evidenceDoc is seen as the API gives it.
type evidenceDoc struct {
	From     int64         `json:"from"` // of the claim, cut to a week
	To       int64         `json:"to"`
	Services []seenAccount `json:"services"`
	Checks   []seenRow     `json:"checks"`
}

func (v *seen) doc() *evidenceDoc {
	return &evidenceDoc{From: v.Claim.From, To: v.Claim.To, Services: orEmpty(v.Accts), Checks: orEmpty(v.Rows)}
}

// claimOf is the time that a fault claims, until now while it goes on.
func (s *Server) claimOf(f incident.Fault) (w sla.Window, cut bool) {
	now := s.now().UnixMilli()
	w = sla.Window{From: f.Since, To: f.Until}
	if w.To == 0 {
		w.To = now
		if f.AnsweredAt != 0 {
			w.To = f.AnsweredAt
		}
	}
	w.To = max(w.From+1000, min(w.To, now))
	if most := maxClaimShown.Milliseconds(); w.To-w.From > most {
		w.To, cut = w.From+most, true
	}
	return w, cut
}

// seen looks up what probes saw of the service that a fault is about, of all
// services when it does not say.
func (s *Server) seen(ctx context.Context, a *contract.Agreement, f incident.Fault) (*seen, error) {
	v := &seen{}
	v.Claim, v.Cut = s.claimOf(f)
	margin := claimMargin.Milliseconds()
	v.Shown = sla.Window{From: v.Claim.From - margin, To: max(min(v.Claim.To+margin, s.now().UnixMilli()), v.Claim.To)}
	st, err := s.statements.Statement(ctx, StatementQuery{Agreement: a.ID, Window: v.Shown})
	if err != nil {
		return nil, err
	}
	for i := range a.Services {
		svc := &a.Services[i]
		if f.Service != "" && f.Service != svc.ID {
			continue
		}
		if acc := serviceOf(st, svc.ID); acc != nil {
			v.account(svc, acc.Verdict.Ledger)
		}
		if err := s.seenBy(ctx, v, svc); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func (v *seen) account(svc *contract.Service, ledger []sla.Entry) {
	acc := seenAccount{Service: svc.ID, name: orElse(svc.Name, svc.ID), ledger: ledger}
	for _, e := range ledger {
		n := within(e.From, e.To, v.Claim)
		switch e.State {
		case sla.Down:
			acc.Down += n
		case sla.Excluded:
			acc.Excluded += n
		case sla.Unknown:
			acc.Unknown += n
		}
	}
	v.Accts = append(v.Accts, acc)
}

// seenBy adds a row for each location of each check of a service.
func (s *Server) seenBy(ctx context.Context, v *seen, svc *contract.Service) error {
	for i := range svc.Checks {
		check := &svc.Checks[i]
		rows, err := s.checks.Locations(ctx, check.ID)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if len(v.Rows) >= maxLanes {
				v.More++
				continue
			}
			spans, err := s.checks.Spans(ctx, check.ID, row.Agent, v.Shown)
			if err != nil {
				return err
			}
			v.Rows = append(v.Rows, v.row(svc, check, row, spans))
			v.spans = append(v.spans, spans)
		}
	}
	return nil
}

func (v *seen) row(svc *contract.Service, check *contract.Check, at LocationState, spans []sla.Span) seenRow {
	r := seenRow{Service: svc.ID, Check: check.ID, Agent: at.Agent, Location: at.Location, name: orElse(svc.Name, svc.ID) + " / " + checkName(check)}
	for _, sp := range spans {
		n := within(sp.From, sp.To, v.Claim)
		switch sp.State {
		case sla.Up:
			r.Up += n
		case sla.Degraded:
			r.Degraded += n
		case sla.Down:
			r.Down += n
		case sla.Unknown:
			r.Unknown += n
		}
	}
	return r
}

// within is how much of [from, to) lies in a window, ms.
func within(from, to int64, w sla.Window) int64 {
	return max(0, min(to, w.To)-max(from, w.From))
}

// Name is a row's service and check as people call them.
func (r seenRow) Name() string { return r.name }

// Name is the service as people call it.
func (a seenAccount) Name() string { return a.name }

// lanes draws what was seen, the claim on top.
func (v *seen) lanes(c *canvas, claim string) []lane {
	top := lane{Label: claim, Kind: "maintenance", Spans: []block{c.block(v.Claim.From, v.Claim.To, sla.Down, claim)}}
	top.Spans[0].Link = ""
	out := []lane{top}
	for _, acc := range v.Accts {
		out = append(out, c.ledgerLane(acc.name, acc.ledger))
		for i, r := range v.Rows {
			if r.Service == acc.Service {
				out = append(out, c.spanLane(lastPart(r.Check)+" · "+string(r.Location), string(r.Check)+", "+string(r.Agent), v.spans[i]))
			}
		}
	}
	return out
}
