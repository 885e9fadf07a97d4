package promapi

import (
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/probity-sla/probity/internal/sla"
)

// key is one series: its labels, and where its samples come from.
type key struct {
	family    *family
	labels    labels.Labels
	agreement *Agreement
	service   *Service
	check     *Check // set: results of it from location
	location  *Location
	span      func(*sla.Entry) (float64, bool) // set: samples of the service's ledger
	value     float64                          // else: the figure of now
}

// selection collects the series that matchers ask for.
type selection struct {
	ms     []*labels.Matcher
	family *family
	out    func(key)
	build  labels.ScratchBuilder
}

// each calls f for every series that all matchers match.
func (q *querier) each(ms []*labels.Matcher, f func(key)) {
	s := &selection{ms: ms, out: f, build: labels.NewScratchBuilder(8)}
	for i := range families {
		s.family = &families[i]
		if !s.may(model.MetricNameLabel, s.family.name) {
			continue
		}
		switch s.family.name {
		case nameSuccess, nameDuration:
			s.checks(q.snapshot)
		case nameUp:
			s.services(q.snapshot, func(k key) {
				k.span = counted
				s.put(k, "agreement", k.agreement.ID, "service", k.service.ID)
			})
		case nameState:
			s.services(q.snapshot, s.states)
		default:
			s.family.now(q.snapshot, func(v float64, pairs ...string) { s.put(key{value: v}, pairs...) })
		}
	}
}

// may reports whether a label of this value can belong to what is asked for.
func (s *selection) may(name, value string) bool {
	for _, m := range s.ms {
		if m.Name == name && !m.Matches(value) {
			return false
		}
	}
	return true
}

func (s *selection) services(all *Snapshot, f func(key)) {
	for i := range all.Agreements {
		a := &all.Agreements[i]
		if !s.may("agreement", a.ID) {
			continue
		}
		for j := range a.Services {
			if v := &a.Services[j]; s.may("service", v.ID) {
				f(key{agreement: a, service: v})
			}
		}
	}
}

func (s *selection) states(k key) {
	for _, state := range stateWords {
		k.span = func(e *sla.Entry) (float64, bool) { return isState(e, state), true }
		s.put(k, "agreement", k.agreement.ID, "service", k.service.ID, "state", state.String())
	}
}

func (s *selection) checks(all *Snapshot) {
	s.services(all, func(k key) {
		for i := range k.service.Checks {
			k.check = &k.service.Checks[i]
			name := shortID(k.check.ID)
			if !s.may("check", name) {
				continue
			}
			for j := range k.check.Locations {
				k.location = &k.check.Locations[j]
				s.put(k, "agreement", k.agreement.ID, "service", k.service.ID, "check", name,
					"location", string(k.location.Location), "agent", string(k.location.Agent))
			}
		}
	})
}

// put hands over the series when all matchers match its labels.
func (s *selection) put(k key, pairs ...string) {
	s.build.Reset()
	s.build.Add(model.MetricNameLabel, s.family.name)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" { // an empty label is none
			s.build.Add(pairs[i], strings.ToValidUTF8(pairs[i+1], "\uFFFD"))
		}
	}
	s.build.Sort()
	k.family, k.labels = s.family, s.build.Labels()
	for _, m := range s.ms {
		if !m.Matches(k.labels.Get(m.Name)) {
			return
		}
	}
	s.out(k)
}
