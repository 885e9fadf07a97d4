package incident

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// ObserveAgent judges one agent. Maintenance of a service does not quiet it:
// probing goes on, and a silent agent is the operator's own fault.
func (e *Engine) ObserveAgent(f AgentFacts) []Change {
	silent := finding{alert: Alert{Kind: AgentSilent}, ends: f.LastSeen, over: languageOf(f.Language).say(reasonHeard)}
	if f.At-f.LastSeen > cmp.Or(f.SilentAfter, DefaultSilent) {
		silent.is, silent.alert.StartsAt = on, f.LastSeen
	}
	faulty := finding{alert: Alert{Kind: AgentFaulty}, over: languageOf(f.Language).say(reasonNoFaults)}
	switch a := e.open[key(&Alert{Kind: AgentFaulty, Agent: f.Agent})]; {
	case len(f.Faults) > 0 && a == nil:
		faulty.is, faulty.alert.StartsAt, faulty.alert.Where = on, f.At, f.Faults
	case len(f.Faults) > 0:
		faulty.is, faulty.alert.Where = on, f.Faults
	case silent.is == on:
		faulty.is = stays // its last word stands
	}
	out := e.settleAgent(&f, silent)
	out = append(out, e.settleAgent(&f, faulty)...)
	return append(out, e.settleAgent(&f, f.clockOff())...)
}

// clockOff: the agent's clock is further from the collector's than its results
// can bear. It is right again only well within the bound.
func (f *AgentFacts) clockOff() finding {
	out := finding{alert: Alert{Kind: ClockOff}, is: stays}
	by := max(f.ClockError, -f.ClockError)
	bound := cmp.Or(f.ClockBound, DefaultClockBound)
	switch {
	case !f.ClockKnown:
	case by > bound:
		out.is = on
	case by*ClockClear.Den <= bound*ClockClear.Num:
		out.is, out.over = off, languageOf(f.Language).say(reasonClockRight)
	}
	return out
}

func (e *Engine) settleAgent(f *AgentFacts, x finding) []Change {
	x.alert.Agent = f.Agent
	x.alert.Severity = cmp.Or(e.o.Severity[x.alert.Kind], defaultSeverity[x.alert.Kind])
	if x.is == on && x.alert.StartsAt == 0 && e.open[key(&x.alert)] == nil {
		x.alert.StartsAt = f.At
	}
	x.labels = []string{"location", f.Location}
	x.language, x.zone = f.Language, f.Zone
	x.words = f.words
	return e.settle(f.At, x)
}

func (f *AgentFacts) words() words {
	w := words{
		"agent", f.Agent, "location", f.Location, "faults", strings.Join(f.Faults, languageOf(f.Language).list),
		"seen", instant(f.LastSeen, f.Zone), "after", languageOf(f.Language).length(cmp.Or(f.SilentAfter, DefaultSilent)),
	}
	if f.ClockKnown {
		l := languageOf(f.Language)
		w = append(w, "clock_error", l.length(f.ClockError), "clock_bound", l.length(cmp.Or(f.ClockBound, DefaultClockBound)))
		if f.ClockError < 0 {
			w = append(w, "clock_behind", l.length(-f.ClockError))
		} else {
			w = append(w, "clock_ahead", l.length(f.ClockError))
		}
	}
	if f.Checks > 0 {
		w = append(w, "checks", strconv.Itoa(f.Checks))
	}
	return w
}

// instant writes an instant for people, in a zone that it names.
func instant(ms int64, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMilli(ms).In(zone).Format("2006-01-02 15:04:05 MST")
}
