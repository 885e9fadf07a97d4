package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzTexts puts any text wherever a person's words stand, and writes every format.
func FuzzTexts(f *testing.F) {
	for _, s := range []string{
		"", "plain", "=HYPERLINK(\"http://example.com\")", "+1", "-1", "@SUM(A1)", "\t=1", "a\x00b\x1b[31m", "\xff\xfe", "שלום עולם", "مرحبا", "👩‍👩‍👧‍👦 up",
		"\u202egnp.exe", "<script>alert(1)</script>", "</style><img src=x>", "{{.}}", "\"quoted\", comma\r\nline", "𠀀\uffff\ufeff", "％＝1",
		strings.Repeat("W", 9000), strings.Repeat("很长的文字，", 3000), strings.Repeat("a\n", 5000),
	} {
		f.Add(s)
	}
	base, err := json.Marshal(built(f, "zh-CN"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var m Model
		if err := json.Unmarshal(base, &m); err != nil {
			t.Fatal(err)
		}
		m.Name, m.Customer, m.Provider, m.Tier, m.Issued.By, m.Method.Version = s, s, s, s, s, s
		m.Services[0].Name, m.Trend[0].Name, m.Outages[0].Name = s, s, s
		m.Outages[1].Cause, m.Outages[1].Remedy, m.Outages[1].Title, m.Outages[1].Where = s, s, s, []string{s}
		m.Maintenance[0].Reason, m.Maintenance[0].By, m.Excluded[0].Reason, m.Excluded[0].Rule = s, s, s, s
		m.Corrections[0].Reason, m.Corrections[0].ApprovedBy, m.Clocks[0].Title, m.Clocks[0].Severity = s, s, s, s
		m.Actions[0].Text, m.Actions[0].Owner, m.Actions[0].Due, m.Actions[0].Note = s, s, s, s
		for name, write := range map[string]func(*bytes.Buffer) error{
			"HTML": func(b *bytes.Buffer) error { return WriteHTML(b, &m) },
			"PDF":  func(b *bytes.Buffer) error { return WritePDF(b, &m) },
			"CSV":  func(b *bytes.Buffer) error { return WriteCSV(b, &m) },
			"JSON": func(b *bytes.Buffer) error { return WriteJSON(b, &m) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			switch name {
			case "CSV":
				tidy(t, b.Bytes())
			case "HTML":
				if page := b.String(); strings.Contains(page, "<script") || strings.Contains(page, "<img") || !utf8.ValidString(page) {
					t.Errorf("%q gets into the page as it is", s)
				}
			}
		}
	})
}

// tidy holds a CSV to RFC 4180: as many fields in every row, and nothing that a
// spreadsheet would reckon with but our own negative lengths.
func tidy(t *testing.T, data []byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		for i, field := range row {
			if field != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(field)[0]) && !(i == 4 && row[5] == "s") && field != "%" {
				t.Errorf("a spreadsheet would reckon with %q", row)
			}
		}
	}
}

func TestWhatNoFontCanSetIsSeen(t *testing.T) {
	m := built(t, "en")
	m.Name = "Shop 🛒 مرحبا \u202eabc"
	text := pages(t, printed(t, m))[0]
	if !strings.Contains(text, "Shop � �����") || strings.Contains(text, "🛒") {
		t.Errorf("the cover says %q; want � for each rune without a shape", text)
	}
}

func TestLongTablesGoOnWithTheirHead(t *testing.T) {
	m := built(t, "en")
	gap := m.Unknown[0]
	for range maxRows + 5 {
		m.Unknown = append(m.Unknown, gap)
	}
	all := pages(t, printed(t, m))
	heads := 0
	for _, page := range all {
		if strings.Contains(page, "Counted as") {
			heads++
		}
	}
	if heads < 20 {
		t.Errorf("the head of a table on %d of %d pages", heads, len(all))
	}
	if text := strings.Join(all, " "); !strings.Contains(text, "7 more rows are in the CSV and JSON forms") {
		t.Error("rows are left out without a word")
	}
}

// FuzzWrap holds the breaking of lines to its word: no line is too wide unless it
// is a single rune, and nothing but blanks gets lost.
func FuzzWrap(f *testing.F) {
	fonts, err := faces()
	if err != nil {
		f.Fatal(err)
	}
	set := &typesetter{fonts[0], fonts[1], fonts[2]}
	for _, s := range []string{"", "one two  three", "很长的文字，没有空格。", "averyveryverylongword", "a\nb", "– 99.9 % –", "（", "\u00a0", "👩‍👩‍👧‍👦"} {
		f.Add(s, uint16(40), true)
	}
	f.Fuzz(func(t *testing.T, s string, width uint16, strong bool) {
		text, room := printable(s), 1+float64(width%600)
		bare := strings.NewReplacer(" ", "", "\n", "")
		lines := set.wrap(text, room, 8, strong)
		for _, line := range lines {
			if w := set.width(line, 8, strong); w > room+0.01 && utf8.RuneCountInString(line) > 1 {
				t.Errorf("%q is %.2f wide; want at most %.2f", line, w, room)
			}
		}
		if got := strings.Join(lines, ""); bare.Replace(got) != bare.Replace(text) {
			t.Errorf("%q breaks into %q", text, lines)
		}
	})
}

func TestLongPeriodsHaveNoMoreDaysThanFit(t *testing.T) {
	m := built(t, "en")
	for range 1000 {
		m.Services[0].Days = append(m.Services[0].Days, Day{Date: "2029-01-01", Up: 1})
	}
	if text := strings.Join(pages(t, printed(t, m)), " "); !strings.Contains(text, "Storefront, day by day, the last 400 days") {
		t.Error("a strip of a thousand days does not say that it is cut")
	}
}
