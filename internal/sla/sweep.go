package sla

// sweep is steps F and G: it walks once through segments, windows, corrections
// and scope, all sorted, and accounts for every instant of the judged window.
type sweep struct {
	e      *Engine
	t      *Terms
	in     *Input
	root   int32
	judged Window
	hull   Window
	keep   bool // write the ledger and name who decided

	sums       sums
	cap        *capTill // on down time; nil: none
	groups     []group
	si, wi, ai int
	hi, oi     int
}

// sums are lengths, ms (SLA.md F16).
type sums struct {
	scope, up, down, degraded   int64
	excluded, unknown, dropped  int64
	known                       int64
	rawUp, rawDown, rawDegraded int64
}

// group is the bad time of one outage.
type group struct {
	outage   int // index in Engine.outages; −1: made by a correction
	from, to int64
	counted  int64
	where    []string
}

func (s *sweep) run() {
	e := s.e
	e.ledger, s.groups = e.ledger[:0], e.groups[:0]
	s.sums, s.si, s.wi, s.ai, s.hi, s.oi = sums{}, 0, 0, 0, 0, 0
	s.cap = nil
	if c := s.t.Maintenance.Cap; c != nil && s.t.Maintenance.CapBasis == CapDowntime {
		s.cap = &capTill{*c, max(0, *c-s.in.CapSpent), s.in.CapResets}
	}
	for i := range e.nodes[:e.used] {
		e.nodes[i].pos = 0
	}
	for at := s.judged.From; at < s.judged.To; {
		entry := Entry{From: at}
		why := s.decide(&entry)
		s.account(&entry, why)
		at = entry.To
	}
	e.groups = s.groups
}

// decide fills the entry that begins at entry.From: how far it reaches, its
// state, and what put it there. The order is that of F and G: maintenance, then
// corrections, then scope.
func (s *sweep) decide(entry *Entry) rule {
	e, at := s.e, entry.From
	for e.segs[s.si].to <= at {
		s.si++
	}
	g := &e.segs[s.si]
	entry.To = min(g.to, s.judged.To)
	entry.State, entry.Observed = g.st, g.obs
	win := at1(e.wins, &s.wi, at, &entry.To)
	adj := at1(e.adjs, &s.ai, at, &entry.To)
	open, until := e.open(&s.hi, at)
	entry.To = min(entry.To, until)
	valid := s.valid(at, &entry.To)
	// Also under a correction: maintenance comes first, and spends its cap.
	excused := win != nil && open && valid && s.spend(entry)
	switch {
	case !open:
		entry.State = OutOfScope
		return ruleHours
	case !valid && s.t.Contract.DeemedUp:
		entry.State = Up
		return ruleContract
	case !valid:
		entry.State = OutOfScope
		return ruleContract
	case adj != nil:
		a := &s.in.Adjustments[adj.index]
		entry.State = [...]State{Excluded, Up, Down}[a.Effect]
		entry.Adjustment = a.ID
		return ruleAdjustment
	case excused:
		entry.State = [...]State{Excluded, Up}[s.t.Maintenance.Treatment]
		entry.Maintenance = s.in.Maintenance[win.index].ID
		return ruleMaintenance
	}
	return g.rule
}

// at1 returns the piece that holds at an instant, and brings to forward to the
// next edge.
func at1(list []piece, i *int, at int64, to *int64) *piece {
	for *i < len(list) && list[*i].to <= at {
		*i++
	}
	if *i == len(list) {
		return nil
	}
	p := &list[*i]
	if p.from > at {
		*to = min(*to, p.from)
		return nil
	}
	*to = min(*to, p.to)
	return p
}

// spend takes down time in a window off a cap on down time (F13), and reports
// whether the window excuses the entry, shortened to what is left.
func (s *sweep) spend(entry *Entry) bool {
	if entry.State != Down || s.cap == nil {
		return true
	}
	entry.To = min(entry.To, s.cap.at(entry.From))
	if s.cap.left == 0 {
		return false
	}
	entry.To = min(entry.To, entry.From+s.cap.left)
	s.cap.left -= entry.To - entry.From
	return true
}

// valid tells whether the contract is in force.
func (s *sweep) valid(at int64, to *int64) bool {
	c := s.t.Contract
	switch {
	case c.From != 0 && at < c.From:
		*to = min(*to, c.From)
		return false
	case c.To != 0 && at >= c.To:
		return false
	case c.To != 0:
		*to = min(*to, c.To)
	}
	return true
}

// account adds an entry to the sums and to the ledger (F16).
func (s *sweep) account(entry *Entry, why rule) {
	n := entry.To - entry.From
	if entry.State != OutOfScope {
		s.sums.scope += n
		s.observed(entry, n)
	}
	if s.keep && entry.State != OutOfScope && (entry.Observed == Down || entry.Observed == Degraded) {
		entry.Where = s.e.where(entry.From, entry.Observed)
	}
	switch entry.State {
	case Up:
		s.sums.up += n
	case Down:
		s.sums.down += n
		s.bad(entry, n)
	case Degraded:
		s.sums.degraded += n
		entry.Weight = s.t.Degraded.Weight
	case Excluded:
		s.sums.excluded += n
	case Unknown:
		s.sums.dropped += n
	}
	if s.keep {
		s.write(entry, why)
	}
}

// observed adds to the sums that look at what was seen, whatever became of it.
func (s *sweep) observed(entry *Entry, n int64) {
	st := degraded(entry.Observed, s.t.Degraded)
	switch st {
	case Up:
		s.sums.rawUp += n
	case Down:
		s.sums.rawDown += n
	case Degraded:
		s.sums.rawDegraded += n
	}
	switch {
	case entry.State == Excluded:
	case st == Unknown:
		s.sums.unknown += n
	default:
		s.sums.known += n
	}
}

// bad adds down time to its outage (F16). Time that a correction made down
// belongs to the outage that it touches, else it is one of its own.
func (s *sweep) bad(entry *Entry, n int64) {
	outs := s.e.outages
	for s.oi < len(outs) && outs[s.oi].to <= entry.From {
		s.oi++
	}
	which := -1
	if s.oi < len(outs) && outs[s.oi].from <= entry.From {
		which = s.oi
	}
	var last *group
	if k := len(s.groups); k > 0 {
		last = &s.groups[k-1]
	}
	touches := last != nil && last.to == entry.From
	if last == nil || (which < 0 || last.outage != which) && !(touches && (which < 0 || last.outage < 0)) {
		s.groups = append(s.groups, group{outage: which, from: entry.From})
		last = &s.groups[len(s.groups)-1]
	}
	if last.outage < 0 {
		last.outage = which
	}
	last.to = entry.To
	last.counted += n
	last.where = merge(last.where, entry.Where)
}

// merge adds names that are not there yet; it leaves both slices as they are.
func merge(have, more []string) []string {
	if len(have) == 0 || len(more) == 0 || &have[0] == &more[0] {
		if len(have) == 0 {
			return more
		}
		return have
	}
	out := have[:len(have):len(have)]
	for _, m := range more {
		found := false
		for _, h := range out {
			found = found || h == m
		}
		if !found {
			out = append(out, m)
		}
	}
	return out
}

// write adds the entry to the ledger, or to its last entry when nothing differs.
func (s *sweep) write(entry *Entry, why rule) {
	entry.Rule = s.text(why, entry)
	l := s.e.ledger
	if n := len(l); n > 0 {
		p := &l[n-1]
		if p.State == entry.State && p.Observed == entry.Observed && p.Rule == entry.Rule &&
			p.Maintenance == entry.Maintenance && p.Adjustment == entry.Adjustment && same(p.Where, entry.Where) {
			p.To = entry.To
			return
		}
	}
	s.e.ledger = append(l, *entry)
}

// same compares sets that where returned.
func same(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}
