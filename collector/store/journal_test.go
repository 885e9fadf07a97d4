package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestConcurrentBatchesShareCommits(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	const writers, batches = 16, 20
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for k := range batches {
				b := batch(uint64(k)+1, result(int64(k), protocol.OutcomeUp))
				b.Agent = protocol.AgentID(fmt.Sprint("a", w))
				for again := range 2 { // the second push of each is a duplicate
					if dup, err := s.AppendBatch(ctx, b, day0); err != nil || dup != (again == 1) {
						t.Errorf("AppendBatch = %v, %v", dup, err)
					}
				}
			}
		})
	}
	wg.Wait()
	if n := s.journal.rows.Load(); n != writers*batches {
		t.Errorf("%d journal rows, want %d", n, writers*batches)
	}
	must(t, s.Close())
	s = openStore(t, path)
	defer s.Close()
	for w := range writers {
		runs, err := s.Runs(ctx, check, protocol.AgentID(fmt.Sprint("a", w)), 0, 1<<50)
		if err != nil || len(runs) != 1 || runs[0].Count != batches {
			t.Errorf("Runs of a%d = %v, %v", w, runs, err)
		}
	}
}

func TestACallerThatGivesUpFailsNobodyElse(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	s, _ := newStoreAt(t)
	var wg sync.WaitGroup
	for seq := range uint64(200) {
		wg.Go(func() {
			ctx := context.Background()
			if seq%2 == 0 {
				ctx = gone
			}
			_, err := s.AppendBatch(ctx, batch(seq+1, result(int64(seq), protocol.OutcomeUp)), day0)
			if err != nil && (seq%2 == 1 || !errors.Is(err, context.Canceled)) {
				t.Errorf("AppendBatch(seq %d) = %v", seq+1, err)
			}
		})
	}
	wg.Wait()
}

func TestAppendRefusesWhatNoTimelineHolds(t *testing.T) {
	s, _ := newStoreAt(t)
	for name, spoil := range map[string]func(*protocol.Batch){
		"a result without an interval": func(b *protocol.Batch) { b.Results[0].Interval = 0 },
		"a slot before 1970":           func(b *protocol.Batch) { b.Results[0].Slot = -1 },
		"a result without a check":     func(b *protocol.Batch) { b.Results[0].Check = "" },
		"a gap that ends first":        func(b *protocol.Batch) { b.Gaps = []protocol.Gap{{Check: check, From: 2, To: 1, Interval: step}} },
		"a batch without a number":     func(b *protocol.Batch) { b.Seq = 0 },
	} {
		b := batch(1, result(0, protocol.OutcomeUp))
		spoil(b)
		if _, err := s.AppendBatch(context.Background(), b, day0); err == nil {
			t.Errorf("AppendBatch took %s", name)
		}
	}
}

func TestFullDiskLosesNothingAcknowledged(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	var pages int
	must(t, s.writer.QueryRowContext(ctx, `PRAGMA page_count`).Scan(&pages))
	limit := func(n int) {
		t.Helper()
		_, err := s.writer.ExecContext(ctx, fmt.Sprintf(`PRAGMA max_page_count(%d)`, n))
		must(t, err)
	}
	limit(pages + 8)
	var err error
	acked := int64(0)
	for seq := uint64(1); err == nil && seq < 1000; seq++ {
		b := batch(seq)
		for k := range int64(100) {
			r := result(acked+k, protocol.OutcomeDown)
			r.Message = strings.Repeat(fmt.Sprint((acked+k)*7919, " "), 25)
			b.Results = append(b.Results, r)
		}
		if _, err = s.AppendBatch(ctx, b, day0); err == nil {
			acked += 100
		}
	}
	if !errors.Is(err, ErrFull) || acked == 0 {
		t.Fatalf("AppendBatch on a full disk = %v after %d results, want ErrFull", err, acked)
	}
	count := func(where string, s *Store) {
		t.Helper()
		if got, err := s.Failures(ctx, check, agent, 0, 1<<50, 0); err != nil || int64(len(got)) != acked {
			t.Fatalf("%s: %d results, %v; want %d", where, len(got), err, acked)
		}
	}
	count("full", s)
	flushErr := s.Flush(ctx)
	count("after a flush that may fail", s)
	limit(1 << 20)
	push(t, s, batch(5000, result(acked, protocol.OutcomeDown)))
	acked++
	count("with room again", s)
	must(t, s.Flush(ctx))
	count("flushed", s)
	must(t, s.Close())
	s = openStore(t, path)
	defer s.Close()
	count("reopened", s)
	t.Logf("the flush on a full disk: %v", flushErr)
}

func TestOneCollectorADatabase(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	push(t, s, batch(1, result(0, protocol.OutcomeUp)))
	other := openStore(t, path)
	if _, err := other.AppendBatch(ctx, batch(1), day0); !errors.Is(err, ErrInUse) {
		t.Errorf("AppendBatch beside another collector = %v, want ErrInUse", err)
	}
	if err := other.Run(ctx); !errors.Is(err, ErrInUse) {
		t.Errorf("Run beside another collector = %v, want ErrInUse", err)
	}
	must(t, other.AddMaintenance(ctx, MaintenanceRecord{ID: "m"}))
	must(t, other.Close())
	reading := openStore(t, path, func(o *Options) { o.ReadOnly = true })
	defer reading.Close()
	wantErr(t, "AppendBatch to a store that only reads", func() error { _, err := reading.AppendBatch(ctx, batch(1), 0); return err }(), ErrReadOnly)
	wantErr(t, "AddMaintenance to a store that only reads", reading.AddMaintenance(ctx, MaintenanceRecord{}), ErrReadOnly)
}

func TestOpenOfAMissingFileToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none.db")
	if _, err := Open(context.Background(), Options{Path: path, ReadOnly: true}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open = %v, want an error that names the file", err)
	}
}

func TestSeqSetIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, model := &seqSet{}, map[uint64]bool{}
		for _, n := range rapid.SliceOfN(rapid.Uint64Range(1, 60), 0, 80).Draw(t, "numbers") {
			set.add(n)
			model[n] = true
		}
		decoded, err := decodeSeqSet(set.encode())
		if err != nil || !slices.Equal(decoded.ranges, set.ranges) {
			t.Fatalf("decodeSeqSet(encode(%v)) = %v, %v", set, decoded, err)
		}
		for n := range uint64(62) {
			if decoded.has(n) != model[n] {
				t.Fatalf("%v.has(%d) = %v", set.ranges, n, !model[n])
			}
		}
	})
}

func TestSeqSetIsBounded(t *testing.T) {
	s := &seqSet{}
	for n := range uint64(3 * maxSeqRanges) {
		s.add(2 * n)
	}
	if len(s.ranges) != maxSeqRanges || s.has(0) || !s.has(6*maxSeqRanges-2) {
		t.Errorf("%d ranges, from %v", len(s.ranges), s.ranges[0])
	}
}
