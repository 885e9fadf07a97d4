package e2e

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// always is a window that holds every slot.
const always = int64(1) << 62

// findings is what is wrong with what is stored.
type findings []string

func (f *findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

func (f findings) report(t *testing.T) {
	t.Helper()
	for _, x := range f {
		t.Error(x)
	}
}

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

// tally is what account counted.
type tally struct{ results, gapped int }

// account holds the store against what the tap saw acknowledged: each result
// once and none besides, and for every slot between the first and the last a
// result, or a gap with a reason.
func account(t *testing.T, db *store.Store, p *tap, check protocol.CheckID, agent protocol.AgentID, interval time.Duration) (n tally, wrong findings) {
	t.Helper()
	have := stored(t, db, check, agent)
	p.mu.Lock()
	for k, outcome := range p.acked {
		if k.check != check || k.agent != agent {
			continue
		}
		if got, ok := have[k.slot]; !ok || got != outcome {
			wrong.add("%s from %s, slot %d: acknowledged %v, stored %v (present: %v)", check, agent, k.slot, outcome, got, ok)
		}
	}
	first, last := always, int64(0)
	for slot := range have {
		first, last = min(first, slot), max(last, slot)
		if _, ok := p.acked[slotKey{check, agent, slot}]; !ok {
			wrong.add("%s from %s, slot %d: stored, but never acknowledged", check, agent, slot)
		}
	}
	p.mu.Unlock()
	if len(have) == 0 {
		wrong.add("%s from %s: no results at all", check, agent)
		return n, wrong
	}
	gapped, silent := holes(t, db, check, agent, interval, have, first, last)
	if silent > 0 {
		wrong.add("%s from %s: %d of %d slots have neither a result nor a gap", check, agent, silent, (last-first)/interval.Milliseconds()+1)
	}
	return tally{len(have), gapped}, wrong
}

// missing counts the slots that only a gap accounts for; one that nothing
// accounts for fails the test.
func missing(t *testing.T, db *store.Store, check protocol.CheckID, agent protocol.AgentID, interval time.Duration,
	have map[int64]protocol.Outcome, first, last int64) int {
	t.Helper()
	n, silent := holes(t, db, check, agent, interval, have, first, last)
	if silent > 0 {
		t.Errorf("%s from %s: %d slots have neither a result nor a gap", check, agent, silent)
	}
	return n
}

// holes counts the slots in [first, last] that have no result, and of these
// the silent ones, which no gap explains.
func holes(t *testing.T, db *store.Store, check protocol.CheckID, agent protocol.AgentID, interval time.Duration,
	have map[int64]protocol.Outcome, first, last int64) (n, silent int) {
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
	for slot := first; slot <= last; slot += interval.Milliseconds() {
		if _, ok := have[slot]; ok {
			continue
		}
		n++
		if !explained[slot] {
			silent++
		}
	}
	return n, silent
}

// TestAccountCanFail plants what account is there to find.
func TestAccountCanFail(t *testing.T) {
	t.Parallel()
	const check, agent, interval = "acme/web/here", "north-1", time.Second
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "collector.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b := honest(1)
	if _, err := db.AppendBatch(t.Context(), b, time.Now().UnixMilli()); err != nil {
		t.Fatal(err)
	}
	slots := [3]int64{b.Results[0].Slot, b.Results[1].Slot, b.Results[2].Slot}
	p := &tap{acked: map[slotKey]protocol.Outcome{}}
	for _, slot := range slots {
		p.acked[slotKey{check, agent, slot}] = protocol.OutcomeUp
	}
	want := func(what string, n int) {
		t.Helper()
		if _, wrong := account(t, db, p, check, agent, interval); len(wrong) != n {
			t.Errorf("account finds %q of %s; want %d", wrong, what, n)
		}
	}
	want("a whole store", 0)
	p.acked[slotKey{check, agent, slots[1]}] = protocol.OutcomeDown
	want("a result with another outcome", 1)
	p.acked[slotKey{check, agent, slots[1]}] = protocol.OutcomeUp
	p.acked[slotKey{check, agent, slots[2] + 1000}] = protocol.OutcomeUp
	want("a result that was lost", 1)
	delete(p.acked, slotKey{check, agent, slots[2] + 1000})
	delete(p.acked, slotKey{check, agent, slots[0]})
	want("a result that nobody sent", 1)
	p.acked[slotKey{check, agent, slots[0]}] = protocol.OutcomeUp
	later := honest(2)
	later.Results = later.Results[:1]
	later.Results[0].Slot = slots[2] + 3000
	if _, err := db.AppendBatch(t.Context(), later, time.Now().UnixMilli()); err != nil {
		t.Fatal(err)
	}
	p.acked[slotKey{check, agent, slots[2] + 3000}] = protocol.OutcomeUp
	want("a hole that nobody explains", 1)
}
