package sla_test

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// TestOracleAnswersTheWorkedCases: the judge of the engine is itself judged by
// what people worked out by hand. The cases are read here once more, so that
// a fault of the reader in contract would show as well.
func TestOracleAnswersTheWorkedCases(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "contract", "testdata", "cases", "availability.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []map[string]any
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c["id"].(string), func(t *testing.T) {
			r := &caseReader{t: t, unit: day}
			terms, in := r.read(c)
			a := consult(terms, in, r.unit)
			want := c["expect"].(map[string]any)
			r.same("calendar_s", want, big.NewRat(in.Period.To-in.Period.From, 1000))
			r.same("period_s", want, big.NewRat(a.scope, 1000))
			r.same("excluded_s", want, big.NewRat(a.excluded, 1000))
			r.same("unknown_s", want, big.NewRat(a.unknown, 1000))
			r.same("unknown_dropped_s", want, big.NewRat(a.dropped, 1000))
			for field, figure := range map[string]*big.Rat{"good_s": a.good, "bad_s": a.bad, "total_s": a.total} {
				r.same(field, want, new(big.Rat).Quo(figure, big.NewRat(1000, 1)))
			}
			r.same("credit_pct", want, a.credit)
			if a.availability == nil != (want["availability"] == nil) {
				t.Errorf("availability %v; want %v", a.availability, want["availability"])
			}
			if b, is := want["breach"].(bool); is != (a.breach != nil) || is && b != *a.breach {
				t.Errorf("breach %v; want %v", a.breach, want["breach"])
			}
			compareAll(t, terms, in, a)
		})
	}
}

// caseReader reads a case, and finds the largest unit that fits all in it.
type caseReader struct {
	t    *testing.T
	zone *time.Location
	unit int64
}

func (r *caseReader) same(field string, want map[string]any, got *big.Rat) {
	r.t.Helper()
	if w := rat(want[field]); w == nil || w.Cmp(got) != 0 {
		r.t.Errorf("%s: %s; want %v", field, got.RatString(), want[field])
	}
}

// rat reads a number, a decimal or a fraction; nil is nil.
func rat(v any) *big.Rat {
	switch v := v.(type) {
	case string:
		x, _ := new(big.Rat).SetString(v)
		return x
	case float64: // of whole seconds, which floats hold exactly
		return big.NewRat(int64(v), 1)
	}
	return nil
}

// fit makes the unit divide ms.
func (r *caseReader) fit(ms int64) int64 {
	for a, b := max(ms, -ms), r.unit; ; a, b = b%a, a {
		if a == 0 {
			r.unit = b
			return ms
		}
	}
}

func (r *caseReader) seconds(v any) int64 {
	s, _ := v.(float64)
	return r.fit(int64(s) * 1000)
}

func (r *caseReader) some(v any) *int64 {
	if v == nil {
		return nil
	}
	return ptr(r.seconds(v))
}

// at reads an instant, absolute or local; null is 0.
func (r *caseReader) at(v any) int64 {
	text, _ := v.(string)
	if text == "" {
		return 0
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return r.fit(at.UnixMilli())
	}
	wall, err := time.Parse("2006-01-02T15:04:05", text)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.fit(instantOf(r.zone, wall.UnixMilli()))
}

// share reads a decimal and divides it.
func share(v any, by int64) sla.Ratio {
	x := rat(v)
	if x == nil {
		return sla.Ratio{}
	}
	x.Quo(x, big.NewRat(by, 1))
	return sla.Of(x.Num().Int64(), x.Denom().Int64())
}

func table(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any           { l, _ := v.([]any); return l }

// read turns the case into terms and input.
func (r *caseReader) read(c map[string]any) (*sla.Terms, *sla.Input) {
	p := table(c["period"])
	r.zone = zone(r.t, p["tz"].(string))
	in := &sla.Input{Period: sla.Window{From: r.at(p["from"]), To: r.at(p["to"])}, Zone: r.zone, AsOf: r.at(c["as_of"])}
	for _, v := range list(c["maintenance"]) {
		m := table(v)
		in.Maintenance = append(in.Maintenance, sla.Maintenance{ID: "m", From: r.at(m["from"]), To: r.at(m["to"]), Announced: r.at(m["announced_at"]), Emergency: m["kind"] == "emergency"})
	}
	for _, v := range list(c["adjustments"]) {
		m := table(v)
		effect := map[any]sla.Effect{"exclude": sla.EffectExclude, "up": sla.EffectUp, "down": sla.EffectDown}[m["effect"]]
		in.Adjustments = append(in.Adjustments, sla.Adjustment{ID: "a", From: r.at(m["from"]), To: r.at(m["to"]), Effect: effect, ApprovedAt: r.at(m["approved_at"]), RevokedAt: r.at(m["revoked_at"])})
	}
	for _, v := range list(c["tickets"]) {
		in.Tickets = append(in.Tickets, r.at(v))
	}
	in.Observed = sla.Observation{Timeline: r.timeline(c["timeline"]), Runs: r.runs(table(c["samples"])), Probes: r.parts(c["probes"]), Endpoints: r.parts(c["endpoints"])}
	terms := r.terms(table(c["terms"]))
	validity := table(c["contract"])
	if validity == nil {
		validity = table(table(c["terms"])["contract"])
	}
	terms.Contract = sla.Validity{From: r.at(validity["from"]), To: r.at(validity["to"]), DeemedUp: validity["outside"] == "deemed_up"}
	return terms, in
}

var stateOf = map[any]sla.State{"up": sla.Up, "down": sla.Down, "degraded": sla.Degraded, "unknown": sla.Unknown}

func (r *caseReader) timeline(v any) []sla.Span {
	var out []sla.Span
	for _, v := range list(v) {
		s := table(v)
		out = append(out, sla.Span{From: r.at(s["from"]), To: r.at(s["to"]), State: stateOf[s["state"]]})
	}
	return out
}

func (r *caseReader) parts(v any) []sla.Part {
	var out []sla.Part
	for name, spans := range table(v) {
		out = append(out, sla.Part{Name: name, Seen: sla.Observation{Timeline: r.timeline(spans)}})
	}
	slices.SortFunc(out, func(a, b sla.Part) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (r *caseReader) runs(s map[string]any) []sla.Run {
	if s == nil {
		return nil
	}
	start, step := r.at(s["start"]), r.seconds(s["interval_s"])
	var out []sla.Run
	for i, l := range s["results"].(string) {
		state := map[rune]sla.State{'U': sla.Up, 'D': sla.Down, '?': sla.Unknown}[l]
		out = append(out, sla.Run{First: start + int64(i)*step, Step: step, Count: 1, State: state})
	}
	return out
}
