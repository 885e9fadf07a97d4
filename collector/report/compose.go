package report

import "cmp"

// document sets the service report in its language.
func (m *Model) document() *document {
	c := &composer{words: newWords(m.Language, m.Zone, m.Period.From, m.Period.To), m: m}
	d := &document{
		lang: c.tag(), kicker: c.say("Service report"), heading: title(m.Agreement, m.Name), verdict: c.verdict(), mark: markOf(m.Verdict.Word),
		subtitle: c.say("%s, for %s", m.Label, printable(cmp.Or(m.Customer, Absent))), page: c.say("Page %d of %s"), at: m.Created.At,
	}
	d.running = d.heading + " · " + m.Label + " · " + c.say("revision %d", m.Revision)
	d.title = d.kicker + " · " + d.running
	if m.Issued != nil {
		d.at = m.Issued.At
	} else {
		d.standing = c.state(m.State)
		d.running += " · " + d.standing
	}
	d.facts = c.cover()
	for _, s := range []section{
		c.differences(), c.availability(), c.trend(), c.outages(), c.response(), c.maintenance(),
		c.timeNotCounted(), c.credits(), c.corrections(), c.actions(), c.method(),
	} {
		if s.id != "" {
			d.sections = append(d.sections, s)
		}
	}
	return d
}

// composer is a service report being set.
type composer struct {
	*words
	m *Model
}

func (c *composer) state(state string) string {
	switch state {
	case Draft:
		return c.say("Draft")
	case Reviewed:
		return c.say("Reviewed, not issued")
	}
	return c.say("Issued")
}

func (c *composer) cover() []fact {
	m := c.m
	facts := []fact{
		{c.say("Provider"), printable(cmp.Or(m.Provider, Absent))},
		{c.say("Customer"), printable(cmp.Or(m.Customer, Absent))},
		{c.say("Period"), c.say("%s to %s (%s)", c.minute(m.Period.From), c.minute(m.Period.To), m.Zone)},
	}
	if m.Until < m.Period.To {
		facts = append(facts, fact{c.say("Judged until"), c.minute(m.Until)})
	}
	if m.Tier != "" {
		facts = append(facts, fact{c.say("Tier"), printable(m.Tier)})
	}
	state := c.say("%s, revision %d", c.state(m.State), m.Revision)
	if m.Replaces > 0 {
		state = c.say("%s, revision %d, in place of revision %d", c.state(m.State), m.Revision, m.Replaces)
	}
	return append(facts,
		fact{c.say("State"), state},
		fact{c.say("Made"), c.signature(&m.Created)},
		fact{c.say("Reviewed"), c.signature(m.Reviewed)},
		fact{c.say("Issued"), c.signature(m.Issued)},
	)
}

// verdict is the report in one sentence.
func (c *composer) verdict() string {
	m, s := c.m, &c.m.Verdict
	switch {
	case s.Future:
		return c.say("%s has not begun: there is nothing to judge yet.", m.Label)
	case s.Outside:
		return c.say("Nothing in %s counts: the agreement was not in force, or the time lies outside its service hours.", m.Label)
	case s.Word == "no data":
		return c.say("Nothing could be judged in %s: no result is known for it, and none of its time counts as up.", m.Label)
	}
	text := c.judged()
	if s.Open {
		text += c.say("; unknown time could still turn this")
	} else if len(s.NoData) > 0 {
		text += c.say("; %s could not be judged", c.list(c.names(s.NoData)))
	}
	if !m.Final {
		return c.say("So far: %s.", text)
	}
	return c.say("%s.", text)
}

func (c *composer) judged() string {
	m, s, o := c.m, &c.m.Verdict, &c.m.Overall
	switch {
	case s.Word == "no objective":
		return c.say("%s reached %s %%, at a coverage of %s %%; no objective is agreed", m.Label, o.Availability, o.Coverage)
	case s.Word == "kept" && len(s.Missed) == 0:
		return c.say("The objective of %s was kept: %s %% of the %s %% promised, at a coverage of %s %%", m.Label, o.Availability, o.Objective, o.Coverage)
	case s.Word == "kept":
		return c.say("The objective of %s was kept for the agreement as a whole with %s %%, but missed for %s", m.Label, o.Availability, c.reached(s.Missed))
	case len(s.Missed) > 0:
		return c.say("The objective of %s was missed for %s", m.Label, c.reached(s.Missed))
	}
	return c.say("The objective of %s was missed: %s %% of the %s %% promised, at a coverage of %s %%", m.Label, o.Availability, o.Objective, o.Coverage)
}

// reached names services with what they reached.
func (c *composer) reached(services []string) string {
	var out []string
	for _, id := range services {
		for i := range c.m.Services {
			if f := &c.m.Services[i]; f.Service == id {
				out = append(out, c.say("%s (%s %% of %s %%)", title(id, f.Name), f.Availability, f.Objective))
			}
		}
	}
	return c.list(out)
}

func (c *composer) names(services []string) []string {
	var out []string
	for _, id := range services {
		for i := range c.m.Services {
			if f := &c.m.Services[i]; f.Service == id {
				out = append(out, title(id, f.Name))
			}
		}
	}
	return out
}

// word is a verdict, as a cell.
func (c *composer) word(verdict string, turns bool) cell {
	text := verdict
	switch verdict {
	case "kept":
		text = c.say("kept")
	case "missed":
		text = c.say("missed")
	case "no data":
		text = c.say("no data")
	case "no objective":
		text = c.say("no objective")
	}
	if turns {
		text += "\n" + c.say("not certain")
	}
	return marked(markOf(verdict), text)
}

// cut leaves the rows that a table can hold, and says how many it leaves out.
func (w *words) cut(g *grid) *grid {
	if n := len(g.rows) - maxRows; n > 0 {
		g.rows = g.rows[:maxRows]
		g.more = w.say("%d more rows are in the CSV and JSON forms of this report.", n)
	}
	return g
}

func (c *composer) figures() []*Figures {
	var out []*Figures
	for i := range c.m.Services {
		out = append(out, &c.m.Services[i])
	}
	if len(out) != 1 {
		out = append(out, &c.m.Overall)
	}
	return out
}

// called is the name of a row of figures.
func (c *composer) called(f *Figures) cell {
	if f.Service == "" {
		return cell{text: c.say("Agreement as a whole"), strong: true}
	}
	return plain(title(f.Service, f.Name))
}
