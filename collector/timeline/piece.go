package timeline

import (
	"cmp"
	"slices"
)

// Piece is the results of one check from one agent on one UTC day: sorted by
// slot, one sample a slot.
type Piece []Sample

// Build makes a piece of samples in any order, with any repetitions. It sorts
// the samples in place.
func Build(samples []Sample) Piece {
	bySlot := func(a, b Sample) int { return cmp.Compare(a.Slot, b.Slot) }
	if !slices.IsSortedFunc(samples, bySlot) {
		slices.SortFunc(samples, bySlot)
	}
	out := samples[:0]
	for _, s := range samples {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Slot != s.Slot:
			out = append(out, s)
		case better(s, out[n-1]):
			out[n-1] = s
		}
	}
	return Piece(out)
}

// Merge returns the union of two pieces. It is commutative, associative and
// idempotent, so pieces may be merged in any order and as often as one likes.
func Merge(a, b Piece) Piece {
	if len(a) == 0 || len(b) == 0 {
		return append(append(Piece(nil), a...), b...)
	}
	out := make(Piece, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].Slot < b[0].Slot:
			out, a = append(out, a[0]), a[1:]
		case b[0].Slot < a[0].Slot:
			out, b = append(out, b[0]), b[1:]
		case better(b[0], a[0]):
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// AppendRuns appends the piece's results as runs.
func (p Piece) AppendRuns(runs []Run) []Run {
	for _, s := range p {
		runs = AppendRun(runs, Run{First: s.Slot, Step: int64(s.Step), Count: 1, Outcome: s.Outcome})
	}
	return runs
}

// Clip returns the samples whose slots lie in [from, to), sharing memory with p.
func (p Piece) Clip(from, to int64) Piece {
	at := func(s Sample, t int64) int { return cmp.Compare(s.Slot, t) }
	i, _ := slices.BinarySearchFunc(p, from, at)
	j, _ := slices.BinarySearchFunc(p, to, at)
	if j < i {
		return nil
	}
	return p[i:j]
}
