package report

// shapes draws a picture with its corner at x, y.
func (p *press) shapes(pic *picture, x, y float64) {
	for i := range pic.shapes {
		s := &pic.shapes[i]
		c := shades[s.ink]
		switch s.kind {
		case shapeBox:
			p.f.SetFillColor(c[0], c[1], c[2])
			p.f.Rect(x+s.x, y+s.y, s.w, s.h, "F")
		case shapeLine:
			p.f.SetDrawColor(c[0], c[1], c[2])
			p.f.SetLineWidth(s.width)
			p.f.Line(x+s.x, y+s.y, x+s.w, y+s.h)
		case shapeDisc:
			p.f.SetFillColor(c[0], c[1], c[2])
			p.f.Circle(x+s.x, y+s.y, s.w, "F")
		case shapeRing:
			p.f.SetDrawColor(c[0], c[1], c[2])
			p.f.SetLineWidth(s.width)
			p.f.Circle(x+s.x, y+s.y, s.w, "D")
		case shapeWord:
			at := x + s.x - (s.w+1)/2*p.t.width(s.text, s.h, s.strong)
			p.f.SetFillColor(255, 255, 255)
			p.text(at, y+s.y, s.h, s.strong, s.ink, s.text)
		}
	}
	p.f.SetFillColor(255, 255, 255)
}
