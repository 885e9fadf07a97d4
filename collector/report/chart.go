package report

import (
	"math/big"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// pictureWidth is the width of the text on an A4 page, points.
const pictureWidth = 482

// maxDays bounds a strip: more would be thinner than a printer can draw.
const maxDays = 400

// strip draws the days of a period: the worst state of each, in colour and
// shape, and below the line what was excluded.
func (c *composer) strip(f *Figures) *picture {
	const top, height = 13.0, 14.0
	all, alt := f.Days, c.say("%s, day by day", title(f.Service, f.Name))
	if len(all) > maxDays {
		all, alt = all[len(all)-maxDays:], c.say("%s, day by day, the last %d days", title(f.Service, f.Name), maxDays)
	}
	p := &picture{w: pictureWidth, h: 42, alt: alt}
	p.word(0, 8, -1, 7.5, inkText, p.alt, true)
	step := pictureWidth / float64(len(all))
	gap := min(1.2, step*0.12)
	for i := range all {
		d := &all[i]
		x, w := float64(i)*step, step-gap
		says := c.dayText(d)
		switch c.worst(d) {
		case markUp:
			p.box(x, top, w, height, inkUp, says)
		case markDegraded:
			p.box(x, top, w, height, inkDegraded, says)
			p.box(x+w*0.15, top+height*0.18, w*0.7, height*0.3, inkPaper, says)
		case markDown:
			p.box(x, top, w, height, inkDown, says)
			if w > 4 {
				m := min(w, height) * 0.28
				p.line(x+w/2-m, top+height/2-m, x+w/2+m, top+height/2+m, 1, inkPaper)
				p.line(x+w/2-m, top+height/2+m, x+w/2+m, top+height/2-m, 1, inkPaper)
			}
		case markUnknown:
			p.hatch(x, top, w, height, 1, inkUnknown)
		default:
			p.line(x, top+height-0.3, x+w, top+height-0.3, 0.6, inkHair)
		}
		if d.Excluded > 0 {
			p.hatch(x, top+height+2, w, 3.6, -1, inkExcluded)
		}
		if text := dayLabel(d.Date, i, len(all)); text != "" {
			p.word(x+w/2, p.h-2, 0, 5.6, inkSoft, text, false)
		}
	}
	return p
}

// worst is the state that colours a day; noMark where nothing of it was judged.
// As on the pages, a day that was seen up is not unknown for a moment without results.
func (c *composer) worst(d *Day) mark {
	switch {
	case d.Down > 0:
		return markDown
	case d.Degraded > 0:
		return markDegraded
	case d.Up > 0:
		return markUp
	case d.Unknown > 0:
		return markUnknown
	case d.Excluded > 0:
		return markExcluded
	}
	return noMark
}

func (c *composer) dayText(d *Day) string {
	parts := []string{d.Date}
	for _, s := range []struct {
		word string
		ms   int64
	}{
		{c.say("down"), d.Down}, {c.say("degraded"), d.Degraded}, {c.say("unknown"), d.Unknown}, {c.say("excluded"), d.Excluded}, {c.say("up"), d.Up},
	} {
		if s.ms > 0 {
			parts = append(parts, s.word+" "+c.length(s.ms))
		}
	}
	return strings.Join(parts, ", ")
}

// dayLabel writes as many dates under a strip as it has room for.
func dayLabel(date string, i, n int) string {
	switch day := date[8:]; {
	case n <= 14:
		return date[5:]
	case n <= 62:
		if day == "01" || strings.HasSuffix(day, "5") || strings.HasSuffix(day, "0") && day != "30" || i == 0 {
			return strings.TrimPrefix(day, "0")
		}
	case day == "01" && (n <= 400 || date[5:7] == "01"):
		return date[:7]
	}
	return ""
}

// legend explains the shapes, once.
func (c *composer) legend() *picture {
	p := &picture{w: pictureWidth, h: 14, alt: c.say("Marks")}
	x := 0.0
	for _, l := range []struct {
		mark mark
		word string
	}{
		{markUp, c.say("up")}, {markDegraded, c.say("degraded")}, {markDown, c.say("down")}, {markUnknown, c.say("unknown")}, {markExcluded, c.say("excluded, below the line")},
	} {
		switch l.mark {
		case markUnknown:
			p.hatch(x, 3, 8, 8, 1, inkUnknown)
		case markExcluded:
			p.hatch(x, 6, 8, 3.6, -1, inkExcluded)
		default:
			p.box(x, 3, 8, 8, ink(l.mark), "")
		}
		switch l.mark {
		case markDown:
			p.line(x+2, 5, x+6, 9, 1, inkPaper)
			p.line(x+6, 5, x+2, 9, 1, inkPaper)
		case markDegraded:
			p.box(x+1.2, 4.4, 5.6, 2.4, inkPaper, "")
		}
		p.word(x+11, 10, -1, 6.5, inkSoft, l.word, false)
		x += 28 + 4.6*float64(cells(l.word))
	}
	return p
}

// chart draws a series: a bar for each period, as high as its bad time is a
// share of what the objective allows. The line is all that it allows.
func (c *composer) chart(s *Series) *picture {
	const base, line, most = 68.0, 20.0, 2.0 // ground, height of the allowance, cut at
	name := c.say("Agreement as a whole")
	if s.Service != "" {
		name = title(s.Service, s.Name)
	}
	p := &picture{w: pictureWidth, h: 80, alt: c.say("%s, the periods up to this one", name)}
	p.word(0, 8, -1, 7.5, inkText, name, true)
	step := pictureWidth / float64(max(len(s.Points), 8))
	widest := widestBad(s.Points)
	for i := range s.Points {
		pt := &s.Points[i]
		x := float64(i) * step
		mid := x + step/2
		share, i2 := badShare(pt, widest), inkUp
		switch pt.Verdict {
		case "missed":
			i2 = inkDown
		case "no objective":
			i2 = inkSoft
		}
		if pt.Value.Present() {
			h := max(0.8, min(share, most)*line)
			p.box(mid-step*0.22, base-h, step*0.44, h, i2, pt.Label+": "+pt.Availability+" %")
			if share > most {
				p.line(mid-step*0.3, base-h+5, mid+step*0.3, base-h+2.5, 1.4, inkPaper)
			}
		}
		p.word(mid, 18, 0, 6, inkText, pt.Availability, i == len(s.Points)-1)
		if m := markOf(pt.Verdict); m != noMark {
			p.mark(m, mid-2.3, 20.5, 4.6)
		}
		p.word(mid, p.h-5, 0, 5.4, inkSoft, shortLabel(pt.Label), i == len(s.Points)-1)
	}
	p.line(0, base, step*float64(len(s.Points)), base, 0.5, inkHair)
	if n := len(s.Points); n > 0 && s.Points[n-1].Target.Present() {
		p.line(0, base-line, step*float64(n), base-line, 0.5, inkSoft)
	}
	return p
}

// badShare is bad time over what the objective allows; without an allowance,
// over twice the widest of the series.
func badShare(p *Point, widest *big.Rat) float64 {
	if !p.Value.Present() {
		return 0
	}
	bad := missing(p.Value)
	allowed := missing(p.Target)
	if !p.Target.Present() || allowed.Sign() <= 0 {
		allowed = widest
	}
	if allowed.Sign() == 0 {
		return 0
	}
	f, _ := bad.Quo(bad, allowed).Float64()
	return max(0, f)
}

// missing is 1 − r.
func missing(r sla.Ratio) *big.Rat { return new(big.Rat).Sub(big.NewRat(1, 1), r.Rat()) }

func widestBad(points []Point) *big.Rat {
	widest := new(big.Rat)
	for i := range points {
		if bad := missing(points[i].Value); points[i].Value.Present() && bad.Cmp(widest) > 0 {
			widest = bad
		}
	}
	return widest
}

// shortLabel leaves of a long label what tells it from its neighbours.
func shortLabel(label string) string {
	if first, last, ok := strings.Cut(label, ".."); ok {
		if last != "" {
			return last
		}
		return first
	}
	return label
}
