package report

import (
	"cmp"
	"fmt"
)

// method is the appendix: enough to do every sum again.
func (c *composer) method() section {
	s := section{id: "method", title: c.say("Method and evidence")}
	m := &c.m.Method
	frozen := c.say("not frozen: it may still change")
	if m.StatementRevision > 0 {
		frozen = c.say("revision %d, frozen", m.StatementRevision)
	}
	facts := []fact{
		{c.say("Agreement"), c.m.Agreement + ", SHA-256 " + cmp.Or(printable(m.AgreementRevision), Absent)},
		{c.say("Statement"), frozen + ", " + c.minute(m.ComputedAt)},
		{c.say("Data"), "SHA-256 " + cmp.Or(printable(m.Fingerprint), Absent)},
	}
	if m.AsOf != 0 {
		facts = append(facts, fact{c.say("As of"), c.minute(m.AsOf)})
	}
	facts = append(facts, fact{c.say("Program"), "Probity " + cmp.Or(printable(m.Version), Absent)}, fact{c.say("Times"), c.m.Zone})
	s.list(facts...)
	s.say(c.say("Good, bad, excluded and left-out unknown time make the whole scope. Availability is good over good and bad."))
	g := newGrid(wide(c.say("Service")), col(c.say("Good s"), point), col(c.say("Bad s"), point), col(c.say("Excluded s"), point),
		col(c.say("Left out s"), point), col(c.say("In scope s"), point), col(c.say("As observed %"), point))
	for _, f := range c.figures() {
		v := &f.Exact
		good, bad := RatioSeconds(v.Good), RatioSeconds(v.Bad)
		if !f.InTime {
			good, bad = Absent, Absent
		}
		g.add(c.called(f), plain(good), plain(bad), plain(Seconds(v.Excluded)), plain(Seconds(v.UnknownDropped)), plain(Seconds(v.Scope)), plain(f.Raw))
	}
	s.set(g)
	exact := newGrid(wide(c.say("Service")), col(c.say("Availability, exactly"), right))
	for _, f := range c.figures() {
		exact.add(c.called(f), plain(Fraction(f.Exact.Availability)))
	}
	s.set(exact)
	s.say(c.say("The formulas that made these figures, numbered as in SLA.md, which comes with the program:"))
	f := newGrid(col(c.say("Formula"), left), wide(c.say("What it says")))
	for _, name := range m.Formulas {
		f.add(plain(name), plain(c.formula(name)))
	}
	s.set(f)
	return s
}

// formula says in a line what a formula of SLA.md does.
func (c *composer) formula(name string) string {
	for _, f := range [][2]string{
		{"F1", c.say("A result holds until the next slot; what no result covers is unknown.")},
		{"F2", c.say("Failures in a row open an outage, successes in a row close it.")},
		{"F4", c.say("How many locations must see a failure.")},
		{"F5", c.say("How many parts of a service must be up.")},
		{"F6", c.say("What degraded time counts as.")},
		{"F7", c.say("What time without a result counts as.")},
		{"F8", c.say("Time is judged in slots of a fixed length.")},
		{"F9", c.say("An outage is a longest run of down time.")},
		{"F10", c.say("An outage counts from its first ticket.")},
		{"F11", c.say("Outages below a length do not count.")},
		{"F12", c.say("Which maintenance was announced early enough.")},
		{"F13", c.say("How much maintenance is excused, and for what.")},
		{"F14", c.say("Corrections count from approval to revocation, and win over maintenance.")},
		{"F15", c.say("Service hours, in local time.")},
		{"F16", c.say("The account: every instant is exactly one of good, bad, excluded, left out.")},
		{"F17", c.say("Bad time, outage by outage, rounded as agreed.")},
		{"F18", c.say("What bad time is held against.")},
		{"F19", c.say("Availability: good over total.")},
		{"F20", c.say("Bounds, coverage and the availability as observed.")},
		{"F21", c.say("How percentages are rounded before they are compared.")},
		{"F22", c.say("The budget, and what is left of it.")},
		{"F23", c.say("When an objective is missed.")},
		{"F24", c.say("Credits by tiers of availability.")},
		{"F25", c.say("Credits by time.")},
		{"F29", c.say("How services make the agreement's figure.")},
		{"F30", c.say("What runs, pauses and stops a clock.")},
		{"F31", c.say("What reopening does to a clock.")},
		{"F32", c.say("When a clock is due.")},
		{"F40", c.say("How credits for late repairs are joined with those for availability.")},
		{"F41", c.say("To which period a clock belongs, and when it is late.")},
		{"F44", c.say("Mean times to acknowledge, to repair and to restore.")},
	} {
		if f[0] == name {
			return f[1]
		}
	}
	return fmt.Sprintf("SLA.md %s", printable(name))
}
