package timeline

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestAppendClip(t *testing.T) {
	runs := []Run{{First: 100, Step: 10, Count: 5, Outcome: Up}, {First: 150, Step: 10, Count: 2, Outcome: Down}, {First: 200, Step: 50, Count: 1, Outcome: Up}}
	rows := []struct {
		name     string
		from, to int64
		want     []Run
	}{
		{"the whole window", 0, 1000, runs},
		{"a result before the window still holds in it", 115, 130, []Run{{110, 10, 2, Up}}},
		{"a result that ends where the window starts is out", 120, 130, []Run{{120, 10, 1, Up}}},
		{"a long result reaches far into the window", 249, 300, []Run{{200, 50, 1, Up}}},
		{"a window in a hole", 170, 200, nil},
		{"a window across an edge", 140, 160, []Run{{140, 10, 1, Up}, {150, 10, 1, Down}}},
	}
	for _, row := range rows {
		if got := AppendClip(nil, runs, row.from, row.to); !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: AppendClip(%d, %d) = %v, want %v", row.name, row.from, row.to, got, row.want)
		}
	}
}

func TestRunsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		runs := Build(samples(t, "s")).AppendRuns(nil)
		got, err := DecodeRuns(nil, AppendRuns(nil, runs))
		if err != nil || !reflect.DeepEqual(got, runs) {
			t.Fatalf("DecodeRuns(AppendRuns(%v)) = %v, %v", runs, got, err)
		}
	})
}

func TestUnionOfRunsIsUnionOfSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := Build(samples(t, "a")), Build(samples(t, "b"))
		got := Union(a.AppendRuns(nil), b.AppendRuns(nil))
		want := Merge(a, b).AppendRuns(nil)
		if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("Union(%v, %v) = %v, want %v", a.AppendRuns(nil), b.AppendRuns(nil), got, want)
		}
	})
}

func TestClipOfRunsIsClipOfSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Build(samples(t, "s"))
		from := rapid.Int64Range(day0, day0+3000).Draw(t, "from")
		to := from + rapid.Int64Range(0, 3000).Draw(t, "length")
		var want []Run
		for _, s := range p {
			if s.Slot < to && s.Slot+int64(s.Step) > from {
				want = AppendRun(want, Run{First: s.Slot, Step: int64(s.Step), Count: 1, Outcome: s.Outcome})
			}
		}
		if got := AppendClip(nil, p.AppendRuns(nil), from, to); !reflect.DeepEqual(got, want) {
			// A long result may overlap later ones; only those that hold are kept.
			t.Fatalf("AppendClip(%v, %d, %d) = %v, want %v", p.AppendRuns(nil), from, to, got, want)
		}
	})
}
