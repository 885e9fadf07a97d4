package timeline

import (
	"encoding/binary"
	"fmt"
)

// Evidence is a list of the distinct values, in order of appearance, and the
// sequence of their numbers with repetitions counted; number 0 is "none". The
// whole is compressed where that is shorter.
const (
	evidenceNone  = 0
	evidencePlain = 1
	evidenceZstd  = 2
)

func (c *Codec) appendEvidence(dst []byte, p Piece) ([]byte, error) {
	var err error
	if c.plain, err = appendValues(c.plain[:0], p); err != nil || c.plain == nil {
		return append(dst, evidenceNone), err
	}
	c.zipped = c.zip.EncodeAll(c.plain, c.zipped[:0])
	if len(c.zipped) < len(c.plain) {
		dst = binary.AppendUvarint(append(dst, evidenceZstd), uint64(len(c.plain)))
		return append(dst, c.zipped...), nil
	}
	return append(append(dst, evidencePlain), c.plain...), nil
}

// appendValues returns nil when no sample has evidence.
func appendValues(dst []byte, p Piece) ([]byte, error) {
	numbers := map[string]uint64{"": 0}
	var values []string
	var seq []byte
	runs := uint64(0)
	for i := 0; i < len(p); {
		e := p[i].Evidence
		if len(e) > MaxEvidence {
			return nil, fmt.Errorf("evidence of slot %d has %d bytes, at most %d fit", p[i].Slot, len(e), MaxEvidence)
		}
		from := i
		for i < len(p) && p[i].Evidence == e {
			i++
		}
		k, known := numbers[e]
		if !known {
			values = append(values, e)
			k = uint64(len(values))
			numbers[e] = k
		}
		seq = binary.AppendUvarint(seq, k)
		seq = binary.AppendUvarint(seq, uint64(i-from))
		runs++
	}
	if len(values) == 0 {
		return nil, nil
	}
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	for _, v := range values {
		dst = binary.AppendUvarint(dst, uint64(len(v)))
		dst = append(dst, v...)
	}
	dst = binary.AppendUvarint(dst, runs)
	return append(dst, seq...), nil
}

func (c *Codec) readEvidence(in *reader, p Piece) error {
	form := in.byte()
	if in.err != nil {
		return in.err
	}
	switch form {
	case evidenceNone:
		return nil
	case evidencePlain:
	case evidenceZstd:
		if err := c.inflate(in, len(p)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%w: form %d", ErrCorrupt, form)
	}
	return readValues(in, p)
}

// maxInflation is what zstd can make of a byte at most: a block of 128 KiB from four.
const maxInflation = 32 << 10

// inflate replaces what is left of in with its decompressed form. A piece of n
// samples cannot hold more than n values, which bounds the memory.
func (c *Codec) inflate(in *reader, n int) error {
	limit := min(uint64(n)*(MaxEvidence+16)+16, uint64(len(in.data))*maxInflation)
	size := in.uvarint(limit)
	if in.err != nil {
		return in.err
	}
	if uint64(cap(c.plain)) < size {
		c.plain = make([]byte, 0, size)
	}
	plain, err := c.unzip.DecodeAll(in.data, c.plain[:0:size])
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if uint64(len(plain)) != size {
		return fmt.Errorf("%w: %d bytes in place of %d", ErrCorrupt, len(plain), size)
	}
	c.plain, in.data = plain, plain
	return nil
}

func readValues(in *reader, p Piece) error {
	values := []string{""}
	for range in.uvarint(uint64(len(p))) {
		values = append(values, string(in.bytes(in.uvarint(MaxEvidence))))
		if in.err != nil {
			return in.err
		}
	}
	rest := p
	for range in.uvarint(uint64(len(p))) {
		v := values[in.uvarint(uint64(len(values)-1))]
		n := in.uvarint(uint64(len(rest)))
		if in.err != nil {
			return in.err
		}
		for i := range rest[:n] {
			rest[i].Evidence = v
		}
		rest = rest[n:]
	}
	if in.err == nil && len(rest) > 0 {
		in.err = fmt.Errorf("%w: evidence ends %d results early", ErrCorrupt, len(rest))
	}
	return in.err
}
