package timeline

import "math"

// Level is a latency on a logarithmic scale: each level is 4 % above the one
// below, so a latency read back is within ±2 % and half a microsecond of what
// was measured. 0 means that there was none.
type Level uint16

// MaxLevel is the level of the longest latency kept, above 20 hours.
const MaxLevel Level = 640

var levelLog = math.Log(1.04)

// Quantise returns the level of a latency in microseconds.
func Quantise(micros int64) Level {
	if micros <= 0 {
		return 0
	}
	l := 1 + math.Round(math.Log(float64(micros))/levelLog)
	return min(Level(min(l, float64(MaxLevel))), MaxLevel)
}

// Micros returns the latency at the middle of the level; 0 for level 0.
func (l Level) Micros() int64 {
	if l == 0 {
		return 0
	}
	return int64(math.Round(math.Exp(float64(l-1) * levelLog)))
}
