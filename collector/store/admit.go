package store

import (
	"fmt"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// storable checks what timelines rely on; protocol's own checks come before.
func storable(b *protocol.Batch) error {
	if err := b.Validate(); err != nil {
		return err
	}
	for i := range b.Results {
		r := &b.Results[i]
		if !onTimeline(r.Slot, r.Interval) || r.Check == "" || r.Outcome > protocol.OutcomeDown {
			return fmt.Errorf("result %d: check %q, slot %d, interval %v, outcome %d", i, r.Check, r.Slot, r.Interval, r.Outcome)
		}
	}
	for i := range b.Gaps {
		g := &b.Gaps[i]
		if !onTimeline(g.From, g.Interval) || g.Check == "" || g.To < g.From || g.To > protocol.MaxInstant {
			return fmt.Errorf("gap %d: %+v", i, *g)
		}
	}
	return nil
}

func onTimeline(slot int64, interval time.Duration) bool {
	return slot >= 0 && slot <= protocol.MaxInstant &&
		interval >= time.Millisecond && interval <= protocol.MaxInterval
}
