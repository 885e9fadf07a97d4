package store

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

const (
	day0  = int64(20_000) * timeline.DayMillis
	step  = 30 * time.Second
	check = protocol.CheckID("shop/web/front")
	agent = protocol.AgentID("fra-1")
)

func openStore(t testing.TB, path string, change ...func(*Options)) *Store {
	t.Helper()
	o := Options{Path: path}
	for _, c := range change {
		c(&o)
	}
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newStoreAt(t testing.TB) (*Store, string) {
	path := filepath.Join(t.TempDir(), "probity.db")
	s := openStore(t, path)
	t.Cleanup(func() { s.Close() })
	return s, path
}

// result is the k-th of a check probed every 30 s since day0.
func result(k int64, o protocol.Outcome) protocol.Result {
	r := protocol.Result{
		Check: check, Slot: day0 + k*step.Milliseconds(), Interval: step, Outcome: o,
		Duration: 12345 * time.Microsecond, Endpoint: "192.0.2.1:443", Status: 200,
		TLSExpiry: day0 + 90*timeline.DayMillis,
	}
	if o != protocol.OutcomeUp {
		r.Cause, r.Status, r.Message = protocol.CauseStatus, 503, "503 Service Unavailable"
		r.Phases = protocol.Phases{Connect: 3 * time.Millisecond, FirstByte: 9 * time.Millisecond}
		r.Lateness = 7 * time.Microsecond
	}
	return r
}

func batch(seq uint64, results ...protocol.Result) *protocol.Batch {
	return &protocol.Batch{Agent: agent, Boot: [16]byte{1}, Seq: seq, Results: results}
}

func push(t testing.TB, s *Store, b *protocol.Batch) {
	t.Helper()
	if dup, err := s.AppendBatch(context.Background(), b, day0); err != nil || dup {
		t.Fatalf("AppendBatch(seq %d) = %v, %v", b.Seq, dup, err)
	}
}

func wantRuns(t testing.TB, s *Store, want []timeline.Run) {
	t.Helper()
	got, err := s.Runs(context.Background(), check, agent, 0, 1<<50)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("Runs = %v, %v; want %v", got, err, want)
	}
}

func TestResultsAreTheSameFromJournalHeadAndPieces(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	push(t, s, batch(1, result(0, protocol.OutcomeUp), result(1, protocol.OutcomeUp), result(2, protocol.OutcomeDown)))
	want := []timeline.Run{
		{First: day0, Step: 30000, Count: 2, Outcome: timeline.Up},
		{First: day0 + 60000, Step: 30000, Count: 1, Outcome: timeline.Down},
	}
	look := func(where string, s *Store) {
		t.Helper()
		wantRuns(t, s, want)
		failures, err := s.Failures(ctx, check, agent, 0, 1<<50, 10)
		if err != nil || !reflect.DeepEqual(failures, []protocol.Result{result(2, protocol.OutcomeDown)}) {
			t.Fatalf("%s: Failures = %+v, %v", where, failures, err)
		}
		latest, ok, err := s.Latest(ctx, check, agent)
		if err != nil || !ok || latest != result(2, protocol.OutcomeDown) {
			t.Fatalf("%s: Latest = %+v, %v, %v", where, latest, ok, err)
		}
		points, err := s.Latencies(ctx, check, agent, 0, 1<<50, 0)
		if err != nil || len(points) != 2 || points[0].Slot != day0 || points[0].Micros < 12099 || points[0].Micros > 12591 {
			t.Fatalf("%s: Latencies = %v, %v", where, points, err)
		}
		if sources, err := s.Sources(ctx, check); err != nil || !reflect.DeepEqual(sources, []protocol.AgentID{agent}) {
			t.Fatalf("%s: Sources = %v, %v", where, sources, err)
		}
	}
	look("in the head", s)

	beside := openStore(t, path, func(o *Options) { o.ReadOnly = true })
	look("read only, from the journal", beside)
	if err := s.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	look("flushed", s)
	look("read only, after a flush", beside)
	if err := beside.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, path)
	defer s.Close()
	look("from pieces, after a restart", s)
	if dup, err := s.AppendBatch(ctx, batch(1, result(9, protocol.OutcomeUp)), day0); err != nil || !dup {
		t.Fatalf("AppendBatch of an acknowledged batch = %v, %v; want a duplicate", dup, err)
	}
	wantRuns(t, s, want)
}
