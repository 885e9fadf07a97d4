package contract_test

import (
	"os"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/contract"
)

// TestSiblings computes cases that were worked out by hand beside the published
// ones: the same words, the other choice.
func TestSiblings(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/siblings.json")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	passed, failed, err := contract.RunCases(&out, data)
	if passed != 56 || failed != 0 || err != nil {
		t.Errorf("RunCases = %d, %d, %v; want 56, 0\n%s", passed, failed, err, out.String())
	}
}

// TestCasesThatCannotBeRead fail one by one, with what is wrong; the case after
// them is computed all the same.
func TestCasesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ data, want string }{
		{`{"id":"A","kind":"clock","terms":{"target_s":60,"grace_s":5},"events":[{"at":"2026-04-13T09:00:00","event":"open"}],"expect":{"breach":false}}`,
			`FAIL A case: json: unknown field "grace_s"`},
		{`{"id":"A","kind":"clock","terms":{},"events":[{"at":"2026-04-13T09:00:00","event":"open"}],"expect":{"breach":false}}`,
			`FAIL A case: terms.target_s: a clock needs it`},
		{`{"id":"A","kind":"clock","terms":{"target_s":60},"events":[{"at":"2026-04-13T09:00:00","event":"escalate"}],"expect":{"breach":false}}`,
			`FAIL A case: "escalate" is none of`},
		{`{"id":"A","kind":"clock","terms":{"target_s":60},"events":[],"expect":{"breach":false}}`,
			`FAIL A case: a clock's first event must be open`},
		{`{"id":"A","kind":"ratio","terms":{"method":"median"},"slots":[],"expect":{"breach":false}}`,
			`FAIL A case: terms.method: "median" is none of`},
		{`{"id":"A","kind":"ratio","terms":{"method":"slices"},"slots":[],"expect":{"breach":false}}`,
			`FAIL A case: terms.slot_error_threshold: slices needs it`},
		{`{"id":"A","kind":"credit","terms":{"tiers":[{"below":"99","credit":"5"}]},"input":{"availability_pct":"98"},"expect":{"credit_pct":"5"}}`,
			`FAIL A case: json: unknown field "below"`},
		{`{"id":"A","kind":"credit","terms":{},"expect":{"credit_pct":"5"}}`,
			`FAIL A case: input: write availability_pct`},
		{`{"id":"A","kind":"budget","terms":{"ask":"mood"},"input":{},"expect":{"value":"1"}}`,
			`FAIL A case: terms.ask "mood"`},
		{`{"id":"A","kind":"budget","terms":{"ask":"budget_s"},"input":{"window_s":60},"expect":{"value":"1"}}`,
			`FAIL A case: input.target_pct: budget_s needs it`},
		{`{"id":"A","kind":"aggregate","terms":{"rule":"median"},"parts":[],"expect":{"breach":null}}`,
			`FAIL A case: "median" is none of`},
		{`{"id":"A","kind":"aggregate","terms":{},"parts":[],"expect":{"breach":null}}`,
			`FAIL A case: terms.rule: write`},
		{`7`, `FAIL case-1 case: json: cannot unmarshal number`},
	} {
		const next = `{"id":"B","kind":"budget","terms":{"ask":"serial"},"input":{"parts":["50"]},"expect":{"value":"50"}}`
		var out strings.Builder
		passed, failed, err := contract.RunCases(&out, []byte("["+c.data+","+next+"]"))
		if passed != 1 || failed != 1 || err != nil || !strings.HasPrefix(out.String(), c.want) || !strings.HasSuffix(out.String(), "\nok B\n") {
			t.Errorf("RunCases(%s) = %d, %d, %v\n%swant %s", c.data, passed, failed, err, out.String(), c.want)
		}
	}
}

// TestInputsMayBeNumbers: percentages are decimal strings, but a JSON number is
// read as exactly.
func TestInputsMayBeNumbers(t *testing.T) {
	t.Parallel()
	agree(t, fields{"kind": "credit", "terms": fields{"tiers": []fields{{"lt": "99.9", "credit": "10"}}},
		"input": fields{"availability_pct": 99.5}}, fields{"breach": nil, "credit_pct": "10", "bad": "1/2"})
	agree(t, fields{"kind": "budget", "terms": fields{"ask": "serial"},
		"input": fields{"parts": []any{99.95, "99.99"}}}, fields{"value": "99.940005"})
}
