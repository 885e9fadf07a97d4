package incident

import (
	"strings"
	"unicode"
)

// markdown writes a document whose shape no text in it can change.
type markdown struct{ strings.Builder }

// special are characters that Markdown reads anywhere, and the one that makes an
// address of plain text. Others matter only where they stand.
const special = "\\`*_[]<>|~&$^#@"

// escaped returns a text as one line of words: nothing in it is a mark, a link,
// a tag, an entity or a new block. What turns the direction of writing is dropped.
func escaped(s string) string {
	var b strings.Builder
	line := strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ")
	runes := []rune(strings.ToValidUTF8(line, "\uFFFD"))
	numbered := true // nothing but digits came before: a dot would begin a list
	for n, r := range runes {
		next := rune(0)
		if n+1 < len(runes) {
			next = runes[n+1]
		}
		switch {
		case !unicode.IsGraphic(r) && r != '\u200d' && r != '\u200c', unicode.Is(unicode.Bidi_Control, r):
			continue
		case strings.ContainsRune(special, r),
			n == 0 && strings.ContainsRune("+-=:", r), n > 0 && numbered && (r == '.' || r == ')') && (next == 0 || next == ' '),
			r == ':' && next == '/', r == '!' && next == '[',
			r == '.' && n >= 3 && strings.EqualFold(string(runes[n-3:n]), "www"):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		numbered = numbered && unicode.IsDigit(r)
	}
	return b.String()
}

func (m *markdown) heading(level int, text string) {
	m.WriteString(strings.Repeat("#", level) + " " + escaped(text) + "\n\n")
}

// paragraphs writes each line of a text as a paragraph.
func (m *markdown) paragraphs(text string) {
	for line := range strings.Lines(text) {
		if line = escaped(line); line != "" {
			m.WriteString(line + "\n\n")
		}
	}
}

// list writes the items of a list.
func (m *markdown) list(items []string) {
	for _, item := range items {
		m.WriteString("- " + escaped(item) + "\n")
	}
	if len(items) > 0 {
		m.WriteByte('\n')
	}
}

// table writes rows under a head; nothing when there are none.
func (m *markdown) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	m.row(head)
	m.WriteString("|" + strings.Repeat(" --- |", len(head)) + "\n")
	for _, r := range rows {
		m.row(r)
	}
	m.WriteByte('\n')
}

func (m *markdown) row(cells []string) {
	for _, c := range cells {
		m.WriteString("| " + escaped(c) + " ")
	}
	m.WriteString("|\n")
}
