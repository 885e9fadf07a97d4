package report

// picture is a drawing in points, made of shapes that both a page of HTML and a
// page of PDF can draw. Only where things stand is reckoned in floating point.
type picture struct {
	w, h   float64
	alt    string
	shapes []shape
}

type shapeKind uint8

const (
	shapeBox  shapeKind = iota // x, y, w, h
	shapeLine                  // from x, y to w, h
	shapeDisc                  // centre x, y, radius w
	shapeRing                  // centre x, y, radius w
	shapeWord                  // baseline x, y; w: −1 begins, 0 is centred, 1 ends at x; h: size
)

// ink is a colour by what it means; the style sheet and the PDF know its shade.
type ink string

const (
	inkUp       ink = "up"
	inkDegraded ink = "degraded"
	inkDown     ink = "down"
	inkUnknown  ink = "unknown"
	inkExcluded ink = "excluded"
	inkText     ink = "text"
	inkSoft     ink = "soft"
	inkHair     ink = "hair"
	inkPaper    ink = "paper"
)

type shape struct {
	kind       shapeKind
	x, y, w, h float64
	ink        ink
	width      float64 // of a line
	text       string  // of a word; of a box what is said when it is pointed at
	strong     bool
}

func (p *picture) box(x, y, w, h float64, i ink, says string) {
	p.shapes = append(p.shapes, shape{kind: shapeBox, x: x, y: y, w: w, h: h, ink: i, text: says})
}

func (p *picture) line(x, y, x2, y2, width float64, i ink) {
	p.shapes = append(p.shapes, shape{kind: shapeLine, x: x, y: y, w: x2, h: y2, ink: i, width: width})
}

func (p *picture) word(x, y, anchor, size float64, i ink, text string, strong bool) {
	p.shapes = append(p.shapes, shape{kind: shapeWord, x: x, y: y, w: anchor, h: size, ink: i, text: text, strong: strong})
}

// hatch fills a box with diagonals that rise to the right (rise 1) or fall
// (−1), so that it can be told from a plain one in black and white.
func (p *picture) hatch(x, y, w, h, rise float64, i ink) {
	const step = 3
	if w < 0.8 {
		p.box(x, y, w, h, i, "")
		return
	}
	for _, e := range [4][4]float64{{x, y, x + w, y}, {x, y + h, x + w, y + h}, {x, y, x, y + h}, {x + w, y, x + w, y + h}} {
		p.line(e[0], e[1], e[2], e[3], 0.4, i)
	}
	for c := step * 0.5; c < w+h; c += step {
		// The diagonal u + v = c of the box, from its left or lower edge to its upper or right one.
		u1, v1 := max(0, c-h), min(c, h)
		u2, v2 := min(c, w), max(0, c-w)
		if rise < 0 {
			v1, v2 = h-v1, h-v2
		}
		p.line(x+u1, y+v1, x+u2, y+v2, 0.4, i)
	}
}

// mark draws the shape of a state in a square of side d with its corner at x, y.
func (p *picture) mark(m mark, x, y, d float64) {
	r := d / 2
	add := func(k shapeKind, cx, cy, radius float64, i ink) {
		p.shapes = append(p.shapes, shape{kind: k, x: cx, y: cy, w: radius, ink: i, width: d / 8})
	}
	switch m {
	case markUp:
		add(shapeDisc, x+r, y+r, r*0.85, inkUp)
	case markDegraded:
		add(shapeRing, x+r, y+r, r*0.78, inkDegraded)
		add(shapeDisc, x+r, y+r, r*0.42, inkDegraded)
	case markDown:
		p.line(x+d*0.12, y+d*0.12, x+d*0.88, y+d*0.88, d/5, inkDown)
		p.line(x+d*0.88, y+d*0.12, x+d*0.12, y+d*0.88, d/5, inkDown)
	case markUnknown:
		add(shapeRing, x+r, y+r, r*0.78, inkUnknown)
	case markExcluded:
		p.line(x+d*0.05, y+r, x+d*0.95, y+r, d/5, inkExcluded)
	}
}
