package incident

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Defaults of Options and Facts.
const (
	DefaultRecover = 2              // slots in a row
	DefaultNoData  = 5 * 60 * 1000  // ms
	DefaultSilent  = 2 * 60 * 1000  // ms
	CoverageAfter  = 60 * 60 * 1000 // ms of expected time before coverage is judged at all

	DefaultForecast     = 24 * 60 * 60 * 1000      // ms ahead in which a break at the present rate is an alert
	DefaultForecastDown = 30 * 60 * 1000           // ms ahead in which a break is an alert when the service just stays down
	DefaultClockBound   = 1000                     // ms
	DefaultCertWarn     = 14 * 24 * 60 * 60 * 1000 // ms
	DefaultFlapOpens    = 3                        // outages
	DefaultFlapWindow   = 30 * 60 * 1000           // ms
	DefaultFlapCalm     = 10 * 60 * 1000           // ms
	EndedFor            = 15 * 60 * 1000           // ms for which the end of a window is told
)

// Hysteresis: what it takes to close an alert that was opened at another bound.
var (
	DefaultCoverageMin   = sla.Ratio{Num: 90, Den: 100} // below: opens
	DefaultCoverageClear = sla.Ratio{Num: 95, Den: 100} // at least: closes
	BurnClear            = sla.Ratio{Num: 9, Den: 10}   // of the factor: a burn alert closes only below it
	ForecastClear        = sla.Ratio{Num: 3, Den: 2}    // of the horizon: a forecast closes only beyond it
	ClockClear           = sla.Ratio{Num: 1, Den: 2}    // of the bound: a clock is right again only below it
)

// Options tune the rules. The zero value is the default of each.
type Options struct {
	Recover       int       // slots in a row without a failure before down or degraded is over
	CoverageMin   sla.Ratio // below it coverage is low
	CoverageClear sla.Ratio // at or above it coverage is no longer low
	RunbookURL    string    // of RUNBOOK.md as published; annotations add the section
	Severity      map[Kind]string

	Forecast     int64 // ms ahead in which a forecast break is an alert
	ForecastDown int64 // the same while the service is down
	FlapOpens    int   // outages within FlapWindow that make a service flapping
	FlapWindow   int64 // ms; at least 20 intervals of the check
	FlapCalm     int64 // ms without a failure before a flapping service is well; at least 2·Recover intervals
}

// Engine remembers what is open and judges facts against it. It is not safe
// for concurrent use: one goroutine owns it.
type Engine struct {
	o       Options
	open    map[string]*Alert
	outages map[service][]*Outage // by From, those that late results may still touch
}

type service struct{ agreement, name string }

// New returns an engine that knows of nothing open.
func New(o Options) *Engine {
	o.Recover = cmp.Or(o.Recover, DefaultRecover)
	o.CoverageMin = cmp.Or(o.CoverageMin, DefaultCoverageMin)
	o.CoverageClear = cmp.Or(o.CoverageClear, DefaultCoverageClear)
	o.Forecast, o.ForecastDown = cmp.Or(o.Forecast, DefaultForecast), cmp.Or(o.ForecastDown, DefaultForecastDown)
	o.FlapOpens, o.FlapWindow, o.FlapCalm = cmp.Or(o.FlapOpens, DefaultFlapOpens), cmp.Or(o.FlapWindow, DefaultFlapWindow), cmp.Or(o.FlapCalm, DefaultFlapCalm)
	return &Engine{o: o, open: map[string]*Alert{}, outages: map[service][]*Outage{}}
}

// Restore replaces what the engine remembers by what its changes left behind:
// the open alerts, and the outages that have not been withdrawn. An engine
// restored so gives the same changes as one that never stopped. Restore also
// after changes could not be saved: the engine is then ahead of the record.
func (e *Engine) Restore(open []Alert, outages []Outage) {
	clear(e.open)
	clear(e.outages)
	for i := range open {
		if a := &open[i]; a.Open() {
			e.open[a.Key] = a.Clone()
		}
	}
	for i := range outages {
		o := &outages[i]
		if s := (service{o.Agreement, o.Service}); !o.Withdrawn {
			e.outages[s] = append(e.outages[s], o.Clone())
		}
	}
	for _, of := range e.outages {
		slices.SortFunc(of, func(a, b *Outage) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID)) })
	}
}

// Active returns the open alerts in the order of their keys, with figures as
// fresh as the facts that were last observed.
func (e *Engine) Active() []Alert {
	out := make([]Alert, 0, len(e.open))
	for _, a := range e.open {
		out = append(out, *a.Clone())
	}
	slices.SortFunc(out, func(a, b Alert) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Retire closes what is open for a service that is no longer in its agreement,
// or for a whole agreement when service is "".
func (e *Engine) Retire(at int64, agreement, name, reason string) []Change {
	out := e.retire(at, reason, func(a *Alert) bool {
		return a.Agent == "" && a.Agreement == agreement && (name == "" || a.Service == name)
	})
	for _, s := range slices.SortedFunc(maps.Keys(e.outages), service.compare) {
		if s.agreement != agreement || name != "" && s.name != name {
			continue
		}
		for _, o := range e.outages[s] {
			if o.Ongoing { // nobody looks any longer: it lasted as long as is known
				o.Ongoing, o.To = false, max(at, o.From)
				out = append(out, Change{Kind: ChangeResolved, At: at, Reason: reason, Outage: o.Clone()})
			}
		}
		delete(e.outages, s)
	}
	return out
}

func (s service) compare(t service) int {
	return cmp.Or(cmp.Compare(s.agreement, t.agreement), cmp.Compare(s.name, t.name))
}

// RetireAgent closes what is open for an agent that was revoked.
func (e *Engine) RetireAgent(at int64, agent, reason string) []Change {
	return e.retire(at, reason, func(a *Alert) bool { return a.Agent == agent })
}

func (e *Engine) retire(at int64, reason string, match func(*Alert) bool) []Change {
	var out []Change
	for _, a := range e.Active() {
		if match(&a) {
			out = append(out, e.finish(e.open[a.Key], Resolved, at, at, reason))
		}
	}
	return out
}

// key names a condition. A part that does not apply is left out.
func key(a *Alert) string {
	k := string(a.Kind)
	if a.Kind == ObjectiveAtRisk {
		k += ":" + a.Severity
	}
	if a.Agent != "" {
		return k + ":" + a.Agent
	}
	k += ":" + a.Agreement
	for _, part := range []string{a.Service, strings.TrimPrefix(a.Check, a.Agreement+"/"+a.Service+"/"), a.Incident, a.Window} {
		if part != "" {
			k += "/" + part
		}
	}
	return k
}

func labels(a *Alert, extra []string) map[string]string {
	m := map[string]string{"alertname": a.Kind.AlertName(), "severity": a.Severity}
	add := func(name, value string) {
		if value != "" {
			m[name] = value
		}
	}
	add("agreement", a.Agreement)
	add("service", a.Service)
	add("agent", a.Agent)
	add("incident", a.Incident)
	add("check", a.Check)
	add("window", a.Window)
	for i := 0; i+1 < len(extra); i += 2 {
		add(extra[i], extra[i+1])
	}
	return m
}
