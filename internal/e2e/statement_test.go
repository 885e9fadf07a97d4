package e2e

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

// statement computes a statement on the command line.
func (s *site) statement(agreement string, args ...string) *sla.Statement {
	s.t.Helper()
	var st sla.Statement
	out := s.run(append([]string{"statement", "--agreement", agreement, "--format", "json"}, args...)...)
	if err := json.Unmarshal([]byte(out), &st); err != nil {
		s.t.Fatalf("%v in %s", err, out)
	}
	return &st
}

// TestStatementEqualsBruteForce lets two agents live through outages,
// maintenance, corrections, slowness and their own death, and counts every
// millisecond of what is stored.
func TestStatementEqualsBruteForce(t *testing.T) {
	t.Parallel()
	start := time.Now().Truncate(time.Second)
	web := newTarget(t)
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", start, "[terms.maintenance]\nmin_notice_s = 2\n",
		service("any", "", web.url, "one /one 200ms"),
		service("both", "terms.probes = {rule = \"quorum_count\", k = 2}", web.url, "two /two 200ms", "three /three 300ms"),
		service("either", "terms.endpoints = {rule = \"any_up\"}", web.url, "four /four 200ms", "five /five 500ms"),
		service("strict", "terms.missing = \"down\"\nterms.degraded = \"weight:0.25\"", web.url,
			"six /six 200ms degraded=\"60ms\"\nlocations=[\"north\"]"),
	)})
	promises := map[string]*promise{
		"any":    {checks: []protocol.CheckID{"acme/any/one"}},
		"both":   {checks: []protocol.CheckID{"acme/both/two", "acme/both/three"}, quorum: 2},
		"either": {checks: []protocol.CheckID{"acme/either/four", "acme/either/five"}, anyUp: true},
		"strict": {checks: []protocol.CheckID{"acme/strict/six"}, unknown: msDown, degraded: 25},
	}
	for _, p := range promises {
		p.notice, p.validFrom = 2*time.Second, start.UnixMilli()
	}
	s.serve()
	north, south := s.enrol("north-1", "north"), s.enrol("south-1", "south")
	north.start()
	south.start()
	maintain := func(in, length, reason string, services ...string) {
		args := []string{"maintenance", "add", "--agreement", "acme", "--from", in, "--length", length, "--reason", reason}
		for _, id := range services {
			args = append(args, "--service", id)
		}
		s.run(args...)
	}
	maintain("+4s", "3s", "upgrade", "any", "either")
	maintain("+1s", "2s", "announced too late")
	s.misbehave(web, north, south)
	now := time.Now().UnixMilli()
	s.correct("any", sla.EffectUp, now-5123, now-4001)
	s.correct("both", sla.EffectExclude, now-3777, now-3111)
	s.correct("strict", sla.EffectDown, now-2500, now-2499)
	north.settle()
	south.settle()
	s.stopCollector(false)

	db := s.open()
	whole := s.statement("acme")
	compare(t, db, whole, promises).report(t)
	until := whole.Services[0].Verdict.Until
	for range rounds(t, 10) {
		from := start.UnixMilli() + rand.Int64N(until-start.UnixMilli()-1)
		to := from + 1 + rand.Int64N(until-from)
		compare(t, db, s.statement("acme", "--from", instant(from), "--to", instant(to)), promises).report(t)
	}
	for _, svc := range whole.Services {
		v := svc.Verdict
		t.Logf("%s: good %v, bad %v, excluded %d, unknown %d ms", svc.Service, v.Good, v.Bad, v.Excluded, v.Unknown)
	}
	whole.Services[1].Verdict.Bad.Num++ // the count must see a millisecond
	if wrong := compare(t, db, whole, promises); len(wrong) != 1 {
		t.Errorf("of a statement that is wrong by a millisecond the count finds %q; want one fault", wrong)
	}
	if n := whole.Services[0].Verdict; n.Excluded == 0 || n.Unknown == 0 || n.Bad.Num == 0 {
		t.Errorf("excluded %d, unknown %d, bad %v: each should have been lived through", n.Excluded, n.Unknown, n.Bad)
	}
}

func instant(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }

// misbehave breaks pages and agents in turn, for some ten seconds.
func (s *site) misbehave(web *target, north, south *agent) {
	eventually(s.t, "results", func() bool { return s.tap.heard(north.name) > 0 && s.tap.heard(south.name) > 0 })
	pages := []string{"/one", "/two", "/three", "/four", "/five", "/six"}
	shake := func(n int) {
		for i := range n {
			web.set(pages[i%len(pages)], rand.IntN(2) == 0)
			web.delay("/six", time.Duration(rand.IntN(2))*70*time.Millisecond)
			pause(350 * time.Millisecond)
		}
	}
	web.set("/one", true)
	shake(12)
	south.kill()
	shake(3)
	north.kill()
	pause(1500 * time.Millisecond)
	south.start()
	shake(3)
	north.start()
	shake(8)
	// Chance may have spared the first page all the while: here it is broken.
	web.set("/one", true)
	pause(700 * time.Millisecond)
}

// correct records a correction that somebody else approved.
func (s *site) correct(service string, effect sla.Effect, from, to int64) {
	s.t.Helper()
	db, err := store.Open(s.t.Context(), store.Options{Path: s.path("data/collector.db")})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()

	now := time.Now().UnixMilli()
	if err := db.AddCorrection(s.t.Context(), store.CorrectionRecord{
		ID: "co-" + service, Agreement: "acme", Services: []string{service}, From: from, To: to, Effect: effect,
		Reason: "agreed with the customer", CreatedBy: "ops", CreatedAt: now, ApprovedBy: "customer", ApprovedAt: now,
	}); err != nil {
		s.t.Fatal(err)
	}
}
