package incident

import (
	"cmp"
	"time"
)

// ClockFacts are what is known of one response or resolution clock of an incident.
type ClockFacts struct {
	At            int64
	Incident      string
	Title         string // of the incident
	Agreement     string
	AgreementName string
	Customer      string
	Language      string
	Zone          *time.Location
	Severity      string    // the contract's own word
	Indicator     Indicator // what the clock measures
	DueAt         int64     // when the target is reached as things stand; 0: not foreseeable
	Target        int64     // ms
	Elapsed       int64     // ms, on the clock's calendar
	Running       bool      // it counts now: not paused, not stopped
	Stopped       bool      // answered or mended; only a reopening starts it again
	StoppedAt     int64     // effective
	Breach        bool
	WarnBefore    int64 // ms before DueAt; a quarter of the target when 0

	// Present figures of the service that suffers most, for the text; −1 and 0 without a target.
	Budget, BudgetLeft int64
	Where              []string // deciding parts, "check/location"
}

// Indicator is what a clock of an incident measures.
type Indicator string

const (
	IndicatorResponse   Indicator = "response"
	IndicatorResolution Indicator = "resolution"
)

// ObserveClock judges one clock of an incident: due soon, and missed. Neither
// maintenance nor service hours quiet it: the clock's own calendar decides when
// it counts.
func (e *Engine) ObserveClock(f ClockFacts) []Change {
	due, missed := finding{alert: Alert{Kind: ResponseDue}}, finding{alert: Alert{Kind: ResponseMissed}}
	if f.Indicator == IndicatorResolution {
		due.alert.Kind, missed.alert.Kind = ResolutionDue, ResolutionMissed
	}
	f.due(&due)
	f.missed(&missed)
	return append(e.settleClock(&f, due), e.settleClock(&f, missed)...)
}

// RetireIncident closes the clocks' alerts of an incident that is no longer looked at.
func (e *Engine) RetireIncident(at int64, incident, reason string) []Change {
	return e.retire(at, reason, func(a *Alert) bool { return a.Incident == incident })
}

func (f *ClockFacts) due(out *finding) {
	l := languageOf(f.Language)
	warn := cmp.Or(f.WarnBefore, f.Target/4)
	switch {
	case f.Stopped:
		out.ends, out.over = f.StoppedAt, l.say(reasonInTime)
	case f.Breach:
		out.over = l.say(reasonTargetPassed)
	case !f.Running || f.DueAt == 0:
		out.over = l.say(reasonStands)
	case f.At >= f.DueAt-warn:
		out.is = on
	default:
		out.over = l.say(reasonDueLater)
	}
}

func (f *ClockFacts) missed(out *finding) {
	l := languageOf(f.Language)
	switch {
	case f.Breach && f.Stopped:
		out.ends, out.over = f.StoppedAt, l.say(reasonLate, "late", l.length(f.Elapsed-f.Target))
	case f.Breach:
		out.is = on
	default:
		out.is, out.over = erased, l.say(reasonNotMissed)
	}
}

func (e *Engine) settleClock(f *ClockFacts, x finding) []Change {
	a := &x.alert
	a.Agreement, a.Incident = f.Agreement, f.Incident
	open := e.open[key(a)]
	if a.Where = f.Where; open != nil {
		a.Where = nil // as when it was raised: the incident lists its outages
	}
	if a.StartsAt = 0; x.is == on && open == nil {
		a.StartsAt = f.At
		if f.Breach && f.DueAt != 0 {
			a.StartsAt = min(f.DueAt, f.At)
		}
	}
	a.Severity = cmp.Or(e.o.Severity[a.Kind], defaultSeverity[a.Kind])
	x.labels = []string{"customer", f.Customer, "priority", f.Severity}
	x.language, x.zone, x.words = f.Language, f.Zone, f.words
	return e.settle(f.At, x)
}

func (f *ClockFacts) words() words {
	l := languageOf(f.Language)
	w := words{
		"agreement", cmp.Or(f.AgreementName, f.Agreement), "title", f.Title, "priority", f.Severity, "customer", f.Customer,
		"elapsed", l.length(f.Elapsed), "clock_target", l.length(f.Target),
	}
	if f.DueAt > f.At {
		w = append(w, "due", instant(f.DueAt, f.Zone), "due_in", l.length(f.DueAt-f.At))
	} else if f.DueAt != 0 {
		w = append(w, "due", instant(f.DueAt, f.Zone))
	}
	if f.Elapsed > f.Target {
		w = append(w, "late", l.length(f.Elapsed-f.Target))
	}
	if f.Budget > 0 {
		w = append(w, l.budget(f.Budget, f.BudgetLeft)...)
	}
	return w
}
