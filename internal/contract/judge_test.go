package contract_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/contract"
	"pgregory.net/rapid"
)

// A second judge of the small kinds of cases. It reads SLA-SEMANTICS and the
// format of the cases alone, shares no code with the engine, and works by brute
// force: ticks of a clock, requests one by one, rationals throughout.

// fields is a JSON object.
type fields = map[string]any

// judgeMany draws n cases from build, which returns a case without its answers,
// and the answers, and has production compute them.
func judgeMany(t *testing.T, n int, build func(*rapid.T) (c, want fields)) {
	t.Helper()
	t.Parallel()
	for range (n + 99) / 100 {
		rapid.Check(t, func(t *rapid.T) {
			c, want := build(t)
			agree(t, c, want)
		})
		if t.Failed() {
			return
		}
	}
}

// agree has production compute the case: the answers are accepted, none is
// accepted when it is another, and what production prints is accepted too.
func agree(t rapid.TB, c, want fields) {
	t.Helper()
	if out := run(t, c, want); out != "ok J\n" {
		text, _ := json.Marshal(c)
		t.Fatalf("%s\n%s", text, out)
	}
	wrong, printed := fields{}, fields{}
	for k, v := range want {
		wrong[k] = another(v)
	}
	for line := range strings.Lines(run(t, c, wrong)) {
		line = strings.TrimPrefix(line, "FAIL J ")
		field, rest, _ := strings.Cut(line, ": got ")
		got, _, _ := strings.Cut(rest, " want ")
		printed[field] = got
		if got == "null" || got == "true" || got == "false" {
			printed[field] = map[string]any{"null": nil, "true": true, "false": false}[got]
		}
	}
	if len(printed) != len(want) {
		t.Fatalf("of %v only %v failed", wrong, printed)
	}
	if out := run(t, c, printed); out != "ok J\n" {
		t.Fatalf("printed %v: %s", printed, out)
	}
}

// another is a value that is not v, as near to it as can be.
func another(v any) any {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		return !v
	case string:
		if last := v[len(v)-1]; last != 'Z' {
			return v[:len(v)-1] + string('0'+(last-'0'+1)%10)
		}
		return v[:len(v)-3] + "61Z"
	case int64:
		return v + 1
	}
	panic(fmt.Sprintf("no other %T", v))
}

func run(t rapid.TB, c, want fields) string {
	t.Helper()
	c = maps.Clone(c)
	c["id"], c["expect"] = "J", want
	c["source"], c["source_kind"], c["note"] = "drawn", "derived", ""
	data, err := json.Marshal([]any{c})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if _, _, err := contract.RunCases(&out, data); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func rat(s string) *big.Rat {
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return x
}

// fraction writes an exact figure as cases do: an integer, or "a/b".
func fraction(x *big.Rat) any {
	if x.IsInt() {
		return x.Num().Int64()
	}
	return x.String()
}

// sixDigits writes a figure half up to six decimals; zeros at the end are cut
// where short.
func sixDigits(x *big.Rat, short bool) string {
	scaled := new(big.Rat).Mul(x, big.NewRat(1_000_000, 1))
	scaled.Add(scaled, big.NewRat(1, 2))
	n := new(big.Int).Div(scaled.Num(), scaled.Denom()) // ⌊⌋
	neg := n.Sign() < 0
	s := fmt.Sprintf("%07d", n.Abs(n))
	s = s[:len(s)-6] + "." + s[len(s)-6:]
	if short {
		s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	if neg {
		s = "-" + s
	}
	return s
}

// decimalOf draws a decimal string between low and high, in units of 10^-digits.
func decimalOf(t *rapid.T, name string, low, high, digits int) string {
	n := rapid.IntRange(low, high).Draw(t, name)
	scale := 1
	for range digits {
		scale *= 10
	}
	if digits == 0 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d.%0*d", n/scale, digits, n%scale)
}

// chance draws true n times of ten.
func chance(t *rapid.T, name string, n int) bool { return rapid.IntRange(0, 9).Draw(t, name) < n }
