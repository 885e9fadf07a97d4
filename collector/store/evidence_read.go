package store

import (
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

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
