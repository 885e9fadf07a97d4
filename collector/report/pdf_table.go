package report

import "strings"

// The setting of tables, points.
const (
	cellSize, cellLeading = 8.0, 11.0
	headSize, headLeading = 7.2, 9.5
	cellPad               = 3.2
	columnGap             = 11.0
	markRoom              = 9.5
	wideLeast             = 110.0 // a wide column gives room to others down to this
)

// setting is a table as it will be set: how wide its columns are, and where the
// decimal points stand.
type setting struct {
	g      *grid
	x      []float64
	w      []float64
	before []float64 // of decimal columns: the widest part before the point, …
	after  []float64 // … and from the point on
	head   [][]string
}

// table sets a table. Its head is repeated on every page that it reaches; a row
// is only broken where it is taller than a page.
func (p *press) table(g *grid) {
	s := p.fit(g)
	p.need(p.headHeight(s) + 3*cellLeading)
	p.head(s)
	for _, row := range g.rows {
		p.row(s, row)
	}
	p.y += 13
	if g.more != "" {
		p.paragraph(g.more, 7.8, 11.5, inkSoft, pictureWidth)
		p.y += 6
	}
}

// fit shares the width of the page among the columns.
func (p *press) fit(g *grid) *setting {
	n := len(g.columns)
	s := &setting{g: g, x: make([]float64, n), w: make([]float64, n), before: make([]float64, n), after: make([]float64, n), head: make([][]string, n)}
	least := make([]float64, n)
	room, want := pictureWidth-columnGap*float64(n-1), 0.0
	for i := range g.columns {
		s.w[i], least[i] = p.natural(s, i)
		want += s.w[i]
	}
	over := want - room
	over = shrink(s.w, over, func(i int) float64 {
		if !g.columns[i].wide {
			return s.w[i]
		}
		return max(wideLeast, least[i])
	})
	over = shrink(s.w, over, func(i int) float64 { return least[i] })
	if over > 0 {
		for i := range s.w {
			s.w[i] *= room / (room + over)
		}
	}
	widen(g, s.w, -over)
	x := marginLeft
	for i := range g.columns {
		s.x[i] = x
		x += s.w[i] + columnGap
		s.head[i] = p.t.wrap(g.columns[i].title, s.w[i], headSize, false)
	}
	return s
}

// natural is the width that a column would like, and the least that it can do with.
func (p *press) natural(s *setting, i int) (want, least float64) {
	c := &s.g.columns[i]
	least = p.t.longest(c.title, headSize, false)
	want = min(p.t.width(c.title, headSize, false), max(least, 58))
	for _, row := range s.g.rows {
		cell := &row[i]
		room := 0.0
		if cell.mark != noMark {
			room = markRoom
		}
		if c.align == point {
			whole, decimals := cutPoint(cell.text)
			s.before[i] = max(s.before[i], p.t.width(whole, cellSize, cell.strong))
			s.after[i] = max(s.after[i], p.t.width(decimals, cellSize, cell.strong))
			continue
		}
		for line := range strings.SplitSeq(cell.text, "\n") {
			want = max(want, room+p.t.width(line, cellSize, cell.strong))
		}
		least = max(least, room+min(p.t.longest(cell.text, cellSize, cell.strong), 150))
	}
	want = max(want, s.before[i]+s.after[i])
	return want, min(want, max(least, s.before[i]+s.after[i]))
}

// shrink takes what is over from the columns, in proportion to what each has
// above its least, and returns what is over still.
func shrink(w []float64, over float64, least func(int) float64) float64 {
	slack := 0.0
	for i := range w {
		slack += max(0, w[i]-least(i))
	}
	if over <= 0 || slack <= 0 {
		return over
	}
	part := min(1, over/slack)
	for i := range w {
		w[i] -= part * max(0, w[i]-least(i))
	}
	return over - part*slack
}

// widen gives what is left to the wide columns.
func widen(g *grid, w []float64, left float64) {
	n := 0.0
	for _, c := range g.columns {
		if c.wide {
			n++
		}
	}
	for i, c := range g.columns {
		if c.wide && left > 0 {
			w[i] += left / n
		}
	}
}

// cutPoint cuts a decimal before its point.
func cutPoint(s string) (whole, decimals string) {
	if at := strings.IndexByte(s, '.'); at >= 0 {
		return s[:at], s[at:]
	}
	return s, ""
}

func (p *press) headHeight(s *setting) float64 {
	lines := 1
	for _, h := range s.head {
		lines = max(lines, len(h))
	}
	return float64(lines)*headLeading + 4
}

func (p *press) head(s *setting) {
	height := p.headHeight(s)
	for i, lines := range s.head {
		y := p.y + height - 4 - float64(len(lines))*headLeading
		for n, line := range lines {
			base := y + float64(n)*headLeading + headSize
			if s.g.columns[i].align == left {
				p.text(s.x[i], base, headSize, false, inkSoft, line)
			} else {
				p.ends(s.x[i]+s.w[i], base, headSize, false, inkSoft, line)
			}
		}
	}
	p.y += height
	p.rule(p.y, 0.5, inkSoft)
}

// row sets one row, on the next page when it does not fit on this one.
func (p *press) row(s *setting, row []cell) {
	lines := make([][]string, len(row))
	tall := 0
	for i := range row {
		room := s.w[i]
		if row[i].mark != noMark {
			room -= markRoom
		}
		if s.g.columns[i].align == point {
			lines[i] = []string{row[i].text}
		} else {
			lines[i] = p.t.wrap(row[i].text, room, cellSize, row[i].strong)
		}
		tall = max(tall, len(lines[i]))
	}
	if p.y+float64(tall)*cellLeading+2*cellPad > bodyBottom && p.y > bodyTop+p.headHeight(s)+1 {
		p.newPage()
		p.head(s)
	}
	for from := 0; from < tall; {
		fit := max(1, int((bodyBottom-p.y-2*cellPad)/cellLeading))
		to := min(tall, from+fit)
		p.lines(s, row, lines, from, to)
		p.y += float64(to-from)*cellLeading + 2*cellPad
		p.rule(p.y, 0.35, inkHair)
		if from = to; from < tall {
			p.newPage()
			p.head(s)
		}
	}
}

// lines sets the lines [from, to) of every cell of a row.
func (p *press) lines(s *setting, row []cell, lines [][]string, from, to int) {
	for i := range row {
		c, x, end := &row[i], s.x[i], s.x[i]+s.w[i]
		for n := from; n < to && n < len(lines[i]); n++ {
			base := p.y + cellPad + float64(n-from)*cellLeading + cellSize
			line := lines[i][n]
			shift := 0.0
			if c.mark != noMark {
				shift = markRoom
				if n == 0 {
					m := &picture{}
					m.mark(c.mark, 0, 0, 5.6)
					p.shapes(m, x, base-5.7)
				}
			}
			switch s.g.columns[i].align {
			case left:
				p.text(x+shift, base, cellSize, c.strong, inkText, line)
			case right:
				p.ends(end, base, cellSize, c.strong, inkText, line)
			case point:
				whole, decimals := cutPoint(line)
				at := end - s.after[i]
				p.ends(at, base, cellSize, c.strong, inkText, whole)
				p.text(at, base, cellSize, c.strong, inkText, decimals)
			}
		}
	}
}
