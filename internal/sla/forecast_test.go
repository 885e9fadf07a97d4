package sla_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

func TestF46TheObjectiveBreaksWhenItsBudgetIsSpent(t *testing.T) {
	target := sla.Terms{Target: sla.Of(95, 100)} // of an hour: 3 minutes
	monday := sla.Terms{Target: sla.Of(95, 100), Hours: &sla.Calendar{Zone: time.UTC, Weekly: []sla.Range{{Days: [7]bool{6: true}, From: 10 * 3600, To: 10*3600 + 12*60}, {Days: [7]bool{6: true}, From: 10*3600 + 48*60, To: 11 * 3600}}}}
	for _, c := range []struct {
		name  string
		terms sla.Terms
		seen  string
		tally time.Duration // of the last so long
		want  time.Duration // after noon; −1: never
	}{
		{"down from 10:20 on: 10:23", target, "up 20m down 1m", time.Minute, 23 * time.Minute},
		{"half of the time down: twice as long", target, "up 20m down 1m up 1m", 2 * time.Minute, 26 * time.Minute},
		{"no bad time of late", target, "up 20m down 1m up 9m", 5 * time.Minute, -1},
		{"too slow for what is left", target, "up 20m down 1m up 19m", 20 * time.Minute, -1},
		{"lost already", target, "up 20m down 4m up 1m", time.Minute, 25 * time.Minute},
		{"nothing counted", target, "up 20m down 1m unknown 5m", 5 * time.Minute, -1},
		{"unknown time shrinks the budget", target, "unknown 20m down 1m", time.Minute, 22 * time.Minute},
		{"no objective", sla.Terms{}, "down 20m", time.Minute, -1},
		{"an absolute budget is less", sla.Terms{Target: sla.Of(95, 100), MaxBad: ptr(2 * minute)}, "down 1m", time.Minute, 2 * time.Minute},
		{"under le the last millisecond breaks it", sla.Terms{Target: sla.Of(95, 100), BreachOp: sla.BreachLE}, "down 1m", time.Minute, 3*time.Minute - time.Millisecond},
		{"rounded up to the target until 94.5 %", sla.Terms{Target: sla.Of(95, 100), PctRound: &sla.PctRound{}}, "down 1m", time.Minute, 3*time.Minute + 18*time.Second},
		{"hours are 12 min and 12 min: 1.2 min, and it waits for none", monday, "up 11m down 30s", 30 * time.Second, 48*time.Minute + 12*time.Second},
	} {
		in := hourOf(c.seen)
		last := in.Observed.Timeline[len(in.Observed.Timeline)-1].To
		in.Until = last
		v := compute(t, c.terms, in)
		at, ok := c.terms.Forecast(v, sla.TallyOf(v.Ledger, last-c.tally.Milliseconds(), last))
		if ok != (c.want >= 0) || ok && at != noon+c.want.Milliseconds() {
			t.Errorf("%s: Forecast = %s after noon, %v; want %s", c.name, time.Duration(at-noon)*time.Millisecond, ok, c.want)
		}
	}
}

// TestForecastIsWhatTheVerdictWillBe lets the time that was forecast come, in the
// engine itself: down until the instant, the period is kept; a millisecond of
// service more, and it is lost.
func TestForecastIsWhatTheVerdictWillBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		d := &drawing{T: t, unit: w.unit, origin: w.in.Period.From, n: int((w.in.Period.To - w.in.Period.From) / w.unit)}
		terms := &sla.Terms{Target: w.terms.Target, MaxBad: w.terms.MaxBad, BreachOp: w.terms.BreachOp, PctRound: w.terms.PctRound,
			Hours: w.terms.Hours, Contract: w.terms.Contract, Denominator: w.terms.Denominator}
		now := d.origin + int64(d.upTo("now", d.n))*d.unit
		var seen []sla.Span
		for at := d.origin; at < now; at += d.unit {
			seen = append(seen, sla.Span{From: at, To: at + d.unit, State: rapid.SampledFrom([]sla.State{sla.Up, sla.Up, sla.Down, sla.Unknown}).Draw(t, "state")})
		}
		in := &sla.Input{Period: w.in.Period, Until: max(now, 1), Zone: w.in.Zone, Observed: sla.Observation{Timeline: seen}}
		v, err := sla.Compute(terms, in)
		if err != nil {
			t.Fatal(err)
		}
		at, ok := terms.Forecast(v, sla.Tally{Down: 1, Bad: sla.Of(1, 1)})
		lostWhenDownUntil := func(x int64) bool {
			in := *in
			in.Until = in.Period.To
			in.Observed.Timeline = append(append([]sla.Span{}, seen...), sla.Span{From: now, To: x, State: sla.Down}, sla.Span{From: max(x, now), To: in.Period.To, State: sla.Up})
			v, err := sla.Compute(terms, &in)
			if err != nil {
				t.Fatal(err)
			}
			return v.Breach != nil && *v.Breach
		}
		switch {
		case !ok:
			if lostWhenDownUntil(in.Period.To) {
				t.Fatalf("never by forecast, and lost when down until the end (verdict %+v)", v)
			}
		case lostWhenDownUntil(now):
			if at != now {
				t.Fatalf("lost at %d already, forecast for %d", now, at)
			}
		default:
			if lostWhenDownUntil(at) {
				t.Fatalf("lost when down until %d, which the forecast says still holds", at)
			}
			for x := at + 1; x <= in.Period.To; x += d.unit { // in service hours, the next ms already
				if lostWhenDownUntil(x) {
					return
				}
				if inScope(terms, x-1) {
					t.Fatalf("forecast %d, and kept when down until %d", at, x)
				}
			}
			t.Fatalf("forecast %d, and never lost", at)
		}
	})
}

// inScope reports whether the millisecond from at on is promised and can be bad.
func inScope(t *sla.Terms, at int64) bool {
	if t.Contract.From != 0 && at < t.Contract.From || t.Contract.To != 0 && at >= t.Contract.To {
		return false
	}
	return t.Hours == nil || len(t.Hours.Windows(at, at+1)) > 0
}

// TestForecastAgreesWithCountingMilliseconds walks one ms at a time at a rate
// that is a fraction.
func TestForecastAgreesWithCountingMilliseconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 300).Draw(t, "period")
		now := rapid.Int64Range(0, n).Draw(t, "now")
		was := rapid.Int64Range(0, now).Draw(t, "bad")
		target := sla.Of(rapid.Int64Range(0, 20).Draw(t, "target"), 20)
		tally := sla.Tally{Up: rapid.Int64Range(0, 9).Draw(t, "up"), Down: rapid.Int64Range(0, 9).Draw(t, "down")}
		tally.Bad = sla.Of(tally.Down, 1)
		terms := &sla.Terms{Target: target, BreachOp: sla.BreachOp(rapid.IntRange(0, 1).Draw(t, "op"))}
		v := &sla.Verdict{Period: sla.Window{To: n}, Until: now, Scope: now, ScopeWhole: n, Bad: sla.Of(was, 1), Good: sla.Of(now-was, 1), Total: sla.Of(now, 1), Availability: sla.Of(now-was, now)}
		lost := func(bad *big.Rat) bool { // good < target·n, or ≤
			good := new(big.Rat).Sub(big.NewRat(n, 1), bad)
			c := good.Cmp(new(big.Rat).Mul(target.Rat(), big.NewRat(n, 1)))
			return c < 0 || c == 0 && terms.BreachOp == sla.BreachLE
		}
		bad, want, breaks := big.NewRat(was, 1), int64(0), lost(big.NewRat(was, 1))
		want = now
		if !breaks && tally.Up+tally.Down > 0 {
			for at := now; at < n; at++ {
				bad.Add(bad, big.NewRat(tally.Down, tally.Up+tally.Down))
				if lost(bad) {
					want, breaks = at, true
					break
				}
			}
		}
		if got, ok := terms.Forecast(v, tally); ok != breaks || ok && got != want {
			t.Fatalf("Forecast = %d, %v; counting gives %d, %v", got, ok, want, breaks)
		}
	})
}
