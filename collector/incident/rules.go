package incident

import (
	"cmp"
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// Observe judges one service. Facts that were judged before change nothing.
func (e *Engine) Observe(f Facts) []Change {
	out := e.reconcile(&f)
	j := judgement{e: e, f: &f, outages: e.outages[service{f.Agreement, f.Service}]}
	out = append(out, j.settle(j.down())...)
	out = append(out, j.settle(j.degraded())...)
	out = append(out, j.settle(j.noData())...)
	for _, severity := range []string{Page, Ticket} {
		out = append(out, j.settle(j.atRisk(severity))...)
	}
	out = append(out, j.settle(j.forecast())...)
	if rolled, yes := j.rolledOver(); yes {
		out = append(out, j.settle(rolled)...)
	}
	out = append(out, j.settle(j.breached())...)
	return append(out, j.settle(j.coverage())...)
}

// judgement is one run of all rules over one service.
type judgement struct {
	e       *Engine
	f       *Facts
	outages []*Outage
}

func (j *judgement) settle(f finding) []Change {
	a := &f.alert
	a.Agreement, a.Service = j.f.Agreement, j.f.Service
	a.Severity = cmp.Or(a.Severity, j.e.o.Severity[a.Kind], defaultSeverity[a.Kind])
	if a.StartsAt == 0 && f.is == on && j.current(a.Kind, a.Severity) == nil {
		a.StartsAt = j.f.At
	}
	f.labels = []string{"customer", j.f.Customer, "tier", j.f.Tier}
	f.language, f.zone = j.f.Language, j.f.Zone
	extra, kind := f.words, a.Kind
	f.words = func() words {
		w := append(j.f.words(), "places", j.places(kind))
		if extra != nil {
			w = append(w, extra()...)
		}
		return w
	}
	return j.e.settle(j.f.At, f)
}

// current returns the open alert of a kind for the service, or nil.
func (j *judgement) current(k Kind, severity string) *Alert {
	return j.e.open[key(&Alert{Kind: k, Severity: severity, Agreement: j.f.Agreement, Service: j.f.Service})]
}

var defaultSeverity = map[Kind]string{
	ServiceDown: Page, ServiceDegraded: Ticket, ServiceNoData: Page, ObjectiveForecast: Ticket, ObjectiveBreached: Ticket,
	CoverageLow: Ticket, AgentSilent: Ticket, AgentFaulty: Ticket, ClockOff: Ticket,
	ResponseDue: Page, ResponseMissed: Page, ResolutionDue: Ticket, ResolutionMissed: Ticket, CertificateExpiring: Ticket,
	MaintenanceBegins: Info, MaintenanceEnded: Info, MaintenanceOverran: Ticket,
}

func (j *judgement) seenUp() bool { return j.f.State == sla.Up || j.f.State == sla.Degraded }

// lasted reports whether a state that holds since an instant has filled n slots.
func (j *judgement) lasted(since int64, n int) bool {
	return since != 0 && j.f.At-since > int64(max(n, 1)-1)*j.f.Confirm.Interval
}

// down: a confirmed outage is on. It stays through unknown time, for a silence
// is never up, and until Recover slots in a row have not failed.
func (j *judgement) down() finding {
	a := j.current(ServiceDown, "")
	out := finding{alert: Alert{Kind: ServiceDown, Cause: j.f.Cause}}
	out.hush = j.quiet(a)
	if n := len(j.outages); n > 0 && j.outages[n-1].Ongoing {
		out.is = on
	}
	first := j.firstOutage(a)
	switch {
	case a == nil && out.is != on:
		return out
	case first == nil && a.StartsAt >= j.f.OutagesFrom:
		out.is, out.over = erased, j.say(reasonNoDownTime)
		return out
	case out.is != on && j.seenUp() && j.recovered(a):
		out.is, out.ends, out.over = off, j.f.Recovered, j.say(reasonUpAgain)
		return out
	case out.is != on:
		out.is = stays
	}
	j.flap(&out, a)
	if first != nil {
		out.alert.Where = first.Where
		// An outage that dated the alert may have left the window: then its date stands.
		if a == nil || first.ID == a.Outage || a.StartsAt >= j.f.OutagesFrom {
			out.alert.StartsAt, out.alert.Outage = first.From, first.ID
		}
		for _, o := range j.outages {
			if o.From > first.From {
				out.alert.Where = union(out.alert.Where, o.Where)
			}
		}
	}
	return out
}

// firstOutage returns the outage that dates an alert: the one it was opened
// for, else the first that reaches into it; for no alert the latest.
func (j *judgement) firstOutage(a *Alert) *Outage {
	if a == nil {
		if n := len(j.outages); n > 0 {
			return j.outages[n-1]
		}
		return nil
	}
	for _, o := range j.outages {
		if o.ID == a.Outage {
			return o
		}
	}
	for _, o := range j.outages {
		if o.Ongoing || o.To > a.StartsAt {
			return o
		}
	}
	return nil
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// degraded: slow, or near the end of a certificate, for as many slots as an
// outage needs. Down takes its place.
func (j *judgement) degraded() finding {
	a := j.current(ServiceDegraded, "")
	out := finding{alert: Alert{Kind: ServiceDegraded}, is: stays}
	out.hush = j.quiet(a)
	worse := j.current(ServiceDown, "")
	switch {
	case worse != nil:
		out.is, out.ends, out.over = off, worse.StartsAt, j.say(reasonDownNow)
	case j.f.State == sla.Degraded && j.lasted(j.f.Since, j.f.Confirm.Slots):
		out.is = on
		if a == nil {
			out.alert.StartsAt, out.alert.Cause, out.alert.Where = j.f.Since, j.f.Cause, j.f.Where
		}
	case j.f.State == sla.Up && j.lasted(j.f.Since, j.e.o.Recover):
		out.is, out.ends, out.over = off, j.f.Since, j.say(reasonFastAgain)
	}
	return out
}

// noData: nothing is known of the service. It is an alert of its own.
func (j *judgement) noData() finding {
	a := j.current(ServiceNoData, "")
	out := finding{alert: Alert{Kind: ServiceNoData}, is: off, ends: j.f.Since, over: j.say(reasonResults)}
	out.hush = j.quiet(a)
	if j.f.State != sla.Unknown {
		return out
	}
	out.is = stays
	since := max(j.f.Since, j.f.Watching)
	if j.f.At-since >= cmp.Or(j.f.NoDataAfter, DefaultNoData) {
		out.is = on
		if a == nil {
			out.alert.StartsAt = since
		}
	}
	return out
}

// coverage: too little of the expected time is known for the figures to convince.
func (j *judgement) coverage() finding {
	c := j.f.Coverage
	out := finding{alert: Alert{Kind: CoverageLow}, is: stays}
	switch {
	case c.Den < CoverageAfter:
	case less(c, j.e.o.CoverageMin):
		out.is = on
	case !less(c, j.e.o.CoverageClear):
		out.is, out.over = off, j.say(reasonCovered)
	}
	return out
}
