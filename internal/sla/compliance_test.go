package sla_test

import (
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

func TestF39F40CreditsOfAPeriod(t *testing.T) {
	of := func(n ...int64) (out []sla.Ratio) {
		for _, x := range n {
			out = append(out, sla.Of(x, 1))
		}
		return out
	}
	for _, c := range []struct {
		name           string
		rule           sla.Credits
		availability   sla.Ratio
		late           []sla.Ratio
		repairs, total sla.Ratio
		capped         bool
	}{
		{"the largest of three", sla.Credits{}, sla.Of(10, 1), of(10, 30, 10), sla.Of(30, 1), sla.Of(40, 1), false},
		{"their sum", sla.Credits{Repairs: sla.RepairsSum}, sla.Of(10, 1), of(10, 30, 10), sla.Of(50, 1), sla.Of(60, 1), false},
		{"a cap on both together", sla.Credits{Repairs: sla.RepairsSum, Cap: sla.Of(30, 1)}, sla.Of(10, 1), of(10, 30), sla.Of(40, 1), sla.Of(30, 1), true},
		{"the cap exactly", sla.Credits{Cap: sla.Of(40, 1)}, sla.Of(10, 1), of(30), sla.Of(30, 1), sla.Of(40, 1), false},
		{"none was late", sla.Credits{Cap: sla.Of(40, 1)}, sla.Of(25, 10), nil, sla.Of(0, 1), sla.Of(5, 2), false},
		{"no objective of availability", sla.Credits{}, sla.Ratio{}, of(5), sla.Of(5, 1), sla.Of(5, 1), false},
	} {
		got := c.rule.Join(c.availability, c.late)
		if got.Repairs.Cmp(c.repairs) != 0 || got.Total.Cmp(c.total) != 0 || got.Capped != c.capped || got.Availability.Rat().Cmp(c.availability.Rat()) != 0 {
			t.Errorf("%s: %+v.Join(%v, %v) = %+v; want repairs %v, total %v, capped %v", c.name, c.rule, c.availability, c.late, got, c.repairs, c.total, c.capped)
		}
	}
}

func TestF41F42AClockBelongsToThePeriodInWhichItOpened(t *testing.T) {
	p := sla.Window{From: 1000, To: 2000}
	four := int64(4 * hour)
	terms := &sla.ClockTerms{Target: hour, Tiers: []sla.DurationTier{{GT: ptr(hour), LE: &four, Credit: sla.Of(2, 1)}, {GT: &four, Credit: sla.Of(5, 1)}}}
	got := sla.Comply(p, "P1", "resolution", terms, []sla.Clock{
		{Opened: 999, Stopped: 1500, Elapsed: 9 * hour, Breach: true}, // of the period before
		{Opened: 1000, Stopped: 5000, Elapsed: 30 * minute},
		{Opened: 1500, Stopped: 5000, Elapsed: 3 * hour, Breach: true},
		{Opened: 1600, Elapsed: 5 * hour, Breach: true, Running: true}, // late, and not stopped yet
		{Opened: 1700, Elapsed: 10 * minute, Running: true},
		{Opened: 1800, Elapsed: 20 * minute, Paused: hour}, // paused: it may still be kept
		{Opened: 2000, Stopped: 2001, Elapsed: 1},          // of the next
	})
	want := sla.Compliance{Severity: "P1", Indicator: "resolution", Target: hour, Incidents: 5, Met: 1, Missed: 2, Running: 2, Share: sla.Of(1, 3),
		Taken:   sla.Spread{N: 2, Mean: sla.Of(210*minute, 2), Median: 30 * minute, P90: 3 * hour, Longest: 3 * hour},
		Credits: []sla.Ratio{sla.Of(2, 1), sla.Of(5, 1)}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Comply = %+v\nwant %+v", got, want)
	}
	if none := sla.Comply(p, "P1", "response", terms, nil); none.Share.Present() || none.Taken.Mean.Present() || none.Incidents != 0 {
		t.Errorf("Comply without incidents = %+v; want no share, and no 100 %%", none)
	}
}

func TestF43RanksAreLengthsThatReallyWere(t *testing.T) {
	for _, c := range []struct {
		lengths     []int64
		median, p90 int64
	}{
		{[]int64{7}, 7, 7}, {[]int64{9, 1}, 1, 9}, {[]int64{3, 1, 2}, 2, 3},
		{[]int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 5, 9}, {[]int64{11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 6, 10},
	} {
		in := slices.Clone(c.lengths)
		if got := sla.SpreadOf(in); got.Median != c.median || got.P90 != c.p90 || !slices.Equal(in, c.lengths) {
			t.Errorf("SpreadOf(%v) = %+v; want median %d, p90 %d", c.lengths, got, c.median, c.p90)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lengths := rapid.SliceOfN(rapid.Int64Range(0, 50), 1, 40).Draw(t, "lengths")
		got := sla.SpreadOf(lengths)
		sum := big.NewInt(0)
		for _, l := range lengths {
			sum.Add(sum, big.NewInt(l))
		}
		if got.Mean.Rat().Cmp(new(big.Rat).SetFrac(sum, big.NewInt(int64(len(lengths))))) != 0 {
			t.Errorf("mean %v of %v", got.Mean, lengths)
		}
		for _, q := range []struct{ value, tenths int64 }{{got.Median, 5}, {got.P90, 9}, {got.Longest, 10}} {
			below, upTo := int64(0), int64(0)
			for _, l := range lengths {
				if l < q.value {
					below++
				}
				if l <= q.value {
					upTo++
				}
			}
			if n := int64(len(lengths)); !slices.Contains(lengths, q.value) || upTo*10 < n*q.tenths || below*10 >= n*q.tenths {
				t.Errorf("%d is not the least of %v that %d of ten are at or below", q.value, lengths, q.tenths)
			}
		}
	})
}

func TestF44MeanTimesOfIncidents(t *testing.T) {
	at := func(m int64) int64 { return noon + m*minute }
	p := sla.Window{From: noon, To: noon + hour}
	got := sla.MeanTimesOf(p, []sla.Handling{
		{Failed: at(-2), Detected: at(0), Acknowledged: at(4), Restored: at(18), Repaired: at(30)},
		{Failed: at(10), Detected: at(11), Acknowledged: at(21), Restored: at(12)}, // not mended yet
		{Detected: at(20), Acknowledged: at(19), Repaired: at(90)},                 // no probe saw it; answered before it was entered
		{Failed: at(-9), Detected: at(-1), Acknowledged: at(5), Repaired: at(6)},   // of the hour before
		{Failed: at(59), Detected: at(60), Acknowledged: at(61)},                   // of the hour after
	})
	want := sla.MeanTimes{Incidents: 3,
		Acknowledge: sla.Spread{N: 3, Mean: sla.Of(14*minute, 3), Median: 4 * minute, P90: 10 * minute, Longest: 10 * minute},
		Repair:      sla.Spread{N: 2, Mean: sla.Of(100*minute, 2), Median: 30 * minute, P90: 70 * minute, Longest: 70 * minute},
		Restore:     sla.Spread{N: 2, Mean: sla.Of(22*minute, 2), Median: 2 * minute, P90: 20 * minute, Longest: 20 * minute}}
	if got != want {
		t.Errorf("MeanTimesOf = %+v\nwant %+v", got, want)
	}
}

func TestF45TimeBetweenFailures(t *testing.T) {
	v := compute(t, sla.Terms{MinOutage: sla.MinOutage{Length: minute}}, hourOf("up 10m down 6m up 20m down 30s up 8m down 4m up 11m30s"))
	if got := v.MTBF(); got.Cmp(sla.Of(25*minute, 1)) != 0 { // 50 of 60 min are good; the 30 s do not count
		t.Errorf("MTBF = %v; want 25 min", got)
	}
	if got := compute(t, sla.Terms{}, hourOf("up 1h")).MTBF(); got.Present() {
		t.Errorf("MTBF without an outage = %v; want none", got)
	}
	// With the mean outage it makes the availability: A = MTBF / (MTBF + MTTR).
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		w.terms.Degraded, w.terms.OutageRound, w.terms.Denominator = sla.DegradedTerms{}, sla.OutageRound{}, 0
		v, err := sla.Compute(w.terms, w.in)
		if err != nil {
			t.Fatal(err)
		}
		between, repair := v.MTBF(), v.MTTR
		if between.Present() != repair.Present() {
			t.Fatalf("MTBF %v, MTTR %v of %+v", between, repair, v.Outages)
		}
		if !between.Present() {
			return
		}
		whole := new(big.Rat).Add(between.Rat(), repair.Rat())
		if a := new(big.Rat).Quo(between.Rat(), whole); a.Cmp(v.Availability.Rat()) != 0 {
			t.Fatalf("MTBF %v and MTTR %v make %v; the availability is %v", between, repair, a, v.Availability)
		}
	})
}

func TestAClockSaysWhenItOpenedAndStopped(t *testing.T) {
	ev := func(kind sla.ClockEventKind, m int64) sla.ClockEvent {
		return sla.ClockEvent{At: noon + m*minute, Kind: kind}
	}
	events := []sla.ClockEvent{ev(sla.ClockOpen, 0), ev(sla.ClockPause, 5), ev(sla.ClockStop, 10), ev(sla.ClockReopen, 20), ev(sla.ClockStop, 30)}
	for _, rule := range []sla.ReopenRule{sla.ReopenResume, sla.ReopenRestart, sla.ReopenWall} {
		for _, c := range []struct{ now, stopped int64 }{{7, 0}, {10, 10}, {15, 10}, {20, 0}, {29, 0}, {30, 30}, {99, 30}} {
			got, err := sla.ReadClock(&sla.ClockTerms{Target: hour, Reopen: rule}, events, noon+c.now*minute, hour)
			want := int64(0)
			if c.stopped > 0 {
				want = noon + c.stopped*minute
			}
			if err != nil || got.Opened != noon || got.Stopped != want {
				t.Errorf("ReadClock(%v) at %d min = %+v, %v; want opened at noon, stopped at %d min", rule, c.now, got, err, c.stopped)
			}
		}
	}
}

func TestAStatementSaysWhetherItsAggregateIsTime(t *testing.T) {
	two := make([]sla.ServiceStatement, 2)
	for _, c := range []struct {
		name string
		st   sla.Statement
		want bool
	}{
		{"of one service", sla.Statement{Services: two[:1], Overall: sla.Verdict{Budget: -1}}, true},
		{"the worst of two", sla.Statement{Services: two, Aggregate: "worst", Overall: sla.Verdict{Budget: -1}}, true},
		{"weighted", sla.Statement{Services: two, Aggregate: "weighted"}, false},
		{"of before, with a budget", sla.Statement{Services: two}, true},
		{"of before, without", sla.Statement{Services: two, Overall: sla.Verdict{Budget: -1}}, false},
	} {
		if got := c.st.InTime(); got != c.want {
			t.Errorf("%s: InTime() = %v; want %v", c.name, got, c.want)
		}
	}
}

// TestEachClockIsCountedOnce: the compliance of periods that follow each other
// adds up to that of all their time, whatever the clocks went through.
func TestEachClockIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := &sla.ClockTerms{Target: rapid.Int64Range(1, 20).Draw(t, "target"), Reopen: sla.ReopenRule(rapid.IntRange(0, 2).Draw(t, "reopen")), ReachedIsLate: rapid.Bool().Draw(t, "ge")}
		var clocks []sla.Clock
		met, missed, running, taken := 0, 0, 0, int64(0)
		for range rapid.IntRange(0, 12).Draw(t, "incidents") {
			at := rapid.Int64Range(0, 89).Draw(t, "opened")
			events := []sla.ClockEvent{{At: at, Kind: sla.ClockOpen}}
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				at += rapid.Int64Range(1, 15).Draw(t, "later")
				events = append(events, sla.ClockEvent{At: at, Kind: sla.ClockEventKind(rapid.IntRange(1, 4).Draw(t, "kind"))})
			}
			c, err := sla.ReadClock(terms, events, 200, 0)
			if err != nil {
				t.Fatal(err)
			}
			late := c.Elapsed > terms.Target || terms.ReachedIsLate && c.Elapsed == terms.Target
			stopped := false
			for _, e := range events { // the last that stops or reopens holds
				switch e.Kind {
				case sla.ClockStop:
					stopped = true
				case sla.ClockReopen:
					stopped = false
				}
			}
			if stopped != (c.Stopped != 0) {
				t.Fatalf("events %v: stopped at %d", events, c.Stopped)
			}
			switch {
			case late:
				missed++
			case stopped:
				met++
			default:
				running++
			}
			if stopped {
				taken += c.Elapsed
			}
			clocks = append(clocks, c)
		}
		cut := rapid.Int64Range(0, 90).Draw(t, "cut")
		sum, n, gotTaken := [4]int{}, 0, new(big.Rat)
		for _, p := range []sla.Window{{From: 0, To: cut}, {From: cut, To: 90}} {
			c := sla.Comply(p, "P1", "response", terms, clocks)
			if c.Incidents != c.Met+c.Missed+c.Running || c.Share.Present() != (c.Met+c.Missed > 0) {
				t.Fatalf("Comply(%v) = %+v", p, c)
			}
			sum[0], sum[1], sum[2], sum[3] = sum[0]+c.Incidents, sum[1]+c.Met, sum[2]+c.Missed, sum[3]+c.Running
			n += c.Taken.N
			gotTaken.Add(gotTaken, new(big.Rat).Mul(c.Taken.Mean.Rat(), big.NewRat(int64(c.Taken.N), 1)))
		}
		if want := [4]int{len(clocks), met, missed, running}; sum != want || gotTaken.Cmp(big.NewRat(taken, 1)) != 0 {
			t.Fatalf("two periods count %v of incidents, met, missed, running, %v ms of %d clocks; want %v, %d ms", sum, gotTaken, n, want, taken)
		}
	})
}
