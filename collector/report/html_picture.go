package report

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
)

// svg draws a picture. Every text of it is escaped here.
func svg(p *picture) template.HTML {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="picture" viewBox="0 0 %s %s" role="img" aria-label="%s">`, number(p.w), number(p.h), html.EscapeString(p.alt))
	for i := range p.shapes {
		svgShape(&b, &p.shapes[i])
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // made of numbers, inks and escaped text
}

func svgShape(b *strings.Builder, s *shape) {
	switch s.kind {
	case shapeBox:
		fmt.Fprintf(b, `<rect class="f-%s" x="%s" y="%s" width="%s" height="%s"`, s.ink, number(s.x), number(s.y), number(s.w), number(s.h))
		if s.text != "" {
			fmt.Fprintf(b, `><title>%s</title></rect>`, html.EscapeString(s.text))
			return
		}
		b.WriteString("/>")
	case shapeLine:
		fmt.Fprintf(b, `<line class="s-%s" x1="%s" y1="%s" x2="%s" y2="%s" stroke-width="%s"/>`, s.ink, number(s.x), number(s.y), number(s.w), number(s.h), number(s.width))
	case shapeDisc:
		fmt.Fprintf(b, `<circle class="f-%s" cx="%s" cy="%s" r="%s"/>`, s.ink, number(s.x), number(s.y), number(s.w))
	case shapeRing:
		fmt.Fprintf(b, `<circle class="s-%s" fill="none" cx="%s" cy="%s" r="%s" stroke-width="%s"/>`, s.ink, number(s.x), number(s.y), number(s.w), number(s.width))
	case shapeWord:
		strong := ""
		if s.strong {
			strong = ` font-weight="600"`
		}
		fmt.Fprintf(b, `<text class="f-%s" x="%s" y="%s" font-size="%s" text-anchor="%s"%s>%s</text>`, s.ink, number(s.x), number(s.y), number(s.h),
			[...]string{"start", "middle", "end"}[int(s.w)+1], strong, html.EscapeString(s.text))
	}
}

// markSVG is the mark of a state beside its word.
func markSVG(m mark) template.HTML {
	if m == noMark {
		return ""
	}
	p := &picture{w: 10, h: 10}
	p.mark(m, 0, 0, 10)
	var b strings.Builder
	b.WriteString(`<svg class="mark" viewBox="0 0 10 10" aria-hidden="true">`)
	for i := range p.shapes {
		svgShape(&b, &p.shapes[i])
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) //nolint:gosec // made of numbers and inks
}

func number(x float64) string {
	s := strconv.FormatFloat(x, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
