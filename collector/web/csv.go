package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/sla"
)

// wantsCSV reads how an answer is asked for: format=csv, or Accept: text/csv.
func wantsCSV(r *http.Request) (bool, error) {
	switch r.URL.Query().Get("format") {
	case "csv":
		return true, nil
	case "json":
		return false, nil
	case "":
		first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
		kind, _, _ := strings.Cut(first, ";")
		return strings.EqualFold(strings.TrimSpace(kind), "text/csv"), nil
	}
	return false, invalidField("format", "must be json or csv")
}

// formatTag tells the forms of one answer apart in their ETags.
func formatTag(table bool) string {
	if table {
		return "csv"
	}
	return ""
}

// writeCSV answers with a table as RFC 4180 has it. Texts that a spreadsheet
// would reckon with have an apostrophe before them.
func writeCSV(w http.ResponseWriter, r *http.Request, name string, rows [][]string) error {
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	c.UseCRLF = true
	for _, row := range rows {
		for i, cell := range row {
			row[i] = inertCell(cell)
		}
	}
	if err := c.WriteAll(rows); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8; header=present")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Add("Vary", "Accept")
	if r.Method != http.MethodHead {
		w.Write(b.Bytes())
	}
	return nil
}

func inertCell(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s // a number below zero
	}
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

// csvInstant is an instant in UTC, to the millisecond.
func csvInstant(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

// statementRows is a statement as a table: one row for each service, and one
// with no service for the agreement as a whole. Lengths are exact seconds.
func statementRows(st *sla.Statement) [][]string {
	rows := [][]string{{"agreement", "period", "service", "name", "from", "until", "availability_pct", "availability", "objective_pct", "verdict", "bounds_pct", "coverage_pct",
		"good_s", "bad_s", "excluded_s", "unknown_s", "scope_s", "budget_s", "budget_left_s", "credit_pct", "outages", "revision", "fingerprint"}}
	row := func(id, name string, v *sla.Verdict) {
		objective, budget, left := "", "", ""
		if v.Target.Present() {
			objective = v.Target.Percent(report.Decimals(v.Target))
		}
		if v.Budget >= 0 && v.Target.Present() {
			budget, left = csvSeconds(v.Budget), csvSeconds(v.BudgetLeft)
		}
		rows = append(rows, []string{st.Agreement, st.Label, id, name, csvInstant(v.Period.From), csvInstant(v.Until), present(report.Figure(v.Availability, v.Target)), v.Availability.String(), objective,
			report.Word(v), present(report.Bounds(v)), present(v.Coverage.Percent(coverageDecimals)), csvSeconds(report.Millis(v.Good)), csvSeconds(report.Millis(v.Bad)), csvSeconds(v.Excluded), csvSeconds(v.Unknown),
			csvSeconds(v.Scope), budget, left, present(report.Credit(v)), countText(len(v.Outages)), countText(st.Revision), st.Fingerprint})
	}
	for i := range st.Services {
		row(st.Services[i].Service, st.Services[i].Name, &st.Services[i].Verdict)
	}
	row("", "", &st.Overall)
	return rows
}

// present turns the mark for "no figure" into an empty cell.
func present(text string) string {
	if text == report.Absent {
		return ""
	}
	return text
}

// csvSeconds are exact seconds; a minus stays a number's own.
func csvSeconds(ms int64) string { return strings.Replace(report.Seconds(ms), "−", "-", 1) }

func countText(n int) string { return strconv.Itoa(n) }

// entryRows is a ledger as a table.
func entryRows(page []entryDoc) [][]string {
	rows := [][]string{{"service", "from", "to", "length_s", "state", "observed", "rule", "maintenance", "correction", "where"}}
	for _, e := range page {
		rows = append(rows, []string{e.Service, csvInstant(e.From), csvInstant(e.To), csvSeconds(e.To - e.From), e.State.String(), e.Observed.String(), e.Rule, e.Maintenance, e.Adjustment, strings.Join(e.Where, " ")})
	}
	return rows
}

// outageRows is a list of outages as a table.
func outageRows(list []outageDoc) [][]string {
	rows := [][]string{{"service", "from", "to", "ongoing", "length_s", "counted_s", "where"}}
	for _, o := range list {
		rows = append(rows, []string{o.Service, csvInstant(o.From), csvInstant(o.To), strconv.FormatBool(o.Ongoing), csvSeconds(o.To - o.From), csvSeconds(o.Counted), strings.Join(o.Where, " ")})
	}
	return rows
}
