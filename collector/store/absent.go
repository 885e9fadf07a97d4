package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// Absent lists the results of a batch, by index, whose slots hold no result: of
// a batch that came before, those that were refused then.
func (s *Store) Absent(ctx context.Context, b *protocol.Batch) ([]int, error) {
	bySlot := map[protocol.CheckID][]int{}
	for i := range b.Results {
		check := b.Results[i].Check
		bySlot[check] = append(bySlot[check], i)
	}
	var out []int
	for check, indices := range bySlot {
		slot := func(i int) int64 { return b.Results[i].Slot }
		slices.SortFunc(indices, func(i, j int) int { return cmp.Compare(slot(i), slot(j)) })
		runs, err := s.Runs(ctx, check, b.Agent, slot(indices[0]), slot(indices[len(indices)-1])+1)
		if err != nil {
			return nil, fmt.Errorf("look for batch %d of agent %s: %w", b.Seq, b.Agent, err)
		}
		for _, i := range indices {
			if !holds(runs, slot(i)) {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// holds reports whether one of the runs has a result at the slot.
func holds(runs []timeline.Run, slot int64) bool {
	k, _ := slices.BinarySearchFunc(runs, slot, func(r timeline.Run, t int64) int { return cmp.Compare(r.Last(), t) })
	for ; k < len(runs) && runs[k].First <= slot; k++ {
		if r := runs[k]; (slot-r.First)%r.Step == 0 {
			return true
		}
	}
	return false
}
