package contract

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWorkedCases computes every worked case as production computes it.
func TestWorkedCases(t *testing.T) {
	files, err := filepath.Glob("testdata/cases/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	total := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		passed, failed, err := RunCases(&out, data)
		if err != nil {
			t.Fatalf("RunCases(%s): %v", file, err)
		}
		total += passed
		if failed == 0 {
			continue
		}
		for line := range strings.Lines(out.String()) {
			if strings.HasPrefix(line, "FAIL") {
				t.Errorf("%s: %s", file, line)
			}
		}
	}
	if total != 129 {
		t.Errorf("%d cases passed; want 129", total)
	}
}
