package timeline

import (
	"fmt"

	"github.com/klauspost/compress/huff0"
	"github.com/klauspost/compress/zstd"
)

// detailVersion is the version of what stands beside the runs: the levels, then
// the evidence, as levels_codec.go and evidence_codec.go say.
const detailVersion = 1

// Codec encodes and decodes what a piece holds beside its runs. It keeps
// buffers for reuse and serves one goroutine at a time.
type Codec struct {
	pack    *huff0.Scratch
	unpack  *huff0.Scratch
	zip     *zstd.Encoder
	unzip   *zstd.Decoder
	symbols []byte
	plain   []byte
	zipped  []byte
}

// NewCodec returns a codec.
func NewCodec() (*Codec, error) {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1),
		zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(128<<10))
	if err != nil {
		return nil, fmt.Errorf("set up evidence compression: %w", err)
	}
	unzip, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderLowmem(true), zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, fmt.Errorf("set up evidence decompression: %w", err)
	}
	return &Codec{
		pack:   &huff0.Scratch{Reuse: huff0.ReusePolicyNone},
		unpack: &huff0.Scratch{},
		zip:    zip, unzip: unzip,
	}, nil
}

// AppendDetail appends the levels and the evidence of a piece. Equal pieces
// give equal bytes.
func (c *Codec) AppendDetail(dst []byte, p Piece) ([]byte, error) {
	if len(p) > MaxSamples {
		return dst, fmt.Errorf("encode a piece of %d results: at most %d fit", len(p), MaxSamples)
	}
	dst = append(dst, detailVersion)
	dst, err := c.appendLevels(dst, p)
	if err != nil {
		return dst, err
	}
	return c.appendEvidence(dst, p)
}

// Decode returns the piece whose runs and detail were encoded.
func (c *Codec) Decode(runs []Run, detail []byte) (Piece, error) {
	total := int64(0)
	for _, r := range runs {
		if total += r.Count; total > MaxSamples {
			return nil, fmt.Errorf("%w: more than %d results in one piece", ErrCorrupt, MaxSamples)
		}
	}
	p := make(Piece, total)
	rest := p
	for _, r := range runs {
		for i := range rest[:r.Count] {
			rest[i].Slot = r.First + int64(i)*r.Step
			rest[i].Step = int32(r.Step)
			rest[i].Outcome = r.Outcome
		}
		rest = rest[r.Count:]
	}
	in := reader{data: detail}
	if err := in.version(detailVersion, "detail"); err != nil {
		return nil, err
	}
	if err := c.readLevels(&in, p); err != nil {
		return nil, fmt.Errorf("levels: %w", err)
	}
	if err := c.readEvidence(&in, p); err != nil {
		return nil, fmt.Errorf("evidence: %w", err)
	}
	if err := in.done("detail"); err != nil {
		return nil, err
	}
	return p, nil
}
