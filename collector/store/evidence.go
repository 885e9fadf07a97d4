package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// Evidence is what a timeline keeps of a result beside slot, step, outcome and
// latency: a bit set of the fields that follow, then those, as uvarints and
// length-prefixed strings. Of a result that is up only what seldom changes is
// kept, and lateness in whole seconds.
const (
	hasCause = 1 << iota
	hasStatus
	hasEndpoint
	hasMessage
	hasExpiry
	hasEchoes
	hasLateness // µs
	hasDuration // µs, exact
	hasPhases   // µs, five of them
	evidenceEnd
)

var errEvidence = errors.New("corrupt evidence of a result")

func sampleOf(r *protocol.Result, evidence string) timeline.Sample {
	return timeline.Sample{
		Slot:     r.Slot,
		Step:     int32(r.Interval.Milliseconds()),
		Outcome:  timeline.Outcome(r.Outcome),
		Level:    timeline.Quantise(r.Duration.Microseconds()),
		Evidence: evidence,
	}
}

func appendEvidence(dst []byte, r *protocol.Result) []byte {
	lateness, up := r.Lateness, r.Outcome == protocol.OutcomeUp
	if up {
		lateness = lateness.Truncate(time.Second)
	}
	bits := uint64(0)
	for _, f := range []struct {
		bit uint64
		set bool
	}{
		{hasCause, r.Cause != 0}, {hasStatus, r.Status != 0}, {hasEndpoint, r.Endpoint != ""},
		{hasMessage, r.Message != "" && !up}, {hasExpiry, r.TLSExpiry > 0}, {hasEchoes, r.Sent > 0 || r.Received > 0},
		{hasLateness, lateness > 0}, {hasDuration, r.Duration > 0 && !up}, {hasPhases, r.Phases != protocol.Phases{} && !up},
	} {
		if f.set {
			bits |= f.bit
		}
	}
	if bits == 0 {
		return dst
	}
	w := evidenceWriter{dst: binary.AppendUvarint(dst, bits), bits: bits}
	w.number(hasCause, int64(r.Cause))
	w.number(hasStatus, int64(r.Status))
	w.text(hasEndpoint, r.Endpoint, protocol.MaxEndpointBytes)
	w.text(hasMessage, r.Message, protocol.MaxMessageBytes)
	w.number(hasExpiry, r.TLSExpiry)
	w.number(hasEchoes, int64(r.Sent), int64(r.Received))
	w.number(hasLateness, lateness.Microseconds())
	w.number(hasDuration, r.Duration.Microseconds())
	p := r.Phases
	w.number(hasPhases, p.Resolve.Microseconds(), p.Connect.Microseconds(), p.TLS.Microseconds(),
		p.FirstByte.Microseconds(), p.Transfer.Microseconds())
	return w.dst
}

type evidenceWriter struct {
	dst  []byte
	bits uint64
}

func (w *evidenceWriter) number(bit uint64, values ...int64) {
	if w.bits&bit == 0 {
		return
	}
	for _, v := range values {
		w.dst = binary.AppendUvarint(w.dst, uint64(max(v, 0)))
	}
}

func (w *evidenceWriter) text(bit uint64, s string, limit int) {
	if w.bits&bit == 0 {
		return
	}
	s = s[:min(len(s), limit)]
	w.dst = binary.AppendUvarint(w.dst, uint64(len(s)))
	w.dst = append(w.dst, s...)
}
