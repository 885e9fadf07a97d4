package contract

import (
	"encoding/json"
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

func TestRunCasesTellsWhatDiffers(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"a wrong answer", `[{"id":"A","kind":"credit","terms":{"target_pct":"99.9"},"input":{"availability_pct":"98"},"expect":{"breach":false}}]`,
			"FAIL A breach: got true want false\n"},
		{"an unknown key", `[{"id":"A","kind":"credit","terms":{"target":"99.9"},"input":{"availability_pct":"98"},"expect":{"breach":false}}]`,
			`FAIL A case: json: unknown field "target"` + "\n"},
		{"an unknown answer", `[{"id":"A","kind":"budget","terms":{"ask":"serial"},"input":{"parts":["99"]},"expect":{"valu":"99"}}]`,
			"FAIL A valu: this kind of case has no such answer\n"},
		{"an unknown kind", `[{"id":"A","kind":"guess","expect":{"x":1}}]`,
			`FAIL A case: unknown kind "guess": write availability, ratio, credit, clock, budget or aggregate` + "\n"},
		{"an answer rounded the wrong way", `[{"id":"A","kind":"budget","terms":{"ask":"time_to_exhaust_s"},"input":{"window_s":2,"burn":"3"},"expect":{"value":"0.666666"}}]`,
			`FAIL A value: got 0.666667 want "0.666666"` + "\n"},
	} {
		var out strings.Builder
		passed, failed, err := RunCases(&out, []byte(c.data))
		if passed != 0 || failed != 1 || err != nil || out.String() != c.want {
			t.Errorf("%s: RunCases = %d, %d, %v, %q; want %q", c.name, passed, failed, err, out.String(), c.want)
		}
	}
	if _, _, err := RunCases(&strings.Builder{}, []byte(`{}`)); err == nil {
		t.Error("RunCases of an object: no error; want one")
	}
}

// FuzzRunCases: no case makes the decoder or the engine fail other than by a
// FAIL line.
func FuzzRunCases(f *testing.F) {
	files, _ := filepath.Glob("testdata/cases/*.json")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var cases []json.RawMessage
		if err := json.Unmarshal(data, &cases); err != nil {
			f.Fatal(err)
		}
		for i := 0; i < len(cases); i += 5 {
			f.Add("[" + string(cases[i]) + "]")
		}
	}
	f.Fuzz(func(t *testing.T, data string) {
		var out strings.Builder
		passed, failed, err := RunCases(&out, []byte(data))
		if err == nil && strings.Count(out.String(), "\nok ")+strings.Count(out.String(), "\nFAIL ") < passed+failed-1 {
			t.Errorf("RunCases(%s) = %d passed, %d failed, but printed %q", data, passed, failed, out.String())
		}
	})
}
