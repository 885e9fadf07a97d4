package store

import (
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

func TestLateResultsAreOnRecord(t *testing.T) {
	s, err := Open(t.Context(), Options{Path: t.TempDir() + "/late.db"})
	must(t, err)
	defer s.Close()
	const minute = int64(60_000)
	send := func(seq uint64, received int64, slots ...int64) {
		t.Helper()
		b := &protocol.Batch{Agent: "edge", Boot: [16]byte{1}, Seq: seq}
		for _, slot := range slots {
			b.Results = append(b.Results, protocol.Result{
				Check: "a/b/c", Slot: slot, Interval: time.Minute, Outcome: protocol.OutcomeUp, Duration: time.Millisecond,
			})
		}
		_, err := s.AppendBatch(t.Context(), b, received)
		must(t, err)
	}
	send(1, 10*minute+500, 10*minute)                                  // in time
	send(2, 30*minute, 11*minute, 12*minute, 13*minute, 30*minute-500) // three late ones, one in time
	got, err := s.Late(t.Context(), "a/b/c", "edge", 0, 100*minute, 20*minute)
	must(t, err)
	if want := []sla.Window{{From: 11 * minute, To: 13*minute + 1}}; !slices.Equal(got, want) {
		t.Errorf("Late after minute 20 = %v; want %v", got, want)
	}
	if got, err = s.Late(t.Context(), "a/b/c", "edge", 0, 100*minute, 30*minute); len(got) != 0 || err != nil {
		t.Errorf("Late after the last push = %v, %v; want none", got, err)
	}
}
