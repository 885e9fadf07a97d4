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
		{hasMessage, r.Message != "" && !up}, {hasExpiry, r.TLSExpiry > 0}, {hasEchoes, r.Sent > 0},
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

// resultOf is the reverse of sampleOf and appendEvidence.
func resultOf(check protocol.CheckID, s timeline.Sample) (protocol.Result, error) {
	r := protocol.Result{
		Check: check, Slot: s.Slot, Interval: time.Duration(s.Step) * time.Millisecond,
		Outcome: protocol.Outcome(s.Outcome), Duration: time.Duration(s.Level.Micros()) * time.Microsecond,
	}
	if s.Evidence == "" {
		return r, nil
	}
	in := evidenceReader{data: s.Evidence}
	in.bits = evidenceEnd - 1
	in.bits = in.next(evidenceEnd - 1)
	r.Cause = protocol.Cause(in.number(hasCause, 255))
	r.Status = int(in.number(hasStatus, 1<<31-1))
	r.Endpoint = in.text(hasEndpoint, protocol.MaxEndpointBytes)
	r.Message = in.text(hasMessage, protocol.MaxMessageBytes)
	r.TLSExpiry = int64(in.number(hasExpiry, 1<<62))
	r.Sent = int(in.number(hasEchoes, 1<<31-1))
	r.Received = int(in.number(hasEchoes, 1<<31-1))
	r.Lateness = in.micros(hasLateness)
	if d := in.micros(hasDuration); d > 0 {
		r.Duration = d
	}
	for _, p := range []*time.Duration{&r.Phases.Resolve, &r.Phases.Connect, &r.Phases.TLS, &r.Phases.FirstByte, &r.Phases.Transfer} {
		*p = in.micros(hasPhases)
	}
	if in.bad || in.data != "" {
		return protocol.Result{}, errEvidence
	}
	return r, nil
}

type evidenceReader struct {
	data string
	bits uint64
	bad  bool
}

func (in *evidenceReader) next(limit uint64) uint64 {
	var v uint64
	for shift := 0; shift < 64 && len(in.data) > 0; shift += 7 {
		b := in.data[0]
		in.data = in.data[1:]
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			in.bad = in.bad || v > limit
			return v
		}
	}
	in.bad = true
	return 0
}

func (in *evidenceReader) number(bit, limit uint64) uint64 {
	if in.bits&bit == 0 || in.bad {
		return 0
	}
	return in.next(limit)
}

func (in *evidenceReader) micros(bit uint64) time.Duration {
	return time.Duration(in.number(bit, 1<<50)) * time.Microsecond
}

func (in *evidenceReader) text(bit, limit uint64) string {
	n := in.number(bit, limit)
	if in.bad || n > uint64(len(in.data)) {
		in.bad = true
		return ""
	}
	s := in.data[:n]
	in.data = in.data[n:]
	return s
}
