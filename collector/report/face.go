package report

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

//go:embed fonts/OpenSans-Regular.ttf.zst
var regularFile []byte

//go:embed fonts/OpenSans-Semibold.ttf.zst
var strongFile []byte

//go:embed fonts/DroidSansFallback.ttf.zst
var hanFile []byte

// face is a font of the PDF: its file, and how wide it sets each rune.
type face struct {
	name   string
	ttf    []byte
	widths [1 << 16]uint16 // thousandths of the size; absentGlyph where it has no shape
}

// absentGlyph is the width of what a font cannot set.
const absentGlyph = 0xffff

// has reports whether the face can set a rune.
func (f *face) has(r rune) bool { return r < 1<<16 && f.widths[r] != absentGlyph }

// faces are unpacked when the first report is set, once.
var faces = sync.OnceValues(func() (fs [3]*face, err error) {
	for i, file := range [...]struct {
		name   string
		packed []byte
	}{{"regular", regularFile}, {"strong", strongFile}, {"han", hanFile}} {
		if fs[i], err = openFace(file.name, file.packed); err != nil {
			return fs, fmt.Errorf("font %s: %w", file.name, err)
		}
	}
	return fs, nil
})

// maxFont bounds a font as unpacked.
const maxFont = 16 << 20

func openFace(name string, packed []byte) (*face, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxFont))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	ttf, err := d.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	f := &face{name: name, ttf: ttf}
	return f, f.measure()
}

var errFont = errors.New("no TrueType font with a Unicode table of format 4")

// measure reads which runes the font has, and how wide they are.
func (f *face) measure() error {
	u16 := func(at int) int {
		if at < 0 || at+2 > len(f.ttf) {
			return 0
		}
		return int(binary.BigEndian.Uint16(f.ttf[at:]))
	}
	u32 := func(at int) int { return u16(at)<<16 | u16(at+2) }
	tables := map[string]int{}
	for i := range u16(4) {
		if at := 12 + 16*i; at+16 <= len(f.ttf) {
			tables[string(f.ttf[at:at+4])] = u32(at + 8)
		}
	}
	em, metrics := u16(tables["head"]+18), u16(tables["hhea"]+34)
	unicode := 0
	for i := range u16(tables["cmap"] + 2) {
		at := tables["cmap"] + 4 + 8*i
		if table := tables["cmap"] + u32(at+4); u16(at) == 3 && u16(at+2) == 1 && u16(table) == 4 {
			unicode = table
		}
	}
	if em == 0 || metrics == 0 || unicode == 0 {
		return errFont
	}
	for r := range f.widths {
		f.widths[r] = absentGlyph
	}
	double := u16(unicode + 6) // twice the number of segments
	for s := 0; s < double; s += 2 {
		end, start := u16(unicode+14+s), u16(unicode+16+double+s)
		delta, offset := u16(unicode+16+2*double+s), u16(unicode+16+3*double+s)
		for r := start; r <= end && r < 0xffff; r++ {
			glyph := (r + delta) & 0xffff
			if offset != 0 {
				if glyph = u16(unicode + 16 + 3*double + s + offset + 2*(r-start)); glyph != 0 {
					glyph = (glyph + delta) & 0xffff
				}
			}
			if glyph != 0 {
				f.widths[r] = uint16(u16(tables["hmtx"]+4*min(glyph, metrics-1)) * 1000 / em)
			}
		}
	}
	return nil
}
