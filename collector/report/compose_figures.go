package report

import (
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

func (c *composer) availability() section {
	s := section{id: "availability", title: c.say("Availability")}
	g := newGrid(wide(c.say("Service")), col(c.say("Availability %"), point), col(c.say("Objective %"), point), col(c.say("Verdict"), left),
		col(c.say("Bounds %"), right), col(c.say("Coverage %"), point), col(c.say("Down"), right), col(c.say("Budget left"), right))
	for _, f := range c.figures() {
		v := &f.Exact
		leftOver := Absent
		if f.InTime && v.Target.Present() && v.Budget >= 0 && v.Availability.Present() {
			leftOver = c.length(v.BudgetLeft)
		}
		down := Absent
		if f.InTime && v.Availability.Present() {
			down = c.length(Millis(v.Bad))
		}
		g.add(c.called(f), cell{text: f.Availability, strong: true}, plain(f.Objective), c.word(f.Verdict, f.Open),
			plain(c.bounds(f)), plain(f.Coverage), plain(down), plain(leftOver))
	}
	s.set(g)
	s.aside(c.say("Percentages are cut down, never rounded up. Bounds: the availability had all unknown time been down, and had it been up. Coverage: the share of time that was observed."))
	for i := range c.m.Services {
		f := &c.m.Services[i]
		if len(f.Days) > 0 {
			s.draw(c.strip(f))
		}
	}
	if len(c.m.Services) > 0 {
		s.draw(c.legend())
	}
	return s
}

// bounds sets the two bounds of a figure on two lines.
func (c *composer) bounds(f *Figures) string {
	if f.Exact.Unknown == 0 || f.Lower == Absent || f.Upper == Absent {
		return Absent
	}
	return f.Lower + "–\n" + f.Upper
}

func (c *composer) trend() section {
	s := section{id: "trend", title: c.say("Trend")}
	for i := range c.m.Trend {
		s.draw(c.chart(&c.m.Trend[i]))
	}
	s.aside(c.say("Bars: bad time as a share of what the objective allows; the line is all of it. A bar that is cut off reaches higher. An open dot is a period of which nothing is known."))
	return s
}

func (c *composer) outages() section {
	s := section{id: "outages", title: c.say("Outages")}
	if len(c.m.Outages) == 0 {
		s.say(c.noOutage())
		return s
	}
	g := newGrid(col(c.say("From, to"), left), col(c.say("Service"), left), col(c.say("Length"), right), col(c.say("Counted"), right), wide(c.say("Cause and remedy")))
	for i := range c.m.Outages {
		o := &c.m.Outages[i]
		when := c.span(o.From, o.To)
		if o.Ongoing {
			when += "\n" + c.say("goes on")
		}
		g.add(plain(when), plain(title(o.Service, o.Name)), plain(c.length(o.To-o.From)), plain(c.length(o.Counted)), plain(c.found(o)))
	}
	s.set(c.cut(g))
	return s
}

func (c *composer) noOutage() string {
	for i := range c.m.Services {
		if v := &c.m.Services[i].Exact; v.Coverage.Present() && v.Coverage.Num > 0 {
			return c.say("None in the time that was observed.")
		}
	}
	return c.say("None is on record, but nothing was observed either.")
}

// found is what people wrote about an outage.
func (c *composer) found(o *Outage) string {
	var lines []string
	if o.Incident != "" {
		head := o.Incident
		if o.Severity != "" {
			head += ", " + printable(o.Severity)
		}
		if o.Title != "" {
			head += ": " + printable(o.Title)
		}
		lines = append(lines, head)
	}
	if o.Cause != "" {
		lines = append(lines, c.say("Cause: %s", printable(o.Cause)))
	} else {
		lines = append(lines, c.say("No cause is on record."))
	}
	if o.Remedy != "" {
		lines = append(lines, c.say("Remedy: %s", printable(o.Remedy)))
	}
	if len(o.Where) > 0 {
		lines = append(lines, c.say("Seen at: %s", printable(strings.Join(o.Where, ", "))))
	}
	return strings.Join(lines, "\n")
}

func (c *composer) response() section {
	s := section{id: "response", title: c.say("Response and resolution")}
	if len(c.m.Compliance) == 0 {
		s.say(c.say("The agreement promises no time to answer or to repair."))
		return s
	}
	g := newGrid(wide(c.say("Severity")), col(c.say("Clock"), left), col(c.say("Target"), right), col(c.say("In time"), right), col(c.say("Late"), right),
		col(c.say("Running"), right), col(c.say("Mean"), right), col(c.say("Longest"), right))
	for i := range c.m.Compliance {
		p := &c.m.Compliance[i]
		m, mean, longest := noMark, Absent, Absent
		switch {
		case p.Missed > 0:
			m = markDown
		case p.Incidents > 0:
			m = markUp
		}
		if p.Taken.N > 0 {
			mean, longest = c.length(Millis(p.Taken.Mean)), c.length(p.Taken.Longest)
		}
		g.add(marked(m, printable(p.Severity)), plain(c.indicator(p.Indicator)), plain(c.length(p.Target)),
			plain(count(p.Met)), plain(count(p.Missed)), plain(count(p.Running)), plain(mean), plain(longest))
	}
	s.set(g)
	if len(c.m.Clocks) == 0 {
		s.say(c.say("No clock was opened in this period."))
		return s
	}
	s.set(c.cut(c.clockTable()))
	s.list(c.means(&c.m.Times)...)
	s.aside(c.say("Times run on the agreement's calendar, without what is paused. A clock belongs to the period in which it was opened."))
	return s
}

// means are how long people waited, around the clock (SLA.md F44).
func (w *words) means(t *sla.MeanTimes) (facts []fact) {
	for _, x := range []struct {
		name   string
		spread *sla.Spread
	}{
		{w.say("Mean time to acknowledge"), &t.Acknowledge}, {w.say("Mean time to repair"), &t.Repair}, {w.say("Mean time to restore service"), &t.Restore},
	} {
		if x.spread.N > 0 {
			facts = append(facts, fact{x.name, w.say("%s; longest %s, %d incidents", w.length(Millis(x.spread.Mean)), w.length(x.spread.Longest), x.spread.N)})
		}
	}
	return facts
}

func (c *composer) clockTable() *grid {
	g := newGrid(wide(c.say("Incident")), col(c.say("Clock"), left), col(c.say("Opened, stopped"), left), col(c.say("Elapsed"), right), col(c.say("Paused"), right), col(c.say("Verdict"), left))
	for i := range c.m.Clocks {
		k := &c.m.Clocks[i]
		stopped := c.instant(k.StoppedAt)
		if k.StoppedAt == 0 {
			stopped = c.say("goes on")
		}
		verdict := marked(markUp, c.say("in time"))
		switch {
		case k.Reading.Breach:
			verdict = marked(markDown, c.say("late"))
		case k.StoppedAt == 0:
			verdict = marked(markUnknown, c.say("running"))
		}
		g.add(plain(strings.TrimSpace(k.Incident+"\n"+printable(k.Title))), plain(printable(k.Severity)+" "+c.indicator(k.Indicator)), plain(c.instant(k.OpenedAt)+"\n"+stopped),
			plain(c.length(k.Reading.Elapsed)), plain(c.length(k.Reading.Paused)), verdict)
	}
	return g
}

func (c *composer) indicator(word string) string {
	switch word {
	case "response":
		return c.say("response")
	case "resolution":
		return c.say("resolution")
	}
	return printable(word)
}
