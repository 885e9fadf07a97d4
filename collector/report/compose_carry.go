package report

import (
	"cmp"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

func (c *composer) corrections() section {
	s := section{id: "corrections", title: c.say("Corrections")}
	if c.m.LastReport != "" {
		s.aside(c.say("Last report: %s, revision %d. A correction counts from its approval until it is revoked.", c.m.LastReport, c.m.LastRevision))
	} else {
		s.aside(c.say("This is the first report. A correction counts from its approval until it is revoked."))
	}
	if len(c.m.Corrections) == 0 {
		s.say(c.say("None was made since the last report, and none touches this period."))
		return s
	}
	g := newGrid(col(c.say("From, to"), left), col(c.say("Effect"), left), wide(c.say("Reason")), col(c.say("State"), left))
	for i := range c.m.Corrections {
		x := &c.m.Corrections[i]
		why := []string{printable(cmp.Or(x.Reason, Absent)), x.ID + ", " + c.services(x.Services)}
		if x.Earlier {
			why[1] += ", " + c.say("of an earlier period")
		}
		g.add(plain(c.span(x.From, x.To)), plain(c.effect(x.Kind)), plain(strings.Join(why, "\n")), c.standing(x))
	}
	s.set(c.cut(g))
	return s
}

func (c *composer) effect(kind string) string {
	switch kind {
	case "exclude":
		return c.say("taken out")
	case "up":
		return c.say("counted as up")
	case "down":
		return c.say("counted as down")
	}
	return printable(kind)
}

// standing says whether a correction counts, by whom and since when.
func (c *composer) standing(x *Amendment) cell {
	var lines []string
	m := noMark
	switch {
	case x.RevokedAt != 0:
		lines = []string{c.say("revoked"), c.instant(x.RevokedAt)}
	case x.ApprovedAt != 0:
		m, lines = markUp, []string{c.say("approved by %s", printable(x.ApprovedBy)), c.instant(x.ApprovedAt)}
	default:
		m, lines = markUnknown, []string{c.say("proposed by %s", printable(x.By)), c.say("does not count")}
	}
	if x.Since && c.m.LastReport != "" {
		lines = append(lines, c.say("since the last report"))
	}
	return marked(m, strings.Join(lines, "\n"))
}

func (c *composer) actions() section {
	s := section{id: "actions", title: c.say("Improvement actions")}
	if len(c.m.Actions) == 0 {
		s.say(c.say("None is open, and none was closed since the last report."))
		return s
	}
	g := newGrid(wide(c.say("Action")), col(c.say("Owner"), left), col(c.say("Due"), left), col(c.say("State"), left))
	for i := range c.m.Actions {
		a := &c.m.Actions[i]
		text := printable(a.Text) + "\n" + printable(a.ID)
		if a.Carried {
			text += ", " + c.say("carried from the last report")
		}
		if a.Note != "" {
			text += "\n" + printable(a.Note)
		}
		g.add(plain(text), plain(printable(cmp.Or(a.Owner, Absent))), plain(printable(cmp.Or(a.Due, Absent))), c.action(a))
	}
	s.set(c.cut(g))
	return s
}

func (c *composer) action(a *ActionRow) cell {
	closed := ""
	if a.ClosedAt != 0 {
		closed = "\n" + localDate(a.ClosedAt, c.zone).Format("2006-01-02")
	}
	switch {
	case a.State == incident.ActionDone:
		return marked(markUp, c.say("done")+closed)
	case a.State == incident.ActionDropped:
		return marked(markExcluded, c.say("dropped")+closed)
	case a.Overdue:
		return marked(markDown, c.say("overdue"))
	}
	return marked(markUnknown, c.say("open"))
}

// differences heads a revision that corrects another.
func (c *composer) differences() section {
	if c.m.Replaces == 0 {
		return section{}
	}
	s := section{id: "differences", title: c.say("What changed since revision %d", c.m.Replaces)}
	if len(c.m.Differences) == 0 {
		s.say(c.say("Nothing that is printed."))
		return s
	}
	g := newGrid(col(c.say("Of"), left), col(c.say("Figure"), left), wide(c.say("Was")), wide(c.say("Is")))
	for _, d := range c.m.Differences {
		of := c.say("Agreement as a whole")
		if d.Service != "" {
			of = strings.Join(append(c.names([]string{d.Service}), ""), "")
			of = cmp.Or(of, printable(d.Service))
		}
		g.add(plain(of), plain(c.figure(d.Figure)), plain(c.value(d.Was)), plain(c.value(d.Is)))
	}
	s.set(c.cut(g))
	return s
}

func (c *composer) figure(name string) string {
	for _, f := range [][2]string{
		{"availability %", c.say("Availability %")}, {"objective %", c.say("Objective %")}, {"verdict", c.say("Verdict")},
		{"down s", c.say("Down s")}, {"excluded s", c.say("Excluded s")}, {"unknown s", c.say("Unknown s")}, {"credit %", c.say("Credit %")},
		{"agreement", c.say("Agreement's text")}, {"evidence", c.say("Evidence")}, {"service", c.say("Service")}, {"outage", c.say("Outage")},
		{"clock", c.say("Clock")}, {"maintenance", c.say("Maintenance")}, {"correction", c.say("Correction")}, {"credit", c.say("Credit")},
	} {
		if f[0] == name {
			return f[1]
		}
	}
	return printable(name)
}

func (c *composer) value(text string) string {
	switch text {
	case "kept", "missed", "no data", "no objective":
		return c.word(text, false).text
	case "new":
		return c.say("new")
	case "present":
		return c.say("present")
	case "changed":
		return c.say("changed")
	}
	return printable(text)
}
