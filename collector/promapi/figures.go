package promapi

import (
	"math"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// verdicts gives a figure of every verdict, the agreements' own and the services'.
func verdicts(figure func(*sla.Verdict) sla.Ratio) func(*Snapshot, emitter) {
	return func(s *Snapshot, e emitter) {
		put := func(v *sla.Verdict, labels ...string) {
			if v == nil {
				return
			}
			if r := figure(v); r.Present() {
				e(float(r), labels...)
			}
		}
		for i := range s.Agreements {
			a := &s.Agreements[i]
			put(a.Overall, "agreement", a.ID)
			for j := range a.Services {
				put(a.Services[j].Verdict, "agreement", a.ID, "service", a.Services[j].ID)
			}
		}
	}
}

// budgetLeft is absent where the contract leaves no budget to have a share of.
func budgetLeft(v *sla.Verdict) sla.Ratio {
	if v.Budget <= 0 {
		return sla.Ratio{}
	}
	return sla.Of(v.BudgetLeft, v.Budget)
}

func openIncidents(s *Snapshot, e emitter) {
	for i := range s.Agreements {
		for _, o := range s.Agreements[i].Open {
			e(float64(o.Incidents), "agreement", s.Agreements[i].ID, "severity", o.Severity)
		}
	}
}

// services calls f for each service.
func (s *Snapshot) services(f func(a *Agreement, v *Service)) {
	for i := range s.Agreements {
		for j := range s.Agreements[i].Services {
			f(&s.Agreements[i], &s.Agreements[i].Services[j])
		}
	}
}

func states(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		if v.Last == nil {
			return
		}
		for _, x := range stateWords {
			e(isState(v.Last, x), "agreement", a.ID, "service", v.ID, "state", x.String())
		}
	})
}

func ups(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		if v.Last == nil {
			return
		}
		if x, ok := counted(v.Last); ok {
			e(x, "agreement", a.ID, "service", v.ID)
		}
	})
}

func burns(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		said := map[time.Duration]bool{} // two rules may share a window
		for _, b := range v.Burn {
			if b.Rate.Present() && !said[b.Window] {
				said[b.Window] = true
				e(rate(b.Rate), "agreement", a.ID, "service", v.ID, "window", model.Duration(b.Window).String())
			}
		}
	})
}

// rate is a burn rate, infinite where the objective leaves no budget to burn.
func rate(r sla.Ratio) float64 {
	if r == sla.MaxBurn {
		return math.Inf(1)
	}
	return float(r)
}

func seen(s *Snapshot, e emitter) {
	for _, a := range s.Agents {
		if a.SeenAt != 0 {
			e(float64(a.SeenAt)/1000, "agent", string(a.Agent), "location", string(a.Location))
		}
	}
}

func certificates(s *Snapshot, e emitter) {
	s.services(func(a *Agreement, v *Service) {
		for i := range v.Checks {
			if c := &v.Checks[i]; c.CertExpiry != 0 {
				e(float64(c.CertExpiry)/1000, "agreement", a.ID, "service", v.ID, "check", shortID(c.ID))
			}
		}
	})
}

// locations calls f for each location of each check, with its labels.
func (s *Snapshot) locations(f func(c *Check, l *Location, labels []string)) {
	s.services(func(a *Agreement, v *Service) {
		for i := range v.Checks {
			c := &v.Checks[i]
			for j := range c.Locations {
				l := &c.Locations[j]
				f(c, l, []string{"agreement", a.ID, "service", v.ID, "check", shortID(c.ID), "location", string(l.Location), "agent", string(l.Agent)})
			}
		}
	})
}

func successes(s *Snapshot, e emitter) {
	s.locations(func(_ *Check, l *Location, labels []string) {
		switch l.State {
		case sla.Up, sla.Degraded:
			e(1, labels...)
		case sla.Down:
			e(0, labels...)
		}
	})
}

func durations(s *Snapshot, e emitter) {
	s.locations(func(_ *Check, l *Location, labels []string) {
		if l.Took > 0 && (l.State == sla.Up || l.State == sla.Degraded) {
			e(l.Took.Seconds(), labels...)
		}
	})
}

// shortID is a check's own name within its service.
func shortID(id protocol.CheckID) string {
	return string(id[strings.LastIndexByte(string(id), '/')+1:])
}
