package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Measures of a badge, px. Text is held to the width that was reserved for it.
const (
	badgeHeight  = 20
	badgeLatin   = 6.6
	badgeWide    = 11.5
	maxBadgeText = 60 // characters on one side
)

// badgeGround are grounds on which white text has a contrast of at least 4.5:1.
var badgeGround = map[sla.State]string{sla.Up: "#1a7f5a", sla.Degraded: "#8f5c0e", sla.Down: "#c0362c",
	sla.Unknown: "#5f656e", sla.Excluded: "#4c6099", sla.OutOfScope: "#5f656e"}

// getBadge draws a badge: the present state, or with show=availability the
// figure of the running period.
func (s *Server) getBadge(w http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".svg")
	if !ok {
		s.writeProblem(w, r, errNotTheirs)
		return
	}
	a, err := s.published(id, hasBadges)
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	q, err := params(r, "show", "lang")
	if show := q.Get("show"); err == nil && show != "" && show != "availability" && show != "state" {
		err = invalidField("show", "must be state or availability")
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	st, err := s.status(r, a)
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	wd := byTag(q.Get("lang"))
	if wd == nil {
		wd = s.publicWords(r, a)
	}
	state, text := st.State, wd.State(st.State)
	if st.Maintenance {
		state, text = sla.Excluded, wd.T("Down, in maintenance")
	}
	if q.Get("show") == "availability" {
		if text = wd.T("no data"); st.Overall.Percent != "" {
			text = st.Period.Label + " " + st.Overall.Percent + " %"
		}
	}
	publish(w, r, "image/svg+xml", drawBadge(st.Title, text, badgeGround[state]))
}

// drawBadge sets a name and a value side by side.
func drawBadge(name, value, ground string) []byte {
	name, value = badgeText(name), badgeText(value)
	left, right := badgeWidth(name), badgeWidth(value)
	esc := template.HTMLEscapeString
	return fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" role="img" aria-label="%[3]s: %[4]s"><title>%[3]s: %[4]s</title>`+
		`<rect width="%[1]d" height="%[2]d" rx="3" fill="#3a424c"/><path d="M%[5]d 0h%[6]da3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%[6]dz" fill="%[7]s"/>`+
		`<g fill="#fff" font-family="Verdana,DejaVu Sans,Noto Sans CJK SC,sans-serif" font-size="11" text-anchor="middle">`+
		`<text x="%[8]d" y="14" textLength="%[9]d" lengthAdjust="spacingAndGlyphs">%[3]s</text><text x="%[10]d" y="14" textLength="%[11]d" lengthAdjust="spacingAndGlyphs">%[4]s</text></g></svg>`+"\n",
		left+right, badgeHeight, esc(name), esc(value), left, right-3, ground, left/2, left-12, left+right/2, right-12)
}

func badgeText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > maxBadgeText {
		return string(r[:maxBadgeText-1]) + "…"
	}
	return s
}

// badgeWidth is about how wide a text is, with space around it.
func badgeWidth(s string) int {
	w := 12.0
	for _, r := range s {
		if r >= 0x2e80 {
			w += badgeWide
		} else {
			w += badgeLatin
		}
	}
	return int(w)
}
