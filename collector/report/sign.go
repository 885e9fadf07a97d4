package report

import "fmt"

// Reviewing returns the report as reviewed by somebody at an instant; m stays
// the draft that it is.
func (m *Model) Reviewing(by string, at int64) (*Model, error) {
	return m.sign(Draft, Reviewed, &Signature{By: by, At: at})
}

// Issuing returns the report as issued by somebody at an instant: what is
// printed, sent and kept from then on.
func (m *Model) Issuing(by string, at int64) (*Model, error) {
	return m.sign(Reviewed, Issued, &Signature{By: by, At: at})
}

func (m *Model) sign(from, to string, s *Signature) (*Model, error) {
	before := m.Created.At
	if m.Reviewed != nil {
		before = m.Reviewed.At
	}
	switch {
	case m.State != from:
		return nil, fmt.Errorf("revision %d of %s, %s, is %s: only a %s report can become %s", m.Revision, m.Agreement, m.Label, m.State, from, to)
	case s.By == "" || s.At < before:
		return nil, fmt.Errorf("revision %d of %s, %s: a signature needs a name, and an instant not before the last one", m.Revision, m.Agreement, m.Label)
	}
	signed := *m
	signed.State = to
	if to == Reviewed {
		signed.Reviewed = s
	} else {
		signed.Issued = s
	}
	return &signed, nil
}
