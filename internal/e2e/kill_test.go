package e2e

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// TestKillAnywhereLosesNothing kills the collector and the agents at random
// instants, also while they start. What was acknowledged is in the store once,
// and every slot has a result or the reason why it has none.
func TestKillAnywhereLosesNothing(t *testing.T) {
	t.Parallel()
	web := newTarget(t)
	web.set("/b", true)
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", time.Now(), "",
		service("web", "", web.url, "a /a 100ms", "b /b 200ms", "c /c 100ms"),
		service("api", "", web.url, "a /a 200ms", "d /d 100ms"))})
	s.serve()
	agents := []*agent{s.enrol("north-1", "north"), s.enrol("south-1", "south")}
	for _, a := range agents {
		a.start()
	}
	for _, a := range agents {
		eventually(t, "first results", func() bool { return s.tap.heard(a.name) > 0 })
	}
	s.killInTurn(web, agents, rounds(t, 50))
	web.set("/a", false)
	s.ready()
	for _, a := range agents {
		a.settle()
	}
	s.stopCollector(true)

	s.holdAccount(agents)
}

// killInTurn kills the collector and the agents by turns, n times.
func (s *site) killInTurn(web *target, agents []*agent, n int) {
	seed := uint64(time.Now().UnixNano())
	s.t.Logf("seed %d", seed)
	dice := rand.New(rand.NewPCG(seed, 1))
	wait := func(most time.Duration) { pause(time.Duration(dice.Int64N(int64(most)))) }
	for i := range n {
		web.set("/a", dice.IntN(3) == 0)
		wait(1200 * time.Millisecond)
		if i%2 == 0 {
			s.stopCollector(true)
			wait(300 * time.Millisecond)
			s.start()
			go s.reconnect(s.collector)
			continue
		}
		a := agents[i/2%2]
		a.kill()
		wait(400 * time.Millisecond)
		a.start()
	}
}

// holdAccount holds every check of every agent to account.
func (s *site) holdAccount(agents []*agent) {
	t := s.t
	t.Helper()
	db := s.open()
	var sum tally
	for id, interval := range map[protocol.CheckID]time.Duration{
		"acme/web/a": 100 * time.Millisecond, "acme/web/b": 200 * time.Millisecond, "acme/web/c": 100 * time.Millisecond,
		"acme/api/a": 200 * time.Millisecond, "acme/api/d": 100 * time.Millisecond,
	} {
		for _, a := range agents {
			n, wrong := account(t, db, s.tap, id, a.name, interval)
			wrong.report(t)
			sum.results, sum.gapped = sum.results+n.results, sum.gapped+n.gapped
		}
	}
	if len(s.tap.acked) != sum.results {
		t.Errorf("%d results acknowledged, %d stored", len(s.tap.acked), sum.results)
	}
	if len(s.tap.rejected) > 0 || len(s.tap.faults) > 0 {
		t.Errorf("rejected %+v, faults %q; want none", s.tap.rejected, s.tap.faults)
	}
	t.Logf("%d results acknowledged and stored, %d slots missed with a reason", sum.results, sum.gapped)
}

// reconnect connects the tap once this start of the collector serves; it may be
// killed before.
func (s *site) reconnect(p *process) {
	for p.running() {
		if said := p.lines("collector serves"); len(said) > 0 {
			s.tap.connect(said[0]["address"].(string))
			return
		}
		pause(pollPeriod)
	}
}
