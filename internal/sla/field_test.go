package sla_test

import (
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// What other tools get wrong about the sums; each is a test here so that it
// stays right.

func TestFastRetriesWeighNoMore(t *testing.T) {
	slow := []sla.Run{{First: noon, Step: minute, Count: 30, State: sla.Up}}
	fast := []sla.Run{{First: noon + 30*minute, Step: second, Count: 600, State: sla.Down}, {First: noon + 40*minute, Step: minute, Count: 20, State: sla.Up}}
	in := &sla.Input{Period: span(0, time.Hour), Observed: sla.Observation{Runs: slices.Concat(slow, fast)}}
	if v := compute(t, sla.Terms{}, in); v.Availability.Cmp(sla.Of(50, 60)) != 0 {
		t.Errorf("600 failures in 10 of 60 minutes make %v; want 50/60", v.Availability)
	}
}

func TestPendingIsNotDownWhenTheRetrySucceeds(t *testing.T) {
	in := &sla.Input{Period: span(0, 6*time.Minute), Observed: sla.Observation{Runs: letters("UUDUUU")}}
	if v := compute(t, sla.Terms{Consecutive: sla.Consecutive{Fail: 2}}, in); v.Bad.Num != 0 {
		t.Errorf("one failure of two needed makes %v ms bad; want 0", v.Bad)
	}
}

func TestMaintenanceLeavesNumeratorAndDenominator(t *testing.T) {
	in := hourOf("up 30m down 30m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon + 20*minute, To: noon + 40*minute}}
	v := compute(t, sla.Terms{}, in)
	if v.Availability != sla.Of(20*minute, 40*minute) || v.Excluded != 20*minute {
		t.Errorf("availability %v, excluded %d ms; want 20 of 40 min, 20 min", v.Availability, v.Excluded)
	}
}

func TestProbingGoesOnInMaintenanceSoAnOverrunCounts(t *testing.T) {
	in := hourOf("up 10m down 37m up 13m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon + 10*minute, To: noon + 40*minute}}
	v := compute(t, sla.Terms{}, in)
	if v.Bad != sla.Of(7*minute, 1) {
		t.Errorf("bad %v ms; want the 7 minutes of overrun", v.Bad)
	}
	i := slices.IndexFunc(v.Ledger, func(e sla.Entry) bool { return e.Maintenance == "m" })
	if i < 0 || v.Ledger[i].Observed != sla.Down || v.Ledger[i].State != sla.Excluded || v.Ledger[i].Rule != "F.maintenance=exclude" {
		t.Errorf("ledger %+v; want what was seen during maintenance on record", v.Ledger)
	}
}

func TestNoHistoryIsNoScore(t *testing.T) {
	v := compute(t, sla.Terms{Target: sla.Of(999, 1000), Denominator: hour}, hourOf(""))
	if v.Availability.Present() || v.Breach != nil || v.Credit.Cmp(sla.Of(0, 1)) != 0 {
		t.Errorf("availability %v, breach %v, credit %v; want none, none, 0", v.Availability, v.Breach, v.Credit)
	}
	if v.Lower.Cmp(sla.Of(0, 1)) != 0 || v.Upper.Cmp(sla.Of(1, 1)) != 0 {
		t.Errorf("bounds %v … %v; want 0 … 1", v.Lower, v.Upper)
	}
}

func TestOneLuckyProbeHidesNoOutage(t *testing.T) {
	in := &sla.Input{Period: span(0, 5*time.Minute)}
	for _, text := range []string{"DDDDD", "DDDDD", "DDUDD"} {
		in.Observed.Probes = append(in.Observed.Probes, sla.Part{Name: text, Seen: sla.Observation{Runs: letters(text)}})
	}
	v := compute(t, sla.Terms{Probes: sla.Probes{Rule: sla.QuorumCount, K: 2}}, in)
	if v.Bad != sla.Of(5*minute, 1) || len(v.Outages) != 1 {
		t.Errorf("bad %v ms in %d outages; want 5 min in one", v.Bad, len(v.Outages))
	}
}

func TestFailedCollectionLosesNoOutage(t *testing.T) {
	in := &sla.Input{Period: span(0, 5*time.Minute), Observed: sla.Observation{Runs: letters("UD??U")}}
	v := compute(t, sla.Terms{}, in)
	if v.Unknown != 2*minute || v.Lower.Cmp(sla.Of(2, 5)) != 0 || v.Coverage.Cmp(sla.Of(3, 5)) != 0 {
		t.Errorf("unknown %d ms, lower %v, coverage %v; want 2 min, 2/5, 3/5", v.Unknown, v.Lower, v.Coverage)
	}
}

func TestMaintenanceEdgesInsideAnUnknownSpan(t *testing.T) {
	in := hourOf("up 10m unknown 30m down 10m up 10m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon + 20*minute, To: noon + 30*minute}}
	v := compute(t, sla.Terms{}, in)
	if v.Excluded != 10*minute || v.Unknown != 20*minute || v.UnknownDropped != 20*minute || v.Availability != sla.Of(20*minute, 30*minute) {
		t.Errorf("excluded %d, unknown %d, dropped %d, availability %v; want 10, 20, 20 min, 20/30", v.Excluded, v.Unknown, v.UnknownDropped, v.Availability)
	}
	account(t, v)
}

func TestServiceHoursDoNotShiftAtDST(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	in := &sla.Input{Period: sla.Window{From: time.Date(2026, 3, 27, 0, 0, 0, 0, berlin).UnixMilli(), To: time.Date(2026, 3, 31, 0, 0, 0, 0, berlin).UnixMilli()}, Zone: berlin}
	terms := sla.Terms{Hours: &sla.Calendar{Zone: berlin, Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true}, From: 8 * 3600, To: 18 * 3600}}}}
	v := compute(t, terms, in)
	for _, e := range v.Ledger {
		if from := time.UnixMilli(e.From).In(berlin); e.State != sla.OutOfScope && (from.Hour() != 8 || from.Minute() != 0) {
			t.Errorf("service begins at %v; want 08:00 local", from)
		}
	}
	if v.Scope != 20*hour {
		t.Errorf("scope %d ms; want 2 × 10 h", v.Scope)
	}
}

func TestMidPeriodFiguresLeaveTheFutureOut(t *testing.T) {
	in := hourOf("up 10m down 10m up 40m")
	in.Until = noon + 20*minute
	v := compute(t, sla.Terms{Target: sla.Of(9, 10)}, in)
	if v.Availability != sla.Of(10*minute, 20*minute) || v.Until != noon+20*minute {
		t.Errorf("availability %v until %d; want 10 of 20 min", v.Availability, v.Until)
	}
}

func TestAMonthOf31DaysIsWhole(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	in := &sla.Input{Period: sla.Window{From: from.UnixMilli(), To: from.AddDate(0, 1, 0).UnixMilli()},
		Observed: sla.Observation{Timeline: []sla.Span{{From: from.UnixMilli(), To: from.AddDate(0, 1, 0).UnixMilli(), State: sla.Up}, {From: from.UnixMilli(), To: from.UnixMilli() + hour, State: sla.Down}}}}
	if v := compute(t, sla.Terms{}, in); v.Total != sla.Of(31*day, 1) || v.Bad != sla.Of(hour, 1) {
		t.Errorf("total %v, bad %v ms; want 31 days, the first hour", v.Total, v.Bad)
	}
}

func TestCorrectionsKeepTheOldFigure(t *testing.T) {
	in := hourOf("down 30m up 30m")
	before := compute(t, sla.Terms{}, in)
	in.Adjustments = []sla.Adjustment{{ID: "c1", From: noon, To: noon + 30*minute, Reason: "fibre cut", ApprovedBy: "both", ApprovedAt: 1000}}
	in.AsOf = 999
	if then := compute(t, sla.Terms{}, in); then.Availability != before.Availability {
		t.Errorf("as of before the approval %v; want %v as it was", then.Availability, before.Availability)
	}
	in.AsOf = 1000
	now := compute(t, sla.Terms{}, in)
	if now.Availability != sla.Of(30*minute, 30*minute) || now.Ledger[0].Adjustment != "c1" {
		t.Errorf("as of the approval %v by %q; want 30 of 30 min by c1", now.Availability, now.Ledger[0].Adjustment)
	}
}

func TestTheLedgerNamesWhoDecided(t *testing.T) {
	check := func(fra, nyc string) sla.Observation {
		return sla.Observation{Probes: []sla.Part{
			{Name: "fra", Seen: sla.Observation{Runs: letters(fra)}}, {Name: "nyc", Seen: sla.Observation{Runs: letters(nyc)}}}}
	}
	in := &sla.Input{Period: span(0, 5*time.Minute), Observed: sla.Observation{Endpoints: []sla.Part{
		{Name: "home", Seen: check("UDDUU", "UUDUU")}, {Name: "api", Seen: check("UUUDU", "UUUUU")}}}}
	v := compute(t, sla.Terms{}, in)
	want := [][]string{nil, {"home/fra"}, {"home/fra", "home/nyc"}, {"api/fra"}, nil}
	if len(v.Ledger) != len(want) {
		t.Fatalf("ledger %+v; want %d entries", v.Ledger, len(want))
	}
	for i, e := range v.Ledger {
		if !slices.Equal(e.Where, want[i]) || e.Rule != "A.endpoints=all_must_be_up" {
			t.Errorf("entry %d: %v by %s; want %v", i, e.Where, e.Rule, want[i])
		}
	}
	if len(v.Outages) != 1 || !slices.Equal(v.Outages[0].Where, []string{"home/fra", "home/nyc", "api/fra"}) {
		t.Errorf("outages %+v; want one, seen by three", v.Outages)
	}
}
