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
	silent := finding{alert: Alert{Kind: AgentSilent}, ends: f.LastSeen, over: "heard of again"}
	if f.At-f.LastSeen > cmp.Or(f.SilentAfter, DefaultSilent) {
		silent.is, silent.alert.StartsAt = on, f.LastSeen
	}
	faulty := finding{alert: Alert{Kind: AgentFaulty}, over: "it reports no faults any more"}
	switch a := e.open[key(&Alert{Kind: AgentFaulty, Agent: f.Agent})]; {
	case len(f.Faults) > 0 && a == nil:
		faulty.is, faulty.alert.StartsAt, faulty.alert.Where = on, f.At, f.Faults
	case len(f.Faults) > 0:
		faulty.is, faulty.alert.Where = on, f.Faults
	case silent.is == on:
		faulty.is = stays // its last word stands
	}
	out := e.settleAgent(&f, silent)
	return append(out, e.settleAgent(&f, faulty)...)
}

func (e *Engine) settleAgent(f *AgentFacts, x finding) []Change {
	x.alert.Agent = f.Agent
	x.alert.Severity = cmp.Or(e.o.Severity[x.alert.Kind], defaultSeverity[x.alert.Kind])
	x.labels = []string{"location", f.Location}
	x.language, x.zone = f.Language, f.Zone
	x.words = f.words
	return e.settle(f.At, x)
}

func (f *AgentFacts) words() words {
	w := words{
		"agent", f.Agent, "location", f.Location, "faults", strings.Join(f.Faults, ", "),
		"seen", instant(f.LastSeen, f.Zone), "after", languageOf(f.Language).length(cmp.Or(f.SilentAfter, DefaultSilent)),
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
