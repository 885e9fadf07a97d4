package report

import (
	"cmp"
	"strings"
)

// reviewer is a review being set.
type reviewer struct {
	*words
	r *Review
}

// document sets the review in its language.
func (r *Review) document() *document {
	c := &reviewer{words: newWords(r.Language, r.Zone, r.Window.From, r.Window.From), r: r}
	who := c.say("The whole house")
	if r.Customer != "" {
		who = printable(r.Customer)
	}
	d := &document{
		lang: c.tag(), kicker: c.say("Review"), heading: who, subtitle: printable(r.Label), page: c.say("Page %d of %s"), at: r.Created.At,
		running: who + " · " + printable(r.Label), verdict: c.verdict(), mark: markUp,
	}
	switch {
	case r.Missed > 0:
		d.mark = markDown
	case r.Kept == 0:
		d.mark = markUnknown
	}
	d.title = d.kicker + " · " + d.running
	d.facts = []fact{
		{c.say("Period"), c.say("%s to %s (%s)", c.minute(r.Window.From), c.minute(r.Window.To), r.Zone)},
		{c.say("Agreements"), count(len(r.Agreements))}, {c.say("Made"), c.signature(&r.Created)}, {c.say("Program"), "Probity " + cmp.Or(printable(r.Version), Absent)},
	}
	d.sections = []section{c.objectives(), c.pareto("services", c.say("Worst services"), c.say("Service"), r.Services), c.pareto("causes", c.say("Causes"), c.say("Cause"), r.Causes),
		c.handling(), c.costs(), c.actions(), c.advice()}
	return d
}

func (c *reviewer) verdict() string {
	r := c.r
	if r.Kept+r.Missed == 0 {
		return c.say("Nothing could be judged in %s: no period of any agreement has a figure to hold against an objective.", printable(r.Label))
	}
	text := c.say("In %s objectives were kept in %d of %d judged periods", printable(r.Label), r.Kept, r.Kept+r.Missed)
	if r.Missed > 0 {
		text += c.say(" and missed in %d", r.Missed)
	}
	if r.NoData > 0 {
		text += c.say("; %d could not be judged", r.NoData)
	}
	return c.say("%s.", text)
}

func (c *reviewer) objectives() section {
	s := section{id: "objectives", title: c.say("Objectives")}
	if len(c.r.Agreements) == 0 {
		s.say(c.say("No agreement was in force."))
		return s
	}
	g := newGrid(wide(c.say("Agreement")), col(c.say("Availability %"), point), col(c.say("Objective %"), point), col(c.say("Kept"), right), col(c.say("Missed"), right),
		col(c.say("No data"), right), col(c.say("Worst %"), point), col(c.say("in"), left), col(c.say("Least coverage %"), point))
	for i := range c.r.Agreements {
		a := &c.r.Agreements[i]
		m := markUp
		switch {
		case a.Missed > 0:
			m = markDown
		case a.Kept == 0:
			m = markUnknown
		}
		g.add(marked(m, strings.TrimSpace(title(a.Agreement, a.Name)+"\n"+c.whose(a.Customer))), cell{text: a.Availability, strong: true}, plain(a.Objective), plain(count(a.Kept)),
			plain(count(a.Missed)), plain(count(a.NoData)), plain(a.Worst), plain(cmp.Or(a.WorstLabel, Absent)), plain(a.Coverage))
	}
	s.set(c.cut(g))
	s.aside(c.say("Availability: good time over all counted time of the periods. Percentages are cut down, never rounded up. A period without data is neither kept nor missed."))
	return s
}

// whose is the customer, where the review is not of one.
func (c *reviewer) whose(customer string) string {
	if c.r.Customer != "" {
		return ""
	}
	return printable(customer)
}

func (c *reviewer) pareto(id, heading, of string, shares []Share) section {
	s := section{id: id, title: heading}
	if len(shares) == 0 {
		s.say(c.say("No bad time was counted in the periods that were judged."))
		return s
	}
	s.draw(c.bars(heading, shares))
	g := newGrid(wide(of), col(c.say("Outages"), right), col(c.say("Bad time"), right), col(c.say("Share %"), point), col(c.say("Sum %"), point))
	for i := range shares {
		x := &shares[i]
		name := c.name(x)
		if x.Agreement != "" {
			name += "\n" + x.Agreement
		}
		g.add(plain(name), plain(count(x.Outages)), plain(c.length(x.Bad)), plain(x.Percent), plain(x.Cumulative))
	}
	s.set(c.cut(g))
	return s
}

func (c *reviewer) name(x *Share) string {
	switch {
	case x.Service != "":
		return title(x.Service, x.Name)
	case x.Name == "":
		return c.say("No cause on record")
	}
	return printable(x.Name)
}

func (c *reviewer) handling() section {
	s := section{id: "handling", title: c.say("Answer and repair")}
	if facts := c.means(&c.r.Times); len(facts) > 0 {
		s.list(facts...)
		s.aside(c.say("Elapsed time around the clock, pauses included: how long people waited, not what a contract counts."))
		return s
	}
	s.say(c.say("No incident of this time has come to an end."))
	return s
}

func (c *reviewer) costs() section {
	s := section{id: "credits", title: c.say("Cost of credits")}
	g := newGrid(wide(c.say("Agreement")), col(c.say("% of one period's fee"), point))
	for i := range c.r.Agreements {
		if a := &c.r.Agreements[i]; a.CreditExact.Num > 0 {
			g.add(plain(title(a.Agreement, a.Name)), plain(a.Credit))
		}
	}
	if len(g.rows) == 0 {
		s.say(c.say("No credit is owed."))
		return s
	}
	s.set(c.cut(g))
	return s
}

func (c *reviewer) actions() section {
	s := section{id: "actions", title: c.say("Improvement actions")}
	s.say(c.say("%d open, %d done, %d dropped.", c.r.Open, c.r.Done, c.r.Dropped))
	if len(c.r.Actions) == 0 {
		return s
	}
	g := newGrid(wide(c.say("Action")), col(c.say("Owner"), left), col(c.say("Due"), left), col(c.say("State"), left), col(c.say("Before %"), point), col(c.say("After %"), point))
	state := &composer{words: c.words}
	for i := range c.r.Actions {
		a := &c.r.Actions[i]
		g.add(plain(printable(a.Text)+"\n"+printable(a.ID)+", "+printable(a.Agreement)), plain(printable(cmp.Or(a.Owner, Absent))), plain(printable(cmp.Or(a.Due, Absent))),
			state.action(&a.ActionRow), plain(a.Before), plain(a.After))
	}
	s.set(c.cut(g))
	s.aside(c.say("Before and after: the availability of the services concerned in the periods that ended before the action was done, and in those that began after."))
	return s
}

func (c *reviewer) advice() section {
	s := section{id: "targets", title: c.say("Targets")}
	if len(c.r.Advice) == 0 {
		s.say(c.say("No target stands out as too soft or too hard, or there is too little history: it takes %d judged periods.", minHistory))
		return s
	}
	g := newGrid(wide(c.say("Service")), col(c.say("Objective %"), point), col(c.say("Missed"), right), col(c.say("History says"), left), col(c.say("Could be %"), point))
	for i := range c.r.Advice {
		x := &c.r.Advice[i]
		word := c.say("too soft")
		if x.Hard {
			word = c.say("too hard")
		}
		g.add(plain(title(x.Service, x.Name)+"\n"+x.Agreement), plain(x.Objective), plain(c.say("%d of %d", x.Missed, x.Periods)), plain(word), plain(x.Suggested))
	}
	s.set(c.cut(g))
	s.aside(c.say("Too hard: missed in more than half of the periods; the proposal would have been kept in nine of ten. Too soft: never more than a fifth of what it allows was spent, unknown time counted as down; the proposal would have been kept in all."))
	return s
}

// bars draws a Pareto chart of at most ten.
func (c *reviewer) bars(alt string, shares []Share) *picture {
	const row, from, long = 15.0, 170.0, 220.0
	n := min(len(shares), 10)
	p := &picture{w: pictureWidth, h: row*float64(n) + 6, alt: alt}
	for i := range n {
		y := row * float64(i)
		p.word(0, y+10, -1, 7.5, inkText, short(c.name(&shares[i]), 38), false)
		w := max(0.8, long*float64(shares[i].Bad)/float64(shares[0].Bad))
		p.box(from, y+3, w, 9, inkDown, c.length(shares[i].Bad))
		p.word(from+w+6, y+10, -1, 7, inkSoft, c.length(shares[i].Bad)+" · "+shares[i].Percent+"\u00a0%", false)
	}
	p.line(from, 0, from, p.h-4, 0.5, inkSoft)
	return p
}

// short cuts a text to a width in cells.
func short(s string, most int) string {
	room := most
	for i, r := range s {
		if room -= cells(string(r)); room < 0 {
			return shorter(s[:i], most-1) + "…"
		}
	}
	return s
}

// shorter is what of a text fits into a width in cells.
func shorter(s string, most int) string {
	for i, r := range s {
		if most -= cells(string(r)); most < 0 {
			return s[:i]
		}
	}
	return s
}
