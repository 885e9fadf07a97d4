package sla_test

import (
	"math/big"
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// The oracle: SLA-SEMANTICS, sections A to H, done on one array element per
// unit of time. It shares no code with the engine, and is written to be read
// against the text, not to be fast. Every instant and length it is given must
// be a whole number of units from the epoch.

// oracle is one judgement in the making.
type oracle struct {
	t    *sla.Terms
	in   *sla.Input
	unit int64 // ms
	base int64 // instant of element 0
	n    int   // elements: all that was observed, and the judged window
	lo   int   // judged window: [lo, hi)
	hi   int
	end  int // of the whole period

	seen  []sla.State // A
	state []sla.State // after each step
	of    []int       // the outage an element belongs to, −1
	cut   []bool      // a window's edge cuts an outage before this element
	in_   []bool      // in a qualifying maintenance window
	scope []bool
	fixed []bool // deemed up, whatever happened
}

// reckoning is what the oracle finds: counts of units, and exact fractions of ms.
type reckoning struct {
	scope, scopeWhole, excluded, unknown, dropped int64 // ms
	good, bad, total                              *big.Rat
	availability                                  *big.Rat // nil: none
	known                                         int64    // observed, in scope, not excluded
	rawUp, rawDown, rawDegraded                   int64
	outages                                       []int64 // counted ms of each, before rounding
	final                                         []sla.State
	breach                                        *bool
	credit                                        *big.Rat
}

// consult judges in by t, in units of unit ms.
func consult(t *sla.Terms, in *sla.Input, unit int64) *reckoning {
	o := &oracle{t: t, in: in, unit: unit}
	o.span()
	o.seen = o.observe(&in.Observed)
	from, to := o.known()
	o.state = make([]sla.State, o.n)
	copy(o.state[from:to], o.seen[from:to])
	o.degrade()
	o.fill(from, to)
	o.slots()
	o.scopes()
	o.maintenanceWindows()
	o.shape()
	return o.sum()
}

// span finds the elements: the hull of what was listed and is judged.
func (o *oracle) span() {
	until := o.in.Period.To
	if o.in.Until != 0 {
		until = max(o.in.Period.From, min(until, o.in.Until))
	}
	from, to := o.in.Period.From, until
	var visit func(*sla.Observation)
	visit = func(b *sla.Observation) {
		for _, s := range b.Timeline {
			if s.From < s.To {
				from, to = min(from, s.From), max(to, s.To)
			}
		}
		for _, r := range b.Runs {
			from, to = min(from, r.First), max(to, r.First+r.Step*r.Count)
		}
		for _, p := range slices.Concat(b.Probes, b.Endpoints) {
			visit(&p.Seen)
		}
	}
	visit(&o.in.Observed)
	o.base = from
	o.n = int((to - from) / o.unit)
	o.lo, o.hi = o.index(o.in.Period.From), o.index(until)
	o.end = o.index(o.in.Period.To)
}

// known is [from, to) of what is known or judged, and not after Until: before
// and after it there is nothing to be missing.
func (o *oracle) known() (from, to int) {
	from, to = o.lo, o.hi
	for i, s := range o.seen {
		if s != sla.Unknown {
			from, to = min(from, i), max(to, i+1)
		}
	}
	if o.in.Until != 0 {
		to = max(o.hi, min(to, o.index(o.in.Until)))
	}
	return from, to
}

func (o *oracle) index(at int64) int {
	if (at-o.base)%o.unit != 0 {
		panic("an instant between two units")
	}
	return int((at - o.base) / o.unit)
}

func (o *oracle) at(i int) int64 { return o.base + int64(i)*o.unit }

// each calls f for every element in [from, to).
func (o *oracle) each(from, to int64, f func(i int)) {
	for i := max(0, o.index(from)); i < min(o.n, o.index(to)); i++ {
		f(i)
	}
}

// degrade is step B.
func (o *oracle) degrade() {
	for i, s := range o.state {
		if s == sla.Degraded {
			switch o.t.Degraded.Rule {
			case sla.DegradedUp:
				o.state[i] = sla.Up
			case sla.DegradedDown:
				o.state[i] = sla.Down
			}
		}
	}
}

// fill is step C.
func (o *oracle) fill(from, to int) {
	m := o.t.Missing
	byRule := map[sla.MissingRule]sla.State{sla.MissingExclude: sla.Unknown, sla.MissingUp: sla.Up, sla.MissingDown: sla.Down}
	gap, before := int64(0), sla.Unknown // length of the gap so far; the state before it
	for i := from; i < to; i++ {
		if s := o.state[i]; s != sla.Unknown {
			gap, before = 0, s
			continue
		}
		gap += o.unit
		switch {
		case m.Rule != sla.MissingCarry:
			o.state[i] = byRule[m.Rule]
		case before != sla.Unknown && (m.CarryMax == nil || gap <= *m.CarryMax):
			o.state[i] = before
		default:
			o.state[i] = byRule[m.After]
		}
	}
}

// slots is step D.
func (o *oracle) slots() {
	s := o.t.Slot
	if s.Length == 0 {
		return
	}
	for i := o.lo; i < o.hi; {
		j := i + 1
		for j < o.hi && o.slotOf(j) == o.slotOf(i) {
			j++
		}
		known, down := int64(0), int64(0)
		for _, state := range o.state[i:j] {
			if state != sla.Unknown {
				known++
			}
			if state == sla.Down {
				down++
			}
		}
		verdict := sla.Up
		switch {
		case known == 0:
			verdict = sla.Unknown
		case s.When == sla.BadAny && down > 0,
			s.When == sla.BadAll && down == known,
			s.When == sla.BadGT && big.NewRat(down, known).Cmp(s.Share.Rat()) > 0,
			s.When == sla.BadGE && big.NewRat(down, known).Cmp(s.Share.Rat()) >= 0:
			verdict = sla.Down
		}
		for ; i < j; i++ {
			o.state[i] = verdict
		}
	}
}

// slotOf names the slot of an element by its start.
func (o *oracle) slotOf(i int) int64 {
	at, anchor := o.at(i), int64(0)
	switch o.t.Slot.Align {
	case sla.AlignPeriod:
		anchor = o.in.Period.From
	case sla.AlignMidnight:
		anchor = midnightBefore(o.in.Zone, at)
	}
	d := at - anchor
	return at - ((d%o.t.Slot.Length)+o.t.Slot.Length)%o.t.Slot.Length
}

// shape is step E: what is left down, and the outage each element belongs to.
func (o *oracle) shape() {
	o.of = make([]int, o.n)
	for i := range o.of {
		o.of[i] = -1
	}
	next := 0
	for i := 0; i < o.n; {
		if o.state[i] != sla.Down {
			i++
			continue
		}
		j := i
		for j < o.n && o.state[j] == sla.Down {
			j++
		}
		a := o.counted(i, j)
		for k := i; k < a; k++ {
			o.state[k] = sla.Up
		}
		for a < j {
			b := a + 1
			for b < j && !o.cut[b] {
				b++
			}
			for k := o.enough(a, b); k > a; k-- {
				o.state[k-1] = sla.Up
			}
			for k := a; k < b; k++ {
				if o.state[k] == sla.Down {
					o.of[k] = next
				}
			}
			next++
			a = b
		}
		i = j
	}
}

// counted is where an outage [i, j) starts to count.
func (o *oracle) counted(i, j int) int {
	if o.t.Start == sla.FirstFailure {
		return i
	}
	for k := i; k < j; k++ {
		if slices.Contains(o.in.Tickets, o.at(k)) {
			return k
		}
	}
	return j
}

// enough is the end of what min_outage forgives of the outage [i, j).
func (o *oracle) enough(i, j int) int {
	m := o.t.MinOutage
	if m.Length == 0 {
		return i
	}
	from, to := i, j
	if m.InPeriod {
		from, to = max(i, o.lo), min(j, o.hi)
	}
	length := int64(to-from) * o.unit
	switch {
	case length < m.Length, length == m.Length && m.Op == sla.OpGT:
		return j
	case m.Excess:
		return from + int(m.Length/o.unit)
	}
	return i
}
