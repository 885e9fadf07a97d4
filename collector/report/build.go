package report

import (
	"errors"
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// modelSchema is the version of Model's JSON.
const modelSchema = 1

// Build makes the report of a statement. It reads no clock: the same input is
// the same report. Every figure is the statement's own.
func Build(in Input) (*Model, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	a, st := in.Agreement, in.Statement
	b := &builder{in: &in, names: map[string]string{}, reasons: map[string]string{}}
	for i := range st.Services {
		b.names[st.Services[i].Service] = st.Services[i].Name
	}
	for _, r := range st.Records {
		b.reasons[r.ID] = r.Reason
	}
	m := &Model{
		Schema: modelSchema, Agreement: a.ID, Name: a.Name, Customer: a.Customer, Provider: a.Provider, Tier: a.Tier,
		Language: a.Language, Zone: a.Zone.String(), Label: st.Label, Period: st.Overall.Period, Until: st.Overall.Until, Final: st.Final,
		Revision: in.Revision, State: in.State, Created: in.Created, Reviewed: in.Reviewed, Issued: in.Issued,
		Overall: b.figures("", a.Name, &st.Overall), Services: []Figures{},
	}
	m.Overall.InTime = st.InTime()
	for i := range st.Services {
		s := &st.Services[i]
		f := b.figures(s.Service, s.Name, &s.Verdict)
		f.Days = days(&s.Verdict, a)
		m.Services = append(m.Services, f)
	}
	m.Verdict = standingOf(m.Services, &st.Overall)
	m.Trend = b.trend()
	m.Outages = b.outages()
	m.Clocks = b.clocks()
	m.Compliance = b.compliance()
	if st.Handled != nil {
		m.Times = st.Handled.Times
	}
	m.Maintenance = b.maintenance()
	m.Excluded, m.Unknown = b.gaps()
	m.Credits = b.credits(m.Clocks)
	b.last(m)
	m.Corrections = b.corrections(m.LastReportAt)
	m.Actions = b.actions(m.LastReportAt)
	m.Method = b.method()
	if in.Replaces != nil {
		m.Replaces, m.Differences = in.Replaces.Revision, Revised(in.Replaces, m)
	}
	return m, nil
}

// builder is a report being made.
type builder struct {
	in      *Input
	names   map[string]string // of services
	reasons map[string]string // of maintenance and corrections, by id
}

func (in *Input) check() error {
	switch {
	case in.Agreement == nil || in.Agreement.Zone == nil || in.Statement == nil:
		return errors.New("a report needs an agreement, its zone and a statement")
	case in.Agreement.ID != in.Statement.Agreement:
		return fmt.Errorf("the statement is of agreement %q, not of %q", in.Statement.Agreement, in.Agreement.ID)
	case in.Revision < 1:
		return fmt.Errorf("revision %d: the first revision of a report is 1", in.Revision)
	case in.Replaces != nil && (in.Replaces.Agreement != in.Agreement.ID || in.Replaces.Label != in.Statement.Label || in.Replaces.Revision >= in.Revision):
		return fmt.Errorf("revision %d of %s cannot correct revision %d of %s", in.Revision, in.Statement.Label, in.Replaces.Revision, in.Replaces.Label)
	}
	return checkState(in.State, in.Reviewed, in.Issued)
}

// checkState holds a state against the signatures that it needs.
func checkState(state string, reviewed, issued *Signature) error {
	ok := false
	switch state {
	case Draft:
		ok = reviewed == nil && issued == nil
	case Reviewed:
		ok = reviewed != nil && issued == nil
	case Issued:
		ok = reviewed != nil && issued != nil
	default:
		return fmt.Errorf("state %q is none of %s, %s or %s", state, Draft, Reviewed, Issued)
	}
	if !ok {
		return fmt.Errorf("a %s report has other signatures: a draft has none, a reviewed one its reviewer's, an issued one its issuer's too", state)
	}
	return nil
}

// figures writes down a verdict. Outages and ledger have tables of their own.
func (b *builder) figures(service, name string, v *sla.Verdict) Figures {
	exact := *v
	exact.Outages, exact.Ledger = []sla.Outage{}, nil
	return Figures{
		Service: service, Name: name, Availability: Figure(v.Availability, v.Target), Objective: percentOf(v.Target),
		Lower: Figure(v.Lower, v.Target), Upper: Figure(v.Upper, v.Target), Coverage: v.Coverage.Percent(3),
		Raw: Figure(v.Raw, v.Target), Verdict: Word(v), Open: open(v), InTime: true, Exact: exact,
	}
}

// open reports whether unknown time could turn the verdict: the objective lies
// between the bounds.
func open(v *sla.Verdict) bool {
	return v.Unknown > 0 && v.Availability.Present() && v.Target.Present() && v.Lower.Present() && v.Upper.Present() &&
		v.Lower.Cmp(v.Target) < 0 && v.Upper.Cmp(v.Target) >= 0
}

func standingOf(services []Figures, whole *sla.Verdict) Standing {
	s := Standing{
		Word: Word(whole), Open: open(whole), Outside: whole.Scope == 0 && whole.ScopeWhole == 0,
		Future: whole.Until <= whole.Period.From,
	}
	for i := range services {
		switch f := &services[i]; f.Verdict {
		case "kept":
			s.Kept++
		case "missed":
			s.Missed = append(s.Missed, f.Service)
		case "no data":
			s.NoData = append(s.NoData, f.Service)
		}
	}
	return s
}

// method names the texts, data and formulas that the figures rest on.
func (b *builder) method() Method {
	a, st := b.in.Agreement, b.in.Statement
	return Method{
		AgreementRevision: st.AgreementRevision, Fingerprint: st.Fingerprint, StatementRevision: st.Revision,
		ComputedAt: st.ComputedAt, AsOf: st.AsOf, Version: b.in.Version, Aggregate: a.Aggregate, Formulas: formulas(a),
	}
}

// last names the report that this one follows.
func (b *builder) last(m *Model) {
	last := b.in.Previous
	if b.in.Replaces != nil {
		last = b.in.Replaces
	}
	if last != nil {
		m.LastReport, m.LastRevision = last.Label, last.Revision
		m.LastReportAt = last.Method.ComputedAt
	}
}
