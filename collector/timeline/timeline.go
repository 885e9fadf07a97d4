// Package timeline holds results as runs: an exact, lossless form of a result
// set that merges as a set union, and latencies beside them, quantised and
// entropy-coded. It is pure: bytes in, bytes out.
package timeline

// Outcome of a run. The order is the merge order: where two results claim one
// slot, the larger wins, in whatever order they arrive.
type Outcome uint8

const (
	Unknown Outcome = iota
	Up
	Degraded
	Down
)

// Run is Count results of one outcome at First, First+Step, … (ms UTC, ms).
type Run struct {
	First   int64
	Step    int64
	Count   int64
	Outcome Outcome
}

// Point is one latency, quantised to ±2 %.
type Point struct {
	Slot   int64 // ms UTC
	Micros int64
}
