package store

import (
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

func TestEvidenceOfAFailureIsWhole(t *testing.T) {
	r := result(3, protocol.OutcomeDown)
	r.Sent, r.Received, r.Lateness = 5, 2, 40*time.Millisecond
	r.Phases = protocol.Phases{Resolve: 1000, Connect: 2000, TLS: 3000, FirstByte: 4000, Transfer: 5000}
	r.Message = strings.Repeat("x", protocol.MaxMessageBytes)
	r.Endpoint = strings.Repeat("y", protocol.MaxEndpointBytes)
	got, err := resultOf(check, sampleOf(&r, string(appendEvidence(nil, &r))))
	if err != nil || got != r {
		t.Errorf("resultOf = %+v, %v; want %+v", got, err, r)
	}
}

func TestEvidenceOfASuccessRepeatsItself(t *testing.T) {
	a, b := result(1, protocol.OutcomeUp), result(2, protocol.OutcomeUp)
	b.Duration, b.Lateness, b.Phases.Connect = time.Second, 999*time.Millisecond, time.Millisecond
	if x, y := string(appendEvidence(nil, &a)), string(appendEvidence(nil, &b)); x != y {
		t.Errorf("evidence %q and %q, want the same", x, y)
	}
	b.Lateness = 1500 * time.Millisecond
	got, err := resultOf(check, sampleOf(&b, string(appendEvidence(nil, &b))))
	if err != nil || got.Lateness != time.Second || got.Endpoint != b.Endpoint || got.TLSExpiry != b.TLSExpiry {
		t.Errorf("resultOf = %+v, %v; want lateness in whole seconds, endpoint and expiry", got, err)
	}
}

func FuzzEvidence(f *testing.F) {
	for _, o := range []protocol.Outcome{protocol.OutcomeUp, protocol.OutcomeDown} {
		r := result(1, o)
		f.Add(string(appendEvidence(nil, &r)))
	}
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
	f.Fuzz(func(t *testing.T, evidence string) {
		r, err := resultOf(check, timeline.Sample{Slot: 1, Step: 1, Outcome: timeline.Down, Level: 1, Evidence: evidence})
		if err != nil {
			return
		}
		again, err := resultOf(check, timeline.Sample{Slot: 1, Step: 1, Outcome: timeline.Down, Level: 1, Evidence: string(appendEvidence(nil, &r))})
		if err != nil || again != r {
			t.Errorf("evidence of %+v reads as %+v, %v", r, again, err)
		}
	})
}

func FuzzSeqSet(f *testing.F) {
	f.Add((&seqSet{ranges: []seqRange{{1, 5}, {9, 9}}}).encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := decodeSeqSet(data); err == nil {
			s.add(7)
			if !s.has(7) && len(s.ranges) < maxSeqRanges {
				t.Errorf("%v has no 7 after add", s.ranges)
			}
		}
	})
}
