package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// BuildReport makes the document of an incident. That of one agreement holds
// nothing of another: neither its outages, severities, clocks and reports, nor
// notes that are not addressed to it, nor who was woken; and where the incident
// concerns several agreements, nothing that people wrote except notes, cause and
// remedy to this one, and no actions. It names nobody who works on it.
func BuildReport(in ReportInput) (*Report, error) {
	i, err := Fold(in.Events)
	if err != nil {
		return nil, err
	}
	h, ok, err := HandlingOf(in.Events, in.Agreement)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, fmt.Errorf("incident %s does not concern agreement %s", i.ID, in.Agreement)
	}
	w := &reportWriter{in: &in, incident: i, alone: in.Agreement == "" || len(i.Agreements()) <= 1}
	r := &Report{
		Incident: i.ID, Agreement: in.Agreement, State: i.State, WrittenAt: in.At, Entries: i.Seq,
		Failed: h.Failed, Detected: h.Detected, Acknowledged: h.Acknowledged, AnsweredBy: i.AcknowledgedBy, Restored: h.Restored,
		Resolved: i.ResolvedAt, Reviewed: i.ReviewedAt, Reopened: i.Reopened,
		Cause: i.Cause, Remedy: i.Remedy, Actions: append([]Action{}, i.Actions...),
		Parties: w.parties(), Timeline: w.timeline(), Evidence: w.evidence(), Impact: w.impact(),
	}
	if w.alone {
		r.Title = i.Title
	} else {
		r.Cause, r.Remedy = i.Told(EventCause, in.Agreement, in.Events), i.Told(EventRemedy, in.Agreement, in.Events)
		r.Actions = []Action{}
	}
	if in.Agreement != "" {
		r.AnsweredBy = ""
	}
	r.Missing = r.missing(w.alone)
	for n := range in.Events {
		switch e := &in.Events[n]; {
		case e.Fault != "" && w.sees(e.Agreement):
			r.Reported = earliest(r.Reported, e.Effect())
		case e.Kind == EventMitigated && (e.Agreement == "" || w.sees(e.Agreement)):
			r.Mitigated = earliest(r.Mitigated, e.Effect())
		case e.Kind == EventReopened:
			r.Mitigated = 0
		}
	}
	r.Major = slices.ContainsFunc(r.Parties, func(p ReportParty) bool { return p.Major })
	rules := slices.DeleteFunc(slices.Clone(in.Rules), func(c ClockRule) bool { return !w.sees(c.Agreement) })
	clocks, err := ReadClocks(in.Events, rules, in.At, in.Horizon)
	r.Clocks = append([]ClockStatus{}, clocks...)
	return r, err
}

// missing names what nobody has written yet.
func (r *Report) missing(actions bool) []string {
	out := []string{}
	if r.Cause == "" {
		out = append(out, "cause")
	}
	if r.Remedy == "" {
		out = append(out, "remedy")
	}
	if actions && len(r.Actions) == 0 {
		out = append(out, "actions")
	}
	return out
}

// reportWriter selects what a report may hold.
type reportWriter struct {
	in       *ReportInput
	incident *Incident
	alone    bool // nobody else's affairs can be in what people wrote
}

// sees reports whether what belongs to an agreement is part of the report.
func (w *reportWriter) sees(agreement string) bool {
	return w.in.Agreement == "" || agreement == w.in.Agreement
}

func (w *reportWriter) parties() []ReportParty {
	out := []ReportParty{}
	for _, a := range w.incident.Agreements() {
		if !w.sees(a) {
			continue
		}
		p := ReportParty{Agreement: a}
		if n := slices.IndexFunc(w.in.Parties, func(p ReportParty) bool { return p.Agreement == a }); n >= 0 {
			p = w.in.Parties[n]
		}
		p.Severity, p.Major = w.incident.Severities[a], slices.Contains(w.incident.Majors, a)
		out = append(out, p)
	}
	return out
}

func (w *reportWriter) impact() []ReportImpact {
	out := []ReportImpact{}
	for _, p := range w.in.Impact {
		if w.sees(p.Agreement) {
			out = append(out, p)
		}
	}
	return out
}

// evidence lists every outage that was not withdrawn, proved or not.
func (w *reportWriter) evidence() []ReportEvidence {
	out := []ReportEvidence{}
	for _, o := range w.incident.Outages {
		if o.Withdrawn || !w.sees(o.Agreement) {
			continue
		}
		e := ReportEvidence{Counted: -1}
		if n := slices.IndexFunc(w.in.Evidence, func(e ReportEvidence) bool { return e.Outage == o.ID }); n >= 0 {
			e = w.in.Evidence[n]
		}
		e.Outage, e.Agreement, e.Service, e.From, e.To = o.ID, o.Agreement, o.Service, o.From, o.To
		e.Results = e.Results[:min(len(e.Results), MaxReportResults)]
		e.Path = e.Path[:min(len(e.Path), MaxReportPath)]
		out = append(out, e)
	}
	slices.SortStableFunc(out, func(a, b ReportEvidence) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Outage, b.Outage))
	})
	return out
}

// timeline lists what took place. Entries of one instant stay in the order of entry.
func (w *reportWriter) timeline() []ReportEntry {
	out := []ReportEntry{}
	for n := range w.in.Events {
		if e, ok := w.entry(&w.in.Events[n]); ok {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b ReportEntry) int { return cmp.Compare(a.At, b.At) })
	return out
}

// entry makes a line of an event; false leaves it out.
func (w *reportWriter) entry(e *Event) (ReportEntry, bool) {
	out := ReportEntry{At: e.Effect(), Kind: e.Kind, By: e.By, Agreement: e.Agreement}
	if out.At != e.At {
		out.Entered = e.At
	}
	if w.in.Agreement != "" {
		out.By = ""
	}
	own := e.Agreement == "" || w.sees(e.Agreement)
	if w.alone || own && e.Agreement != "" {
		out.Text = e.Text
	}
	switch e.Kind {
	case EventOpened: // it is opened for all, whoever was the first
		if !own {
			out.Agreement, out.Text = "", ""
		}
		return out, true
	case EventOutageJoined, EventOutageEnded, EventOutageWithdrawn:
		out.Agreement, out.Subject = e.Outage.Agreement, e.Outage.Service
		if e.Kind == EventOutageEnded {
			out.At = e.Outage.To
		}
		return out, w.sees(e.Outage.Agreement)
	case EventFaultJoined:
		out.Subject = e.Fault
	case EventSeverity:
		out.Subject = e.Severity
	case EventPaused:
		out.Subject = e.Reason
	case EventNotified:
		out.Subject, out.Text = cmp.Or(e.Step.Policy, string(e.Step.Change)), strings.Join(e.Step.People, ", ")
		return out, w.in.Agreement == ""
	case EventNote:
		return out, w.in.Agreement == "" || e.Agreement == w.in.Agreement
	case EventCause, EventRemedy:
		own = own && (w.alone || e.Agreement != "")
		out.Text = "" // they have parts of their own, with what holds now
	case EventAction:
		own = own && w.alone
		out.Subject, out.Text = e.Action.ID, e.Action.State
	}
	return out, own
}
