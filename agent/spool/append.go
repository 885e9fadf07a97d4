package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"syscall"
)

// Append makes a payload durable. On an error nothing was added, and the same
// payload may be tried again.
func (s *Spool) Append(payload []byte, m Meta) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	size := int64(headerSize + len(payload))
	if len(payload) > MaxRecordBytes || size > s.opts.MaxBytes {
		return fmt.Errorf("append %d bytes to a spool of %d: %w", len(payload), s.opts.MaxBytes, ErrTooLarge)
	}
	if err := s.roll(); err != nil {
		return err
	}
	seg := s.segments[len(s.segments)-1]
	m.High = max(m.High, s.newest.High)
	r := Record{Seq: s.next, Meta: m, Payload: payload}
	if err := s.write(seg, r); err != nil {
		return s.explain(fmt.Errorf("append to segment %016x: %w", seg.first, err))
	}
	s.next++
	s.newest = m
	seg.size += size
	s.bytes += size
	select {
	case s.ready <- struct{}{}:
	default:
	}
	if err := errors.Join(s.settle(), s.shrink()); err != nil {
		s.warn("old segments could not be removed", slog.Any("error", err)) // the record itself is safe
	}
	return nil
}

// write puts a record at the end of a segment and syncs it.
func (s *Spool) write(seg *segment, r Record) error {
	buf := appendRecord(make([]byte, 0, headerSize+len(r.Payload)), r)
	if _, err := s.out.WriteAt(buf, seg.size); err != nil {
		_ = s.out.Truncate(seg.size) // else the next Append overwrites it
		return err
	}
	if err := syncData(s.out); err != nil {
		// What the kernel kept of this file is unknown now: go on in a new one,
		// under a new number, in case this record did reach the disk.
		_ = s.out.Truncate(seg.size)
		s.fresh = true
		s.next++
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}

// roll makes sure that there is a segment to append to.
func (s *Spool) roll() error {
	if n := len(s.segments); n > 0 && !s.fresh && s.segments[n-1].size < s.segmentSize() {
		return nil
	}
	seg := &segment{path: segmentPath(s.dir, s.next), first: s.next}
	f, err := os.OpenFile(seg.path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return s.explain(fmt.Errorf("start segment %016x: %w", seg.first, err))
	}
	if err := syncDir(s.dir); err != nil {
		_ = f.Close()
		return s.explain(fmt.Errorf("start segment %016x: %w", seg.first, err))
	}
	if s.out != nil {
		_ = s.out.Close() // every record in it is synced
	}
	s.out, s.fresh = f, false
	s.segments = append(s.segments, seg)
	return nil
}

func (s *Spool) segmentSize() int64 {
	return min(max(s.opts.MaxBytes/segmentsAtCap, minSegment), maxSegment)
}

// shrink drops the oldest segments while the spool is over its cap, after the
// new record is safe: the newest mark is always on disk.
func (s *Spool) shrink() error {
	for s.bytes > s.opts.MaxBytes && len(s.segments) > 1 {
		if err := s.dropOldest(); err != nil {
			return err
		}
	}
	if s.bytes > s.opts.MaxBytes {
		s.fresh = true // a lone segment is dropped once there is another
	}
	return nil
}

// dropOldest reports the unacknowledged records of the oldest segment and removes it.
func (s *Spool) dropOldest() error {
	seg := s.segments[0]
	data, err := os.ReadFile(seg.path)
	if err != nil {
		return fmt.Errorf("drop segment %016x: %w", seg.first, err)
	}
	loss := Loss{Full: true}
	last, mark := s.segments[1].first-1, s.cursor.mark
	unread := data[min(s.offset, int64(len(data))):]
	scan(unread, s.cursor.seq, func(_ int64, r Record) {
		loss.Records = append(loss.Records, r)
		loss.Bytes += headerSize + int64(len(r.Payload))
		mark = r.Mark
	}, func(from, to int64) { s.damage(seg, s.offset+from, unread[from:to], mark, s.newest.High) })
	s.opts.Lost(loss)
	s.dropped += int64(len(loss.Records))
	if err := s.cursor.advance(max(last, s.cursor.seq), mark); err != nil {
		return fmt.Errorf("drop segment %016x: %w", seg.first, err)
	}
	return s.removeOldest()
}

func (s *Spool) removeOldest() error {
	seg := s.segments[0]
	if err := os.Remove(seg.path); err != nil {
		return fmt.Errorf("remove segment %016x: %w", seg.first, err)
	}
	s.segments = s.segments[1:]
	s.bytes -= seg.size
	s.offset, s.head = 0, nil
	return nil
}

// explain adds what to do about a disk that takes no more.
func (s *Spool) explain(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: free space on the disk of %s, or lower spool.max_size", err, s.dir)
	}
	return err
}
