package sla

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// Of returns num/den as it stands, not reduced.
func Of(num, den int64) Ratio { return Ratio{num, den} }

// Present reports whether there is a figure at all.
func (r Ratio) Present() bool { return r.Den > 0 }

// Cmp returns −1, 0 or +1, comparing exactly. An absent ratio is below every other.
func (r Ratio) Cmp(s Ratio) int {
	if !r.Present() || !s.Present() {
		return btoi(r.Present()) - btoi(s.Present())
	}
	if r.Num < 0 != (s.Num < 0) {
		return btoi(r.Num >= 0) - btoi(s.Num >= 0)
	}
	ah, al := bits.Mul64(abs(r.Num), uint64(s.Den))
	bh, bl := bits.Mul64(abs(s.Num), uint64(r.Den))
	c := 0
	switch {
	case ah != bh:
		c = 2*btoi(ah > bh) - 1
	case al != bl:
		c = 2*btoi(al > bl) - 1
	}
	if r.Num < 0 {
		c = -c
	}
	return c
}

// Percent returns 100·r with digits decimals, rounded down: never up to a
// target that was missed (SLA.md F21). "–" without a figure.
func (r Ratio) Percent(digits int) string {
	if !r.Present() {
		return "–"
	}
	return decimalFloor(new(big.Rat).Mul(r.Rat(), big.NewRat(100, 1)), digits)
}

// decimalFloor prints r with digits decimals, rounded towards minus infinity.
func decimalFloor(r *big.Rat, digits int) string {
	scale := pow10(digits)
	n := new(big.Int).Mul(r.Num(), scale)
	n.Div(n, r.Denom()) // Euclidean: floor, as the divisor is positive
	return new(big.Rat).SetFrac(n, scale).FloatString(digits)
}

// Rat returns r as a big rational, 0 when absent.
func (r Ratio) Rat() *big.Rat {
	if !r.Present() {
		return new(big.Rat)
	}
	return big.NewRat(r.Num, r.Den)
}

// ratioOf returns x in lowest terms, and whether it fits.
func ratioOf(x *big.Rat) (Ratio, bool) {
	if !x.Num().IsInt64() || !x.Denom().IsInt64() {
		return Ratio{}, false
	}
	return Ratio{x.Num().Int64(), x.Denom().Int64()}, true
}

// String returns "num/den", "" when absent.
func (r Ratio) String() string {
	if !r.Present() {
		return ""
	}
	return strconv.FormatInt(r.Num, 10) + "/" + strconv.FormatInt(r.Den, 10)
}

// MarshalText writes String.
func (r Ratio) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (r *Ratio) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*r = Ratio{}
		return nil
	}
	num, den, ok := strings.Cut(string(text), "/")
	n, err1 := strconv.ParseInt(num, 10, 64)
	d, err2 := strconv.ParseInt(den, 10, 64)
	if !ok || err1 != nil || err2 != nil || d <= 0 {
		return fmt.Errorf("%q is no exact ratio such as 2589408/2592000", text)
	}
	*r = Ratio{n, d}
	return nil
}

// MaxDecimalDigits bounds the digits of a decimal in an agreement, so that
// every product on the way to a verdict fits.
const MaxDecimalDigits = 12

// ParseDecimal reads a plain decimal such as "99.95" exactly.
func ParseDecimal(s string) (Ratio, error) {
	whole, frac, dot := strings.Cut(s, ".")
	digits := strings.TrimPrefix(whole, "-") + frac
	bad := digits == "" || dot && frac == "" || whole == "" || whole == "-" || len(digits) > MaxDecimalDigits
	n, err := strconv.ParseInt(strings.TrimSuffix(whole, ".")+frac, 10, 64)
	if bad || err != nil || strings.ContainsAny(s, "+_") {
		return Ratio{}, fmt.Errorf("%q is no decimal number of at most %d digits, such as 99.95", s, MaxDecimalDigits)
	}
	den := int64(1)
	for range frac {
		den *= 10
	}
	return Ratio{n, den}, nil
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n, 0))), nil)
}

func abs(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
