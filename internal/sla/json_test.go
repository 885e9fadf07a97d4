package sla_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/probity-sla/probity/internal/sla"
)

// TestVerdictIsAStableDocument: figures are exact in JSON, states are words, and
// what is read back is what was written.
func TestVerdictIsAStableDocument(t *testing.T) {
	v := compute(t, sla.Terms{Target: sla.Of(999, 1000)}, hourOf("up 50m down 10m"))
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"availability":"3000000/3600000"`, `"good_ms":"3000000/1"`, `"state":"down"`, `"breach":true`, `"budget_ms":3600`, `"credit_pct":"0/1"`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("json.Marshal(verdict) = %s; want %s in it", data, want)
		}
	}
	var back sla.Verdict
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*v, back) {
		t.Errorf("read back %+v; want %+v", back, *v)
	}
}

func TestRatioText(t *testing.T) {
	for _, c := range []struct {
		text string
		want sla.Ratio
		ok   bool
	}{{"2589408/2592000", sla.Of(2589408, 2592000), true}, {"", sla.Ratio{}, true}, {"1/0", sla.Ratio{}, false}, {"0.5", sla.Ratio{}, false}, {"1/-2", sla.Ratio{}, false}} {
		var got sla.Ratio
		if err := got.UnmarshalText([]byte(c.text)); (err == nil) != c.ok || got != c.want {
			t.Errorf("UnmarshalText(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}

func TestParseDecimalIsExact(t *testing.T) {
	for _, c := range []struct {
		text string
		want sla.Ratio
		ok   bool
	}{{"99.95", sla.Of(9995, 100), true}, {"100", sla.Of(100, 1), true}, {"-1.5", sla.Of(-15, 10), true}, {".5", sla.Ratio{}, false}, {"5.", sla.Ratio{}, false},
		{"1e3", sla.Ratio{}, false}, {"NaN", sla.Ratio{}, false}, {"", sla.Ratio{}, false}, {"1.-5", sla.Ratio{}, false}, {"0.1234567890123", sla.Ratio{}, false}} {
		got, err := sla.ParseDecimal(c.text)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}

// TestComputeAllocatesOnlyItsResult: a warm engine allocates the verdict, its
// ledger and its outages, however many segments there are.
func TestComputeAllocatesOnlyItsResult(t *testing.T) {
	terms, in := yearInput(t)
	var e sla.Engine
	if n := testing.AllocsPerRun(5, func() {
		if _, err := e.Compute(terms, in); err != nil {
			t.Fatal(err)
		}
	}); n > 8 {
		t.Errorf("Compute of a year allocates %v times; want at most 8", n)
	}
}

// TestAnEmptyVerdictIsTheSameFromEveryEngine: what an engine has done before
// does not show in what it makes of a period in which nothing was judged.
func TestAnEmptyVerdictIsTheSameFromEveryEngine(t *testing.T) {
	in := hourOf("up 1h")
	in.Until = in.Period.From
	var used, fresh sla.Engine
	if _, err := used.Compute(&sla.Terms{}, hourOf("up 50m down 10m")); err != nil {
		t.Fatal(err)
	}
	got, err1 := used.Compute(&sla.Terms{}, in)
	want, err2 := fresh.Compute(&sla.Terms{}, in)
	if err1 != nil || err2 != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("a used engine makes %#v, %v; a new one %#v, %v", got, err1, want, err2)
	}
}
