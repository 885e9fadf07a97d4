package spool

import (
	"bytes"
	"os"
	"testing"
)

// corpus is what a segment file may hold, from sound to garbage.
func corpus(f *testing.F) [][]byte {
	f.Helper()
	var three []byte
	for i := range 3 {
		three = appendRecord(three, Record{Seq: uint64(i + 1), Meta: Meta{int64(i), int64(i)}, Payload: payload(i)})
	}
	return [][]byte{
		three, three[:len(three)-1], nil, []byte(magic),
		append(bytes.Clone(three), three...), // numbers that go back
		append([]byte("garbage"), three...),
		append(bytes.Clone(three), make([]byte, 64)...),
	}
}

// FuzzScan: every byte of a segment is either a record or reported as bad.
func FuzzScan(f *testing.F) {
	for _, data := range corpus(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		at, seq := int64(0), uint64(0)
		end := scan(data, 0, func(off int64, r Record) {
			if off != at || r.Seq <= seq {
				t.Fatalf("record %d at %d after %d, which ends at %d", r.Seq, off, seq, at)
			}
			at, seq = off+headerSize+int64(len(r.Payload)), r.Seq
		}, func(from, to int64) {
			if from != at || to <= from {
				t.Fatalf("bad stretch %d to %d; covered up to %d", from, to, at)
			}
			at = to
		})
		if at != int64(len(data)) || end > at {
			t.Fatalf("scan covered %d of %d bytes, the last record ends at %d", at, len(data), end)
		}
	})
}

// FuzzSegment: whatever a segment file holds, the spool opens and goes on working.
func FuzzSegment(f *testing.F) {
	for _, data := range corpus(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(segmentPath(dir, 1), data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		if err := s.Append([]byte("new"), Meta{Mark: 9}); err != nil {
			t.Fatal(err)
		}
		if last := drain(t, s); string(last) != "new" {
			t.Fatalf("last delivered is %q", last)
		}
	})
}

// drain acknowledges everything and returns the last payload.
func drain(t *testing.T, s *Spool) (last []byte) {
	for seq := uint64(0); ; {
		r, ok, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return last
		}
		if r.Seq <= seq {
			t.Fatalf("record %d after %d", r.Seq, seq)
		}
		last, seq = r.Payload, r.Seq
		if err := s.Ack(r.Seq); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzCursor: any cursor file is read or recognised as damaged.
func FuzzCursor(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, cursorSize))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, ok := parseCursor(data); ok && len(data) < cursorSize {
			t.Fatal("a short cursor was taken")
		}
	})
}
