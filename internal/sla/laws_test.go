package sla_test

import (
	"math/big"
	"reflect"
	"slices"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

// Laws that hold whatever the contract says, or for all contracts of a kind,
// each in many random worlds.

// law checks a property of random worlds, and prints the world where it fails.
func law(t *testing.T, property func(t *rapid.T, w *world)) {
	t.Helper()
	t.Parallel()
	checkMany(t, 1500, func(t *rapid.T) {
		w := drawWorld(t)
		defer func() {
			if t.Failed() {
				t.Logf("%v", w)
			}
		}()
		property(t, w)
	})
}

func judged(t *rapid.T, terms *sla.Terms, in *sla.Input) *sla.Verdict {
	v, err := sla.Compute(terms, in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestLawTheFourTimesSum: good, bad, excluded and dropped make the scope; the
// ledger tiles the judged window, sums to the figures, and the bounds hold.
func TestLawTheFourTimesSum(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		w.terms.Denominator = 0
		v := judged(t, w.terms, w.in)
		sum := new(big.Rat).Add(v.Good.Rat(), v.Bad.Rat())
		if sum.Add(sum, big.NewRat(v.Excluded+v.UnknownDropped, 1)); sum.Cmp(big.NewRat(v.Scope, 1)) != 0 {
			t.Errorf("good %v, bad %v, excluded %d and dropped %d make %v; scope %d", v.Good, v.Bad, v.Excluded, v.UnknownDropped, sum, v.Scope)
		}
		n := sla.TallyOf(v.Ledger, v.Period.From, v.Until)
		if n.OutOfScope+v.Scope != v.Calendar || n.Excluded != v.Excluded || n.Unknown != v.UnknownDropped || v.Total.Cmp(sla.Of(n.Counted(), 1)) != 0 {
			t.Errorf("the ledger sums to %+v; verdict %+v", n, v)
		}
		if w.terms.OutageRound.Unit == 0 && n.Bad.Cmp(v.Bad) != 0 {
			t.Errorf("the ledger has %v bad; verdict %v", n.Bad, v.Bad)
		}
		if v.Availability.Present() && (v.Lower.Cmp(v.Availability) > 0 || v.Availability.Cmp(v.Upper) > 0) {
			t.Errorf("%v ≤ %v ≤ %v does not hold", v.Lower, v.Availability, v.Upper)
		}
	})
}

// TestLawOrderAndRepetitionChangeNothing: spans that do not overlap may come in
// any order and again, and parts in any order.
func TestLawOrderAndRepetitionChangeNothing(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		d := &drawing{T: t, unit: w.unit, origin: w.in.Period.From, n: 60}
		w.in.Observed = sla.Observation{Probes: make([]sla.Part, 3)}
		for i := range w.in.Observed.Probes {
			w.in.Observed.Probes[i] = sla.Part{Name: string(rune('a' + i)), Seen: sla.Observation{Timeline: d.sequence()}}
		}
		want := judged(t, w.terms, w.in)
		for i := range w.in.Observed.Probes {
			spans := &w.in.Observed.Probes[i].Seen.Timeline
			*spans = slices.Concat(rapid.Permutation(*spans).Draw(t, "order"), *spans)
		}
		w.in.Observed.Probes = rapid.Permutation(w.in.Observed.Probes).Draw(t, "parts")
		w.in.Adjustments = slices.Concat(w.in.Adjustments, w.in.Adjustments)
		w.in.Maintenance = slices.Concat(w.in.Maintenance, w.in.Maintenance)
		sameFigures(t, judged(t, w.terms, w.in), want)
	})
}

// sameFigures compares all that does not depend on names.
func sameFigures(t *rapid.T, got, want *sla.Verdict) {
	g, w := *got, *want
	for _, v := range []*sla.Verdict{&g, &w} {
		v.Ledger, v.Outages = nil, slices.Clone(v.Outages)
		for i := range v.Outages {
			v.Outages[i].Where = nil
		}
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%+v;\nwant %+v", g, w)
	}
}

// TestLawMoreDowntimeNeverRaises: what was up and is down lowers the
// availability or leaves it. Rounding outages up is left out: two that become
// one may be rounded up less.
func TestLawMoreDowntimeNeverRaises(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		d := &drawing{T: t, unit: w.unit, origin: w.in.Period.From, n: int((w.in.Period.To - w.in.Period.From) / w.unit)}
		if w.terms.OutageRound.Mode == sla.RoundCeil {
			w.terms.OutageRound = sla.OutageRound{}
		}
		w.in.Observed = sla.Observation{Timeline: d.sequence()}
		before := judged(t, w.terms, w.in)
		from, to := d.window("more", d.n)
		for _, s := range w.in.Observed.Timeline {
			if s.State == sla.Up {
				w.in.Observed.Timeline = append(w.in.Observed.Timeline, sla.Span{From: max(s.From, from), To: min(s.To, to), State: sla.Down})
			}
		}
		if after := judged(t, w.terms, w.in); after.Availability.Cmp(before.Availability) > 0 {
			t.Errorf("more downtime raised %v to %v", before.Availability, after.Availability)
		}
	})
}

// TestLawPartsOfAPeriodSumToTheWhole, unless the contract's rule is about the
// period: slots, caps, a minimum in the period, rounding, a fixed denominator.
func TestLawPartsOfAPeriodSumToTheWhole(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		w.terms.Slot, w.terms.Maintenance.Cap, w.terms.MinOutage.InPeriod = sla.Slot{}, nil, false
		w.terms.OutageRound, w.terms.Denominator, w.in.Until = sla.OutageRound{}, 0, 0
		d := &drawing{T: t, unit: w.unit, origin: w.in.Period.From, n: int((w.in.Period.To - w.in.Period.From) / w.unit)}
		if d.n < 2 {
			t.Skip("too short to split")
		}
		far := int64(300) * w.unit // what is seen reaches beyond either part
		w.in.Observed = sla.Observation{Timeline: append(d.sequence(),
			sla.Span{From: d.origin - far, To: d.origin - far + w.unit, State: sla.Up},
			sla.Span{From: w.in.Period.To + far, To: w.in.Period.To + far + w.unit, State: sla.Up})}
		whole := judged(t, w.terms, w.in)
		first, second := *w.in, *w.in
		mid := d.origin + w.unit*int64(1+d.upTo("mid", d.n-2))
		first.Period.To, second.Period.From = mid, mid
		a, b := judged(t, w.terms, &first), judged(t, w.terms, &second)
		good, bad := new(big.Rat).Add(a.Good.Rat(), b.Good.Rat()), new(big.Rat).Add(a.Bad.Rat(), b.Bad.Rat())
		if good.Cmp(whole.Good.Rat()) != 0 || bad.Cmp(whole.Bad.Rat()) != 0 || a.Scope+b.Scope != whole.Scope ||
			a.Excluded+b.Excluded != whole.Excluded || a.Unknown+b.Unknown != whole.Unknown || a.UnknownDropped+b.UnknownDropped != whole.UnknownDropped {
			t.Errorf("parts\n%+v\n%+v\nwhole\n%+v", a, b, whole)
		}
	})
}

// TestLawStatementsAsOfNeverChange: what is approved or revoked later, and
// corrections that are entered later, change nothing of how it was.
func TestLawStatementsAsOfNeverChange(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		d := &drawing{T: t, unit: w.unit, origin: w.in.Period.From, n: 60}
		w.in.AsOf = 5
		want := judged(t, w.terms, w.in)
		later := slices.Clone(w.in.Adjustments)
		for i := range later {
			if later[i].RevokedAt == 0 {
				later[i].RevokedAt = w.in.AsOf + 1 + int64(d.upTo("revoked", 3))
			}
		}
		for range d.upTo("more", 3) {
			a := d.adjustment()
			a.ApprovedAt += w.in.AsOf + 1
			later = append(later, a)
		}
		w.in.Adjustments = later
		if got := judged(t, w.terms, w.in); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v;\nwant, as it was, %+v", got, want)
		}
	})
}

// TestLawARunningPeriodIsThePeriodSoFar: figures until an instant are those of
// a period that ends there; only the budget looks ahead.
func TestLawARunningPeriodIsThePeriodSoFar(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		n := int((w.in.Period.To - w.in.Period.From) / w.unit)
		w.in.Until = w.in.Period.From + w.unit*int64(rapid.IntRange(1, n).Draw(t, "until"))
		running := judged(t, w.terms, w.in)
		short := *w.in
		short.Period.To = w.in.Until
		ended := judged(t, w.terms, &short)
		ended.Period, ended.ScopeWhole, ended.Budget, ended.BudgetLeft = running.Period, running.ScopeWhole, running.Budget, running.BudgetLeft
		if !reflect.DeepEqual(running, ended) {
			t.Errorf("running %+v\nended %+v", running, ended)
		}
	})
}

// TestLawAnEngineForgets: what was computed before leaves no trace.
func TestLawAnEngineForgets(t *testing.T) {
	law(t, func(t *rapid.T, w *world) {
		used, fresh := new(sla.Engine), new(sla.Engine)
		before := drawWorld(t)
		if _, err := used.Compute(before.terms, before.in); err != nil {
			t.Fatal(err)
		}
		got, err := used.Compute(w.terms, w.in)
		if err != nil {
			t.Fatal(err)
		}
		want, err := fresh.Compute(w.terms, w.in)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Ledger) == 0 && len(want.Ledger) == 0 {
			got.Ledger, want.Ledger = nil, nil
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("a used engine: %+v;\na fresh one: %+v", got, want)
		}
	})
}
