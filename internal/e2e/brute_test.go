package e2e

import (
	"context"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// The brute-force count: it walks every millisecond of a period and asks what
// each stored result says of it. It is written from the text of the semantics,
// shares nothing with the engine, and knows only the terms that the agreements
// of these tests use.

// promise is what an agreement of these tests says of one service.
type promise struct {
	checks    []protocol.CheckID
	anyUp     bool          // one check is enough; else all must be up
	quorum    int           // locations that must be down; 0: any
	unknown   byte          // what unknown time counts as: 0 (left out) or down
	degraded  int64         // per cent of degraded time that is bad
	notice    time.Duration // that maintenance needs
	validFrom int64
}

// What one millisecond is.
const (
	msUnknown byte = iota
	msUp
	msDegraded
	msDown
	msExcluded // by a correction only
)

// count is what the walk adds up, in ms; bad and good in hundredths of one.
type count struct{ scope, excluded, unknown, dropped, good, bad int64 }

// bruteForce counts a window of a service, millisecond by millisecond.
func bruteForce(t *testing.T, db *store.Store, agreement, id string, p *promise, from, to int64) count {
	t.Helper()
	lines := make([][][]byte, len(p.checks)) // check → agent → ms → what
	for i, c := range p.checks {
		agents, err := db.Sources(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range agents {
			lines[i] = append(lines[i], walk(t, db, c, a, from, to))
		}
	}
	excused := excusedBy(t, db, agreement, id, p, from, to)
	ruled := correctedBy(t, db, agreement, id, from, to)
	var n count
	for at := max(from, p.validFrom); at < to; at++ {
		i := at - from
		n.scope++
		seen, ms := p.join(lines, i), ruled[i]
		if ms == 0 {
			if ms = seen; excused[i] {
				ms = msExcluded
			}
		}
		if seen == msUnknown && ms != msExcluded {
			n.unknown++
		}
		n.add(ms, p)
	}
	return n
}

func (n *count) add(ms byte, p *promise) {
	switch ms {
	case msUp:
		n.good += 100
	case msDown:
		n.bad += 100
	case msDegraded:
		n.bad += p.degraded
		n.good += 100 - p.degraded
	case msExcluded:
		n.excluded++
	case msUnknown:
		if p.unknown == msDown {
			n.bad += 100
		} else {
			n.dropped++
		}
	}
}

// walk paints what one agent says of a check: a result holds until the next slot.
func walk(t *testing.T, db *store.Store, check protocol.CheckID, agent protocol.AgentID, from, to int64) []byte {
	t.Helper()
	runs, err := db.Runs(t.Context(), check, agent, 0, always)
	if err != nil {
		t.Fatal(err)
	}
	line := make([]byte, to-from)
	for _, r := range runs {
		for slot := r.First; slot < r.First+r.Count*r.Step; slot += r.Step {
			for at := max(slot, from); at < min(slot+r.Step, to); at++ {
				line[at-from] = map[protocol.Outcome]byte{
					protocol.OutcomeUp: msUp, protocol.OutcomeDegraded: msDegraded, protocol.OutcomeDown: msDown,
				}[protocol.Outcome(r.Outcome)]
			}
		}
	}
	return line
}

// join asks the locations of each check, then the checks of the service.
func (p *promise) join(lines [][][]byte, i int64) byte {
	var seen [4]int
	for _, agents := range lines {
		var by [4]int
		for _, line := range agents {
			by[line[i]]++
		}
		seen[p.locations(by)]++
	}
	switch {
	case p.anyUp && seen[msUp] > 0, !p.anyUp && seen[msUp] == len(p.checks):
		return msUp
	case p.anyUp && seen[msUnknown] > 0:
		return msUnknown
	case !p.anyUp && seen[msDown] > 0:
		return msDown
	case !p.anyUp && seen[msUnknown] > 0:
		return msUnknown
	case seen[msDegraded] > 0:
		return msDegraded
	}
	return msDown
}

// locations judges one check by how many locations are in each state; those
// that know nothing have no vote.
func (p *promise) locations(by [4]int) byte {
	switch {
	case by[msUp]+by[msDegraded]+by[msDown] == 0:
		return msUnknown
	case by[msDown] >= max(1, p.quorum):
		return msDown
	case by[msDegraded] > 0:
		return msDegraded
	}
	return msUp
}

// excusedBy paints the maintenance that was announced early enough.
func excusedBy(t *testing.T, db *store.Store, agreement, id string, p *promise, from, to int64) []bool {
	t.Helper()
	line := make([]bool, to-from)
	windows, err := db.Maintenance(context.Background(), agreement, from, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range windows {
		if m.From-m.AnnouncedAt < p.notice.Milliseconds() || len(m.Services) > 0 && !slices.Contains(m.Services, id) {
			continue
		}
		end := m.To
		for _, early := range []int64{m.EndedAt, m.CancelledAt} {
			if early != 0 {
				end = min(end, early)
			}
		}
		for at := max(m.From, from); at < min(end, to); at++ {
			line[at-from] = true
		}
	}
	return line
}

// correctedBy paints approved corrections, the later over the earlier.
func correctedBy(t *testing.T, db *store.Store, agreement, id string, from, to int64) []byte {
	t.Helper()
	line := make([]byte, to-from)
	corrections, err := db.Corrections(context.Background(), agreement, from, to)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range corrections {
		if c.ApprovedAt == 0 || c.RevokedAt != 0 || len(c.Services) > 0 && !slices.Contains(c.Services, id) {
			continue
		}
		for at := max(c.From, from); at < min(c.To, to); at++ {
			line[at-from] = map[sla.Effect]byte{sla.EffectExclude: msExcluded, sla.EffectUp: msUp, sla.EffectDown: msDown}[c.Effect]
		}
	}
	return line
}

// compare holds a statement's figures against the walk.
func compare(t *testing.T, db *store.Store, st *sla.Statement, promises map[string]*promise) (wrong findings) {
	t.Helper()
	for _, svc := range st.Services {
		v := svc.Verdict
		p := promises[svc.Service]
		if p == nil {
			wrong.add("%s: no promise to count service %s by", st.Agreement, svc.Service)
			continue
		}
		from := max(v.Period.From, p.validFrom)
		if v.Until <= from {
			wrong.add("%s/%s: judged until %d, before it began at %d", st.Agreement, svc.Service, v.Until, from)
			continue
		}
		n := bruteForce(t, db, st.Agreement, svc.Service, p, from, v.Until)
		total := n.good + n.bad
		for _, x := range []struct {
			what string
			got  sla.Ratio
			want int64 // hundredths
		}{
			{"good", v.Good, n.good}, {"bad", v.Bad, n.bad}, {"total", v.Total, total},
			{"excluded", sla.Ratio{Num: v.Excluded, Den: 1}, 100 * n.excluded},
			{"unknown", sla.Ratio{Num: v.Unknown, Den: 1}, 100 * n.unknown},
			{"unknown, left out", sla.Ratio{Num: v.UnknownDropped, Den: 1}, 100 * n.dropped},
			{"scope", sla.Ratio{Num: v.Scope, Den: 1}, 100 * n.scope},
		} {
			if x.got.Den == 0 || big.NewRat(x.got.Num, x.got.Den).Cmp(big.NewRat(x.want, 100)) != 0 {
				wrong.add("%s/%s, %d to %d: %s is %v/%v ms, the count says %v", st.Agreement, svc.Service, from, v.Until,
					x.what, x.got.Num, x.got.Den, float64(x.want)/100)
			}
		}
		if total > 0 && big.NewRat(v.Availability.Num, max(1, v.Availability.Den)).Cmp(big.NewRat(n.good, total)) != 0 {
			wrong.add("%s/%s: availability %+v, the count says %d/%d", st.Agreement, svc.Service, v.Availability, n.good, total)
		}
	}
	return wrong
}
