package report

import (
	"io"
	"strconv"
)

// sheet writes the service report.
func (m *Model) sheet(w io.Writer) error {
	s := newSheet(w, m.Zone)
	m.sheetHead(s.at("report", m.Agreement, ""))
	for i := range m.Services {
		m.Services[i].sheet(s.at("availability", m.Label, m.Services[i].Service))
	}
	m.Overall.sheet(s.at("agreement", m.Label, ""))
	for i := range m.Trend {
		for _, p := range m.Trend[i].Points {
			s.at("trend", p.Label, m.Trend[i].Service)
			s.percent("availability", p.Availability)
			s.percent("objective", p.Objective)
			s.percent("coverage", p.Coverage)
			s.text("verdict", p.Verdict)
		}
	}
	m.sheetFaults(s)
	m.sheetExclusions(s)
	m.sheetCarried(s)
	return s.end()
}

func (m *Model) sheetHead(s *sheet) {
	s.text("name", m.Name)
	s.text("customer", m.Customer)
	s.text("provider", m.Provider)
	s.text("tier", m.Tier)
	s.text("period", m.Label)
	s.instant("from", m.Period.From)
	s.instant("to", m.Period.To)
	s.instant("judged until", m.Until)
	s.text("zone", m.Zone)
	s.truth("final", m.Final)
	s.count("revision", m.Revision)
	s.text("state", m.State)
	s.signature("created", &m.Created)
	s.signature("reviewed", m.Reviewed)
	s.signature("issued", m.Issued)
	s.text("verdict", m.Verdict.Word)
	s.truth("verdict open", m.Verdict.Open)
	s.text("agreement revision", m.Method.AgreementRevision)
	s.text("fingerprint", m.Method.Fingerprint)
	s.count("statement revision", m.Method.StatementRevision)
	s.instant("computed", m.Method.ComputedAt)
	s.text("version", m.Method.Version)
	s.list("formulas", m.Method.Formulas)
}

func (f *Figures) sheet(s *sheet) {
	v := &f.Exact
	s.text("name", f.Name)
	s.percent("availability", f.Availability)
	s.percent("objective", f.Objective)
	s.text("verdict", f.Verdict)
	s.truth("verdict open", f.Open)
	s.percent("lower bound", f.Lower)
	s.percent("upper bound", f.Upper)
	s.percent("coverage", f.Coverage)
	s.percent("as observed", f.Raw)
	s.ratio("availability exactly", v.Availability)
	if f.InTime {
		s.length("good", Millis(v.Good))
		s.length("bad", Millis(v.Bad))
	}
	s.length("excluded", v.Excluded)
	s.length("unknown", v.Unknown)
	s.length("unknown left out", v.UnknownDropped)
	s.length("scope", v.Scope)
	if f.InTime && v.Target.Present() && v.Budget >= 0 {
		s.length("budget", v.Budget)
		s.length("budget left", v.BudgetLeft)
	}
	s.percent("credit", Credit(v))
	if v.MTTR.Present() {
		s.length("mean time to repair", Millis(v.MTTR))
	}
}

func (m *Model) sheetFaults(s *sheet) {
	for i := range m.Outages {
		o := &m.Outages[i]
		s.at("outage", strconv.Itoa(i+1), o.Service)
		s.instant("from", o.From)
		s.instant("to", o.To)
		s.truth("goes on", o.Ongoing)
		s.length("length", o.To-o.From)
		s.length("counted", o.Counted)
		s.list("where", o.Where)
		s.text("incident", o.Incident)
		s.text("severity", o.Severity)
		s.text("cause", o.Cause)
		s.text("remedy", o.Remedy)
	}
	for i := range m.Compliance {
		p := &m.Compliance[i]
		s.at("promise", p.Severity+" "+p.Indicator, "")
		s.length("target", p.Target)
		s.count("incidents", p.Incidents)
		s.count("met", p.Met)
		s.count("missed", p.Missed)
		s.count("running", p.Running)
		s.ratio("met of decided", p.Share)
		s.spread("taken", &p.Taken)
	}
	s.at("handling", m.Label, "")
	s.spread("to acknowledge", &m.Times.Acknowledge)
	s.spread("to repair", &m.Times.Repair)
	s.spread("to restore", &m.Times.Restore)
	for i := range m.Clocks {
		c := &m.Clocks[i]
		s.at("clock", c.Incident+" "+c.Severity+" "+c.Indicator, "")
		s.length("target", c.Target)
		s.instant("opened", c.OpenedAt)
		s.instant("stopped", c.StoppedAt)
		s.instant("due", c.Reading.Due)
		s.length("elapsed", c.Reading.Elapsed)
		s.length("paused", c.Reading.Paused)
		s.length("off hours", c.Reading.OffHours)
		s.truth("late", c.Reading.Breach)
	}
}

func (m *Model) sheetExclusions(s *sheet) {
	for i := range m.Maintenance {
		w := &m.Maintenance[i]
		s.at("maintenance", w.ID, "")
		s.list("services", w.Services)
		s.truth("emergency", w.Emergency)
		s.instant("from", w.From)
		s.instant("to", w.To)
		s.instant("announced", w.Announced)
		s.length("notice", w.Notice)
		if w.Required >= 0 {
			s.length("notice required", w.Required)
		}
		s.truth("notice kept", w.Kept)
		s.length("excused", w.Excused)
		s.text("reason", w.Reason)
		s.text("by", w.By)
	}
	for _, kind := range []struct {
		section string
		gaps    []Gap
	}{{"excluded", m.Excluded}, {"unknown", m.Unknown}} {
		for i := range kind.gaps {
			g := &kind.gaps[i]
			s.at(kind.section, strconv.Itoa(i+1), g.Service)
			s.instant("from", g.From)
			s.instant("to", g.To)
			s.length("length", g.To-g.From)
			s.text("rule", g.Rule)
			s.text("because", g.Because)
			s.text("reason", g.Reason)
			s.text("observed as", g.ObservedAs)
			s.text("counted as", g.CountedAs)
		}
	}
}

func (m *Model) sheetCarried(s *sheet) {
	for i := range m.Credits {
		c := &m.Credits[i]
		s.at("credit", c.name(), c.Service).percent("credit", c.Percent)
		s.ratio("credit exactly", c.Exact)
	}
	for i := range m.Corrections {
		c := &m.Corrections[i]
		s.at("correction", c.ID, "")
		s.text("effect", c.Kind)
		s.list("services", c.Services)
		s.instant("from", c.From)
		s.instant("to", c.To)
		s.text("reason", c.Reason)
		s.text("by", c.By)
		s.text("approved by", c.ApprovedBy)
		s.instant("approved", c.ApprovedAt)
		s.instant("revoked", c.RevokedAt)
		s.truth("since last report", c.Since)
	}
	for i := range m.Actions {
		a := &m.Actions[i]
		s.at("action", a.ID, "")
		s.text("incident", a.Incident)
		s.text("text", a.Text)
		s.text("owner", a.Owner)
		s.text("due", a.Due)
		s.text("state", a.State)
		s.text("note", a.Note)
		s.truth("carried", a.Carried)
		s.truth("overdue", a.Overdue)
	}
	for i, d := range m.Differences {
		s.at("difference", strconv.Itoa(i+1), d.Service)
		s.text("figure", d.Figure)
		s.text("was", d.Was)
		s.text("is", d.Is)
	}
}
