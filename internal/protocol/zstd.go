package protocol

import (
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// compressWindow keeps the agent's encoder small: 0.5 MiB instead of some 3.
// Batches are seldom larger.
const compressWindow = 64 << 10

// Compressor makes zstd frames; safe for concurrent use.
type Compressor struct{ enc *zstd.Encoder }

// NewCompressor returns a Compressor with a small window and one worker.
func NewCompressor() (*Compressor, error) {
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(compressWindow),
		zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("start compressor: %w", err)
	}
	return &Compressor{enc}, nil
}

// Compress appends src as one zstd frame to dst.
func (c *Compressor) Compress(dst, src []byte) []byte { return c.enc.EncodeAll(src, dst) }

// Decompressor reads zstd frames up to a size; safe for concurrent use.
type Decompressor struct {
	dec *zstd.Decoder
	max int
}

// NewDecompressor returns a Decompressor that refuses more than max decoded bytes.
func NewDecompressor(max int) (*Decompressor, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(uint64(max)), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return nil, fmt.Errorf("start decompressor: %w", err)
	}
	return &Decompressor{dec, max}, nil
}

// Decompress appends the decoded frames of src to dst. It returns a *LimitError
// when they are larger than the Decompressor's bound.
func (d *Decompressor) Decompress(dst, src []byte) ([]byte, error) {
	out, err := d.dec.DecodeAll(src, dst)
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) || len(out)-len(dst) > d.max {
		return dst, &LimitError{"decoded bytes", 0, int64(d.max)}
	}
	if err != nil {
		return dst, fmt.Errorf("decompress: %w", err)
	}
	return out, nil
}

// Close frees the decoder.
func (d *Decompressor) Close() { d.dec.Close() }
