package report

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

// The page, in points: A4, with the text 482 wide.
const (
	pageWidth, pageHeight = 595.28, 841.89
	marginLeft            = (pageWidth - pictureWidth) / 2
	bodyTop, bodyBottom   = 76.0, pageHeight - 62
)

// WritePDF writes a report as PDF, A4, with its fonts inside. The same report
// is the same file, byte for byte: its date is that of its issue.
func WritePDF(w io.Writer, r Report) error {
	fonts, err := faces()
	if err != nil {
		return err
	}
	d := r.document()
	f := fpdf.New("P", "pt", "A4", "")
	p := &press{f: f, doc: d, t: &typesetter{fonts[0], fonts[1], fonts[2]}, inUse: map[string]bool{}}
	f.SetCatalogSort(true)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.SetCellMargin(0)
	f.SetCreationDate(time.UnixMilli(d.at).UTC())
	f.SetModificationDate(time.UnixMilli(d.at).UTC())
	f.SetProducer("Probity", true)
	f.SetTitle(printable(d.title), true)
	f.SetLang(d.lang)
	p.cover()
	for i := range d.sections {
		p.section(&d.sections[i])
	}
	p.furniture()
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return fmt.Errorf("set the report as PDF: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// press sets a document page by page.
type press struct {
	f     *fpdf.Fpdf
	t     *typesetter
	doc   *document
	y     float64         // where the next thing begins, from the top
	inUse map[string]bool // faces that the file has
}

// shades are the light colours of report.css.
var shades = map[ink][3]int{
	inkUp: {0x1a, 0x7f, 0x5a}, inkDegraded: {0xb7, 0x79, 0x1f}, inkDown: {0xc0, 0x36, 0x2c}, inkUnknown: {0x6f, 0x75, 0x7e},
	inkExcluded: {0x6b, 0x7f, 0xb3}, inkText: {0x1b, 0x1f, 0x24}, inkSoft: {0x5c, 0x63, 0x6d}, inkHair: {0xd9, 0xdc, 0xe1}, inkPaper: {0xff, 0xff, 0xff},
}

// text writes one line with its baseline at y.
func (p *press) text(x, y, size float64, strong bool, i ink, text string) {
	c := shades[i]
	p.f.SetTextColor(c[0], c[1], c[2])
	for _, r := range p.t.runs(text, strong) {
		if !p.inUse[r.face.name] {
			p.f.AddUTF8FontFromBytes(r.face.name, "", r.face.ttf)
			p.inUse[r.face.name] = true
		}
		p.f.SetFont(r.face.name, "", size)
		if r.bold { // ideographs have no bolder face: their outlines are drawn too
			p.f.SetDrawColor(c[0], c[1], c[2])
			p.f.SetLineWidth(size * 0.022)
			p.f.SetTextRenderingMode(2)
		}
		p.f.Text(x, y, r.text)
		if r.bold {
			p.f.SetTextRenderingMode(0)
		}
		x += r.width * size
	}
}

// ends writes a line that ends at x.
func (p *press) ends(x, y, size float64, strong bool, i ink, text string) {
	p.text(x-p.t.width(text, size, strong), y, size, strong, i, text)
}

// paragraph writes a text over the width of the page, and moves below it.
func (p *press) paragraph(text string, size, leading float64, i ink, width float64) {
	for _, line := range p.t.wrap(text, width, size, false) {
		p.need(leading)
		p.text(marginLeft, p.y+size, size, false, i, line)
		p.y += leading
	}
}

// need begins a new page when there is no room for a height.
func (p *press) need(height float64) bool {
	if p.y+height <= bodyBottom {
		return false
	}
	p.newPage()
	return true
}

func (p *press) newPage() {
	p.f.AddPage()
	p.f.SetFillColor(255, 255, 255) // differs from every text, so that each states its own colour
	p.y = bodyTop
}

func (p *press) rule(y, width float64, i ink) {
	c := shades[i]
	p.f.SetDrawColor(c[0], c[1], c[2])
	p.f.SetLineWidth(width)
	p.f.Line(marginLeft, y, marginLeft+pictureWidth, y)
}

// cover is the first page: what it is about, the verdict, and who stands for it.
func (p *press) cover() {
	d := p.doc
	p.newPage()
	p.text(marginLeft, 84, 10, false, inkSoft, d.kicker)
	if d.standing != "" {
		w := p.t.width(d.standing, 10, true)
		p.ends(marginLeft+pictureWidth-8, 84, 10, true, inkDown, d.standing)
		c := shades[inkDown]
		p.f.SetDrawColor(c[0], c[1], c[2])
		p.f.SetLineWidth(0.8)
		p.f.Rect(marginLeft+pictureWidth-16-w, 71, w+16, 19, "D")
	}
	p.y = 190
	for _, line := range p.t.wrap(d.heading, pictureWidth, 27, true) {
		p.need(34)
		p.text(marginLeft, p.y+27, 27, true, inkText, line)
		p.y += 34
	}
	p.y += 6
	p.paragraph(d.subtitle, 13, 19, inkSoft, pictureWidth)
	p.y += 44
	p.rule(p.y, 0.8, inkText)
	p.y += 20
	p.verdict()
	p.y = max(p.y+40, 560)
	p.facts(d.facts)
}

// verdict sets the one sentence, with its mark hanging in the margin.
func (p *press) verdict() {
	const size, leading = 17.0, 25.0
	if p.doc.mark != noMark {
		m := &picture{}
		m.mark(p.doc.mark, 0, 0, 12)
		p.shapes(m, marginLeft, p.y+size-11.5)
	}
	for _, line := range p.t.wrap(p.doc.verdict, pictureWidth-24, size, false) {
		p.need(leading)
		p.text(marginLeft+24, p.y+size, size, false, inkText, line)
		p.y += leading
	}
}

// facts sets names and values in two columns.
func (p *press) facts(facts []fact) {
	const size, leading = 9.0, 13.5
	widest := 0.0
	for _, f := range facts {
		widest = max(widest, p.t.width(f.name, size, false))
	}
	widest = min(widest+18, pictureWidth/3)
	for _, f := range facts {
		names, values := p.t.wrap(f.name, widest-10, size, false), p.t.wrap(f.value, pictureWidth-widest, size, false)
		for i := range max(len(names), len(values)) {
			p.need(leading)
			if i < len(names) {
				p.text(marginLeft, p.y+size, size, false, inkSoft, names[i])
			}
			if i < len(values) {
				p.text(marginLeft+widest, p.y+size, size, false, inkText, values[i])
			}
			p.y += leading
		}
		p.y += 2
	}
	p.y += 6
}

// section sets a heading that never stands alone at the foot of a page.
func (p *press) section(s *section) {
	if p.f.PageNo() == 1 {
		p.newPage()
	} else {
		p.y += 22
		p.need(120)
	}
	p.rule(p.y, 0.8, inkText)
	p.y += 8
	p.text(marginLeft, p.y+13, 13, true, inkText, s.title)
	p.f.Bookmark(s.title, 0, p.y-10)
	p.y += 26
	for i := range s.blocks {
		b := &s.blocks[i]
		switch {
		case b.table != nil:
			p.table(b.table)
		case b.picture != nil:
			p.need(b.picture.h)
			p.shapes(b.picture, marginLeft, p.y)
			p.y += b.picture.h + 6
		case b.facts != nil:
			p.facts(b.facts)
		case b.soft:
			p.paragraph(b.text, 7.8, 11.5, inkSoft, pictureWidth*0.86)
			p.y += 6
		default:
			p.paragraph(b.text, 9, 13.5, inkText, pictureWidth*0.9)
			p.y += 6
		}
	}
}

// furniture writes the running heads and the page numbers once all pages are there.
func (p *press) furniture() {
	total := p.f.PageCount()
	head := p.t.wrap(printable(p.doc.running), pictureWidth, 8, false)[0]
	for n := 1; n <= total; n++ {
		p.f.SetPage(n)
		p.f.SetFont("regular", "", 1) // the page may have ended in another font than the last one did
		p.f.SetFillColor(255, 255, 255)
		p.ends(marginLeft+pictureWidth, pageHeight-36, 8, false, inkSoft, fmt.Sprintf(p.doc.page, n, count(total)))
		if n == 1 {
			continue
		}
		p.text(marginLeft, 48, 8, false, inkSoft, head)
		p.rule(55, 0.5, inkHair)
	}
	p.f.SetPage(total)
}
