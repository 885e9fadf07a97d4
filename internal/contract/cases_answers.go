package contract

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// figure is one answer: a number, a truth, an instant, or nothing (null).
type figure struct {
	number *big.Rat
	digits int // printed with so many decimals, rounded half up; −1: exactly
	truth  *bool
	at     *int64 // ms UTC
}

// answers are the figures of a case by the name that `expect` has for them.
type answers map[string]figure

// shownDigits is how many decimals a figure in a case is rounded to, half up.
const shownDigits = 6

func exactly(x *big.Rat) figure  { return figure{number: x, digits: -1} }
func decimals(x *big.Rat) figure { return figure{number: x, digits: shownDigits} }
func whole(n int64) figure       { return exactly(big.NewRat(n, 1)) }
func truth(b *bool) figure       { return figure{truth: b} }
func lengthS(ms int64) figure    { return exactly(big.NewRat(ms, 1000)) }

// present is f of a ratio that may be absent.
func present(r sla.Ratio, f func(*big.Rat) figure) figure {
	if !r.Present() {
		return figure{}
	}
	return f(r.Rat())
}

func percentOf(r *big.Rat) figure { return decimals(new(big.Rat).Mul(r, big.NewRat(100, 1))) }

// verdictAnswers are the answers of an availability case.
func verdictAnswers(v *sla.Verdict) answers {
	a := scoreAnswers(&sla.Score{Good: v.Good, Bad: v.Bad, Total: v.Total,
		Availability: v.Availability, Breach: v.Breach, Credit: v.Credit}, 1000)
	a["good_s"], a["bad_s"], a["total_s"] = a["good"], a["bad"], a["total"]
	a["calendar_s"] = lengthS(v.Calendar)
	a["period_s"] = lengthS(v.Scope)
	a["excluded_s"] = lengthS(v.Excluded)
	a["unknown_s"] = lengthS(v.Unknown)
	a["unknown_dropped_s"] = lengthS(v.UnknownDropped)
	a["outages"] = whole(int64(len(v.Outages)))
	a["mttr_s"] = present(v.MTTR, func(r *big.Rat) figure { return decimals(new(big.Rat).Quo(r, big.NewRat(1000, 1))) })
	return a
}

// scoreAnswers are the answers that every score has; unit figures make one of the case's.
func scoreAnswers(s *sla.Score, unit int64) answers {
	scaled := func(r *big.Rat) figure { return exactly(new(big.Rat).Quo(r, big.NewRat(unit, 1))) }
	return answers{
		"good":             present(s.Good, scaled),
		"bad":              present(s.Bad, scaled),
		"total":            present(s.Total, scaled),
		"availability":     present(s.Availability, exactly),
		"availability_pct": present(s.Availability, percentOf),
		"breach":           truth(s.Breach),
		"credit_pct":       present(s.Credit, decimals),
	}
}

// expect compares one key of `expect`.
func (a answers) expect(field string, want json.RawMessage) []string {
	got, known := a[field]
	if !known {
		return []string{field + ": this kind of case has no such answer"}
	}
	if got.matches(want) {
		return nil
	}
	return []string{fmt.Sprintf("%s: got %s want %s", field, got, want)}
}

// matches reports whether the figure is what the case wants.
func (f figure) matches(want json.RawMessage) bool {
	text := strings.Trim(string(want), `"`)
	switch {
	case string(want) == "null":
		return f.number == nil && f.truth == nil && f.at == nil
	case f.truth != nil:
		return string(want) == strconv.FormatBool(*f.truth)
	case f.at != nil:
		ms, err := instantIn(text, time.UTC)
		return err == nil && ms == *f.at
	case f.number == nil:
		return false
	}
	x, digits, ok := caseNumber(text)
	switch {
	case !ok:
		return false
	case f.digits < 0 || x.Cmp(f.number) == 0:
		return x.Cmp(f.number) == 0
	}
	return halfUp(f.number, max(f.digits, digits)).Cmp(x) == 0
}

// published compares what an author printed, at the digits that were printed.
func (a answers) published(p publishedFigure) []string {
	got := a[p.Field]
	want, _, ok := caseNumber(strings.Trim(string(p.Value), `"`))
	if p.Digits < 0 || p.Digits > MaxPctDigits || !ok || got.number == nil {
		return []string{fmt.Sprintf("published.%s: got %s want %s", p.Field, got, p.Value)}
	}
	round := halfUp
	if p.Mode == "trunc" || p.Mode == "floor" {
		round = truncated
	}
	if round(got.number, p.Digits).Cmp(round(want, p.Digits)) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("published.%s: got %s want %s", p.Field, got.number.FloatString(p.Digits), p.Value)}
}

// String prints the figure as cases write it.
func (f figure) String() string {
	switch {
	case f.truth != nil:
		return strconv.FormatBool(*f.truth)
	case f.at != nil:
		return time.UnixMilli(*f.at).UTC().Format(time.RFC3339)
	case f.number == nil:
		return "null"
	case f.digits < 0 || f.number.IsInt():
		return f.number.RatString()
	}
	return halfUp(f.number, f.digits).FloatString(f.digits)
}

// numberForm is a decimal, or a fraction of two or three of them: "a/b" has
// parts that may be fractions themselves when weights made them so.
var numberForm = regexp.MustCompile(`^-?\d{1,18}(\.\d{1,18})?(/\d{1,18}(\.\d{1,18})?){0,2}$`)

// caseNumber reads a number of a case exactly, and counts its decimals.
func caseNumber(s string) (x *big.Rat, digits int, ok bool) {
	if !numberForm.MatchString(s) {
		return nil, 0, false
	}
	for i, part := range strings.Split(s, "/") {
		p, _ := new(big.Rat).SetString(part)
		switch {
		case i == 0:
			x = p
		case p.Sign() == 0:
			return nil, 0, false
		default:
			x.Quo(x, p)
		}
	}
	if _, frac, dot := strings.Cut(s, "."); dot && !strings.Contains(s, "/") {
		digits = len(frac)
	}
	return x, digits, true
}

// halfUp rounds to digits decimals, halves away from zero.
func halfUp(x *big.Rat, digits int) *big.Rat {
	r, _ := new(big.Rat).SetString(x.FloatString(digits)) // FloatString rounds so
	return r
}

// truncated cuts after digits decimals.
func truncated(x *big.Rat, digits int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n := new(big.Int).Mul(x.Num(), scale)
	return new(big.Rat).SetFrac(n.Quo(n, x.Denom()), scale)
}
