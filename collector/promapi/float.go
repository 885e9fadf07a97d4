package promapi

import (
	"math"

	"github.com/probity-sla/probity/internal/sla"
)

// float is the number nearest to a ratio that is present, but never 1 for what
// is less than 1: an availability must not be rounded up to a perfect one.
func float(r sla.Ratio) float64 {
	f, exact := r.Rat().Float64()
	if !exact && f == 1 && r.Num < r.Den {
		return math.Nextafter(1, 0)
	}
	return f
}
