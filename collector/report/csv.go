package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// csvHeader names the columns of every report in CSV: one tidy table, one
// figure a row. Sections, figures and units are the same words in every language.
// Instants are RFC 3339 with the offset of the agreement's zone, lengths seconds
// with three decimals, percentages as printed, exact figures as fractions.
var csvHeader = []string{"section", "item", "service", "figure", "value", "unit"}

// sheet writes rows of the table; csv.Writer keeps the first error.
type sheet struct {
	w       *csv.Writer
	zone    *time.Location
	section string
	item    string
	service string
}

func newSheet(w io.Writer, zone string) *sheet {
	s := &sheet{w: csv.NewWriter(w), zone: zoneOf(zone)}
	s.w.UseCRLF = true // RFC 4180
	_ = s.w.Write(csvHeader)
	return s
}

func zoneOf(name string) *time.Location {
	if z, err := time.LoadLocation(name); err == nil {
		return z
	}
	return time.UTC
}

// at begins the rows of an item.
func (s *sheet) at(section, item, service string) *sheet {
	s.section, s.item, s.service = section, item, service
	return s
}

func (s *sheet) row(figure, value, unit string) {
	if value != "" {
		_ = s.w.Write([]string{s.section, inert(s.item), inert(s.service), figure, value, unit})
	}
}

// text writes what a person wrote, so that no spreadsheet takes it for a formula.
func (s *sheet) text(figure, value string) { s.row(figure, inert(value), "") }

func (s *sheet) list(figure string, values []string) { s.text(figure, strings.Join(values, " ")) }

func (s *sheet) percent(figure, value string) {
	if value != Absent {
		s.row(figure, value, "%")
	}
}

func (s *sheet) ratio(figure string, r sla.Ratio) { s.row(figure, r.String(), "fraction") }

func (s *sheet) length(figure string, ms int64) {
	s.row(figure, strings.Replace(Seconds(ms), "−", "-", 1), "s")
}

func (s *sheet) instant(figure string, ms int64) {
	if ms != 0 {
		s.row(figure, time.UnixMilli(ms).In(s.zone).Format("2006-01-02T15:04:05.000Z07:00"), "instant")
	}
}

// spread writes the mean and the longest of several lengths, when there are any.
func (s *sheet) spread(figure string, x *sla.Spread) {
	if x.N > 0 {
		s.count(figure+" n", x.N)
		s.length(figure+" mean", Millis(x.Mean))
		s.length(figure+" longest", x.Longest)
	}
}

func (s *sheet) count(figure string, n int) { s.row(figure, strconv.Itoa(n), "count") }

func (s *sheet) truth(figure string, b bool) { s.row(figure, strconv.FormatBool(b), "") }

func (s *sheet) signature(figure string, x *Signature) {
	if x != nil {
		s.text(figure+" by", x.By)
		s.instant(figure+" at", x.At)
	}
}

func (s *sheet) end() error {
	s.w.Flush()
	return s.w.Error()
}

// inert puts an apostrophe before a text that a spreadsheet would reckon with,
// and takes out what is no text at all.
func inert(s string) string {
	s = printable(s)
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

// Report is what this package can write: a service report (*Model) or a *Review.
type Report interface {
	document() *document
	sheet(io.Writer) error
}

// WriteCSV writes every figure of a report, one a row.
func WriteCSV(w io.Writer, r Report) error { return r.sheet(w) }

// WriteJSON writes the report itself.
func WriteJSON(w io.Writer, r Report) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
