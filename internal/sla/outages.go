package sla

import "slices"

// outage is what counts of a maximal run of down after step D.
type outage struct{ from, to int64 }

// forgiven is a part of a run of down that counts as up.
type forgiven struct {
	from, to int64
	why      rule
}

// shape is step E (SLA.md F9–F11): it finds the outages in e.segs, and turns
// what the contract forgives into up.
func (e *Engine) shape(t *Terms, judged Window, tickets []int64) {
	e.outages, e.forgiven = e.outages[:0], e.forgiven[:0]
	if t.Start == FirstTicket {
		e.tickets = append(e.tickets[:0], tickets...)
		slices.Sort(e.tickets)
	}
	for i := 0; i < len(e.segs); i++ {
		if e.segs[i].st != Down {
			continue
		}
		from := e.segs[i].from
		for i+1 < len(e.segs) && e.segs[i+1].st == Down {
			i++
		}
		e.run(t, judged, from, e.segs[i].to)
	}
	if len(e.forgiven) > 0 {
		e.spare = forgive(e.spare[:0], e.segs, e.forgiven)
		e.segs, e.spare = e.spare, e.segs
	}
}

// run shapes one maximal run of down.
func (e *Engine) run(t *Terms, judged Window, from, to int64) {
	if t.Start == FirstTicket {
		i, _ := slices.BinarySearch(e.tickets, from)
		if i == len(e.tickets) || e.tickets[i] >= to {
			e.forgive(from, to, ruleStart)
			return
		}
		e.forgive(from, e.tickets[i], ruleStart)
		from = e.tickets[i]
	}
	if !t.Maintenance.SplitsOutage {
		e.piece(t, judged, from, to)
		return
	}
	i, _ := slices.BinarySearchFunc(e.wins, from, func(w piece, at int64) int { return cmp64(w.to, at+1) })
	for ; i < len(e.wins) && e.wins[i].from < to; i++ {
		for _, cut := range [2]int64{e.wins[i].from, e.wins[i].to} {
			if cut > from && cut < to && e.edge(i, cut) {
				e.piece(t, judged, from, cut)
				from = cut
			}
		}
	}
	e.piece(t, judged, from, to)
}

// edge reports whether maintenance begins or ends at an edge of window i: where
// two windows touch it goes on.
func (e *Engine) edge(i int, at int64) bool {
	return !(i > 0 && e.wins[i-1].to == at || i+1 < len(e.wins) && e.wins[i+1].from == at)
}

// piece measures one outage, and keeps what counts of it.
func (e *Engine) piece(t *Terms, judged Window, from, to int64) {
	m := t.MinOutage
	if m.InPeriod {
		from, to = max(from, judged.From), min(to, judged.To)
		if from >= to {
			return
		}
	}
	length := to - from
	switch {
	case length < m.Length || m.Op == OpGT && length == m.Length && m.Length > 0,
		m.Excess && length == m.Length:
		e.forgive(from, to, ruleMinOutage)
		return
	case m.Excess:
		e.forgive(from, from+m.Length, ruleMinOutage)
		from += m.Length
	}
	e.outages = append(e.outages, outage{from, to})
}

func (e *Engine) forgive(from, to int64, why rule) {
	if from < to {
		e.forgiven = append(e.forgiven, forgiven{from, to, why})
	}
}

// forgive copies segments, with the forgiven parts of down turned into up.
func forgive(dst, in []seg, parts []forgiven) []seg {
	i := 0
	for _, s := range in {
		for ; s.st == Down && i < len(parts) && parts[i].from < s.to; i++ {
			p := parts[i]
			dst = appendSeg(dst, clip(s, s.from, p.from))
			up := clip(s, p.from, p.to)
			up.st, up.rule = Up, p.why
			dst = appendSeg(dst, up)
			s.from = max(s.from, p.to)
			if p.to > s.to {
				break // it goes on in the next segment
			}
		}
		dst = appendSeg(dst, s)
	}
	return dst
}
