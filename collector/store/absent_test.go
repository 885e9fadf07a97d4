package store

import (
	"context"
	"slices"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestAbsentIsWhatWasNeverStored(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	up := func(k int64) protocol.Result { return result(k, protocol.OutcomeUp) }
	other := up(5)
	other.Check = "shop/web/other"
	asked := batch(1, up(9), other, up(1), result(2, protocol.OutcomeDown), up(3), up(4000))
	want := []int{1, 4}
	push(t, s, batch(1, up(1), up(2), up(9), up(4000)))
	for _, where := range []string{"in the head", "in pieces"} {
		if got, err := s.Absent(ctx, asked); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: Absent = %v, %v; want %v", where, got, err, want)
		}
		must(t, s.Flush(ctx))
	}
	if got, err := s.Absent(ctx, batch(1)); err != nil || got != nil {
		t.Errorf("Absent of nothing = %v, %v; want none", got, err)
	}
}
