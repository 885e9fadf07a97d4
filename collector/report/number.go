// Package report renders statements. It computes no availability: it writes
// down the exact figures of package sla, and where a figure has to be cut to a
// number of decimals it is cut downwards, never up to the objective.
package report

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// Absent is written where there is no figure, as sla.Ratio.Percent writes it.
const Absent = "–"

// maxDecimals bounds the decimals of an objective that has no end of them.
const maxDecimals = 6

// Decimals returns how many decimals of a percentage the ratio needs: 1 for
// 99.9 %. Figures are written with two more.
func Decimals(r sla.Ratio) int {
	if !r.Present() {
		return 1
	}
	n, den := new(big.Int).Mul(big.NewInt(r.Num), big.NewInt(100)), big.NewInt(r.Den)
	for d := range maxDecimals {
		if new(big.Int).Rem(n, den).Sign() == 0 {
			return d
		}
		n.Mul(n, big.NewInt(10))
	}
	return maxDecimals
}

// Figure writes an availability with the decimals of its objective plus two.
func Figure(r, target sla.Ratio) string { return r.Percent(Decimals(target) + 2) }

// Fraction writes the ratio itself as it was reckoned, not reduced: of an
// availability, good over total in milliseconds, so that it can be checked.
func Fraction(r sla.Ratio) string {
	if !r.Present() {
		return Absent
	}
	return r.String()
}

// Seconds writes a length exactly: "3723.000" for 3,723,000 ms.
func Seconds(ms int64) string {
	sign := ""
	if ms < 0 {
		sign, ms = "−", -ms
	}
	return fmt.Sprintf("%s%d.%03d", sign, ms/1000, ms%1000)
}

// RatioSeconds writes an exact length in milliseconds as seconds, cut down.
func RatioSeconds(r sla.Ratio) string {
	if !r.Present() {
		return Absent
	}
	return Seconds(Millis(r))
}

// Millis cuts an exact length down to whole milliseconds; 0 for an absent one.
func Millis(r sla.Ratio) int64 {
	if !r.Present() {
		return 0
	}
	return new(big.Int).Div(big.NewInt(r.Num), big.NewInt(r.Den)).Int64()
}

// Units are the words for units of time, from days to seconds.
type Units [4]string

// English units of time.
var English = Units{"d", "h", "min", "s"}

var unitMillis = [4]int64{86_400_000, 3_600_000, 60_000, 1000}

// Duration writes a length for reading, its two largest units, cut down:
// "3 h 12 min". Exact seconds belong beside it.
func Duration(ms int64, u Units) string {
	sign := ""
	if ms < 0 {
		sign, ms = "−", -ms
	}
	for i, unit := range unitMillis[:3] {
		if ms < unit {
			continue
		}
		text := fmt.Sprintf("%s%d %s", sign, ms/unit, u[i])
		if next := ms % unit / unitMillis[i+1]; next > 0 {
			text += fmt.Sprintf(" %d %s", next, u[i+1])
		}
		return text
	}
	// Below a minute: whole seconds when they are whole, else what is there.
	text := strconv.FormatInt(ms/1000, 10)
	if rest := ms % 1000; rest > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%03d", rest), "0")
	}
	return sign + text + " " + u[3]
}
