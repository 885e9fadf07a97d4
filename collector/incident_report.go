package collector

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"time"

	"github.com/probity-sla/probity/collector/evaluate"
	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/collector/web"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// resultsOfEach is how many failing results of one check and agent a report quotes.
const resultsOfEach = 5

// reporter writes the documents of incidents.
type reporter struct {
	db   *store.Store
	set  *contract.Set
	eval *evaluate.Evaluator
	now  int64
}

// IncidentReport is the document of an incident as it concerns an agreement, "" for all.
func (v views) IncidentReport(ctx context.Context, id, agreement string) (web.IncidentReport, error) {
	r := reporter{v.c.db, v.c.set.Load(), v.c.eval, v.c.now().UnixMilli()}
	i, events, err := readIncident(ctx, v.c.db, id)
	if err != nil {
		return nil, err
	}
	return r.report(ctx, i, events, agreement)
}

func (r *reporter) report(ctx context.Context, i *incident.Incident, events []incident.Event, agreement string) (*incidentDocument, error) {
	in := incident.ReportInput{Events: events, Agreement: agreement, At: r.now, Horizon: clockHorizon.Milliseconds()}
	doc := &incidentDocument{zone: time.UTC, language: "en"}
	for _, id := range agreementsOf(i) {
		a := r.set.Agreement(id)
		if a == nil || agreement != "" && id != agreement {
			continue
		}
		if doc.zone == time.UTC {
			doc.zone = a.Zone
		}
		if agreement != "" {
			doc.language = a.Language
		}
		party := incident.ReportParty{Agreement: a.ID, Name: a.Name, Customer: a.Customer, Services: map[string]string{}}
		for _, s := range a.Services {
			party.Services[s.ID] = s.Name
		}
		in.Parties = append(in.Parties, party)
		in.Rules = append(in.Rules, clockRules(a)...)
		impact, err := r.impact(ctx, a, i)
		if err != nil {
			return nil, err
		}
		in.Impact = append(in.Impact, impact...)
		evidence, err := r.evidence(ctx, a, i)
		if err != nil {
			return nil, err
		}
		in.Evidence = append(in.Evidence, evidence...)
	}
	var err error
	doc.Report, err = incident.BuildReport(in)
	return doc, err
}

// impact is what the outages of an incident cost each service, by the statement
// of the period in which they began.
func (r *reporter) impact(ctx context.Context, a *contract.Agreement, i *incident.Incident) ([]incident.ReportImpact, error) {
	var out []incident.ReportImpact
	for _, o := range i.Outages {
		if o.Agreement != a.ID || o.Withdrawn {
			continue
		}
		p := a.Period.Containing(o.From, a.Zone)
		known := slices.ContainsFunc(out, func(x incident.ReportImpact) bool { return x.Service == o.Service && x.Period == p.Label })
		if known {
			continue
		}
		st, err := r.eval.Statement(ctx, evaluate.Request{Agreement: a.ID, Label: p.Label, Window: p.Window})
		if err != nil {
			return nil, err
		}
		for n := range st.Services {
			if s := &st.Services[n]; s.Service == o.Service {
				out = append(out, impactOf(a.ID, s, p.Label, i))
			}
		}
	}
	return out, nil
}

func impactOf(agreement string, s *sla.ServiceStatement, period string, i *incident.Incident) incident.ReportImpact {
	v := &s.Verdict
	out := incident.ReportImpact{
		Agreement: agreement, Service: s.Service, Period: period, Budget: v.Budget, BudgetLeft: v.BudgetLeft, Availability: v.Availability,
	}
	if v.Target != (sla.Ratio{}) {
		out.Objective = v.Target
	}
	for _, x := range v.Outages {
		if touches(i, agreement, s.Service, x.From, x.To) {
			out.Counted += x.Counted
		}
	}
	if out.Budget > 0 {
		out.Share = sla.Of(out.Counted, out.Budget)
	}
	return out
}

// touches reports whether an outage of a statement is one of an incident.
func touches(i *incident.Incident, agreement, service string, from, to int64) bool {
	return slices.ContainsFunc(i.Outages, func(o incident.OutageRef) bool {
		return o.Agreement == agreement && o.Service == service && !o.Withdrawn && o.From < to && (o.To == 0 || o.To > from)
	})
}

func (r *reporter) evidence(ctx context.Context, a *contract.Agreement, i *incident.Incident) ([]incident.ReportEvidence, error) {
	records, err := r.db.Outages(ctx, a.ID, i.OpenedAt-overrunBack, 1<<62)
	if err != nil {
		return nil, err
	}
	stored, err := bodies[incident.Outage](records, func(x store.OutageRecord) []byte { return x.Body })
	if err != nil {
		return nil, err
	}
	var out []incident.ReportEvidence
	for _, o := range i.Outages {
		if o.Agreement != a.ID || o.Withdrawn {
			continue
		}
		e := incident.ReportEvidence{Outage: o.ID, Agreement: o.Agreement, Service: o.Service, From: o.From, To: o.To, Counted: -1}
		if n := slices.IndexFunc(stored, func(x incident.Outage) bool { return x.ID == o.ID }); n >= 0 {
			e.Cause, e.Locations, e.Counted = stored[n].Cause, stored[n].Where, stored[n].Counted
		}
		if e.Results, err = r.results(ctx, a, &o); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// results quotes the failing results of an outage, oldest first.
func (r *reporter) results(ctx context.Context, a *contract.Agreement, o *incident.OutageRef) ([]incident.ReportResult, error) {
	n := slices.IndexFunc(a.Services, func(s contract.Service) bool { return s.ID == o.Service })
	if n < 0 {
		return nil, nil
	}
	to := o.To
	if to == 0 {
		to = r.now
	}
	var out []incident.ReportResult
	for _, c := range a.Services[n].Checks {
		agents, err := r.db.Sources(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, agent := range agents {
			failed, err := r.db.Failures(ctx, c.ID, agent, o.From, to, resultsOfEach)
			if err != nil {
				return nil, err
			}
			for i := range failed {
				out = append(out, quoted(&failed[i], agent))
			}
		}
	}
	slices.SortFunc(out, func(x, y incident.ReportResult) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.Check, y.Check), cmp.Compare(x.Location, y.Location))
	})
	return out, nil
}

func quoted(f *protocol.Result, agent protocol.AgentID) incident.ReportResult {
	return incident.ReportResult{
		At: f.Slot, Check: shortCheck(f.Check), Location: string(agent), Outcome: f.Outcome.String(), Cause: f.Cause.String(), Message: f.Message,
	}
}

// incidentDocument is a fault report in the language and the zone of whom it is for.
type incidentDocument struct {
	*incident.Report
	language string
	zone     *time.Location
}

func (d *incidentDocument) WriteMarkdown(w io.Writer) error {
	return incident.WriteMarkdown(w, d.Report, d.language, d.zone)
}

// MarshalJSON encodes the report alone.
func (d *incidentDocument) MarshalJSON() ([]byte, error) { return json.Marshal(d.Report) }
