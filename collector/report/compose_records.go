package report

import (
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

func (c *composer) maintenance() section {
	s := section{id: "maintenance", title: c.say("Maintenance")}
	if len(c.m.Maintenance) == 0 {
		s.say(c.say("None was announced for this period."))
		return s
	}
	g := newGrid(col(c.say("From, to"), left), wide(c.say("Work")), col(c.say("Announced"), left), col(c.say("Notice"), left), col(c.say("Excused"), right))
	for i := range c.m.Maintenance {
		w := &c.m.Maintenance[i]
		g.add(plain(c.span(w.From, w.To)), plain(c.work(w)), plain(c.announced(w)), c.notice(w), plain(c.length(w.Excused)))
	}
	s.set(c.cut(g))
	return s
}

func (c *composer) work(w *Work) string {
	what := printable(w.Reason)
	if what == "" {
		what = c.say("no reason given")
	}
	lines := []string{what, w.ID + ", " + c.services(w.Services)}
	if w.Emergency {
		lines[1] += ", " + c.say("emergency")
	}
	return strings.Join(lines, "\n")
}

func (c *composer) services(ids []string) string {
	if len(ids) == 0 {
		return c.say("all services")
	}
	return c.list(c.names(ids))
}

func (c *composer) announced(w *Work) string {
	if w.Announced == 0 {
		return c.say("never")
	}
	return c.instant(w.Announced) + "\n" + printable(w.By)
}

func (c *composer) notice(w *Work) cell {
	switch {
	case w.Required == notExcused:
		return marked(markDown, c.say("not excused:\nemergencies count"))
	case w.Required == 0:
		return marked(markUp, c.say("none asked for"))
	case w.Kept:
		return marked(markUp, c.say("kept: %s\nof %s", c.length(w.Notice), c.length(w.Required)))
	case w.Announced == 0:
		return marked(markDown, c.say("not kept: none\nof %s", c.length(w.Required)))
	}
	return marked(markDown, c.say("not kept: %s\nof %s", c.length(w.Notice), c.length(w.Required)))
}

// timeNotCounted sums what was taken out and what nobody observed, and lists all of it.
func (c *composer) timeNotCounted() section {
	s := section{id: "excluded", title: c.say("Excluded and unknown time")}
	g := newGrid(wide(c.say("Service")), col(c.say("Excluded s"), point), col(c.say("Unknown s"), point), col(c.say("of it left out s"), point), col(c.say("In scope s"), point), col(c.say("Coverage %"), point))
	for i := range c.m.Services {
		f := &c.m.Services[i]
		v := &f.Exact
		g.add(c.called(f), plain(Seconds(v.Excluded)), plain(Seconds(v.Unknown)), plain(Seconds(v.UnknownDropped)), plain(Seconds(v.Scope)), plain(f.Coverage))
	}
	s.set(g)
	c.gaps(&s, c.m.Excluded, c.say("No time was excluded."))
	c.gaps(&s, c.m.Unknown, c.say("No time is unknown."))
	return s
}

func (c *composer) gaps(s *section, gaps []Gap, none string) {
	if len(gaps) == 0 {
		s.say(none)
		return
	}
	g := newGrid(col(c.say("From, to"), left), col(c.say("Service"), left), col(c.say("Length s"), point), col(c.say("Counted as"), left), wide(c.say("Why")))
	for i := range gaps {
		x := &gaps[i]
		why := c.rule(x.Rule)
		if x.Because != "" {
			why += "\n" + printable(x.Because)
		}
		if x.Reason != "" {
			why += ": " + printable(x.Reason)
		}
		g.add(plain(c.span(x.From, x.To)), plain(title(x.Service, x.Name)), plain(Seconds(x.To-x.From)),
			marked(mark(x.CountedAs), c.seen(x.CountedAs)+"\n"+c.say("observed: %s", c.seen(x.ObservedAs))), plain(why))
	}
	s.set(c.cut(g))
}

// rule says in words what the letter of a ledger's rule means.
func (c *composer) rule(rule string) string {
	for _, r := range []struct{ prefix, words string }{
		{"F.maintenance", c.say("maintenance")},
		{"F.adjustment", c.say("correction")},
		{"C.missing", c.say("no result")},
	} {
		if strings.HasPrefix(rule, r.prefix) {
			return r.words + " (" + printable(rule) + ")"
		}
	}
	return printable(rule)
}

func (c *composer) seen(state string) string {
	switch state {
	case sla.Up.String():
		return c.say("up")
	case sla.Down.String():
		return c.say("down")
	case sla.Degraded.String():
		return c.say("degraded")
	case sla.Excluded.String():
		return c.say("excluded")
	}
	return c.say("unknown")
}

func (c *composer) credits() section {
	s := section{id: "credits", title: c.say("Credits")}
	if len(c.m.Credits) == 0 {
		s.say(c.say("The agreement grants no credits, or nothing could be judged."))
		return s
	}
	g := newGrid(wide(c.say("For")), col(c.say("% of the period's fee"), point))
	for i := range c.m.Credits {
		r := &c.m.Credits[i]
		g.add(c.creditFor(r), cell{text: r.Percent, strong: r.Kind == "total"})
	}
	s.set(g)
	if !c.m.Final {
		s.aside(c.say("What would be owed if the period ended like this: it is not over."))
	}
	return s
}

func (c *composer) creditFor(r *CreditRow) cell {
	switch r.Kind {
	case "service":
		return plain(c.say("Availability of %s", title(r.Service, r.Name)))
	case "clock":
		severity, indicator, _ := strings.Cut(r.Clock, " ")
		return plain(c.say("%s, %s, late", r.Incident, printable(severity)+" "+c.indicator(indicator)))
	case "availability":
		return plain(c.say("Availability, as the agreement joins it"))
	case "repairs":
		return plain(c.say("Late answers and repairs, as the agreement joins them"))
	}
	text := c.say("Credit for the period")
	if r.Capped {
		text += ", " + c.say("cut to the agreement's cap")
	}
	return cell{text: text, strong: true}
}
