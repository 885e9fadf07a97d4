package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("PROBITY_SPOOL_CHILD"); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, dir string, o Options) *Spool {
	t.Helper()
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func payload(i int) []byte {
	return fmt.Appendf(nil, "payload %d %s", i, bytes.Repeat([]byte{byte(i)}, 100+i%1000))
}

// fill appends payloads [from, to), each marked with its number.
func fill(t *testing.T, s *Spool, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		if err := s.Append(payload(i), Meta{Mark: int64(i), High: int64(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

// take reads and acknowledges everything, and returns the numbers of the payloads.
func take(t *testing.T, s *Spool) []int {
	t.Helper()
	var out []int
	for {
		r, ok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return out
		}
		if want := payload(int(r.Mark)); !bytes.Equal(r.Payload, want) {
			t.Fatalf("record %d: payload %.40q; want %.40q", r.Seq, r.Payload, want)
		}
		out = append(out, int(r.Mark))
		if err := s.Ack(r.Seq); err != nil {
			t.Fatal(err)
		}
	}
}

func wantRun(t *testing.T, got []int, from, to int) {
	t.Helper()
	if len(got) != to-from || (len(got) > 0 && (got[0] != from || got[len(got)-1] != to-1)) {
		t.Errorf("delivered %v; want %d to %d", got, from, to-1)
	}
}

func TestDeliversInOrderAndForgetsWhatIsAcknowledged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{MaxBytes: 1 << 20})
	fill(t, s, 1, 301)
	r, _, _ := s.Next()
	if again, _, _ := s.Next(); again.Seq != r.Seq {
		t.Errorf("Next() = %d, then %d without an acknowledgement", r.Seq, again.Seq)
	}
	for range 100 {
		r, _, _ := s.Next()
		if err := s.Ack(r.Seq); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()
	s = open(t, dir, Options{MaxBytes: 1 << 20})
	if n := s.Stats().Records; n != 200 {
		t.Errorf("%d records after reopening; want 200", n)
	}
	fill(t, s, 301, 311)
	wantRun(t, take(t, s), 101, 311)
	_ = s.Close()

	s = open(t, dir, Options{MaxBytes: 1 << 20})
	wantRun(t, take(t, s), 0, 0)
	if st := s.Stats(); st.Segments > 1 || st.Newest.Mark != 310 {
		t.Errorf("Stats() = %+v; want the last segment alone, and the mark kept", st)
	}
	fill(t, s, 311, 312)
	wantRun(t, take(t, s), 311, 312)
}

func TestCapDropsTheOldestAndReportsIt(t *testing.T) {
	var lost []int
	s := open(t, t.TempDir(), Options{MaxBytes: 128 << 10, Lost: func(l Loss) {
		if !l.Full {
			t.Errorf("Lost(%+v); want full", l)
		}
		for _, r := range l.Records {
			if !bytes.Equal(r.Payload, payload(int(r.Mark))) {
				t.Errorf("dropped record %d is not what was appended", r.Seq)
			}
			lost = append(lost, int(r.Mark))
		}
	}})
	fill(t, s, 1, 11)
	held, _, _ := s.Next() // in flight while its segment is dropped
	fill(t, s, 11, 1001)
	if st := s.Stats(); st.Bytes > 128<<10 || st.Dropped != int64(len(lost)) {
		t.Errorf("Stats() = %+v, with %d reported lost", st, len(lost))
	}
	if err := s.Ack(held.Seq); err != nil {
		t.Errorf("Ack of a dropped record = %v", err)
	}
	if len(lost) == 0 || lost[0] != 1 {
		t.Fatalf("lost %v; want the oldest first", lost)
	}
	wantRun(t, append(lost, take(t, s)...), 1, 1001)
}

func TestTornTailIsCutOff(t *testing.T) {
	for _, cut := range []int64{1, headerSize - 1, headerSize, headerSize + 20} {
		dir := t.TempDir()
		s := open(t, dir, Options{})
		fill(t, s, 1, 11)
		before := s.Stats().Bytes
		fill(t, s, 11, 12)
		_ = s.Close()
		seg, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
		if err := os.Truncate(seg[0], before+cut); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, Options{Lost: func(l Loss) { t.Errorf("cut at %d: Lost(%+v); an Append that never returned is no loss", cut, l) }})
		if st := s.Stats(); st.Newest.Mark != 10 {
			t.Errorf("cut at %d: newest mark %d; want 10", cut, st.Newest.Mark)
		}
		fill(t, s, 11, 13)
		wantRun(t, take(t, s), 1, 13)
	}
}

func TestInteriorDamageIsSetAsideAndReported(t *testing.T) {
	for _, c := range []struct {
		what     string
		record   int // counted from 1
		at       int64
		from, to int64
	}{
		{"a flipped payload bit", 5, headerSize + 3, 5, 6},
		{"a wrong length", 5, 5, 5, 6},
		{"a lost magic", 5, 0, 5, 6},
		{"the first record", 1, headerSize, 0, 2},
		{"the last record", 10, headerSize, 10, 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, Options{})
			fill(t, s, 1, c.record)
			off := s.Stats().Bytes
			fill(t, s, c.record, 11)
			_ = s.Close()
			flip(t, dir, off+c.at)

			var lost []Loss
			s = open(t, dir, Options{Lost: func(l Loss) { lost = append(lost, l) }})
			got := take(t, s)
			if len(got) != 9 {
				t.Errorf("delivered %v; want all but %d", got, c.record)
			}
			if len(lost) != 1 || lost[0].From != c.from || lost[0].To != c.to {
				t.Fatalf("Lost %+v; want one, from %d to %d", lost, c.from, c.to)
			}
			if kept, err := os.ReadFile(lost[0].File); err != nil || int64(len(kept)) != lost[0].Bytes {
				t.Errorf("set aside %d bytes, %v; want %d", len(kept), err, lost[0].Bytes)
			}
		})
	}
}

func flip(t *testing.T, dir string, at int64) {
	t.Helper()
	seg, _ := filepath.Glob(filepath.Join(dir, "*.seg"))
	data, err := os.ReadFile(seg[0])
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0x40
	if err := os.WriteFile(seg[0], data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedCursorDeliversAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	fill(t, s, 1, 21)
	for range 10 {
		r, _, _ := s.Next()
		_ = s.Ack(r.Seq)
	}
	_ = s.Close()
	if err := os.WriteFile(cursorPath(dir), []byte("not a cursor, but as long"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{})
	wantRun(t, take(t, s), 1, 21)
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, Options{})
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open = %v; want %v", err, ErrLocked)
	}
}

func TestQuarantineKeepsAndBoundsSideFiles(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{})
	fill(t, s, 1, 2*maxQuarantined)
	for {
		r, ok, _ := s.Next()
		if !ok {
			break
		}
		path, err := s.Quarantine(r.Seq)
		if err != nil {
			t.Fatal(err)
		}
		if kept, _ := os.ReadFile(path); !bytes.Equal(kept, r.Payload) {
			t.Fatalf("%s does not hold the payload", path)
		}
	}
	rep, err := Inspect(dir, nil)
	if err != nil || len(rep.Quarantined) != maxQuarantined {
		t.Errorf("%d side files, %v; want %d", len(rep.Quarantined), err, maxQuarantined)
	}
}

func TestTooLargePayloadIsRefused(t *testing.T) {
	s := open(t, t.TempDir(), Options{MaxBytes: MinMaxBytes})
	if err := s.Append(make([]byte, MinMaxBytes), Meta{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Append = %v; want %v", err, ErrTooLarge)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			s, err := Open(b.TempDir(), Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			data := bytes.Repeat([]byte("0123456789abcdef"), size/16)
			b.SetBytes(int64(size))
			for b.Loop() {
				if err := s.Append(data, Meta{}); err != nil {
					b.Fatal(err)
				}
				r, _, err := s.Next()
				if err != nil {
					b.Fatal(err)
				}
				_ = s.Ack(r.Seq)
			}
		})
	}
}
