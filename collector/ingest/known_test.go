package ingest

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestEarlierAssignments(t *testing.T) {
	r := newRig(t, nil)
	home := func(interval time.Duration) protocol.Result {
		return result("shop/web/home", interval, r.now.Sub(clock)-time.Minute)
	}
	seq := uint64(0)
	push := func(res protocol.Result) string {
		seq++
		ack := r.push(t, batch(seq, res))
		if len(ack.Rejected) == 0 {
			return "accepted"
		}
		word, _, _ := strings.Cut(ack.Rejected[0].Reason, ":")
		return word
	}
	expect := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %s; want %s", what, got, want)
		}
	}
	expect("the assignment in force", push(home(30*time.Second)), "accepted")
	expect("an interval not yet assigned", push(home(time.Minute)), "interval")
	r.assign("2", check("shop/web/home", time.Minute))
	expect("the new interval", push(home(time.Minute)), "accepted")
	expect("the interval before", push(home(30*time.Second)), "accepted")
	expect("a check that was taken away", push(result("shop/web/api", time.Second, -time.Minute)), "accepted")
	expect("a check never assigned", push(result("bank/web/api", time.Second, -time.Minute)), "not_assigned")

	r.now = clock.Add(historyKept + time.Hour)
	r.assign("3", check("shop/web/home", time.Minute), check("shop/web/new", time.Second))
	expect("the interval in force for long", push(home(time.Minute)), "accepted")
	expect("the interval of long ago", push(home(30*time.Second)), "interval")
	expect("a check taken away long ago", push(result("shop/web/api", time.Second, r.now.Sub(clock)-time.Minute)), "not_assigned")
}

func TestRememberOutlivesTheProcess(t *testing.T) {
	r := newRig(t, nil)
	before := &protocol.Assignment{Version: "0", Agent: "fra-1", Grid: protocol.DefaultGrid,
		Checks: []protocol.Check{check("shop/web/home", 10*time.Second), check("shop/web/gone", time.Second)}}
	r.handler.Remember(before, clock.Add(-time.Hour).UnixMilli())
	ack := r.push(t, batch(1, result("shop/web/home", 10*time.Second, -2*time.Hour), result("shop/web/gone", time.Second, -2*time.Hour),
		result("shop/web/home", 30*time.Second, -time.Minute)))
	if ack.Accepted != 3 {
		t.Errorf("results of an assignment from before the start: %+v; want 3 accepted", ack)
	}
}

func TestVariantsAreBounded(t *testing.T) {
	var k *knownChecks
	for i := range 3 * maxVariants {
		k = k.with(&protocol.Assignment{Agent: "fra-1", Checks: []protocol.Check{check("c", time.Duration(i+1)*time.Second)}}, clock.UnixMilli())
	}
	if v := k.checks["c"].variants; len(v) != maxVariants || v[0].until != 0 || v[0].interval != 3*maxVariants*1000 {
		t.Errorf("variants = %+v; want %d, the one in force first", v, maxVariants)
	}
}

func TestGaps(t *testing.T) {
	r := newRig(t, nil)
	api := result("shop/web/api", time.Second, -10*time.Minute)
	good := protocol.Gap{Check: "shop/web/api", From: api.Slot, To: api.Slot + 4000, Count: 5, Interval: time.Second, Reason: protocol.GapOverload}
	beside, stranger, ahead, every := good, good, good, good
	beside.To += 20
	beside.Count = 4
	stranger.Check = "bank/web/api"
	ahead.To = result("shop/web/api", time.Second, time.Hour).Slot
	every = protocol.Gap{From: clock.Add(-time.Minute).UnixMilli(), To: clock.UnixMilli(), Reason: protocol.GapSpoolFull}
	old := every
	old.From = clock.Add(-DefaultMaxAge - time.Minute).UnixMilli()
	b := batch(1)
	b.Gaps = []protocol.Gap{good, beside, stranger, ahead, every, old}
	ack := r.push(t, b)
	if ack.Accepted != 2 || len(ack.Rejected) != 4 {
		t.Fatalf("gaps: %+v; want 2 accepted", ack)
	}
	for i, want := range []string{"off_grid", "not_assigned", "future", "too_old"} {
		got := ack.Rejected[i]
		if !got.Gap || !strings.HasPrefix(got.Reason, want+":") || got.Index != []int{1, 2, 3, 5}[i] {
			t.Errorf("rejected %+v; want a gap, %s", got, want)
		}
	}
	stored := r.batches[[16]byte{7}][1].Gaps
	if len(stored) != 3 {
		t.Fatalf("stored %+v; want the gap, and that of every check for both checks", stored)
	}
	for _, g := range stored[1:] {
		phase := protocol.Phase(g.Check, "fra-1", g.Interval, protocol.DefaultGrid)
		if err := g.Validate(); err != nil || g.From < every.From || g.To > every.To || every.To-g.To >= g.Interval.Milliseconds() ||
			!protocol.IsSlot(g.From, phase, g.Interval) || !protocol.IsSlot(g.To, phase, g.Interval) || g.Check == "" {
			t.Errorf("the gap of every check became %+v (%v); want the slots of each within it", g, err)
		}
	}
}
