package web

import (
	"html/template"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// fillOf are the hatchings of the states that are not plain, from templates/frame.html.
var fillOf = map[sla.State]string{sla.Unknown: "fill-unknown", sla.Excluded: "fill-excluded", sla.Degraded: "fill-degraded", sla.Down: "fill-down"}

// Drawn is the strip as the overview has it: a picture, each day with its title.
// It is written here and not by the template,
// which would take ten times as long for the thousands of days on that page.
func (v stripView) Drawn() template.HTML {
	var b strings.Builder
	for i := range v.Days {
		d := &v.Days[i]
		if d.Link == "" {
			continue
		}
		old := ""
		if d.Old {
			old = " old"
		}
		b.WriteString(`<rect class="is-` + classOf(d.State) + old + `"`)
		if fill := fillOf[d.State]; fill != "" {
			b.WriteString(` fill="url(#` + fill + `)"`)
		}
		b.WriteString(` x="` + d.X + `"><title>` + template.HTMLEscapeString(d.Title) + `</title></rect>`)
		if d.Excluded > 0 {
			b.WriteString(`<rect class="below` + old + `" x="` + d.X + `"/>`)
		}
		b.WriteByte('\n')
	}
	return template.HTML(b.String())
}
