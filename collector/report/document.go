package report

import (
	"strings"
	"unicode"
)

// document is a report as it is set: every word of it, in its language. HTML and
// PDF are two ways to set the same document, so that they cannot differ.
type document struct {
	lang     string
	title    string // of the file
	kicker   string // above the heading
	heading  string
	subtitle string
	standing string // "" once issued: "Draft", set where nobody misses it
	verdict  string
	mark     mark
	facts    []fact // of the cover
	running  string // at the head of every page but the first
	page     string // "Page %d of %s", with the number of pages still to come
	at       int64  // ms UTC: when the file is said to have been made
	sections []section
}

type fact struct{ name, value string }

type section struct {
	id, title string
	blocks    []block
}

// block is one of: a paragraph, a list of facts, a table, a picture.
type block struct {
	text    string
	soft    bool // of a text: an aside
	facts   []fact
	table   *grid
	picture *picture
}

// align is how a column is set.
type align uint8

const (
	left  align = iota
	right       // figures with units
	point       // bare decimals, under each other at their point
)

type column struct {
	title string
	align align
	wide  bool // takes what the others leave
}

type cell struct {
	text   string // may have several lines
	mark   mark
	strong bool
}

// grid is a table. rows that a page cannot hold are counted in more.
type grid struct {
	columns []column
	rows    [][]cell
	more    string
}

// maxRows bounds the rows of one table as set; JSON and CSV have all.
const maxRows = 1000

// maxText bounds one text of a person as set, in runes; JSON has all of it.
const maxText = 4000

func (s *section) say(text string)     { s.blocks = append(s.blocks, block{text: text}) }
func (s *section) aside(text string)   { s.blocks = append(s.blocks, block{text: text, soft: true}) }
func (s *section) draw(p *picture)     { s.blocks = append(s.blocks, block{picture: p}) }
func (s *section) set(g *grid)         { s.blocks = append(s.blocks, block{table: g}) }
func (g *grid) add(cells ...cell)      { g.rows = append(g.rows, cells) }
func plain(text string) cell           { return cell{text: text} }
func marked(m mark, text string) cell  { return cell{text: text, mark: m} }
func newGrid(columns ...column) *grid  { return &grid{columns: columns} }
func col(title string, a align) column { return column{title: title, align: a} }
func wide(title string) column         { return column{title: title, wide: true} }

func (s *section) list(facts ...fact) {
	if len(facts) > 0 {
		s.blocks = append(s.blocks, block{facts: facts})
	}
}

// mark is a shape that says a state without colour.
type mark string

const (
	noMark       mark = ""
	markUp       mark = "up"
	markDegraded mark = "degraded"
	markDown     mark = "down"
	markUnknown  mark = "unknown"
	markExcluded mark = "excluded"
)

// markOf is the mark of a verdict.
func markOf(verdict string) mark {
	switch verdict {
	case "kept":
		return markUp
	case "missed":
		return markDown
	case "no data":
		return markUnknown
	}
	return noMark
}

// printable replaces what no page can show: control characters, marks that turn
// the direction of writing, what is no Unicode. Line ends become spaces. A text
// that is too long is cut, and says so.
func printable(s string) string {
	n := 0
	var b strings.Builder
	for _, r := range s {
		if n++; n > maxText {
			b.WriteString(" […]")
			break
		}
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c || r == 0xfeff || r == 0xfffe || r == 0xffff:
			b.WriteRune('\ufffd')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
