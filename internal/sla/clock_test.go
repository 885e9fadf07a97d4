package sla_test

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

func TestF30To32Clocks(t *testing.T) {
	at := func(h, m int) int64 { return noon + int64(h)*hour + int64(m)*minute }
	ev := func(kind sla.ClockEventKind, at int64) sla.ClockEvent { return sla.ClockEvent{At: at, Kind: kind} }
	// noon is on a Sunday: 10:00 UTC; the desk is open on Sundays, 11 to 13.
	desk := &sla.Calendar{Zone: time.UTC, Weekly: []sla.Range{{Days: [7]bool{6: true}, From: 11 * 3600, To: 13 * 3600}}}
	reopened := []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), ev(sla.ClockStop, at(1, 0)), ev(sla.ClockReopen, at(2, 0)), ev(sla.ClockStop, at(2, 30))}
	for _, c := range []struct {
		name                 string
		terms                sla.ClockTerms
		events               []sla.ClockEvent
		now                  int64
		elapsed, paused, off int64 // minutes
		breach               bool
		due                  int64
	}{
		{"30 min is within 30 min", sla.ClockTerms{Target: 30 * minute}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), ev(sla.ClockStop, at(0, 30))}, at(0, 30), 30, 0, 0, false, at(0, 30)},
		{"30 min is late under ge", sla.ClockTerms{Target: 30 * minute, ReachedIsLate: true}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), ev(sla.ClockStop, at(0, 30))}, at(0, 30), 30, 0, 0, true, at(0, 30)},
		{"a pause moves the due time", sla.ClockTerms{Target: hour}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), ev(sla.ClockPause, at(0, 10)), ev(sla.ClockResume, at(0, 30))}, at(0, 30), 10, 20, 0, false, at(1, 20)},
		{"a paused clock has no due time", sla.ClockTerms{Target: hour}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), ev(sla.ClockPause, at(0, 10))}, at(0, 30), 10, 20, 0, false, 0},
		{"off hours are counted apart", sla.ClockTerms{Target: 90 * minute, Calendar: desk}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0))}, at(1, 30), 30, 0, 60, false, at(2, 30)},
		{"retroactive pause", sla.ClockTerms{Target: hour}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), {At: at(0, 45), Effective: at(0, 30), Kind: sla.ClockPause}}, at(0, 45), 30, 15, 0, false, 0},
		{"not retroactive", sla.ClockTerms{Target: hour, NotRetroactive: true}, []sla.ClockEvent{ev(sla.ClockOpen, at(0, 0)), {At: at(0, 45), Effective: at(0, 30), Kind: sla.ClockPause}}, at(0, 45), 45, 0, 0, false, 0},
		{"reopen resumes", sla.ClockTerms{Target: 4 * hour}, reopened, at(2, 30), 90, 0, 0, false, 0},
		{"reopen restarts", sla.ClockTerms{Target: 4 * hour, Reopen: sla.ReopenRestart}, reopened, at(2, 30), 30, 0, 0, false, 0},
		{"reopen as if never closed", sla.ClockTerms{Target: 2 * hour, Reopen: sla.ReopenWall}, reopened, at(2, 30), 150, 0, 0, true, at(2, 0)},
	} {
		got, err := sla.ReadClock(&c.terms, c.events, c.now, 24*hour)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got.Elapsed != c.elapsed*minute || got.Paused != c.paused*minute || got.OffHours != c.off*minute || got.Breach != c.breach || got.Due != c.due {
			t.Errorf("%s: ReadClock = %+v; want %d, %d, %d min, breach %v, due %d", c.name, got, c.elapsed, c.paused, c.off, c.breach, c.due)
		}
	}
}

func TestF33BurnLeavesOutWhatDidNotCount(t *testing.T) {
	in := hourOf("up 30m down 6m unknown 12m up 12m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon, To: noon + 24*minute}}
	v := compute(t, sla.Terms{}, in)
	for _, c := range []struct {
		name   string
		now    int64
		window int64
		target sla.Ratio
		want   sla.Ratio
	}{
		{"6 of 24 minutes at 99 %", noon + hour, hour, sla.Of(99, 100), sla.Of(25, 1)},
		{"nothing counted", noon + 20*minute, 10 * minute, sla.Of(99, 100), sla.Ratio{}},
		{"a target of 100 % has no budget", noon + hour, hour, sla.Of(1, 1), sla.MaxBurn},
		{"no target", noon + hour, hour, sla.Ratio{}, sla.Ratio{}},
	} {
		if got := sla.BurnRate(v.Ledger, c.now, c.window, c.target); got.Cmp(c.want) != 0 {
			t.Errorf("%s: BurnRate = %v; want %v", c.name, got, c.want)
		}
	}
}

func TestF29Aggregates(t *testing.T) {
	part := func(text string, weight int64) sla.AggregatePart {
		return sla.AggregatePart{Name: text, Weight: sla.Of(weight, 1), Verdict: compute(t, sla.Terms{}, hourOf(text))}
	}
	parts := []sla.AggregatePart{part("down 6m up 54m", 1), part("up 30m", 3), part("unknown 1h", 9)}
	for _, c := range []struct {
		rule sla.AggregateRule
		want sla.Ratio
	}{
		{sla.Worst, sla.Of(9, 10)}, {sla.Best, sla.Of(1, 1)}, {sla.SumSeconds, sla.Of(84, 90)}, {sla.Weighted, sla.Of(39, 40)},
		{sla.InSeries, sla.Of(9, 10)}, {sla.InParallel, sla.Of(1, 1)},
	} {
		v, err := sla.Aggregate(&sla.Terms{Target: sla.Of(95, 100)}, c.rule, parts)
		if err != nil {
			t.Fatal(err)
		}
		if v.Availability.Cmp(c.want) != 0 || v.Breach == nil || *v.Breach != (c.want.Cmp(sla.Of(95, 100)) < 0) {
			t.Errorf("Aggregate(%v) = %v, breach %v; want %v", c.rule, v.Availability, v.Breach, c.want)
		}
	}
}

func TestF38CreditsForLateRepair(t *testing.T) {
	from := func(h int64) *int64 { ms := h * hour; return &ms }
	terms := sla.ClockTerms{Target: hour, Tiers: []sla.DurationTier{
		{GE: from(1), Credit: sla.Of(10, 1)}, {GE: from(4), Credit: sla.Of(30, 1)}, {GT: from(12), Credit: sla.Of(100, 1)},
	}}
	for _, c := range []struct {
		name    string
		elapsed int64
		want    int64
	}{
		{"repaired in time", hour - 1, 0}, {"the first bound is reached", hour, 10}, {"three hours", 3 * hour, 10},
		{"the larger of two that hold", 4 * hour, 30}, {"not yet past twelve", 12 * hour, 30}, {"past twelve", 12*hour + 1, 100},
	} {
		if got := terms.Credit(c.elapsed); got.Cmp(sla.Of(c.want, 1)) != 0 {
			t.Errorf("%s: Credit(%d) = %v; want %d", c.name, c.elapsed, got, c.want)
		}
	}
	if got := (&sla.ClockTerms{}).Credit(hour); got.Cmp(sla.Of(0, 1)) != 0 {
		t.Errorf("without tiers: Credit = %v; want 0", got)
	}
}
