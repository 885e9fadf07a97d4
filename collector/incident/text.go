package incident

import (
	"cmp"
	"strings"
)

// text is what one kind of alert says. A sentence with a {word} that has no
// value is left out, so that nothing is ever printed half.
type text struct {
	summary   string
	sentences []string
}

// language is everything that a second language needs to give.
type language struct {
	day, hour, minute, second, milli, minus string
	kinds                                   map[Kind]text
}

func languageOf(name string) *language {
	if l := languages[name]; l != nil {
		return l
	}
	return english
}

var languages = map[string]*language{"en": english}

var english = &language{
	day: "d", hour: "h", minute: "min", second: "s", milli: "ms", minus: "minus ",
	kinds: map[Kind]text{
		ServiceDown: {"{service} ({agreement}) is down", []string{
			"Down since {since}, {for} by now.", "Cause: {cause}.", "Decided by {where}.",
			budgetLeft, budgetOver, excused, notExcused,
		}},
		ServiceDegraded: {"{service} ({agreement}) is degraded", []string{
			"Answers, but not as agreed, since {since}, {for} by now.", "Cause: {cause}.", "Decided by {where}.", budgetLeft, budgetOver, excused, notExcused,
		}},
		ServiceNoData: {"Nothing is known of {service} ({agreement})", []string{
			"No result since {since}, {for} by now: it may be up or down.", "Look at the agents before the service.", budgetLeft, budgetOver,
		}},
		ObjectiveAtRisk: {"{service} ({agreement}) spends its downtime budget {burn_times}too fast", []string{
			"Over the last {long} the budget burned at {burn} times the rate that lasts the period, over the last {short} at {shortburn} times; the bound is {factor}.",
			budgetLeft, "At this rate it is spent in {spent_in}.", budgetOver, figures, excused, notExcused,
		}},
		ObjectiveBreached: {"{service} ({agreement}) has missed its objective for {period}", []string{
			budgetOver, figures, "This stands until the period is over.",
		}},
		CoverageLow: {"Too little is known of {service} ({agreement})", []string{
			"Results cover {coverage} of the time in which they were due.", "What nobody measured can be proved by nobody.",
		}},
		AgentSilent: {"Agent {agent} at {location} is silent", []string{
			"Last heard of at {seen}, {for} ago; it should report at least every {after}.", "It has {checks} checks assigned, which have no results from {location} meanwhile.",
		}},
		AgentFaulty: {"Agent {agent} at {location} reports faults of its own", []string{
			"Faults: {faults}.", "What it could not judge counts as unknown.",
		}},
	},
}

// Sentences that several kinds share.
const (
	budgetLeft = "{budget_left} left of {budget} of downtime budget in {period}."
	budgetOver = "The downtime budget of {budget} in {period} is overspent by {budget_over}."
	figures    = "Availability is {availability}, the objective {target}."
	excused    = "Maintenance {maintenance} covers now until {maintenance_until}: its time is excluded."
	notExcused = "Maintenance {unexcused} covers now but does not qualify: {unexcused_why}; its time counts."
)

// words are the values of a text: name, value, name, value, …
type words []string

// figureWords are the values that annotations carry one by one too.
var figureWords = []string{"availability", "target", "budget", "budget_left", "budget_over", "coverage", "burn", "spent_in"}

// words returns what the facts have to say, in their language.
func (f *Facts) words() words {
	l := languageOf(f.Language)
	w := words{
		"agreement", cmp.Or(f.AgreementName, f.Agreement), "service", cmp.Or(f.ServiceName, f.Service),
		"customer", f.Customer, "tier", f.Tier, "period", f.PeriodID,
		"availability", percent(f.Availability, 4), "target", percent(f.Target, 4), "coverage", percent(f.Coverage, 2),
	}
	if f.Target.Den > 0 && f.Budget >= 0 {
		w = append(w, "budget", l.length(f.Budget))
		if f.BudgetLeft >= 0 {
			w = append(w, "budget_left", l.length(f.BudgetLeft))
		} else {
			w = append(w, "budget_over", l.length(-f.BudgetLeft))
		}
	}
	switch m := f.Maintenance; {
	case m == nil:
	case m.Qualifies:
		w = append(w, "maintenance", m.ID, "maintenance_until", instant(m.Until, f.Zone))
	default:
		w = append(w, "unexcused", m.ID, "unexcused_why", cmp.Or(m.Why, "not announced as the agreement asks"))
	}
	return w
}

func (b *Burn) words(f *Facts) words {
	l := languageOf(f.Language)
	w := words{
		"long", l.length(b.Long.Milliseconds()), "short", l.length(b.Short.Milliseconds()),
		"burn", decimal(b.LongBurn, 1), "shortburn", decimal(b.ShortBurn, 1), "factor", decimal(b.Factor, 1),
	}
	if b.LongBurn.Present() { // else "too fast" has to do
		w = append(w, "burn_times", decimal(b.LongBurn, 1)+" times ")
	}
	if in := spentIn(f.BudgetLeft, b.LongBurn, f.Target); in >= 0 {
		w = append(w, "spent_in", l.length(in))
	}
	return w
}

// write renders the annotations of an alert.
func (e *Engine) write(at int64, a *Alert, f finding) {
	l := languageOf(f.language)
	t := l.kinds[a.Kind]
	w := append(f.words(),
		"since", instant(a.StartsAt, f.zone), "for", l.length(max(0, at-a.StartsAt)),
		"cause", a.Cause, "where", strings.Join(a.Where, ", "))
	m := map[string]string{"runbook_url": e.o.RunbookURL + "#" + strings.ReplaceAll(string(a.Kind), "_", "-")}
	m["summary"], _ = w.render(t.summary)
	var said []string
	for _, s := range t.sentences {
		if s, whole := w.render(s); whole {
			said = append(said, s)
		}
	}
	m["description"] = strings.Join(said, " ")
	for _, name := range figureWords {
		if v := w.value(name); v != "" {
			m[name] = v
		}
	}
	a.Annotations = m
}

func (w words) value(name string) string {
	for i := 0; i+1 < len(w); i += 2 {
		if w[i] == name {
			return w[i+1]
		}
	}
	return ""
}

// render puts values into a text; whole is false when one was missing.
func (w words) render(s string) (out string, whole bool) {
	var b strings.Builder
	whole = true
	for {
		before, rest, found := strings.Cut(s, "{")
		b.WriteString(before)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return b.String(), whole
		}
		v := w.value(name)
		whole = whole && v != ""
		b.WriteString(v)
		s = after
	}
}
