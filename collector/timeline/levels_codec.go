package timeline

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/huff0"
)

// Levels become one symbol a sample: 0 for none, level − base, or 255 for a
// level further off, which follows in the list of escapes. Symbols are coded in
// blocks: a form byte, and the symbols plain, one symbol for all, or Huffman.
const (
	blockSymbols = 64 << 10
	escape       = 255

	formPlain   = 0
	formSame    = 1
	formHuffman = 2
)

func (c *Codec) appendLevels(dst []byte, p Piece) ([]byte, error) {
	base := baseLevel(p)
	dst = binary.AppendUvarint(dst, uint64(base))
	c.symbols = c.symbols[:0]
	far := 0
	for _, s := range p {
		y := symbol(s.Level, base)
		if y == escape {
			far++
		}
		c.symbols = append(c.symbols, y)
	}
	dst = binary.AppendUvarint(dst, uint64(far))
	for i, y := range c.symbols {
		if y == escape {
			dst = binary.AppendUvarint(dst, uint64(p[i].Level))
		}
	}
	for rest := c.symbols; len(rest) > 0; {
		n := min(len(rest), blockSymbols)
		var err error
		if dst, err = c.appendBlock(dst, rest[:n]); err != nil {
			return dst, err
		}
		rest = rest[n:]
	}
	return dst, nil
}

// baseLevel is one below the lowest level there is.
func baseLevel(p Piece) Level {
	low := MaxLevel
	for _, s := range p {
		if s.Level != 0 && s.Level < low {
			low = s.Level
		}
	}
	return low - 1
}

func symbol(l, base Level) byte {
	if l == 0 {
		return 0
	}
	return byte(min(l-base, escape))
}

func (c *Codec) appendBlock(dst, symbols []byte) ([]byte, error) {
	out, _, err := huff0.Compress1X(symbols, c.pack)
	switch {
	case errors.Is(err, huff0.ErrUseRLE):
		return append(dst, formSame, symbols[0]), nil
	case errors.Is(err, huff0.ErrIncompressible):
		return append(append(dst, formPlain), symbols...), nil
	case err != nil:
		return dst, fmt.Errorf("pack latencies: %w", err)
	}
	dst = binary.AppendUvarint(append(dst, formHuffman), uint64(len(out)))
	return append(dst, out...), nil
}

func (c *Codec) readLevels(in *reader, p Piece) error {
	base := Level(in.uvarint(uint64(MaxLevel)))
	escapes := make([]Level, 0, 8)
	for range in.uvarint(uint64(len(p))) {
		if in.err != nil {
			return in.err
		}
		escapes = append(escapes, Level(in.uvarint(uint64(MaxLevel))))
	}
	for rest := p; len(rest) > 0; {
		n := min(len(rest), blockSymbols)
		symbols := c.readBlock(in, n)
		if in.err != nil {
			return in.err
		}
		for i, y := range symbols {
			switch {
			case y == 0:
			case y < escape:
				rest[i].Level = base + Level(y)
			case len(escapes) == 0:
				return fmt.Errorf("%w: a level is missing", ErrCorrupt)
			default:
				rest[i].Level, escapes = escapes[0], escapes[1:]
			}
		}
		rest = rest[n:]
	}
	return in.err
}

// readBlock returns exactly n symbols, or sets in.err.
func (c *Codec) readBlock(in *reader, n int) []byte {
	form := in.byte()
	if in.err != nil {
		return nil
	}
	switch form {
	case formPlain:
		return in.bytes(uint64(n))
	case formSame:
		c.symbols = append(c.symbols[:0], make([]byte, n)...)
		y := in.byte()
		for i := range c.symbols {
			c.symbols[i] = y
		}
		return c.symbols
	case formHuffman:
		return c.readHuffman(in, n)
	}
	in.err = fmt.Errorf("%w: a block of latencies has form %d", ErrCorrupt, form)
	return nil
}

func (c *Codec) readHuffman(in *reader, n int) []byte {
	packed := in.bytes(in.uvarint(blockSymbols))
	if in.err != nil {
		return nil
	}
	s, rest, err := huff0.ReadTable(packed, c.unpack)
	if err == nil {
		c.unpack = s
		if cap(c.symbols) < n {
			c.symbols = make([]byte, 0, blockSymbols)
		}
		c.symbols, err = s.Decoder().Decompress1X(c.symbols[:0:n], rest)
	}
	if err == nil && len(c.symbols) != n {
		err = fmt.Errorf("%d latencies in place of %d", len(c.symbols), n)
	}
	if err != nil {
		c.symbols = c.symbols[:0]
		in.err = fmt.Errorf("%w: unpack latencies: %w", ErrCorrupt, err)
	}
	return c.symbols
}
