package incident

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Length writes a length in ms for people: "12 min 30 s". What is left under a
// second is dropped, unless it is all there is.
func Length(ms int64) string { return english.length(ms) }

func (l *language) length(ms int64) string {
	if ms < 0 {
		return l.minus + l.length(-ms)
	}
	if ms < 1000 {
		if ms == 0 {
			return "0 " + l.second
		}
		return strconv.FormatInt(ms, 10) + " " + l.milli
	}
	units := []struct {
		ms   int64
		name string
	}{{86_400_000, l.day}, {3_600_000, l.hour}, {60_000, l.minute}, {1000, l.second}}
	var parts []string
	for _, u := range units {
		if n := ms / u.ms; n > 0 {
			parts = append(parts, strconv.FormatInt(n, 10)+" "+u.name)
			ms %= u.ms
		}
	}
	return strings.Join(parts, " ")
}

// decimal writes a fraction with at most so many digits, rounded down, without
// idle zeros; "" when it is absent.
func decimal(r sla.Ratio, digits int) string {
	if r.Den <= 0 {
		return ""
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n := new(big.Int).Mul(big.NewInt(r.Num), scale)
	n.Div(n, big.NewInt(r.Den)) // Euclidean: down, also below zero
	whole, part := new(big.Int).QuoRem(n, scale, new(big.Int))
	s := whole.String()
	if part.Sign() < 0 {
		part.Neg(part)
		if whole.Sign() == 0 {
			s = "-" + s
		}
	}
	if frac := strings.TrimRight(leftPad(part.String(), digits), "0"); frac != "" {
		s += "." + frac
	}
	return s
}

func leftPad(s string, n int) string { return strings.Repeat("0", max(0, n-len(s))) + s }

// percent writes a share in per cent, rounded down: never up to the target.
func percent(r sla.Ratio, digits int) string {
	if r.Den <= 0 {
		return ""
	}
	n := new(big.Int).Mul(big.NewInt(r.Num), big.NewInt(100))
	if !n.IsInt64() {
		return decimal(sla.Ratio{Num: r.Num, Den: max(r.Den/100, 1)}, digits) + " %"
	}
	return decimal(sla.Ratio{Num: n.Int64(), Den: r.Den}, digits) + " %"
}

// spentIn returns how long a budget lasts at a burn rate; −1 when for ever.
func spentIn(left int64, burn, target sla.Ratio) int64 {
	if left <= 0 || burn.Num <= 0 || burn.Den <= 0 || target.Den <= 0 || target.Num >= target.Den {
		return -1
	}
	// left / (burn · (1 − target))
	n := new(big.Int).Mul(product(left, burn.Den), big.NewInt(target.Den))
	n.Div(n, product(burn.Num, target.Den-target.Num))
	if !n.IsInt64() {
		return -1
	}
	return n.Int64()
}
