package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed report.css
var styleSheet string

//go:embed report.html
var pageText string

// ContentSecurityPolicy is what a server should say of the HTML of a report:
// nothing is fetched, nothing runs, and the style sheet is the one inside.
var ContentSecurityPolicy = func() string {
	sum := sha256.Sum256([]byte(styleSheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}()

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"style": func() template.HTML { return template.HTML("<style>" + styleSheet + "</style>") }, //nolint:gosec // our own file
	"svg":   svg,
	"sign":  func(m mark) template.HTML { return markSVG(m) },
	"lines": func(s string) []string { return strings.Split(s, "\n") },
	"align": func(a align) string { return [...]string{"l", "r", "p"}[a] },
}).Parse(pageText))

// WriteHTML writes a report as one page that needs nothing else: no script, no
// font, no picture from anywhere. It prints well on A4.
func WriteHTML(w io.Writer, r Report) error {
	var b bytes.Buffer
	if err := page.Execute(&b, r.document().view()); err != nil {
		return fmt.Errorf("set the report: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// The view of a document, with the names that the template needs.
type (
	pageView struct {
		Lang, Title, Kicker, Heading, Subtitle, Standing, Verdict string
		Mark                                                      mark
		Facts                                                     []factView
		Sections                                                  []sectionView
	}
	factView    struct{ Name, Value string }
	sectionView struct {
		ID, Title string
		Blocks    []blockView
	}
	blockView struct {
		Text    string
		Soft    bool
		Facts   []factView
		Table   *tableView
		Picture *picture
	}
	tableView struct {
		Columns []columnView
		Rows    [][]cellView
		More    string
	}
	columnView struct {
		Title string
		Align align
	}
	cellView struct {
		Text   string
		Pad    string
		Mark   mark
		Strong bool
	}
)

func (d *document) view() *pageView {
	v := &pageView{
		Lang: d.lang, Title: d.title, Kicker: d.kicker, Heading: d.heading, Subtitle: d.subtitle, Standing: d.standing,
		Verdict: d.verdict, Mark: d.mark, Facts: factViews(d.facts),
	}
	for _, s := range d.sections {
		sv := sectionView{ID: s.id, Title: s.title}
		for _, b := range s.blocks {
			bv := blockView{Text: b.text, Soft: b.soft, Facts: factViews(b.facts), Picture: b.picture}
			if b.table != nil {
				bv.Table = b.table.view()
			}
			sv.Blocks = append(sv.Blocks, bv)
		}
		v.Sections = append(v.Sections, sv)
	}
	return v
}

func factViews(facts []fact) (out []factView) {
	for _, f := range facts {
		out = append(out, factView{f.name, f.value})
	}
	return out
}

func (g *grid) view() *tableView {
	t := &tableView{More: g.more}
	for _, c := range g.columns {
		t.Columns = append(t.Columns, columnView{c.title, c.align})
	}
	for _, row := range g.rows {
		var cells []cellView
		for _, c := range row {
			cells = append(cells, cellView{Text: c.text, Mark: c.mark, Strong: c.strong})
		}
		t.Rows = append(t.Rows, cells)
	}
	for i := range g.columns {
		for n, pad := range g.pads(i) {
			t.Rows[n][i].Pad = pad
		}
	}
	return t
}

// pads are the blanks that the decimals of a column need behind them to stand
// under the point of the others: figure spaces, as wide as a figure each.
func (g *grid) pads(col int) []string {
	out := make([]string, len(g.rows))
	if g.columns[col].align != point {
		return out
	}
	most := 0
	for _, row := range g.rows {
		_, decimals := cutPoint(row[col].text)
		most = max(most, len(decimals))
	}
	for i, row := range g.rows {
		_, decimals := cutPoint(row[col].text)
		switch n := most - len(decimals); {
		case n > 0 && decimals == "":
			out[i] = strings.Repeat("\u2007", n-1) + "\u2008"
		default:
			out[i] = strings.Repeat("\u2007", n)
		}
	}
	return out
}
