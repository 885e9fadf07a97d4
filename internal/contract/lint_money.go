package contract

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// band is a credit tier over any measure; nil bounds are absent.
type band struct {
	lt, le, gt, ge *big.Rat
	credit         *big.Rat
}

func (b band) holds(x *big.Rat) bool {
	return (b.lt == nil || x.Cmp(b.lt) < 0) && (b.le == nil || x.Cmp(b.le) <= 0) &&
		(b.gt == nil || x.Cmp(b.gt) > 0) && (b.ge == nil || x.Cmp(b.ge) >= 0)
}

// oneSided is a tier with a single bound: the usual way to write steps, where
// each includes the next and the largest credit holds.
func (b band) oneSided() bool {
	return b.gt == nil && b.ge == nil || b.lt == nil && b.le == nil
}

// tiers finds holes and overlaps in credits by availability.
func (l *linter) tiers(path string, t *sla.Terms) {
	var bands []band
	for _, x := range t.Tiers {
		bands = append(bands, band{rat(x.LT), rat(x.LE), rat(x.GT), rat(x.GE), rat(x.Credit)})
	}
	target := rat(t.Target)
	inBreach := func(x *big.Rat) bool {
		if target == nil {
			return slices.ContainsFunc(bands, func(b band) bool { return b.holds(x) })
		}
		return x.Cmp(target) < 0 || x.Cmp(target) == 0 && t.BreachOp == sla.BreachLE
	}
	ends := []*big.Rat{new(big.Rat), big.NewRat(1, 1)}
	if target != nil {
		ends = append(ends, target)
	}
	unit := func(x *big.Rat) string { return percent(x) + " %" }
	l.bands(path+".tiers", bands, ends, inBreach, unit)
	for _, p := range stretches(bands, ends) {
		for _, b := range bands {
			if target != nil && b.holds(p.sample) && !inBreach(p.sample) && b.credit != nil && b.credit.Sign() > 0 {
				l.warn(path+".tiers", "lower the tier's bound to the objective", "%s earns a credit of %s %% although the objective of %s is kept",
					p.name(unit), b.credit.FloatString(0), unit(target))
				return
			}
		}
	}
}

// durationTiers finds holes and overlaps in credits by a length of time.
func (l *linter) durationTiers(path string, tiers []sla.DurationTier) {
	var bands []band
	var least *big.Rat
	for _, x := range tiers {
		b := band{millis(x.LT), millis(x.LE), millis(x.GT), millis(x.GE), rat(x.Credit)}
		bands = append(bands, b)
		for _, low := range []*big.Rat{b.gt, b.ge} {
			if low != nil && (least == nil || low.Cmp(least) < 0) {
				least = low
			}
		}
	}
	if least == nil {
		least = new(big.Rat)
	}
	ends := []*big.Rat{new(big.Rat), new(big.Rat).SetInt64(MaxSeconds * 1000)}
	l.bands(path, bands, ends, func(x *big.Rat) bool { return x.Cmp(least) > 0 }, func(x *big.Rat) string {
		ms, _ := x.Float64()
		return (time.Duration(ms) * time.Millisecond).String()
	})
}

func millis(v *int64) *big.Rat {
	if v == nil {
		return nil
	}
	return new(big.Rat).SetInt64(*v)
}

// stretch is a single value, or everything between two neighbouring bounds.
type stretch struct {
	from, to *big.Rat // from == to: exactly that value
	sample   *big.Rat
}

func (p stretch) name(unit func(*big.Rat) string) string {
	if p.from == p.to {
		return "exactly " + unit(p.from)
	}
	return "between " + unit(p.from) + " and " + unit(p.to)
}

// stretches cuts the line at every bound. Within a stretch the same tiers hold.
func stretches(bands []band, ends []*big.Rat) []stretch {
	at := slices.Clone(ends)
	for _, b := range bands {
		for _, x := range []*big.Rat{b.lt, b.le, b.gt, b.ge} {
			if x != nil {
				at = append(at, x)
			}
		}
	}
	slices.SortFunc(at, func(a, b *big.Rat) int { return a.Cmp(b) })
	at = slices.CompactFunc(at, func(a, b *big.Rat) bool { return a.Cmp(b) == 0 })
	var out []stretch
	for i, x := range at {
		if i > 0 {
			middle := new(big.Rat).Add(at[i-1], x)
			out = append(out, stretch{at[i-1], x, middle.Quo(middle, big.NewRat(2, 1))})
		}
		out = append(out, stretch{x, x, x})
	}
	return out
}

// bands reports where no tier holds though one should, and where two-sided tiers
// contradict each other.
func (l *linter) bands(path string, bands []band, ends []*big.Rat, owed func(*big.Rat) bool, unit func(*big.Rat) string) {
	if len(bands) == 0 {
		return
	}
	won := make([]bool, len(bands))
	for _, p := range stretches(bands, ends) {
		var holding []int
		best := -1
		for i, b := range bands {
			if !b.holds(p.sample) {
				continue
			}
			holding = append(holding, i)
			if best < 0 || b.credit != nil && bands[best].credit != nil && b.credit.Cmp(bands[best].credit) > 0 {
				best = i
			}
		}
		if best >= 0 {
			won[best] = true
		}
		switch {
		case len(holding) == 0 && owed(p.sample):
			l.warn(path, "move a bound, or change lt to le or gt to ge", "a hole: %s earns no credit", p.name(unit))
		case len(holding) > 1 && !allOneSided(bands, holding):
			l.warn(path, "move a bound; until then the largest credit holds", "an overlap: %s lies in %d tiers", p.name(unit), len(holding))
		}
	}
	for i, w := range won {
		if !w {
			l.warn(fmt.Sprintf("%s[%d]", path, i+1), "raise its credit, move its bounds or remove it", "this tier never decides: its bounds exclude each other, or a larger credit always holds")
		}
	}
}

func allOneSided(bands []band, which []int) bool {
	return !slices.ContainsFunc(which, func(i int) bool { return !bands[i].oneSided() })
}
