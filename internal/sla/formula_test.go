package sla_test

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// noon is where the examples begin: 2026-04-12T10:00:00Z, a Sunday.
var noon = time.Date(2026, 4, 12, 10, 0, 0, 0, time.UTC).UnixMilli()

// spans reads "up 30 down 120": states and seconds, from noon on.
func spans(text string) []sla.Span {
	var out []sla.Span
	fields := strings.Fields(text)
	at := noon
	for i := 0; i < len(fields); i += 2 {
		var s sla.State
		if err := s.UnmarshalText([]byte(fields[i])); err != nil {
			panic(err)
		}
		d, err := time.ParseDuration(fields[i+1])
		if err != nil {
			panic(err)
		}
		out = append(out, sla.Span{From: at, To: at + d.Milliseconds(), State: s})
		at += d.Milliseconds()
	}
	return out
}

// span is a window from one offset after noon to another.
func span(from, to time.Duration) sla.Window {
	return sla.Window{From: noon + from.Milliseconds(), To: noon + to.Milliseconds()}
}

// hourOf is an hour from noon on in which the text was seen.
func hourOf(text string) *sla.Input {
	return &sla.Input{Period: span(0, time.Hour), Observed: sla.Observation{Timeline: spans(text)}}
}

// compute fails the test on an error.
func compute(tb testing.TB, terms sla.Terms, in *sla.Input) *sla.Verdict {
	tb.Helper()
	v, err := sla.Compute(&terms, in)
	if err != nil {
		tb.Fatalf("Compute(%+v, %+v): %v", terms, in, err)
	}
	return v
}

// letters turns "UUD?" into runs of a minute each.
func letters(text string) []sla.Run {
	var runs []sla.Run
	states := map[rune]sla.State{'U': sla.Up, 'D': sla.Down, 'G': sla.Degraded, '?': sla.Unknown}
	for i, l := range text {
		runs = append(runs, sla.Run{First: noon + int64(i)*minute, Step: minute, Count: 1, State: states[l]})
	}
	return runs
}

func ptr[T any](v T) *T { return &v }

// TestFormulas works the examples of SLA.md that are one computation: bad
// seconds, and unknown seconds that were dropped.
func TestFormulas(t *testing.T) {
	runs := func(text string) *sla.Input {
		return &sla.Input{Period: span(0, time.Duration(len(text))*time.Minute), Observed: sla.Observation{Runs: letters(text)}}
	}
	locs := func(texts ...string) *sla.Input {
		in := &sla.Input{Period: span(0, time.Hour)}
		for i, text := range texts {
			in.Observed.Probes = append(in.Observed.Probes, sla.Part{Name: string(rune('a' + i)), Seen: sla.Observation{Timeline: spans(text)}})
		}
		return in
	}
	ends := func(texts ...string) *sla.Input {
		in := locs(texts...)
		in.Observed.Endpoints, in.Observed.Probes = in.Observed.Probes, nil
		return in
	}
	maint := func(in *sla.Input, ws ...sla.Window) *sla.Input {
		for _, w := range ws {
			in.Maintenance = append(in.Maintenance, sla.Maintenance{ID: "m", From: w.From, To: w.To})
		}
		return in
	}
	tickets := hourOf("up 10m down 20m up 30m")
	tickets.Tickets = []int64{noon + 15*minute}
	for _, c := range []struct {
		name         string
		terms        sla.Terms
		in           *sla.Input
		bad, dropped int64 // seconds
	}{
		{"F1 a missing slot is unknown", sla.Terms{}, runs("U?U"), 0, 60},
		{"F1 a result before its time ends the one before", sla.Terms{}, &sla.Input{Period: span(0, 2*time.Minute),
			Observed: sla.Observation{Runs: []sla.Run{{First: noon, Step: minute, Count: 1, State: sla.Up}, {First: noon + 20*second, Step: minute, Count: 2, State: sla.Down}}}}, 100, 0},
		{"F2 three in a row, two to recover, end not back-dated", sla.Terms{Consecutive: sla.Consecutive{Fail: 3, Recover: 2, LateEnd: true}}, runs("DDDUDUUU"), 360, 0},
		{"F2 start not back-dated", sla.Terms{Consecutive: sla.Consecutive{Fail: 3, LateStart: true}}, runs("UUDDDDUU"), 120, 0},
		{"F2 a missing result resets the count", sla.Terms{Consecutive: sla.Consecutive{Fail: 3}}, runs("DD?DDU"), 0, 60},
		{"F2 a missing result leaves an outage open", sla.Terms{Consecutive: sla.Consecutive{Fail: 2, Recover: 2}}, runs("DDU?UUU"), 180, 60},
		{"F3 the later-listed span wins", sla.Terms{}, &sla.Input{Period: span(0, time.Hour), Observed: sla.Observation{Timeline: []sla.Span{
			{From: noon, To: noon + hour, State: sla.Down}, {From: noon, To: noon + hour/2, State: sla.Up}}}}, 1800, 0},
		{"F4 51 % of five locations is three", sla.Terms{Probes: sla.Probes{Rule: sla.QuorumFraction, Fraction: sla.Of(51, 100)}},
			locs("down 10m up 50m", "down 10m up 50m", "up 5m down 5m up 50m", "up 1h", "up 1h"), 300, 0},
		{"F4 fewer than min_valid is unknown", sla.Terms{Probes: sla.Probes{MinValid: 2}}, locs("up 1h", "up 30m"), 0, 1800},
		{"F4 a degraded location is not down", sla.Terms{}, locs("degraded 1h", "up 1h"), 0, 0},
		{"F4 healthy fraction: half is not more than half", sla.Terms{Probes: sla.Probes{Rule: sla.HealthyFractionGT, Fraction: sla.Of(1, 2)}}, locs("down 10m up 50m", "up 1h"), 600, 0},
		{"F5 all must be up", sla.Terms{}, ends("down 30m up 30m", "up 20m down 30m up 10m"), 3000, 0},
		{"F5 any up: unknown could still be up", sla.Terms{Endpoints: sla.Endpoints{Rule: sla.AnyUp}}, ends("down 1h", "up 20m"), 0, 2400},
		{"F5 at least two of three", sla.Terms{Endpoints: sla.Endpoints{Rule: sla.AtLeast, K: 2}}, ends("down 30m up 30m", "up 20m down 30m up 10m", "up 1h"), 600, 0},
		{"F6 degraded weighs 0.3", sla.Terms{Degraded: sla.DegradedTerms{Rule: sla.DegradedWeight, Weight: sla.Of(3, 10)}}, hourOf("up 50m degraded 10m"), 180, 0},
		{"F7 carry for five minutes", sla.Terms{Missing: sla.Missing{Rule: sla.MissingCarry, CarryMax: ptr(5 * minute)}}, hourOf("down 10m unknown 10m up 40m"), 900, 300},
		{"F7 nothing before the gap to carry", sla.Terms{Missing: sla.Missing{Rule: sla.MissingCarry}}, hourOf("unknown 10m down 50m"), 3000, 600},
		{"F8 minutes at least half down", sla.Terms{Slot: sla.Slot{Length: minute, When: sla.BadGE, Share: sla.Of(1, 2)}}, hourOf("up 30s down 2m up 57m30s"), 180, 0},
		{"F8 a slot with nothing known stays unknown", sla.Terms{Slot: sla.Slot{Length: 20 * minute}}, hourOf("up 20m unknown 20m down 1s up 19m59s"), 1200, 1200},
		{"F10 from the first ticket", sla.Terms{Start: sla.FirstTicket}, tickets, 900, 0},
		{"F11 sixty seconds is enough", sla.Terms{MinOutage: sla.MinOutage{Length: minute}}, hourOf("down 59s up 1m down 60s up 57m1s"), 60, 0},
		{"F11 sixty seconds is not more", sla.Terms{MinOutage: sla.MinOutage{Length: minute, Op: sla.OpGT}}, hourOf("down 60s up 1m down 61s up 56m59s"), 61, 0},
		{"F11 only the excess", sla.Terms{MinOutage: sla.MinOutage{Length: 15 * minute, Excess: true}}, hourOf("down 15m1s up 44m59s"), 1, 0},
		{"F11 whole, across maintenance", sla.Terms{MinOutage: sla.MinOutage{Length: 5 * minute}}, maint(hourOf("down 2m down 20m down 3m up 35m"), span(2*time.Minute, 22*time.Minute)), 300, 0},
		{"F11 split by maintenance", sla.Terms{MinOutage: sla.MinOutage{Length: 5 * minute}, Maintenance: sla.MaintenanceTerms{SplitsOutage: true}},
			maint(hourOf("down 2m down 20m down 3m up 35m"), span(2*time.Minute, 22*time.Minute)), 0, 0},
		{"F13 the cap cuts a window", sla.Terms{Maintenance: sla.MaintenanceTerms{Cap: ptr(15 * minute)}},
			maint(hourOf("down 1h"), span(0, 10*time.Minute), span(20*time.Minute, 30*time.Minute)), 2700, 0},
		{"F13 a cap on window time is spent while up", sla.Terms{Maintenance: sla.MaintenanceTerms{Cap: ptr(10 * minute), Treatment: sla.TreatUp}}, maint(hourOf("up 10m down 10m up 40m"), span(0, 20*time.Minute)), 600, 0},
		{"F13 a cap on down time is not", sla.Terms{Maintenance: sla.MaintenanceTerms{Cap: ptr(10 * minute), CapBasis: sla.CapDowntime, Treatment: sla.TreatUp}}, maint(hourOf("up 10m down 10m up 40m"), span(0, 20*time.Minute)), 0, 0},
		{"F13 overlapping windows count once", sla.Terms{Maintenance: sla.MaintenanceTerms{Cap: ptr(30 * minute)}}, maint(hourOf("down 1h"), span(0, 20*time.Minute), span(10*time.Minute, 30*time.Minute)), 1800, 0},
		{"F17 every started minute", sla.Terms{OutageRound: sla.OutageRound{Unit: minute}}, hourOf("down 59s up 1m down 60s up 1m down 61s up 55m"), 240, 0},
		{"F17 never beyond the total", sla.Terms{OutageRound: sla.OutageRound{Unit: 2 * hour}}, hourOf("down 1m up 59m"), 3600, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := compute(t, c.terms, c.in)
			if v.Bad.Cmp(sla.Of(c.bad*second, 1)) != 0 || v.UnknownDropped != c.dropped*second {
				t.Errorf("Compute(%+v) = bad %v ms, dropped %d ms; want %d s, %d s\nledger %+v", c.terms, v.Bad, v.UnknownDropped, c.bad, c.dropped, v.Ledger)
			}
			account(t, v)
		})
	}
}

// account checks F16: the ledger tiles the judged window and every length adds up.
func account(tb testing.TB, v *sla.Verdict) {
	tb.Helper()
	at := v.Period.From
	for _, e := range v.Ledger {
		if e.From != at || e.To <= e.From {
			tb.Errorf("the ledger has a hole or an empty entry at %d: %+v", at, e)
		}
		at = e.To
	}
	if at != v.Until {
		tb.Errorf("the ledger ends at %d; want %d", at, v.Until)
	}
	n := sla.TallyOf(v.Ledger, v.Period.From, v.Until)
	if n.Counted()+n.Excluded+n.Unknown != v.Scope || n.Excluded != v.Excluded || n.Unknown != v.UnknownDropped {
		tb.Errorf("the ledger sums to %+v; verdict: scope %d, excluded %d, dropped %d", n, v.Scope, v.Excluded, v.UnknownDropped)
	}
	if v.Availability.Present() && (v.Lower.Cmp(v.Availability) > 0 || v.Upper.Cmp(v.Availability) < 0) {
		tb.Errorf("availability %v is outside its bounds %v … %v", v.Availability, v.Lower, v.Upper)
	}
}

func TestF12NoticeIsElapsedTime(t *testing.T) {
	for _, c := range []struct {
		name      string
		announced int64
		emergency bool
		terms     sla.MaintenanceTerms
		excluded  int64
	}{
		{"exactly enough", noon - 48*hour, false, sla.MaintenanceTerms{MinNotice: 48 * hour}, 600},
		{"a millisecond short", noon - 48*hour + 1, false, sla.MaintenanceTerms{MinNotice: 48 * hour}, 0},
		{"never announced", 0, false, sla.MaintenanceTerms{MinNotice: 48 * hour}, 0},
		{"never announced, none required", 0, false, sla.MaintenanceTerms{}, 600},
		{"an emergency is not excused by itself", noon - 48*hour, true, sla.MaintenanceTerms{}, 0},
		{"an emergency by its own notice", noon - 2*hour, true, sla.MaintenanceTerms{MinNotice: 48 * hour, EmergencyExcused: true, EmergencyMinNotice: 2 * hour}, 600},
	} {
		in := hourOf("down 1h")
		in.Maintenance = []sla.Maintenance{{ID: "m", From: noon, To: noon + 10*minute, Announced: c.announced, Emergency: c.emergency}}
		if v := compute(t, sla.Terms{Maintenance: c.terms}, in); v.Excluded != c.excluded*second {
			t.Errorf("%s: excluded %d ms; want %d s", c.name, v.Excluded, c.excluded)
		}
	}
}

func TestF14CorrectionsAsOf(t *testing.T) {
	in := hourOf("down 1h")
	in.Adjustments = []sla.Adjustment{
		{ID: "fibre", From: noon, To: noon + 30*minute, Effect: sla.EffectExclude, ApprovedAt: 100, RevokedAt: 200},
		{ID: "partly", From: noon, To: noon + 10*minute, Effect: sla.EffectUp, ApprovedAt: 150},
	}
	for _, c := range []struct{ asOf, good, excluded int64 }{{99, 0, 0}, {100, 0, 1800}, {150, 600, 1200}, {200, 600, 0}, {0, 600, 0}} {
		in.AsOf = c.asOf
		v := compute(t, sla.Terms{}, in)
		if v.Good != sla.Of(c.good*second, 1) || v.Excluded != c.excluded*second {
			t.Errorf("as of %d: good %v, excluded %d; want %d s, %d s", c.asOf, v.Good, v.Excluded, c.good, c.excluded)
		}
	}
}

func TestF20BoundsAndRaw(t *testing.T) {
	in := hourOf("up 30m down 6m unknown 12m up 12m")
	in.Maintenance = []sla.Maintenance{{ID: "m", From: noon + 30*minute, To: noon + 36*minute}}
	v := compute(t, sla.Terms{Target: sla.Of(999, 1000)}, in)
	for _, c := range []struct {
		name      string
		got, want sla.Ratio
	}{
		{"availability", v.Availability, sla.Of(42, 42)}, {"lower", v.Lower, sla.Of(42, 54)}, {"upper", v.Upper, sla.Of(54, 54)},
		{"raw", v.Raw, sla.Of(42, 48)}, {"coverage", v.Coverage, sla.Of(42, 54)},
	} {
		if c.got.Cmp(c.want) != 0 {
			t.Errorf("%s = %v; want %v", c.name, c.got, c.want)
		}
	}
}

func TestF22BudgetOfARunningPeriod(t *testing.T) {
	in := hourOf("up 10m down 2m up 3m down 5m")
	in.Until = noon + 20*minute
	v := compute(t, sla.Terms{Target: sla.Of(9, 10)}, in)
	if v.Calendar != 20*minute || v.ScopeWhole != hour || v.Budget != 6*minute || v.BudgetLeft != -minute {
		t.Errorf("judged %d of %d ms, budget %d, left %d; want 20 min of 1 h, 6 min, −1 min", v.Calendar, v.ScopeWhole, v.Budget, v.BudgetLeft)
	}
	if len(v.Outages) != 2 || v.Outages[0].Ongoing || !v.Outages[1].Ongoing || v.MTTR.Cmp(sla.Of(210*second, 1)) != 0 {
		t.Errorf("outages %+v, MTTR %v; want two, the second ongoing, 210 s", v.Outages, v.MTTR)
	}
	account(t, v)
}

func TestF21PercentagesAreRoundedDown(t *testing.T) {
	for _, c := range []struct {
		r      sla.Ratio
		digits int
		want   string
	}{
		{sla.Of(2589383, 2592000), 2, "99.89"}, {sla.Of(999999, 1000000), 2, "99.99"}, {sla.Of(1, 1), 3, "100.000"},
		{sla.Of(2678399, 2678400), 4, "99.9999"}, {sla.Of(0, 5), 0, "0"}, {sla.Ratio{}, 2, "–"},
	} {
		if got := c.r.Percent(c.digits); got != c.want {
			t.Errorf("%v.Percent(%d) = %q; want %q", c.r, c.digits, got, c.want)
		}
	}
}

func TestF23To25BreachAndCredit(t *testing.T) {
	tiers := []sla.Tier{{LT: sla.Of(999, 1000), GE: sla.Of(99, 100), Credit: sla.Of(10, 1)}, {LT: sla.Of(99, 100), Credit: sla.Of(25, 1)}}
	for _, c := range []struct {
		name   string
		terms  sla.Terms
		good   int64 // of 100,000
		breach *bool
		credit sla.Ratio
	}{
		{"exactly the target is met", sla.Terms{Target: sla.Of(999, 1000), Tiers: tiers}, 99_900, ptr(false), sla.Of(0, 1)},
		{"exactly the target under le", sla.Terms{Target: sla.Of(999, 1000), BreachOp: sla.BreachLE}, 99_900, ptr(true), sla.Of(0, 1)},
		{"the largest tier that holds", sla.Terms{Target: sla.Of(999, 1000), Tiers: tiers}, 98_999, ptr(true), sla.Of(25, 1)},
		{"no target, no breach", sla.Terms{}, 50_000, nil, sla.Of(0, 1)},
		{"more than the absolute budget", sla.Terms{MaxBad: ptr(int64(1000))}, 98_999, ptr(true), sla.Of(0, 1)},
		{"half up before comparing", sla.Terms{Target: sla.Of(999, 1000), PctRound: &sla.PctRound{Digits: 2}}, 99_895, ptr(false), sla.Of(0, 1)},
		{"half even before comparing", sla.Terms{Target: sla.Of(999, 1000), PctRound: &sla.PctRound{Digits: 1, Mode: sla.HalfEven}}, 99_850, ptr(true), sla.Of(0, 1)},
		{"per started unit", sla.Terms{Credit: &sla.Credit{Scheme: sla.CreditPerUnit, Unit: 1000, PerUnit: sla.Of(5, 1)}}, 98_999, nil, sla.Of(10, 1)},
		{"per full unit beyond the budget, capped", sla.Terms{Target: sla.Of(99, 100), Credit: &sla.Credit{Scheme: sla.CreditPerUnit, Unit: 100, PerUnit: sla.Of(5, 1), Count: sla.CountFull, BeyondBudget: true, Cap: sla.Of(30, 1)}}, 98_201, ptr(true), sla.Of(30, 1)},
		{"a multiple pro rata, on breach", sla.Terms{Target: sla.Of(999, 1000), Credit: &sla.Credit{Scheme: sla.CreditProrata, Multiple: sla.Of(100, 1)}}, 99_800, ptr(true), sla.Of(20, 1)},
		{"no multiple without a breach", sla.Terms{Target: sla.Of(99, 100), Credit: &sla.Credit{Scheme: sla.CreditProrata, Multiple: sla.Of(100, 1)}}, 99_800, ptr(false), sla.Of(0, 1)},
		{"the affected share", sla.Terms{Credit: &sla.Credit{Scheme: sla.CreditAffected, Affected: sla.Of(1, 4)}}, 99_000, nil, sla.Of(1, 4)},
	} {
		s, err := c.terms.ScoreOf(sla.Of(c.good, 1), sla.Of(100_000, 1))
		if err != nil {
			t.Fatal(err)
		}
		if (s.Breach == nil) != (c.breach == nil) || s.Breach != nil && *s.Breach != *c.breach || s.Credit.Cmp(c.credit) != 0 {
			t.Errorf("%s: ScoreOf(%d of 100000) = breach %v, credit %v; want %v, %v", c.name, c.good, s.Breach, s.Credit, c.breach, c.credit)
		}
	}
}
