package store

import (
	"encoding/binary"
	"errors"
	"slices"
)

// seqSet is the sequence numbers of one boot that are acknowledged, as sorted
// inclusive ranges. An agent numbers its batches 1, 2, …, so there is mostly
// one range.
type seqSet struct {
	ranges []seqRange
	lastAt int64
}

type seqRange struct{ from, to uint64 }

// maxSeqRanges bounds a set. The oldest range is forgotten beyond it: its
// batches would be merged once more, which changes nothing.
const maxSeqRanges = 256

var errCorruptBoot = errors.New("corrupt set of sequence numbers")

func (s *seqSet) clone() *seqSet {
	if s == nil {
		return &seqSet{}
	}
	return &seqSet{ranges: slices.Clone(s.ranges), lastAt: s.lastAt}
}

func (s *seqSet) has(seq uint64) bool {
	if s == nil {
		return false
	}
	for i := len(s.ranges) - 1; i >= 0; i-- {
		if r := s.ranges[i]; seq >= r.from {
			return seq <= r.to
		}
	}
	return false
}

func (s *seqSet) add(seq uint64) {
	i := len(s.ranges)
	for i > 0 && s.ranges[i-1].from > seq {
		i--
	}
	if i > 0 && s.ranges[i-1].to >= seq {
		return
	}
	s.ranges = slices.Insert(s.ranges, i, seqRange{seq, seq})
	if i+1 < len(s.ranges) && s.ranges[i+1].from == seq+1 {
		s.ranges[i].to = s.ranges[i+1].to
		s.ranges = slices.Delete(s.ranges, i+1, i+2)
	}
	if i > 0 && s.ranges[i-1].to+1 == seq {
		s.ranges[i-1].to = s.ranges[i].to
		s.ranges = slices.Delete(s.ranges, i, i+1)
	}
	if len(s.ranges) > maxSeqRanges {
		s.ranges = slices.Delete(s.ranges, 0, 1)
	}
}

// encode writes each range as its distance from the one before, and its length.
func (s *seqSet) encode() []byte {
	var out []byte
	prev := uint64(0)
	for _, r := range s.ranges {
		out = binary.AppendUvarint(out, r.from-prev)
		out = binary.AppendUvarint(out, r.to-r.from)
		prev = r.to
	}
	return out
}

func decodeSeqSet(data []byte) (*seqSet, error) {
	s := &seqSet{}
	prev := uint64(0)
	for len(data) > 0 {
		skip, n := binary.Uvarint(data)
		if n <= 0 {
			return nil, errCorruptBoot
		}
		data = data[n:]
		length, n := binary.Uvarint(data)
		if n <= 0 || prev+skip < prev || prev+skip+length < prev+skip || len(s.ranges) == maxSeqRanges {
			return nil, errCorruptBoot
		}
		data = data[n:]
		s.ranges = append(s.ranges, seqRange{prev + skip, prev + skip + length})
		prev += skip + length
	}
	return s, nil
}
