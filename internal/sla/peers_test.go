package sla_test

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

// More of what other tools get wrong about the sums (the rest: field_test.go).

// TestOneSuccessInAMinuteHidesNothing: five of six results in a minute failed.
// Counted as time that is 50 s; a contract that judges minutes says which are bad.
func TestOneSuccessInAMinuteHidesNothing(t *testing.T) {
	in := &sla.Input{Period: span(0, 2*time.Minute), Observed: sla.Observation{Runs: []sla.Run{
		{First: noon, Step: 10 * second, Count: 3, State: sla.Down}, {First: noon + 30*second, Step: 10 * second, Count: 1, State: sla.Up},
		{First: noon + 40*second, Step: 10 * second, Count: 2, State: sla.Down}, {First: noon + minute, Step: 10 * second, Count: 6, State: sla.Up}}}}
	for _, c := range []struct {
		name string
		slot sla.Slot
		bad  int64
	}{
		{"as time", sla.Slot{}, 50 * second},
		{"minutes at least half down", sla.Slot{Length: minute, When: sla.BadGE, Share: sla.Of(1, 2)}, minute},
		{"minutes in which anything failed", sla.Slot{Length: minute}, minute},
		{"minutes in which all failed", sla.Slot{Length: minute, When: sla.BadAll}, 0},
	} {
		if v := compute(t, sla.Terms{Slot: c.slot}, in); v.Bad != sla.Of(c.bad, 1) {
			t.Errorf("%s: bad %v ms; want %d", c.name, v.Bad, c.bad)
		}
	}
}

// TestMaintenanceCountsAsTheContractSays: as good time only where it says so.
func TestMaintenanceCountsAsTheContractSays(t *testing.T) {
	in := hourOf("up 30m down 30m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon + 20*minute, To: noon + 40*minute}}
	for treatment, want := range map[sla.Treatment]sla.Ratio{
		sla.TreatExclude: sla.Of(20*minute, 40*minute), sla.TreatUp: sla.Of(40*minute, hour), sla.TreatAsIs: sla.Of(30*minute, hour),
	} {
		if v := compute(t, sla.Terms{Maintenance: sla.MaintenanceTerms{Treatment: treatment}}, in); v.Availability != want {
			t.Errorf("%v: availability %v; want %v", treatment, v.Availability, want)
		}
	}
}

// TestNightlyHoursStayPutWhenTheClocksChange: 22:00 to 06:00 begins and ends by
// the clock on the wall, also in the night that is an hour shorter or longer.
func TestNightlyHoursStayPutWhenTheClocksChange(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	nights := &sla.Calendar{Zone: berlin, Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 3600, To: 6 * 3600}}}
	for _, c := range []struct {
		from time.Time
		want time.Duration // three nights
	}{
		{time.Date(2026, 3, 27, 12, 0, 0, 0, berlin), 23 * time.Hour},
		{time.Date(2026, 10, 23, 12, 0, 0, 0, berlin), 25 * time.Hour},
		{time.Date(2026, 6, 5, 12, 0, 0, 0, berlin), 24 * time.Hour},
	} {
		in := &sla.Input{Period: sla.Window{From: c.from.UnixMilli(), To: c.from.AddDate(0, 0, 3).UnixMilli()}, Zone: berlin}
		v := compute(t, sla.Terms{Hours: nights}, in)
		if v.Scope != c.want.Milliseconds() {
			t.Errorf("three nights from %v: %d ms; want %v", c.from, v.Scope, c.want)
		}
		for _, e := range v.Ledger {
			if from := time.UnixMilli(e.From).In(berlin); e.State != sla.OutOfScope && (from.Hour() != 22 || from.Minute() != 0) {
				t.Errorf("a night begins at %v; want 22:00 local", from)
			}
		}
	}
}

// TestMaintenanceEdgesInUnknownTimeOfRandomHistories: 1,500 histories full of
// holes, with windows that begin and end in them, each counted second by second.
func TestMaintenanceEdgesInUnknownTimeOfRandomHistories(t *testing.T) {
	checkMany(t, 1500, func(t *rapid.T) {
		d := &drawing{T: t, unit: second, origin: noon, n: 40, zone: time.UTC}
		terms := &sla.Terms{Missing: sla.Missing{Rule: sla.MissingRule(d.upTo("missing", 3))}, Maintenance: sla.MaintenanceTerms{Treatment: sla.Treatment(d.upTo("treatment", 2))}}
		in := &sla.Input{Period: span(0, 40*time.Second), Observed: sla.Observation{Timeline: d.sequence()}}
		for range 3 {
			m := sla.Maintenance{ID: "m"}
			m.From, m.To = d.window("maintenance", 15)
			in.Maintenance = append(in.Maintenance, m)
			from, to := d.window("hole", 12)
			in.Observed.Timeline = append(in.Observed.Timeline, sla.Span{From: from, To: to})
		}
		a := consult(terms, in, second)
		sameLedger(t, compareAll(t, terms, in, a), a, second)
	})
}
