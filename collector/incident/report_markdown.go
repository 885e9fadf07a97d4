package incident

import (
	"cmp"
	"io"
	"strconv"
	"strings"
	"time"
)

// WriteMarkdown writes the report in a language (a BCP 47 tag; English for one
// that it does not have), with instants in a zone (UTC when nil).
func WriteMarkdown(w io.Writer, r *Report, lang string, zone *time.Location) error {
	p := &page{r: r, t: reportWordsOf(lang), lang: languageOf(lang), zone: zone}
	p.head()
	p.impact()
	p.clocks()
	p.heading(2, p.say("Timeline"))
	p.table(p.words("When", "What", "Who", "Entered"), p.timeline())
	p.evidence()
	p.text("Cause", r.Cause)
	p.text("Remedy", r.Remedy)
	p.actions()
	_, err := io.WriteString(w, p.String())
	return err
}

// page is a report that is being written.
type page struct {
	markdown
	r    *Report
	t    map[string]string // translations; English is the key
	lang *language
	zone *time.Location
}

// say translates a text, and puts values in the place of %s.
func (p *page) say(text string, values ...string) string {
	text = cmp.Or(p.t[text], englishReport[text], text)
	for _, v := range values {
		text = strings.Replace(text, "%s", v, 1)
	}
	return text
}

func (p *page) words(texts ...string) (out []string) {
	for _, t := range texts {
		out = append(out, p.say(t))
	}
	return out
}

// when writes an instant, "–" where there is none.
func (p *page) when(at int64) string {
	if at == 0 {
		return "–"
	}
	return instant(at, p.zone)
}

// until writes the end of an outage.
func (p *page) until(at int64) string {
	if at == 0 {
		return p.say("goes on")
	}
	return p.when(at)
}

func (p *page) length(ms int64) string {
	if ms < 0 {
		return "–"
	}
	return p.lang.length(ms)
}

func (p *page) party(agreement string) *ReportParty {
	for n := range p.r.Parties {
		if p.r.Parties[n].Agreement == agreement {
			return &p.r.Parties[n]
		}
	}
	return &ReportParty{}
}

// service names a service, and its agreement where the report is of several.
func (p *page) service(agreement, service string) string {
	name := cmp.Or(p.party(agreement).Services[service], service)
	if p.r.Agreement == "" {
		name += " (" + cmp.Or(p.party(agreement).Name, agreement) + ")"
	}
	return name
}

func (p *page) title() string {
	if p.r.Title != "" {
		return p.r.Title
	}
	var names []string
	seen := map[string]bool{}
	for _, e := range p.r.Evidence {
		if name := p.service(e.Agreement, e.Service); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return strings.Join(names, p.say(", "))
}

func (p *page) head() {
	p.heading(1, p.say("Fault report %s", p.r.Incident))
	p.paragraphs(p.title())
	r := p.r
	state := p.say("state " + string(r.State))
	if r.Major {
		state += p.say(", ") + p.say("major")
	}
	rows := [][]string{{p.say("State"), state}}
	for _, party := range r.Parties {
		about := []string{cmp.Or(party.Name, party.Agreement)}
		if party.Customer != "" {
			about = append(about, party.Customer)
		}
		if party.Severity != "" {
			about = append(about, p.say("severity %s", party.Severity))
		}
		rows = append(rows, []string{p.say("Agreement"), strings.Join(about, p.say(", "))})
	}
	for _, mark := range []struct {
		name string
		at   int64
	}{
		{"Failed", r.Failed}, {"Detected", r.Detected}, {"Reported", r.Reported}, {"Answered", r.Acknowledged}, {"Workaround", r.Mitigated},
		{"Restored", r.Restored}, {"Resolved", r.Resolved}, {"Reviewed", r.Reviewed},
	} {
		rows = append(rows, []string{p.say(mark.name), p.when(mark.at)})
	}
	if r.Reopened > 0 {
		rows = append(rows, []string{p.say("Reopened"), p.say("%s times", strconv.Itoa(r.Reopened))})
	}
	rows = append(rows, []string{p.say("Written"), p.say("%s, from %s entries of the record", p.when(r.WrittenAt), strconv.Itoa(r.Entries))})
	p.table(p.words("Incident", r.Incident), rows)
	if len(r.Missing) > 0 {
		var names []string
		for _, m := range r.Missing {
			names = append(names, p.say("missing "+m))
		}
		p.paragraphs(p.say("Not written yet: %s.", strings.Join(names, p.say(", "))))
	}
}

func (p *page) impact() {
	p.heading(2, p.say("Impact"))
	if len(p.r.Impact) == 0 {
		p.paragraphs(p.say("Nothing is counted under the agreement."))
	}
	var rows [][]string
	for _, i := range p.r.Impact {
		rows = append(rows, []string{
			p.service(i.Agreement, i.Service), i.Period, p.length(i.Counted), p.length(i.Budget), cmp.Or(percent(i.Share, 2), "–"), p.left(&i),
			cmp.Or(percent(i.Availability, 4), "–"), cmp.Or(percent(i.Objective, 4), "–"),
		})
	}
	p.table(p.words("Service", "Period", "Counted", "Budget", "Share of the budget", "Left of it", "Availability", "Objective"), rows)
}

func (p *page) left(i *ReportImpact) string {
	switch {
	case i.Budget < 0:
		return "–"
	case i.BudgetLeft < 0:
		return p.say("overspent by %s", p.lang.length(-i.BudgetLeft))
	}
	return p.lang.length(i.BudgetLeft)
}

func (p *page) clocks() {
	p.heading(2, p.say("Targets"))
	if len(p.r.Clocks) == 0 {
		p.paragraphs(p.say("No clock of the agreement was opened."))
	}
	var rows [][]string
	for n := range p.r.Clocks {
		c := &p.r.Clocks[n]
		name := p.say(c.Indicator) + p.say(", ") + c.Severity
		if p.r.Agreement == "" {
			name += " (" + cmp.Or(p.party(c.Agreement).Name, c.Agreement) + ")"
		}
		rows = append(rows, []string{
			name, p.length(c.Target), p.when(c.OpenedAt), p.when(c.StoppedAt), p.length(c.Elapsed), p.length(c.Paused), p.length(c.OffHours), p.when(c.DueAt), p.verdict(c),
		})
	}
	p.table(p.words("Target", "Agreed", "Opened", "Stopped", "Taken", "Paused", "Off hours", "Due", "Result"), rows)
}

// verdict is the word for how a clock stands.
func (p *page) verdict(c *ClockStatus) string {
	switch {
	case c.Breach:
		return p.say("missed")
	case c.Met:
		return p.say("met")
	case c.Running:
		return p.say("running")
	}
	return p.say("paused")
}

func (p *page) timeline() (rows [][]string) {
	for n := range p.r.Timeline {
		e := &p.r.Timeline[n]
		what := p.say("event " + string(e.Kind))
		switch {
		case e.Kind == EventOutageJoined || e.Kind == EventOutageEnded || e.Kind == EventOutageWithdrawn:
			what += p.say(": ") + p.service(e.Agreement, e.Subject)
		case e.Subject != "":
			what += p.say(": ") + e.Subject
		}
		if e.Text != "" {
			said := e.Text
			if e.Kind == EventAction {
				said = p.say("action " + said)
			}
			what += p.say(" – ") + said
		}
		who := e.By
		if who == System {
			who = p.say("the collector")
		}
		entered := ""
		if e.Entered != 0 {
			entered = p.when(e.Entered)
		}
		rows = append(rows, []string{p.when(e.At), what, who, entered})
	}
	return rows
}

func (p *page) evidence() {
	p.heading(2, p.say("Evidence"))
	if len(p.r.Evidence) == 0 {
		p.paragraphs(p.say("No probe saw an outage."))
	}
	for n := range p.r.Evidence {
		e := &p.r.Evidence[n]
		p.heading(3, p.service(e.Agreement, e.Service)+p.say(": ")+p.say("%s to %s", p.when(e.From), p.until(e.To)))
		rows := [][]string{{p.say("Outage"), e.Outage}}
		if e.To != 0 {
			rows = append(rows, []string{p.say("Length"), p.length(e.To - e.From)})
		}
		rows = append(rows, []string{p.say("Counted"), p.length(e.Counted)})
		if e.Cause != "" {
			rows = append(rows, []string{p.say("Measured cause"), p.known("cause ", e.Cause)})
		}
		if len(e.Locations) > 0 {
			rows = append(rows, []string{p.say("Decided by"), strings.Join(e.Locations, p.say(", "))})
		}
		p.table(p.words("What", "Measured"), rows)
		p.results(e)
	}
}

func (p *page) results(e *ReportEvidence) {
	var rows [][]string
	for _, r := range e.Results {
		rows = append(rows, []string{p.when(r.At), r.Check, r.Location, p.known("outcome ", r.Outcome), p.known("cause ", r.Cause), r.Message})
	}
	p.table(p.words("When", "Check", "Location", "Outcome", "Measured cause", "Message"), rows)
	if len(e.Path) > 0 {
		p.paragraphs(p.say("Path to the target:"))
		p.list(e.Path)
	}
}

// known is the word for one of protocol's, the word itself where there is none.
func (p *page) known(kind, word string) string {
	return cmp.Or(p.t[kind+word], englishReport[kind+word], word)
}

func (p *page) text(heading, text string) {
	p.heading(2, p.say(heading))
	if strings.TrimSpace(text) == "" {
		text = p.say("Not written yet.")
	}
	p.paragraphs(text)
}

func (p *page) actions() {
	p.heading(2, p.say("Preventive actions"))
	if len(p.r.Actions) == 0 {
		p.paragraphs(p.say("None is on record."))
	}
	var rows [][]string
	for _, a := range p.r.Actions {
		rows = append(rows, []string{a.ID, a.Text, a.Owner, a.Due, p.say("action " + a.State), a.Note})
	}
	p.table(p.words("No.", "Action", "Owner", "Due", "State", "Note"), rows)
}
