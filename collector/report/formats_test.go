package report

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"
)

// FORMATS.md names every section and unit of the CSV.
func TestFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("FORMATS.md")
	if err != nil {
		t.Fatal(err)
	}
	w := october(t, "en")
	first := built(t, "en")
	again := w.input(t)
	again.Replaces, again.Revision = first, 2
	w.statement.Services[0].Verdict.Excluded++
	second, err := Build(again)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Report{first, second, looked(t, "en")} {
		var b bytes.Buffer
		if err := WriteCSV(&b, r); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&b).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows[1:] {
			if !strings.Contains(string(text), "`"+row[0]+"`") || row[5] != "" && !strings.Contains(string(text), "\n| "+row[5]+" |") {
				t.Errorf("FORMATS.md does not know the section %q, or the unit %q", row[0], row[5])
			}
		}
	}
}
