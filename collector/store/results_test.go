package store

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// Whatever is pushed, repeated, flushed, compacted or reopened, reads give the
// union of what was acknowledged.
func TestReadsAreTheUnionOfWhatWasAcknowledged(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(rt *rapid.T) {
		s, path := newStoreAt(t)
		model := timeline.Piece{}
		seq := uint64(0)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"push", "push", "push", "flush", "compact", "reopen"}).Draw(rt, "do") {
			case "push":
				seq++
				b := batch(seq, drawResults(rt)...)
				push(t, s, b)
				var samples []timeline.Sample
				for i := range b.Results {
					samples = append(samples, sampleOf(&b.Results[i], string(appendEvidence(nil, &b.Results[i]))))
				}
				model = timeline.Merge(model, timeline.Build(samples))
			case "flush":
				must(t, s.Flush(ctx))
			case "compact":
				_, err := s.compact(ctx, timeline.Day(day0)+rapid.Int64Range(0, 3).Draw(rt, "today"))
				must(t, err)
			case "reopen":
				must(t, s.Close())
				s = openStore(t, path)
			}
			from := day0 + rapid.Int64Range(-1, 3).Draw(rt, "from")*timeline.DayMillis/2
			to := from + rapid.Int64Range(0, 4).Draw(rt, "length")*timeline.DayMillis/2
			compareWithModel(rt, s, model, from, to)
		}
		must(t, s.Close())
	})
}

// drawResults draws results around the midnights of three days.
func drawResults(t *rapid.T) []protocol.Result {
	one := rapid.Custom(func(t *rapid.T) protocol.Result {
		k := rapid.Int64Range(0, 2).Draw(t, "day")*2880 + rapid.Int64Range(-4, 4).Draw(t, "k")
		return result(max(k, 0), protocol.Outcome(rapid.IntRange(0, 3).Draw(t, "outcome")))
	})
	return rapid.SliceOfN(one, 1, 12).Draw(t, "results")
}

func compareWithModel(t *rapid.T, s *Store, model timeline.Piece, from, to int64) {
	ctx := context.Background()
	want := timeline.AppendClip(nil, model.AppendRuns(nil), from, to)
	got, err := s.Runs(ctx, check, agent, from, to)
	if err != nil || len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Fatalf("Runs(%d, %d) = %v, %v; want %v", from, to, got, err, want)
	}
	var failures []protocol.Result
	for _, p := range model.Clip(from, to) {
		if p.Outcome != timeline.Up {
			r, err := resultOf(check, p)
			if err != nil {
				t.Fatal(err)
			}
			failures = append([]protocol.Result{r}, failures...)
		}
	}
	gotFailures, err := s.Failures(ctx, check, agent, from, to, 0)
	if err != nil || len(gotFailures)+len(failures) > 0 && !reflect.DeepEqual(gotFailures, failures) {
		t.Fatalf("Failures(%d, %d) = %v, %v; want %v", from, to, gotFailures, err, failures)
	}
	latest, ok, err := s.Latest(ctx, check, agent)
	if err != nil || ok != (len(model) > 0) || ok && latest.Slot != model[len(model)-1].Slot {
		t.Fatalf("Latest = %+v, %v, %v", latest, ok, err)
	}
}

func TestReadsDuringFlushesMissNothing(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			if err := s.Flush(ctx); err != nil {
				t.Error(err)
			}
			if _, err := s.compact(ctx, timeline.Day(day0)+1); err != nil {
				t.Error(err)
			}
		}
	}()
	for k := range int64(150) {
		push(t, s, batch(uint64(k)+1, result(k, protocol.OutcomeUp)))
		runs, err := s.Runs(ctx, check, agent, 0, 1<<50)
		if err != nil || len(runs) != 1 || runs[0].Count != k+1 {
			t.Fatalf("Runs after %d results = %v, %v", k+1, runs, err)
		}
	}
	stop.Store(true)
	<-done
}

func TestLateResultsReopenACompactedDay(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	for seq, k := range []int64{0, 2, 4} {
		push(t, s, batch(uint64(seq)+1, result(k, protocol.OutcomeUp)))
		must(t, s.Flush(ctx))
	}
	today := timeline.Day(day0) + 1
	rows := func() (n int) {
		must(t, s.reader.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM pieces) + (SELECT count(*) FROM parts)`).Scan(&n))
		return n
	}
	for _, k := range []int64{1, 3} {
		if n, err := s.compact(ctx, today); err != nil || n != 1 || rows() != 1 {
			t.Fatalf("compact = %d, %v; %d rows, want 1", n, err, rows())
		}
		push(t, s, batch(uint64(k)+100, result(k, protocol.OutcomeUp)))
		must(t, s.Flush(ctx))
	}
	if n, err := s.compact(ctx, today-1); err != nil || n != 0 {
		t.Errorf("compact of days before = %d, %v; the day is not over", n, err)
	}
	wantRuns(t, s, []timeline.Run{{First: day0, Step: 30000, Count: 5, Outcome: timeline.Up}})
}

func TestADayInManyPartsIsCompactedBeforeItEnds(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	for k := range int64(maxParts + 1) {
		push(t, s, batch(uint64(k)+1, result(k, protocol.OutcomeUp)))
		must(t, s.Flush(ctx))
	}
	today := timeline.Day(day0)
	if n, err := s.compact(ctx, today); err != nil || n != 1 {
		t.Fatalf("compact = %d, %v", n, err)
	}
	var parts, pieces int
	must(t, s.reader.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM parts), (SELECT count(*) FROM pieces)`).Scan(&parts, &pieces))
	if parts != 1 || pieces != 0 {
		t.Errorf("%d parts and %d pieces, want one part", parts, pieces)
	}
	push(t, s, batch(100, result(maxParts+1, protocol.OutcomeUp)))
	must(t, s.Flush(ctx))
	wantRuns(t, s, []timeline.Run{{First: day0, Step: 30000, Count: maxParts + 2, Outcome: timeline.Up}})
	if n, err := s.compact(ctx, today+1); err != nil || n != 1 {
		t.Fatalf("compact after the day = %d, %v", n, err)
	}
	wantRuns(t, s, []timeline.Run{{First: day0, Step: 30000, Count: maxParts + 2, Outcome: timeline.Up}})
}

func TestGapsAreKeptOnce(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	g := protocol.Gap{Check: check, From: day0, To: day0 + 60_000, Count: 3, Interval: step, Reason: protocol.GapOverload}
	for seq := range uint64(2) {
		b := batch(seq + 1)
		b.Gaps = []protocol.Gap{g}
		push(t, s, b)
		must(t, s.Flush(ctx))
	}
	b := batch(3)
	b.Gaps = []protocol.Gap{g}
	push(t, s, b)
	must(t, s.Close())
	s = openStore(t, path)
	defer s.Close()
	if got, err := s.Gaps(ctx, check, agent, day0+89_999, day0+90_000); err != nil || !reflect.DeepEqual(got, []protocol.Gap{g}) {
		t.Errorf("Gaps = %+v, %v; want %+v", got, err, g)
	}
	if got, err := s.Gaps(ctx, check, agent, day0+90_000, 1<<50); err != nil || len(got) != 0 {
		t.Errorf("Gaps after the last slot's time = %+v, %v", got, err)
	}
	if got, err := s.Sources(ctx, check); err != nil || len(got) != 1 {
		t.Errorf("Sources = %v, %v: an agent that only sent a gap is one", got, err)
	}
}

func TestChangesAreGatheredBySeries(t *testing.T) {
	s, _ := newStoreAt(t)
	push(t, s, batch(1, result(3, protocol.OutcomeUp), result(1, protocol.OutcomeUp)))
	push(t, s, batch(2, result(7, protocol.OutcomeUp)))
	select {
	case <-s.Changed():
	default:
		t.Error("Changed has nothing to tell")
	}
	want := []Change{{check, agent, day0 + 30_000, day0 + 8*30_000}}
	if got := s.TakeChanges(); !reflect.DeepEqual(got, want) {
		t.Errorf("TakeChanges = %v, want %v", got, want)
	}
	if got := s.TakeChanges(); len(got) != 0 {
		t.Errorf("TakeChanges again = %v", got)
	}
}

func TestLatenciesKeepTheSlowestOfEachPart(t *testing.T) {
	s, _ := newStoreAt(t)
	b := batch(1)
	for k := range int64(100) {
		r := result(k, protocol.OutcomeUp)
		if k == 42 {
			r.Duration = time.Second
		}
		b.Results = append(b.Results, r)
	}
	push(t, s, b)
	points, err := s.Latencies(context.Background(), check, agent, 0, 1<<50, 10)
	if err != nil || len(points) != 10 {
		t.Fatalf("Latencies = %d points, %v; want 10", len(points), err)
	}
	if p := points[4]; p.Slot != day0+42*30_000 || p.Micros < 980_000 {
		t.Errorf("the fifth point is %+v, want the spike", p)
	}
}

func TestRunFlushesByAge(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	path := t.TempDir() + "/probity.db"
	s := openStore(t, path, func(o *Options) { o.FlushResults = 2; o.FlushAge = time.Hour })
	defer s.Close()
	ran := make(chan error)
	go func() { ran <- s.Run(ctx) }()
	push(t, s, batch(1, result(0, protocol.OutcomeUp), result(1, protocol.OutcomeUp)))
	for s.journal.rows.Load() > 0 {
		select {
		case err := <-ran:
			t.Fatal(err)
		default:
		}
	}
	stop()
	must(t, <-ran)
	wantRuns(t, s, []timeline.Run{{First: day0, Step: 30000, Count: 2, Outcome: timeline.Up}})
}
