package spool

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Next returns the oldest record that is not acknowledged; ok is false when
// there is none. It returns the same record until Ack or Quarantine.
func (s *Spool) Next() (r Record, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Record{}, false, ErrClosed
	}
	if err := s.fetch(); err != nil || s.head == nil {
		return Record{}, false, err
	}
	return *s.head, true, nil
}

// Ack frees a record that the receiver has made durable. One that was dropped
// at the cap meanwhile is no error.
func (s *Spool) Ack(seq uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free(seq)
}

// Quarantine sets a record aside, as one that the receiver will never take, and
// frees it. It returns the path of the side file.
func (s *Spool) Quarantine(seq uint64) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head == nil || s.head.Seq != seq {
		return "", nil
	}
	path, err := setAside(s.dir, fmt.Sprintf("%016x.refused", seq), s.head.Payload)
	return path, errors.Join(err, s.free(seq))
}

func (s *Spool) free(seq uint64) error {
	if s.closed {
		return ErrClosed
	}
	if s.head == nil || s.head.Seq != seq {
		return nil
	}
	if err := s.cursor.advance(seq, s.head.Mark); err != nil {
		return fmt.Errorf("advance the spool's cursor to %d: %w", seq, err)
	}
	s.offset += s.headSize
	s.head = nil
	return s.settle()
}

// settle removes segments that are read to their end, except the last.
func (s *Spool) settle() error {
	for len(s.segments) > 1 && s.offset >= s.segments[0].size {
		if err := s.removeOldest(); err != nil {
			return err
		}
	}
	return nil
}

// fetch reads the record at the offset into head, stepping over damage.
func (s *Spool) fetch() error {
	for s.head == nil {
		if err := s.settle(); err != nil {
			return err
		}
		if len(s.segments) == 0 || s.offset >= s.segments[0].size {
			return nil
		}
		if err := s.fetchAt(s.segments[0]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Spool) fetchAt(seg *segment) error {
	f, err := os.Open(seg.path)
	if err != nil {
		return fmt.Errorf("read segment %016x: %w", seg.first, err)
	}
	defer func() { _ = f.Close() }()
	read := func(n int64) ([]byte, error) {
		buf := make([]byte, min(n, seg.size-s.offset))
		if _, err := f.ReadAt(buf, s.offset); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read segment %016x at %d: %w", seg.first, s.offset, err)
		}
		return buf, nil
	}
	buf, err := read(headerSize)
	if err != nil {
		return err
	}
	if n := recordSize(buf); n > 0 {
		if buf, err = read(n); err != nil {
			return err
		}
	}
	if r, size, v := parseRecord(buf); v == whole && r.Seq > s.cursor.seq {
		s.head, s.headSize = &r, size
		return nil
	}
	if buf, err = read(seg.size); err != nil {
		return err
	}
	s.stepOver(seg, buf)
	return nil
}

// stepOver sets the damaged bytes at the start of data aside and moves the offset past them.
func (s *Spool) stepOver(seg *segment, data []byte) {
	if i := resync(data, s.cursor.seq); i >= 0 {
		r, _, _ := parseRecord(data[i:])
		s.damage(seg, s.offset, data[:i], s.cursor.mark, r.High)
		s.offset += int64(i)
		return
	}
	s.damage(seg, s.offset, data, s.cursor.mark, s.after().High)
	s.offset = seg.size
	if len(s.segments) == 1 {
		s.fresh = true
	}
}

// after returns what the record following the oldest segment says, if it can be read.
func (s *Spool) after() Meta {
	if len(s.segments) < 2 {
		return s.newest
	}
	data, err := os.ReadFile(s.segments[1].path)
	if err != nil {
		return s.newest
	}
	m, found := s.newest, false
	scan(data, s.cursor.seq, func(_ int64, r Record) {
		if !found {
			m, found = r.Meta, true
		}
	}, func(int64, int64) {})
	return m
}
