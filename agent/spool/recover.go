package spool

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
)

// recover finds the end of what was written and the start of what is unacknowledged.
func (s *Spool) recover() error {
	c, ok, err := openCursor(s.dir)
	if err != nil {
		return err
	}
	s.cursor = c
	if !ok {
		s.warn("cursor is damaged, everything in the spool is delivered again")
	}
	if s.segments, err = listSegments(s.dir); err != nil {
		return err
	}
	s.next, s.newest.Mark = c.seq+1, c.mark
	if err := s.recoverTail(); err != nil {
		return err
	}
	for _, seg := range s.segments {
		s.bytes += seg.size
	}
	if !ok && len(s.segments) > 0 {
		c.seq = s.segments[0].first - 1
	}
	return s.seek()
}

// recoverTail cuts off what follows the last whole record, and opens that
// record's segment for appending.
func (s *Spool) recoverTail() error {
	for n := len(s.segments) - 1; n >= 0; n-- {
		seg := s.segments[n]
		data, err := os.ReadFile(seg.path)
		if err != nil {
			return err
		}
		found := false
		end := scan(data, seg.first-1, func(_ int64, r Record) {
			found = true
			s.next, s.newest = max(s.next, r.Seq+1), r.Meta
		}, func(int64, int64) {})
		if err := s.cutTail(seg, data, end); err != nil {
			return err
		}
		if found {
			s.segments = s.segments[:n+1]
			s.out, err = os.OpenFile(seg.path, os.O_RDWR, 0o600)
			return err
		}
		if err := os.Remove(seg.path); err != nil {
			return err
		}
		s.segments = s.segments[:n]
	}
	return nil
}

// cutTail truncates a segment. A record cut short or never filled is one whose
// Append never returned; anything else is damage, which is kept and reported.
func (s *Spool) cutTail(seg *segment, data []byte, end int64) error {
	tail := data[end:]
	if len(tail) == 0 {
		return nil
	}
	if _, _, v := parseRecord(tail); v == damaged && len(bytes.Trim(tail, "\x00")) > 0 {
		s.damage(seg, end, tail, s.newest.Mark, 0)
	} else {
		s.warn("torn tail cut off", slog.String("segment", seg.path), slog.Int64("at", end), slog.Int("bytes", len(tail)))
	}
	if err := os.Truncate(seg.path, end); err != nil {
		return fmt.Errorf("cut off the torn tail of %s: %w", seg.path, err)
	}
	seg.size = end
	return nil
}

// seek places the reader behind the cursor and removes what lies wholly before it.
func (s *Spool) seek() error {
	for len(s.segments) > 1 && s.segments[1].first <= s.cursor.seq+1 {
		if err := s.removeOldest(); err != nil {
			return err
		}
	}
	if len(s.segments) == 0 || s.segments[0].first > s.cursor.seq {
		return nil
	}
	data, err := os.ReadFile(s.segments[0].path)
	if err != nil {
		return err
	}
	for s.offset < int64(len(data)) {
		r, size, v := parseRecord(data[s.offset:])
		if v != whole || r.Seq > s.cursor.seq {
			break // damage is met, and reported, by Next
		}
		s.offset += size
	}
	return nil
}

// damage sets bytes aside and reports them: mark is that of the record before
// them and high that of the record after, as far as they are known.
func (s *Spool) damage(seg *segment, at int64, data []byte, mark, high int64) {
	loss := Loss{To: high, Bytes: int64(len(data))}
	if mark > 0 {
		loss.From = mark + 1
	}
	path, err := setAside(s.dir, fmt.Sprintf("%016x-%d.damaged", seg.first, at), data)
	if err != nil {
		s.warn("damaged bytes could not be set aside", slog.Any("error", err))
	}
	loss.File = path
	s.opts.Log.LogAttrs(context.Background(), slog.LevelError, "spool is damaged, the rest is delivered; check the disk",
		slog.String("segment", seg.path), slog.Int64("at", at), slog.Int("bytes", len(data)), slog.String("set_aside", path))
	s.opts.Lost(loss)
}

func (s *Spool) warn(msg string, attrs ...slog.Attr) {
	attrs = append(attrs, slog.String("spool", s.dir))
	s.opts.Log.LogAttrs(context.Background(), slog.LevelWarn, msg, attrs...)
}
