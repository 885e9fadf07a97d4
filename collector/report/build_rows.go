package report

import (
	"cmp"
	"slices"

	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// outages joins the statement's outages with what people found out.
func (b *builder) outages() []Outage {
	out := []Outage{}
	for i := range b.in.Statement.Services {
		s := &b.in.Statement.Services[i]
		for _, o := range s.Verdict.Outages {
			row := Outage{Service: s.Service, Name: s.Name, Outage: o}
			if c := b.caseOf(s.Service, &o); c != nil {
				r := &c.Record
				row.Incident, row.Severity, row.Title = r.ID, r.Severities[b.in.Agreement.ID], r.Title
				row.Cause, row.Remedy = r.Cause, r.Remedy
			}
			out = append(out, row)
		}
	}
	slices.SortStableFunc(out, func(x, y Outage) int { return cmp.Compare(x.From, y.From) })
	return out
}

// caseOf is the incident that shares most time with an outage of the service.
func (b *builder) caseOf(service string, o *sla.Outage) *Case {
	var best *Case
	most := int64(0)
	for i := range b.in.Incidents {
		c := &b.in.Incidents[i]
		for _, ref := range c.Record.Outages {
			if ref.Withdrawn || ref.Agreement != b.in.Agreement.ID || ref.Service != service {
				continue
			}
			to := ref.To
			if to == 0 {
				to = max(o.To, ref.From)
			}
			if shared := min(o.To, to) - max(o.From, ref.From); shared > most {
				best, most = c, shared
			}
		}
	}
	return best
}

// clocks are those that opened in the period: each belongs to one report.
func (b *builder) clocks() []ClockRow {
	out := []ClockRow{}
	p := b.in.Statement.Overall.Period
	for i := range b.in.Incidents {
		c := &b.in.Incidents[i]
		for _, k := range c.Clocks {
			if k.OpenedAt >= p.From && k.OpenedAt < p.To {
				out = append(out, ClockRow{Incident: c.Record.ID, Title: c.Record.Title, Clock: k})
			}
		}
	}
	slices.SortStableFunc(out, func(x, y ClockRow) int {
		return cmp.Or(cmp.Compare(x.OpenedAt, y.OpenedAt), cmp.Compare(x.Incident, y.Incident), cmp.Compare(x.Indicator, y.Indicator))
	})
	return out
}

// compliance is how each clock of the agreement was kept (SLA.md F41), in its order.
func (b *builder) compliance() []sla.Compliance {
	if h := b.in.Statement.Handled; h != nil && h.Clocks != nil {
		return h.Clocks
	}
	out := []sla.Compliance{}
	for _, c := range b.in.Agreement.Clocks {
		var readings []sla.Clock
		for i := range b.in.Incidents {
			for _, k := range b.in.Incidents[i].Clocks {
				if k.Severity == c.Severity && k.Indicator == c.Indicator.String() {
					k.Reading.Opened, k.Reading.Stopped = k.OpenedAt, k.StoppedAt
					readings = append(readings, k.Reading)
				}
			}
		}
		out = append(out, sla.Comply(b.in.Statement.Overall.Period, c.Severity, c.Indicator.String(), c.Terms, readings))
	}
	return out
}

// maintenance is every window that touches the period, held against the notice
// that the strictest of its services asks for (SLA.md F12).
func (b *builder) maintenance() []Work {
	out := []Work{}
	for _, r := range b.in.Statement.Records {
		if r.Kind != "maintenance" && r.Kind != "emergency" {
			continue
		}
		w := Work{
			ID: r.ID, Emergency: r.Kind == "emergency", Services: r.Services, From: r.From, To: r.To, Reason: r.Reason,
			By: r.By, Announced: r.At, Excused: b.excused(r.ID),
		}
		if w.Announced != 0 {
			w.Notice = w.From - w.Announced
		}
		w.Required = b.required(&r)
		w.Kept = w.Required == 0 || w.Required > 0 && w.Announced != 0 && w.Notice >= w.Required
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(x, y Work) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.ID, y.ID)) })
	return out
}

// notExcused is the notice that no window can keep.
const notExcused = -1

// required is the notice that a window needs, ms; notExcused for an emergency
// window that the agreement never excuses.
func (b *builder) required(r *sla.Record) int64 {
	need := int64(0)
	for _, s := range b.in.Agreement.Services {
		if s.Terms == nil || len(r.Services) > 0 && !slices.Contains(r.Services, s.ID) {
			continue
		}
		t := &s.Terms.Maintenance
		switch {
		case r.Kind != "emergency":
			need = max(need, t.MinNotice)
		case !t.EmergencyExcused:
			return notExcused
		default:
			need = max(need, t.EmergencyMinNotice)
		}
	}
	return need
}

// excused is the longest time that a window took out of any service's account,
// or made up in it.
func (b *builder) excused(id string) int64 {
	most := int64(0)
	for i := range b.in.Statement.Services {
		sum := int64(0)
		for _, e := range b.in.Statement.Services[i].Verdict.Ledger {
			if e.Maintenance == id && e.State != e.Observed && (e.State == sla.Excluded || e.State == sla.Up) {
				sum += e.To - e.From
			}
		}
		most = max(most, sum)
	}
	return most
}

// gaps lists every span that was taken out, and every one that nobody observed.
func (b *builder) gaps() (excluded, unknown []Gap) {
	excluded, unknown = []Gap{}, []Gap{}
	for i := range b.in.Statement.Services {
		s := &b.in.Statement.Services[i]
		for _, e := range s.Verdict.Ledger {
			g := Gap{
				Service: s.Service, Name: s.Name, From: e.From, To: e.To, Rule: e.Rule,
				Because: cmp.Or(e.Adjustment, e.Maintenance), CountedAs: e.State.String(), ObservedAs: e.Observed.String(),
			}
			g.Reason = b.reasons[g.Because]
			switch {
			case e.State == sla.Excluded:
				excluded = append(excluded, g)
			case e.Observed == sla.Unknown && e.State != sla.OutOfScope:
				unknown = append(unknown, g)
			}
		}
	}
	return excluded, unknown
}

// days cuts a ledger at the midnights of the agreement's zone.
func days(v *sla.Verdict, a *contract.Agreement) []Day {
	var out []Day
	local := localDate(v.Period.From, a.Zone)
	at, i := v.Period.From, 0
	for at < v.Period.To {
		local = local.AddDate(0, 0, 1)
		end := min(contract.At(local, a.Zone).UnixMilli(), v.Period.To)
		if end <= at { // a day that the zone skipped
			continue
		}
		d := Day{Date: local.AddDate(0, 0, -1).Format("2006-01-02"), Outside: end - at}
		for i > 0 && v.Ledger[i-1].To > at {
			i--
		}
		for ; i < len(v.Ledger) && v.Ledger[i].From < end; i++ {
			d.add(v.Ledger[i].State, min(v.Ledger[i].To, end)-max(v.Ledger[i].From, at))
		}
		out = append(out, d)
		at = end
	}
	return out
}

func (d *Day) add(state sla.State, n int64) {
	switch state {
	case sla.Up:
		d.Up += n
	case sla.Degraded:
		d.Degraded += n
	case sla.Down:
		d.Down += n
	case sla.Excluded:
		d.Excluded += n
	case sla.Unknown:
		d.Unknown += n
	default:
		return
	}
	d.Outside -= n
}
