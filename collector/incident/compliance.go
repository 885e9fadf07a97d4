package incident

import (
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// Reading returns the status as package sla counts it.
func (s *ClockStatus) Reading() sla.Clock {
	return sla.Clock{
		Elapsed: s.Elapsed, Paused: s.Paused, OffHours: s.OffHours, Breach: s.Breach,
		Running: s.Running, Due: s.DueAt, Opened: s.OpenedAt, Stopped: s.StoppedAt,
	}
}

// ComplianceOf counts, for each rule, the clocks of an agreement that opened in
// the window p (SLA.md F41), as of the instant at. records holds the events of
// one incident each; all that may have opened in p have to be among them.
func ComplianceOf(p sla.Window, rules []ClockRule, records [][]Event, at, horizon int64) ([]sla.Compliance, error) {
	readings := make([][]sla.Clock, len(rules))
	for _, events := range records {
		for n := range rules {
			got, err := ReadClocks(events, rules[n:n+1], at, horizon)
			if err != nil {
				return nil, err
			}
			for _, s := range got {
				readings[n] = append(readings[n], s.Reading())
			}
		}
	}
	out := make([]sla.Compliance, len(rules))
	for n, r := range rules {
		out[n] = sla.Comply(p, r.Severity, r.Indicator, r.Terms, readings[n])
	}
	return out, nil
}

// HandlingOf returns what became of the incident for one agreement (SLA.md F44),
// for sla.MeanTimesOf. A probe detects when an outage is confirmed, and that is
// when it was entered. ok is false when the incident does not concern the
// agreement; "" stands for all of them together.
func HandlingOf(events []Event, agreement string) (h sla.Handling, ok bool, err error) {
	i, err := Fold(events)
	if err != nil || agreement != "" && !slices.Contains(i.Agreements(), agreement) {
		return h, false, err
	}
	is := func(other string) bool { return agreement == "" || other == agreement }
	h.Acknowledged, h.Repaired = i.AcknowledgedAt, i.ResolvedAt
	ongoing := false
	for _, o := range i.Outages {
		if o.Withdrawn || !is(o.Agreement) {
			continue
		}
		ongoing = ongoing || o.To == 0
		h.Failed, h.Restored = earliest(h.Failed, o.From), max(h.Restored, o.To)
	}
	if ongoing {
		h.Restored = 0
	}
	for n := range events {
		e := &events[n]
		switch {
		case e.Fault != "" && is(e.Agreement), e.Kind == EventOpened && e.By != System && e.Fault == "" && (e.Agreement == "" || is(e.Agreement)):
			h.Detected = earliest(h.Detected, e.Effect())
		case e.Outage != nil && is(e.Outage.Agreement) && i.counts(e.Outage.ID):
			h.Detected = earliest(h.Detected, e.At)
		}
	}
	return h, true, nil
}

// counts reports whether an outage was not withdrawn.
func (i *Incident) counts(outage string) bool {
	n := i.outage(outage)
	return n >= 0 && !i.Outages[n].Withdrawn
}

// earliest returns the earlier of two instants; 0 is none.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
