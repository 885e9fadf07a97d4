package report

import (
	"io"
	"strconv"
)

// sheet writes the review.
func (r *Review) sheet(w io.Writer) error {
	s := newSheet(w, r.Zone)
	s.at("review", r.Label, "")
	s.text("customer", r.Customer)
	s.instant("from", r.Window.From)
	s.instant("to", r.Window.To)
	s.signature("created", &r.Created)
	s.text("version", r.Version)
	s.count("kept", r.Kept)
	s.count("missed", r.Missed)
	s.count("no data", r.NoData)
	s.count("actions open", r.Open)
	s.count("actions done", r.Done)
	s.count("actions dropped", r.Dropped)
	s.spread("to acknowledge", &r.Times.Acknowledge)
	s.spread("to repair", &r.Times.Repair)
	s.spread("to restore", &r.Times.Restore)
	for i := range r.Agreements {
		a := &r.Agreements[i]
		s.at("agreement", a.Agreement, "")
		s.text("name", a.Name)
		s.text("customer", a.Customer)
		s.percent("availability", a.Availability)
		s.percent("objective", a.Objective)
		s.count("kept", a.Kept)
		s.count("missed", a.Missed)
		s.count("no data", a.NoData)
		s.percent("worst", a.Worst)
		s.text("worst period", a.WorstLabel)
		s.percent("least coverage", a.Coverage)
		s.percent("credit", a.Credit)
		s.ratio("credit exactly", a.CreditExact)
	}
	s.shares("service", r.Services)
	s.shares("cause", r.Causes)
	for i := range r.Actions {
		a := &r.Actions[i]
		s.at("action", a.ID, "")
		s.text("agreement", a.Agreement)
		s.text("text", a.Text)
		s.text("owner", a.Owner)
		s.text("due", a.Due)
		s.text("state", a.State)
		s.percent("before", a.Before)
		s.percent("after", a.After)
	}
	for i := range r.Advice {
		x := &r.Advice[i]
		s.at("target", x.Agreement, x.Service)
		s.percent("objective", x.Objective)
		s.truth("too hard", x.Hard)
		s.count("periods", x.Periods)
		s.count("missed", x.Missed)
		s.percent("could be", x.Suggested)
	}
	return s.end()
}

func (s *sheet) shares(section string, shares []Share) {
	for i := range shares {
		x := &shares[i]
		s.at(section, strconv.Itoa(i+1), x.Service)
		s.text("agreement", x.Agreement)
		s.text("name", x.Name)
		s.count("outages", x.Outages)
		s.length("bad", x.Bad)
		s.percent("share", x.Percent)
		s.percent("sum", x.Cumulative)
	}
}
