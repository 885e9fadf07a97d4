package incident

import (
	"cmp"
	"strings"

	tag "golang.org/x/text/language"
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
	times                                   reason // a rate: "20 times "
	when                                    reason // an instant in a summary: " at 14:37"
	gap, list                               string // between sentences, and between the items of a list
	kinds                                   map[Kind]text
	reasons                                 map[reason]string // English is the key; what is missing stays English
}

// matcher knows the languages by their place in languages, the default first.
var (
	languages = []*language{english, chinese}
	matcher   = tag.NewMatcher([]tag.Tag{tag.English, tag.SimplifiedChinese})
)

// languageOf takes a BCP 47 tag, as agreements have it: "en", "zh-CN".
func languageOf(name string) *language {
	switch name {
	case "", "en":
		return english
	case "zh-CN":
		return chinese
	}
	_, i := tag.MatchStrings(matcher, name)
	return languages[i]
}

// reason is a short text of a change, in English.
type reason string

// say renders a reason with its values: name, value, …
func (l *language) say(r reason, values ...string) string {
	s := string(r)
	if t, ok := l.reasons[r]; ok {
		s = t
	}
	out, _ := words(values).render(s)
	return out
}

// words are the values of a text: name, value, name, value, …
type words []string

// figureWords are the values that annotations carry one by one too.
var figureWords = []string{
	"availability", "target", "budget", "budget_left", "budget_over", "coverage", "burn", "spent_in",
	"forecast", "forecast_in", "flaps", "due", "due_in", "clock_error", "not_after",
}

// words returns what the facts have to say, in their language.
func (f *Facts) words() words {
	l := languageOf(f.Language)
	w := words{
		"agreement", cmp.Or(f.AgreementName, f.Agreement), "service", cmp.Or(f.ServiceName, f.Service),
		"customer", f.Customer, "tier", f.Tier, "period", f.PeriodID,
		"availability", percent(f.Availability, 4), "target", percent(f.Target, 4), "coverage", percent(f.Coverage, 2),
	}
	if f.Target.Den > 0 && f.Budget >= 0 {
		w = append(w, l.budget(f.Budget, f.BudgetLeft)...)
	}
	switch m := f.Maintenance; {
	case m == nil:
	case m.Qualifies:
		w = append(w, "maintenance", m.ID, "maintenance_until", instant(m.Until, f.Zone))
	default:
		w = append(w, "unexcused", m.ID, "unexcused_why", m.why(l))
	}
	return w
}

func (l *language) budget(all, left int64) words {
	if left < 0 {
		return words{"budget", l.length(all), "budget_over", l.length(-left)}
	}
	return words{"budget", l.length(all), "budget_left", l.length(left)}
}

func (b *Burn) words(f *Facts) words {
	l := languageOf(f.Language)
	w := words{
		"long", l.length(b.Long.Milliseconds()), "short", l.length(b.Short.Milliseconds()),
		"burn", decimal(b.LongBurn, 1), "shortburn", decimal(b.ShortBurn, 1), "factor", decimal(b.Factor, 1),
	}
	if b.LongBurn.Present() { // else "too fast" has to do
		w = append(w, "burn_times", l.say(l.times, "n", decimal(b.LongBurn, 1)))
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
		"cause", a.Cause, "where", strings.Join(a.Where, l.list), "parent", a.Parent, "incident", a.Incident, "check", a.Check, "window", a.Window)
	m := map[string]string{"runbook_url": e.o.RunbookURL + "#" + strings.ReplaceAll(string(a.Kind), "_", "-")}
	m["summary"], _ = w.render(t.summary)
	var said []string
	for _, s := range t.sentences {
		if s, whole := w.render(s); whole {
			said = append(said, s)
		}
	}
	m["description"] = strings.Join(said, l.gap)
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

// render puts values into a text; whole is false when one was missing. A word
// with a question mark, {?word}, is asked for and not written.
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
		name, silent := strings.CutPrefix(name, "?")
		v := w.value(name)
		whole = whole && v != ""
		if !silent {
			b.WriteString(v)
		}
		s = after
	}
}
