package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

// publicKinds are the events that a customer is told of.
var publicKinds = []incident.EventKind{
	incident.EventOpened, incident.EventAcknowledged, incident.EventMitigated, incident.EventResolved,
	incident.EventReopened, incident.EventCause, incident.EventRemedy,
}

// partOf is what of an incident concerns whoever asks: all of it for those who
// read, a customer's own part for that customer, and false when there is none.
func (s *Server) partOf(r *http.Request, v IncidentView) (IncidentView, bool) {
	p := principalOf(r)
	if p.Role != RoleCustomer {
		return v, true
	}
	own := map[string]bool{}
	shared := false
	for _, id := range agreementsOf(v) {
		if p.sees(s.byID(id)) {
			own[id] = true
		} else {
			shared = true
		}
	}
	if len(own) == 0 {
		return IncidentView{}, false
	}
	part := IncidentView{Incident: ownIncident(v.Incident, own), Events: publicEvents(v.Events, own, shared)}
	if shared {
		part.Incident.Title = s.ownTitle(part.Incident)
		part.narrow(v.Events, own)
	}
	for _, c := range v.Clocks {
		if own[c.Agreement] {
			part.Clocks = append(part.Clocks, c)
		}
	}
	return part, true
}

// narrow dates and explains a customer's part of a shared incident by what is its
// own: its outages, and what was written for it.
func (v *IncidentView) narrow(all []incident.Event, own map[string]bool) {
	in := &v.Incident
	in.DetectedAt, in.ReportedAt, in.MitigatedAt, in.RestoredAt = 0, 0, 0, 0
	in.Cause, in.Remedy = "", ""
	in.OpenedAt, in.RestoredAt = ownSpan(in, all, own)
	for i := range all {
		e := &all[i]
		switch mine := own[e.Agreement]; {
		case e.Kind == incident.EventCause && mine:
			in.Cause = e.Text
		case e.Kind == incident.EventRemedy && mine:
			in.Remedy = e.Text
		case e.Kind == incident.EventMitigated && (mine || e.Agreement == "") && (in.MitigatedAt == 0 || e.Effect() < in.MitigatedAt):
			in.MitigatedAt = e.Effect()
		case e.Kind == incident.EventReopened:
			in.MitigatedAt = 0
		}
	}
	if in.State == incident.IncidentMitigated && in.MitigatedAt == 0 {
		in.State = incident.IncidentAcknowledged
		if in.AcknowledgedAt == 0 {
			in.State = incident.IncidentOpen
		}
	}
	for i := range v.Events {
		if e := &v.Events[i]; e.Kind == incident.EventOpened {
			e.At, e.Effective = max(e.At, in.OpenedAt), in.OpenedAt
		}
	}
}

// ownSpan is since when a customer's own part has been down, else since when the
// incident is known to concern it, and since when it is not down any more.
func ownSpan(in *incident.Incident, all []incident.Event, own map[string]bool) (opened, restored int64) {
	goesOn := false
	for _, o := range in.Outages {
		if o.Withdrawn {
			continue
		}
		if opened == 0 || o.From < opened {
			opened = o.From
		}
		goesOn, restored = goesOn || o.To == 0, max(restored, o.To)
	}
	if goesOn {
		restored = 0
	}
	for i := range all {
		if at := all[i].Effect(); opened == 0 && own[all[i].Agreement] {
			opened = at
		}
	}
	return cmp.Or(opened, in.OpenedAt), restored
}

// ownIncident keeps what a customer may know: nothing of other agreements, of who
// did what, or of how outages were found to belong together.
func ownIncident(in incident.Incident, own map[string]bool) incident.Incident {
	return incident.Incident{
		ID: in.ID, State: in.State, Title: in.Title, Major: slices.ContainsFunc(in.Majors, func(a string) bool { return own[a] }), Severities: ownSeverities(in.Severities, own),
		DetectedAt: in.DetectedAt, ReportedAt: in.ReportedAt, OpenedAt: in.OpenedAt, AcknowledgedAt: in.AcknowledgedAt, MitigatedAt: in.MitigatedAt,
		RestoredAt: in.RestoredAt, ResolvedAt: in.ResolvedAt, ReviewedAt: in.ReviewedAt, Reopened: in.Reopened,
		Outages: slices.DeleteFunc(slices.Clone(in.Outages), func(o incident.OutageRef) bool { return !own[o.Agreement] }),
		Cause:   in.Cause, Remedy: in.Remedy, UpdatedAt: in.UpdatedAt,
	}
}

func ownSeverities(all map[string]string, own map[string]bool) map[string]string {
	out := map[string]string{}
	for a, word := range all {
		if own[a] {
			out[a] = word
		}
	}
	return out
}

// publicEvents keeps what a customer is told, without its author. Only a cause
// and a remedy are written for the customer to read; those of a shared incident
// when they name the customer's agreement.
func publicEvents(all []incident.Event, own map[string]bool, shared bool) []incident.Event {
	var out []incident.Event
	for _, e := range all {
		ours := e.Agreement == "" || own[e.Agreement] || e.Kind == incident.EventOpened
		if shared && (e.Kind == incident.EventCause || e.Kind == incident.EventRemedy) {
			ours = own[e.Agreement]
		}
		if !ours || !slices.Contains(publicKinds, e.Kind) {
			continue
		}
		x := incident.Event{Incident: e.Incident, Seq: len(out) + 1, Kind: e.Kind, At: e.At, Effective: e.Effective}
		if e.Kind == incident.EventCause || e.Kind == incident.EventRemedy {
			x.Text = e.Text
		}
		out = append(out, x)
	}
	return out
}

// ownTitle names a shared incident after the customer's own services: its title
// may tell of another's.
func (s *Server) ownTitle(in incident.Incident) string {
	var names []string
	for _, o := range in.Outages {
		name := s.serviceName(o.Agreement, o.Service)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return in.ID
	}
	return strings.Join(names, ", ")
}

// serviceName is a service's name, else its ID.
func (s *Server) serviceName(agreement, service string) string {
	if a := s.byID(agreement); a != nil {
		for i := range a.Services {
			if a.Services[i].ID == service {
				return orElse(a.Services[i].Name, service)
			}
		}
	}
	return service
}
