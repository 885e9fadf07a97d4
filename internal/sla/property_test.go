package sla_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
	"pgregory.net/rapid"
)

// compareAll compares every figure of the engine with the oracle's, exactly.
func compareAll(t rapid.TB, terms *sla.Terms, in *sla.Input, want *reckoning) *sla.Verdict {
	t.Helper()
	v, err := sla.Compute(terms, in)
	if err != nil {
		t.Fatalf("Compute: %v", err)
	}
	for name, pair := range map[string][2]int64{
		"scope":       {v.Scope, want.scope},
		"scope whole": {v.ScopeWhole, want.scopeWhole},
		"excluded":    {v.Excluded, want.excluded},
		"unknown":     {v.Unknown, want.unknown},
		"dropped":     {v.UnknownDropped, want.dropped},
		"outages":     {int64(len(v.Outages)), int64(len(want.outages))},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: engine %d, oracle %d", name, pair[0], pair[1])
		}
	}
	for name, pair := range map[string]struct {
		got  sla.Ratio
		want *big.Rat
	}{
		"good": {v.Good, want.good}, "bad": {v.Bad, want.bad}, "total": {v.Total, want.total},
		"availability": {v.Availability, want.availability}, "credit": {v.Credit, want.credit},
		"raw":      {v.Raw, want.rawShare(terms.Degraded)},
		"coverage": {v.Coverage, quotient(big.NewRat(want.known, 1), big.NewRat(want.scope-want.excluded, 1))},
		"mttr":     {v.MTTR, mean(want.outages)},
	} {
		if pair.got.Present() != (pair.want != nil) || pair.want != nil && pair.got.Rat().Cmp(pair.want) != 0 {
			t.Errorf("%s: engine %v, oracle %v", name, pair.got, pair.want)
		}
	}
	if (v.Breach == nil) != (want.breach == nil) || v.Breach != nil && *v.Breach != *want.breach {
		t.Errorf("breach: engine %s, oracle %s", truth(v.Breach), truth(want.breach))
	}
	return v
}

func truth(b *bool) string {
	if b == nil {
		return "none"
	}
	return fmt.Sprint(*b)
}

func quotient(a, b *big.Rat) *big.Rat {
	if b.Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(a, b)
}

func mean(all []int64) *big.Rat {
	sum := int64(0)
	for _, n := range all {
		sum += n
	}
	return quotient(big.NewRat(sum, 1), big.NewRat(int64(len(all)), 1))
}

// sameLedger compares the engine's ledger with the oracle's elements, and with
// the figures that it explains.
func sameLedger(t rapid.TB, v *sla.Verdict, a *reckoning, unit int64) {
	t.Helper()
	i, at := 0, v.Period.From
	for _, e := range v.Ledger {
		if e.From != at || e.To <= e.From {
			t.Fatalf("the ledger has a hole or an empty entry at %d: %+v", at, e)
		}
		for ; at < e.To; at, i = at+unit, i+1 {
			if i >= len(a.final) || a.final[i] != e.State {
				t.Fatalf("ledger at %d: engine %v, oracle %v", at, e, a.final[i:min(i+1, len(a.final))])
			}
		}
	}
	if at != v.Until || i != len(a.final) {
		t.Fatalf("the ledger ends at %d; want %d", at, v.Until)
	}
}

// world is everything that one computation rests on.
type world struct {
	unit  int64
	terms *sla.Terms
	in    *sla.Input
}

func (w *world) String() string {
	h := ""
	if w.terms.Hours != nil {
		h = fmt.Sprintf("%+v", *w.terms.Hours)
	}
	return fmt.Sprintf("unit %d\nterms %+v\nhours %s\ncap %s, max bad %s, carry %s\nin %+v", w.unit, *w.terms, h,
		show(w.terms.Maintenance.Cap), show(w.terms.MaxBad), show(w.terms.Missing.CarryMax), *w.in)
}

func show(n *int64) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}

// judge compares the engine with the oracle in one drawn world.
func judge(t *rapid.T) {
	w := drawWorld(t)
	defer func() {
		if t.Failed() {
			t.Logf("%v", w)
		}
	}()
	a := consult(w.terms, w.in, w.unit)
	v := compareAll(t, w.terms, w.in, a)
	sameLedger(t, v, a, w.unit)
	w.bounds(t, v)
}

// bounds checks the lower and upper bound: the same terms with missing time
// down, and up; they never exclude the availability.
func (w *world) bounds(t *rapid.T, v *sla.Verdict) {
	for _, c := range []struct {
		name string
		got  sla.Ratio
		rule sla.MissingRule
		out  int // the sign that would exclude the availability
	}{{"lower", v.Lower, sla.MissingDown, 1}, {"upper", v.Upper, sla.MissingUp, -1}} {
		terms := *w.terms
		terms.Missing = sla.Missing{Rule: c.rule}
		want := consult(&terms, w.in, w.unit).availability
		if v.Availability.Present() && (want == nil || want.Cmp(v.Availability.Rat()) == c.out) {
			want = v.Availability.Rat()
		}
		if c.got.Present() != (want != nil) || want != nil && c.got.Rat().Cmp(want) != 0 {
			t.Errorf("%s: engine %v, oracle %v", c.name, c.got, want)
		}
	}
}

// draws is how many worlds `go test` compares; `make fuzz` has no limit.
const draws = 24_000

// TestEngineAgreesWithTheOracle draws terms, observations, maintenance,
// corrections and zones at random and compares every figure exactly.
func TestEngineAgreesWithTheOracle(t *testing.T) {
	const parts = 4
	for i := range parts {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			checkMany(t, draws/parts, judge)
		})
	}
}

// checkMany is rapid.Check, n times its usual number of draws or more.
func checkMany(t *testing.T, n int, property func(*rapid.T)) {
	for range (n + 99) / 100 {
		if rapid.Check(t, property); t.Failed() {
			return
		}
	}
}

// TestScoresAgreeWithTheOracle is step H alone, with shares that lie on the
// halves that are rounded and on the bounds that are compared.
func TestScoresAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	checkMany(t, 6000, func(t *rapid.T) {
		d := &drawing{T: t, unit: 1, n: 20}
		terms := &sla.Terms{}
		d.scores(terms)
		total := rapid.SampledFrom([]int64{1, 3, 8, 16, 40, 80, 200, 800, 1600, 2000, 8000}).Draw(t, "total")
		bad := rapid.Int64Range(0, total).Draw(t, "bad")
		good := total - bad
		if terms.PctRound != nil { // a target next to the share, at the digits that are compared
			scale := int64(100)
			for range terms.PctRound.Digits {
				scale *= 10
			}
			near := good*scale/total + int64(d.upTo("next", 1))
			terms.Target = sla.Of(min(near, scale), scale)
			if terms.Credit == nil {
				terms.Tiers = append(terms.Tiers, sla.Tier{GE: terms.Target, Credit: sla.Of(101, 1)})
			}
		}
		a := &reckoning{good: big.NewRat(good, 1), bad: big.NewRat(bad, 1), total: big.NewRat(total, 1)}
		pass(terms, a)
		s, err := terms.ScoreOf(sla.Of(good, 1), sla.Of(total, 1))
		if err != nil {
			t.Fatal(err)
		}
		if s.Availability.Rat().Cmp(a.availability) != 0 || truth(s.Breach) != truth(a.breach) || s.Credit.Rat().Cmp(a.credit) != 0 {
			t.Errorf("ScoreOf(%d of %d) by %+v = %+v; oracle: breach %s, credit %v", good, total, terms, s, truth(a.breach), a.credit)
		}
	})
}

// FuzzEngineAgreesWithTheOracle does the same without end. The input is only a
// seed: drawing from bytes that grow one by one would seldom fill a world.
func FuzzEngineAgreesWithTheOracle(f *testing.F) {
	f.Add(uint64(0))
	inOne := rapid.MakeFuzz(judge)
	f.Fuzz(func(t *testing.T, seed uint64) {
		var key [32]byte
		binary.LittleEndian.PutUint64(key[:], seed)
		world := make([]byte, 1<<14)
		_, _ = rand.NewChaCha8(key).Read(world) // never fails
		inOne(t, world)
	})
}
