package timeline

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

const day0 = 20_000 * DayMillis

// samples draws results that crowd into few slots, so that they collide, touch and overlap.
func samples(t *rapid.T, label string) []Sample {
	one := rapid.Custom(func(t *rapid.T) Sample {
		step := rapid.SampledFrom([]int32{100, 100, 100, 150}).Draw(t, "step")
		return Sample{
			Slot:     day0 + int64(step)*rapid.Int64Range(0, 30).Draw(t, "k"),
			Step:     step,
			Outcome:  Outcome(rapid.IntRange(0, 3).Draw(t, "outcome")),
			Level:    Level(rapid.SampledFrom([]int{0, 1, 200, 201, 202, int(MaxLevel)}).Draw(t, "level")),
			Evidence: rapid.SampledFrom([]string{"", "", "a", "b", "a longer one"}).Draw(t, "evidence"),
		}
	})
	return rapid.SliceOfN(one, 0, 60).Draw(t, label)
}

func encode(t interface{ Fatal(...any) }, c *Codec, p Piece) ([]byte, []byte) {
	detail, err := c.AppendDetail(nil, p)
	if err != nil {
		t.Fatal(err)
	}
	return AppendRuns(nil, p.AppendRuns(nil)), detail
}

func newCodec(t testing.TB) *Codec {
	c, err := NewCodec()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Any split of a result set into pieces, in any order, with any repetition,
// merges to the same bytes.
func TestMergeIsASetUnion(t *testing.T) {
	c := newCodec(t)
	rapid.Check(t, func(t *rapid.T) {
		all := samples(t, "all")
		whole := Build(append([]Sample(nil), all...))
		wantRuns, wantDetail := encode(t, c, whole)

		order := rapid.Permutation(append(append([]Sample(nil), all...), all...)).Draw(t, "order")
		merged := Piece{}
		for len(order) > 0 {
			n := rapid.IntRange(1, len(order)).Draw(t, "n")
			part := Build(append([]Sample(nil), order[:n]...))
			if rapid.Bool().Draw(t, "left") {
				merged = Merge(part, merged)
			} else {
				merged = Merge(merged, Merge(part, part))
			}
			order = order[n:]
		}
		runs, detail := encode(t, c, merged)
		if !bytes.Equal(runs, wantRuns) || !bytes.Equal(detail, wantDetail) {
			t.Fatalf("merged to %+v, want %+v", merged, whole)
		}
	})
}

func TestMergeKeepsTheLargerOutcome(t *testing.T) {
	up := Piece{{Slot: day0, Step: 100, Outcome: Up, Level: 300, Evidence: "z"}}
	down := Piece{{Slot: day0, Step: 100, Outcome: Down, Level: 1, Evidence: "a"}}
	for _, got := range []Piece{Merge(up, down), Merge(down, up)} {
		if !reflect.DeepEqual(got, down) {
			t.Errorf("Merge = %+v, want %+v", got, down)
		}
	}
}

func TestPieceRoundTrip(t *testing.T) {
	c := newCodec(t)
	rapid.Check(t, func(t *rapid.T) {
		p := Build(samples(t, "s"))
		runs, detail := encode(t, c, p)
		decoded, err := DecodeRuns(nil, runs)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Decode(decoded, detail)
		if err != nil || len(got)+len(p) > 0 && !reflect.DeepEqual(got, p) {
			t.Fatalf("Decode = %+v, %v; want %+v", got, err, p)
		}
	})
}

func TestLevelsAreWithinTwoPerCent(t *testing.T) {
	for micros := int64(1); micros < 20*3600*1e6; micros += 1 + micros/97 {
		got := Quantise(micros).Micros()
		if off := math.Abs(float64(got - micros)); off > 0.02*float64(micros)+0.5 {
			t.Fatalf("Quantise(%d).Micros() = %d, off by %.1f µs", micros, got, off)
		}
	}
}
