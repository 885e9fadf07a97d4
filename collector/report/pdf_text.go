package report

import (
	"strings"
	"unicode"
)

// run is a stretch of text in one face.
type run struct {
	face  *face
	text  string
	bold  bool // the face has no bold of its own: it is drawn thicker
	width float64
}

// typesetter measures and breaks text in the faces of a document.
type typesetter struct{ regular, strong, han *face }

// replacement stands for what no face can set.
const replacement = '\ufffd'

// runs cuts a text where its face changes. Widths are for size 1.
func (t *typesetter) runs(text string, strong bool) []run {
	var out []run
	for _, r := range text {
		f := t.face(r, strong)
		if f == nil {
			f, r = t.regular, replacement
		}
		if n := len(out); n == 0 || out[n-1].face != f {
			out = append(out, run{face: f, bold: strong && f == t.han})
		}
		last := &out[len(out)-1]
		last.text += string(r)
		last.width += float64(f.widths[r]) / 1000
	}
	return out
}

// face is the first that can set a rune; nil when none can.
func (t *typesetter) face(r rune, strong bool) *face {
	latin := t.regular
	if strong {
		latin = t.strong
	}
	switch {
	case unicode.IsControl(r):
		return nil
	case latin.has(r):
		return latin
	case t.han.has(r):
		return t.han
	}
	return nil
}

func (t *typesetter) runeWidth(r rune, strong bool) float64 {
	f := t.face(r, strong)
	if f == nil {
		f, r = t.regular, replacement
	}
	return float64(f.widths[r]) / 1000
}

// width is that of a text without line ends, in points.
func (t *typesetter) width(text string, size float64, strong bool) float64 {
	w := 0.0
	for _, r := range text {
		w += t.runeWidth(r, strong)
	}
	return w * size
}

// wrap breaks a text into lines no wider than width: at its line ends, between
// words, between ideographs, and where nothing else helps inside a word.
func (t *typesetter) wrap(text string, width, size float64, strong bool) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, t.wrapLine(line, width/size, strong)...)
	}
	return out
}

func (t *typesetter) wrapLine(text string, width float64, strong bool) []string {
	var out []string
	rs := []rune(text)
	start, brk, w := 0, 0, 0.0 // brk: the last place at which the line may break
	for i := 0; i < len(rs); i++ {
		if i > start && mayBreak(rs[i-1], rs[i]) {
			brk = i
		}
		w += t.runeWidth(rs[i], strong)
		if w <= width+1e-6 || i == start || rs[i] == ' ' {
			continue
		}
		end := i
		if brk > start {
			end = brk
		}
		out = append(out, strings.TrimRight(string(rs[start:end]), " "))
		for end < len(rs) && rs[end] == ' ' {
			end++
		}
		start, brk, w, i = end, end, 0, end-1
	}
	return append(out, strings.TrimRight(string(rs[start:]), " "))
}

const (
	neverBegins = "，。、；：！？）」』】》〉…”’%,.;:!?)]}·"
	neverEnds   = "（「『【《〈“‘([{"
)

// mayBreak reports whether a line may end after a and go on with b.
func mayBreak(a, b rune) bool {
	switch {
	case strings.ContainsRune(neverBegins, b) || strings.ContainsRune(neverEnds, a):
		return false
	case a == ' ':
		return b != ' '
	case b == ' ' || a == '\u00a0' || b == '\u00a0':
		return false
	}
	return ideograph(a) || ideograph(b) || a == '/' || a == '-' && unicode.IsLetter(b)
}

func ideograph(r rune) bool {
	return r >= 0x2e80 && r <= 0xa4cf || r >= 0xf900 && r <= 0xfaff || r >= 0xff00 && r <= 0xffef
}

// longest is the widest part of a text that has no place to break.
func (t *typesetter) longest(text string, size float64, strong bool) float64 {
	most, w := 0.0, 0.0
	var before rune
	for _, r := range text {
		if r == '\n' || before != 0 && mayBreak(before, r) {
			most, w = max(most, w), 0
		}
		if before = r; r == '\n' {
			before = 0
			continue
		}
		if r != ' ' {
			w += t.runeWidth(r, strong)
		}
	}
	return max(most, w) * size
}
