package sla_test

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// observe is step A of the oracle: one state for each element.
func (o *oracle) observe(b *sla.Observation) []sla.State {
	switch {
	case b.Probes != nil:
		return o.join(b.Probes, o.probes)
	case b.Endpoints != nil:
		return o.join(b.Endpoints, o.endpoints)
	case b.Runs != nil:
		return o.samples(b.Runs)
	}
	out := make([]sla.State, o.n)
	for _, s := range b.Timeline {
		o.each(s.From, s.To, func(i int) { out[i] = s.State })
	}
	return out
}

// join applies rule to what the parts were at each element.
func (o *oracle) join(parts []sla.Part, rule func([]sla.State) sla.State) []sla.State {
	seen := make([][]sla.State, len(parts))
	for i := range parts {
		seen[i] = o.observe(&parts[i].Seen)
	}
	out := make([]sla.State, o.n)
	here := make([]sla.State, len(parts))
	for i := range out {
		for j := range parts {
			here[j] = seen[j][i]
		}
		out[i] = rule(here)
	}
	return out
}

func count(states []sla.State, what sla.State) (n int64) {
	for _, s := range states {
		if s == what {
			n++
		}
	}
	return n
}

// probes is the rule over locations.
func (o *oracle) probes(here []sla.State) sla.State {
	p := o.t.Probes
	valid := int64(len(here)) - count(here, sla.Unknown)
	if valid < int64(max(1, p.MinValid)) {
		return sla.Unknown
	}
	isDown := func(down int64) bool {
		switch p.Rule {
		case sla.AnyDown:
			return down > 0
		case sla.AllDown:
			return down == valid
		case sla.QuorumCount:
			return down >= int64(p.K)
		case sla.QuorumFraction:
			return big.NewRat(down, valid).Cmp(p.Fraction.Rat()) >= 0
		}
		return big.NewRat(valid-down, valid).Cmp(p.Fraction.Rat()) <= 0
	}
	switch down, degraded := count(here, sla.Down), count(here, sla.Degraded); {
	case isDown(down):
		return sla.Down
	case degraded > 0 && isDown(down+degraded):
		return sla.Degraded
	}
	return sla.Up
}

// endpoints is the rule over the parts of a service.
func (o *oracle) endpoints(here []sla.State) sla.State {
	need := int64(len(here))
	switch o.t.Endpoints.Rule {
	case sla.AnyUp:
		need = 1
	case sla.AtLeast:
		need = int64(o.t.Endpoints.K)
	}
	up, degraded, unknown := count(here, sla.Up), count(here, sla.Degraded), count(here, sla.Unknown)
	switch {
	case up >= need:
		return sla.Up
	case up+degraded >= need:
		return sla.Degraded
	case up+degraded+unknown >= need:
		return sla.Unknown
	}
	return sla.Down
}

// sample is one result, and where it would hold to.
type sample struct {
	at, to int64
	seen   sla.State
	counts sla.State // after consecutive
}

// samples lays out results: each holds until the next slot.
func (o *oracle) samples(runs []sla.Run) []sla.State {
	var all []sample
	for _, r := range runs {
		for i := range r.Count {
			all = append(all, sample{at: r.First + i*r.Step, to: r.First + (i+1)*r.Step, seen: r.State})
		}
	}
	slices.SortStableFunc(all, func(a, b sample) int { return cmp.Compare(a.at, b.at) })
	all = slices.CompactFunc(all, func(a, b sample) bool { return a.at == b.at })
	o.consecutive(all)
	out := make([]sla.State, o.n)
	for i, s := range all {
		if i+1 < len(all) {
			s.to = min(s.to, all[i+1].at)
		}
		o.each(s.at, s.to, func(k int) { out[k] = s.counts })
	}
	return out
}

// consecutive opens an outage at the n-th failure in a row and closes it at
// the m-th success in a row.
func (o *oracle) consecutive(all []sample) {
	c := o.t.Consecutive
	open, fails, successes := false, int64(0), int64(0)
	for i := range all {
		s := &all[i]
		s.counts = s.seen
		if i > 0 && all[i-1].to < s.at { // a missing sample
			fails, successes = 0, 0
		}
		switch s.seen {
		case sla.Unknown:
			fails, successes = 0, 0
		case sla.Down:
			fails, successes = fails+1, 0
			if !open && fails >= max(1, c.Fail) {
				open = true
				for k := int64(1); k < fails && !c.LateStart; k++ {
					all[int64(i)-k].counts = sla.Down
				}
			}
			if !open {
				s.counts = sla.Up
			}
		default:
			fails, successes = 0, successes+1
			if open && successes >= max(1, c.Recover) {
				open = false
				for k := int64(1); k < successes && !c.LateEnd; k++ {
					all[int64(i)-k].counts = all[int64(i)-k].seen
				}
			}
			if open {
				s.counts = sla.Down
			}
		}
	}
}
