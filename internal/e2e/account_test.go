package e2e

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// always is a window that holds every slot.
const always = int64(1) << 62

// stored reads every result of a check from an agent, slot by slot. A slot that
// stands there twice fails the test.
func stored(t *testing.T, db *store.Store, check protocol.CheckID, agent protocol.AgentID) map[int64]protocol.Outcome {
	t.Helper()
	runs, err := db.Runs(t.Context(), check, agent, 0, always)
	if err != nil {
		t.Fatal(err)
	}
	out := map[int64]protocol.Outcome{}
	for _, r := range runs {
		for i := range r.Count {
			slot := r.First + i*r.Step
			if _, twice := out[slot]; twice {
				t.Errorf("%s from %s: slot %d is stored twice", check, agent, slot)
			}
			out[slot] = protocol.Outcome(r.Outcome)
		}
	}
	return out
}

// tally is what account found.
type tally struct{ results, gapped int }

// account holds the store against what the tap saw acknowledged: each result
// once and none besides, and for every slot between the first and the last a
// result, or a gap with a reason.
func account(t *testing.T, db *store.Store, p *tap, check protocol.CheckID, agent protocol.AgentID, interval time.Duration) tally {
	t.Helper()
	have := stored(t, db, check, agent)
	p.mu.Lock()
	for k, outcome := range p.acked {
		if k.check != check || k.agent != agent {
			continue
		}
		if got, ok := have[k.slot]; !ok || got != outcome {
			t.Errorf("%s from %s, slot %d: acknowledged %v, stored %v (present: %v)", check, agent, k.slot, outcome, got, ok)
		}
	}
	first, last := always, int64(0)
	for slot := range have {
		first, last = min(first, slot), max(last, slot)
		if _, ok := p.acked[slotKey{check, agent, slot}]; !ok {
			t.Errorf("%s from %s, slot %d: stored, but never acknowledged", check, agent, slot)
		}
	}
	p.mu.Unlock()
	return tally{len(have), missing(t, db, check, agent, interval, have, first, last)}
}

// missing counts the slots in [first, last] that only a gap accounts for.
func missing(t *testing.T, db *store.Store, check protocol.CheckID, agent protocol.AgentID, interval time.Duration,
	have map[int64]protocol.Outcome, first, last int64) int {
	t.Helper()
	gaps, err := db.Gaps(t.Context(), check, agent, 0, always)
	if err != nil {
		t.Fatal(err)
	}
	explained := map[int64]bool{}
	for _, g := range gaps {
		if g.Reason == protocol.GapUnknown {
			t.Errorf("%s from %s: gap %+v has no reason", check, agent, g)
		}
		for slot := g.From; slot <= g.To; slot += g.Interval.Milliseconds() {
			explained[slot] = true
		}
	}
	n, silent := 0, 0
	for slot := first; slot <= last; slot += interval.Milliseconds() {
		if _, ok := have[slot]; ok {
			continue
		}
		n++
		if !explained[slot] {
			silent++
		}
	}
	if len(have) == 0 {
		t.Errorf("%s from %s: no results at all", check, agent)
	}
	if silent > 0 {
		t.Errorf("%s from %s: %d of %d slots have neither a result nor a gap", check, agent, silent, (last-first)/interval.Milliseconds()+1)
	}
	return n
}
