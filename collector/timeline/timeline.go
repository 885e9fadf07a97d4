// Package timeline holds results as runs: an exact, lossless form of a result
// set that merges as a set union, and latencies and evidence beside them, the
// first quantised and entropy-coded. It is pure: bytes in, bytes out.
package timeline

import "cmp"

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

// Sample is one result: what happened at a slot. Evidence is opaque here; equal
// evidence of neighbouring samples costs nothing.
type Sample struct {
	Slot     int64  // ms UTC
	Evidence string // at most MaxEvidence bytes
	Step     int32  // ms: the result holds for [Slot, Slot+Step)
	Level    Level  // of its latency; 0: none
	Outcome  Outcome
}

// Bounds of one encoded piece; the decoder refuses more.
const (
	MaxSamples  = 1 << 20 // a day of results at the shortest interval is 864,000
	MaxEvidence = 1 << 10 // bytes of one sample's evidence
	MaxInstant  = 1 << 52 // ms UTC
	MaxStep     = 1 << 30 // ms, 12 days
)

// DayMillis is the length of the UTC day that a piece covers.
const DayMillis = 24 * 60 * 60 * 1000

// Day returns the UTC day of an instant, counted from the Unix epoch.
func Day(slot int64) int64 {
	d := slot / DayMillis
	if slot%DayMillis < 0 {
		d--
	}
	return d
}

// better reports whether a wins over b for the slot that both claim. It is a
// total order, so the winner does not depend on the order of arrival.
func better(a, b Sample) bool {
	return cmp.Or(
		cmp.Compare(a.Outcome, b.Outcome),
		cmp.Compare(a.Step, b.Step),
		cmp.Compare(a.Level, b.Level),
		cmp.Compare(a.Evidence, b.Evidence),
	) > 0
}
