package protocol

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestResultValidate(t *testing.T) {
	tests := []struct {
		name string
		edit func(*Result)
		want string // "" when valid
	}{
		{"up", func(*Result) {}, ""},
		{"no check", func(r *Result) { r.Check = "" }, "check is empty"},
		{"a long check", func(r *Result) { r.Check = CheckID(strings.Repeat("x", MaxIDBytes+1)) }, "check has 129 bytes"},
		{"a control character in the check", func(r *Result) { r.Check = "a\nb" }, "not printable"},
		{"no slot", func(r *Result) { r.Slot = 0 }, "slot 0"},
		{"a slot after the year 9999", func(r *Result) { r.Slot = MaxInstant + 1 }, "slot"},
		{"an interval too short", func(r *Result) { r.Interval = 99 * time.Millisecond }, "interval 99ms"},
		{"an interval too long", func(r *Result) { r.Interval = MaxInterval + time.Second }, "interval"},
		{"an interval between milliseconds", func(r *Result) { r.Interval += time.Microsecond }, "whole milliseconds"},
		{"negative lateness", func(r *Result) { r.Lateness = -1 }, "elapsed time"},
		{"a negative phase", func(r *Result) { r.Phases.TLS = -1 }, "elapsed time"},
		{"an endless duration", func(r *Result) { r.Duration = MaxElapsed + 1 }, "elapsed time"},
		{"up with a cause", func(r *Result) { r.Cause = CauseSlow }, `outcome up does not go with cause "slow"`},
		{"down without a cause", func(r *Result) { r.Outcome = OutcomeDown }, `outcome down does not go with cause ""`},
		{"down by the agent's fault", func(r *Result) { r.Outcome, r.Cause = OutcomeDown, CauseAgentFault }, "does not go"},
		{"down with a cause", func(r *Result) { r.Outcome, r.Cause = OutcomeDown, CauseStatus }, ""},
		{"degraded without a cause", func(r *Result) { r.Outcome = OutcomeDegraded }, "does not go"},
		{"degraded with a cause", func(r *Result) { r.Outcome, r.Cause = OutcomeDegraded, CauseTLSExpiring }, ""},
		{"unknown without a cause", func(r *Result) { r.Outcome = OutcomeUnknown }, "does not go"},
		{"unknown by the agent's fault", func(r *Result) { r.Outcome, r.Cause = OutcomeUnknown, CauseAgentFault }, ""},
		{"an unheard-of outcome", func(r *Result) { r.Outcome = 9 }, "outcome code-9 is not known"},
		{"an unheard-of cause", func(r *Result) { r.Cause = 99 }, "cause code-99 is not known"},
		{"a long endpoint", func(r *Result) { r.Endpoint = strings.Repeat("1", MaxEndpointBytes+1) }, "endpoint has 65 bytes"},
		{"a long message", func(r *Result) { r.Message = strings.Repeat("1", MaxMessageBytes+1) }, "message has 257 bytes"},
		{"a message in no encoding", func(r *Result) { r.Message = "\xff" }, "message is not UTF-8"},
		{"a negative status", func(r *Result) { r.Status = -1 }, "status"},
		{"more received than sent", func(r *Result) { r.Received = 1 }, "echoes"},
		{"a certificate that ended before 1970", func(r *Result) { r.TLSExpiry = -1 }, ""},
	}
	for _, tt := range tests {
		r := Result{Check: "a/b/c", Slot: 1_790_000_000_000, Interval: time.Second, Outcome: OutcomeUp}
		tt.edit(&r)
		err := r.Validate()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: Validate(%+v) = %v; want %q", tt.name, r, err, tt.want)
		}
	}
}

func TestGapValidate(t *testing.T) {
	tests := []struct {
		name string
		gap  Gap
		ok   bool
	}{
		{"five slots", Gap{"c", 1000, 5000, 5, time.Second, GapOverload}, true},
		{"one slot", Gap{"c", 1000, 1000, 1, time.Second, GapOverlap}, true},
		{"more slots than the span has", Gap{"c", 1000, 5000, 6, time.Second, GapOverload}, false},
		{"no count", Gap{"c", 1000, 5000, 0, time.Second, GapOverload}, false},
		{"no count, lost by the spool", Gap{"c", 1000, 5000, 0, time.Second, GapSpoolFull}, true},
		{"every check, lost by the spool", Gap{"", 1000, 5000, 0, 0, GapCorrupt}, true},
		{"every check, for another reason", Gap{"", 1000, 5000, 0, 0, GapOverload}, false},
		{"every check, with a count", Gap{"", 1000, 5000, 2, 0, GapCorrupt}, false},
		{"backwards", Gap{"c", 5000, 1000, 1, time.Second, GapOverload}, false},
		{"before 1970", Gap{"c", -5000, 1000, 1, time.Second, GapOverload}, false},
		{"an unheard-of reason", Gap{"c", 1000, 1000, 1, time.Second, 99}, false},
		{"no interval", Gap{"c", 1000, 1000, 1, 0, GapOverload}, false},
	}
	for _, tt := range tests {
		if err := tt.gap.Validate(); (err == nil) != tt.ok {
			t.Errorf("%s: Validate(%+v) = %v; want ok %v", tt.name, tt.gap, err, tt.ok)
		}
	}
}

func TestBatchValidate(t *testing.T) {
	for name, edit := range map[string]func(*Batch){
		"no agent":         func(b *Batch) { b.Agent = "" },
		"no boot":          func(b *Batch) { b.Boot = [16]byte{} },
		"no sequence":      func(b *Batch) { b.Seq = 0 },
		"too many results": func(b *Batch) { b.Results = make([]Result, MaxBatchResults+1) },
		"too many gaps":    func(b *Batch) { b.Gaps = make([]Gap, MaxBatchGaps+1) },
	} {
		b := golden()
		if err := b.Validate(); err != nil {
			t.Fatalf("Validate(golden) = %v", err)
		}
		edit(b)
		if err := b.Validate(); err == nil {
			t.Errorf("%s: Validate = nil; want an error", name)
		}
	}
	b := golden()
	for i := range b.Results {
		if err := b.Results[i].Validate(); err != nil {
			t.Errorf("result %d of the golden batch: %v", i, err)
		}
	}
	for i := range b.Gaps {
		if err := b.Gaps[i].Validate(); err != nil {
			t.Errorf("gap %d of the golden batch: %v", i, err)
		}
	}
}

func TestTruncateMessage(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"short stays", "no route to host", "no route to host"},
		{"controls become spaces", "a\nb\tc\x00", "a b c "},
		{"bad bytes are replaced", "a\xffb", "a\uFFFDb"},
		{"cut to the bound", strings.Repeat("x", 1<<20), strings.Repeat("x", MaxMessageBytes)},
		{"cut between characters", strings.Repeat("x", MaxMessageBytes-1) + "é", strings.Repeat("x", MaxMessageBytes-1)},
	}
	for _, tt := range tests {
		if got := TruncateMessage(tt.in); got != tt.want {
			t.Errorf("%s: TruncateMessage(%d bytes) = %q; want %q", tt.name, len(tt.in), got, tt.want)
		}
	}
}

func FuzzTruncateMessage(f *testing.F) {
	f.Add(strings.Repeat("é", 300))
	f.Add("\xff\xfe\x00")
	f.Fuzz(func(t *testing.T, s string) {
		got := TruncateMessage(s)
		if len(got) > MaxMessageBytes || !utf8.ValidString(got) {
			t.Errorf("TruncateMessage(%q) = %q (%d bytes)", s, got, len(got))
		}
	})
}

const goldenPhase = 20_960 * time.Millisecond

func TestSlots(t *testing.T) {
	for _, iv := range []time.Duration{100 * time.Millisecond, time.Second, 30 * time.Second, MaxInterval} {
		phase := Phase("a/b/c", "fra-1", iv, DefaultGrid)
		if phase < 0 || phase >= iv || phase%DefaultGrid != 0 {
			t.Errorf("Phase at %v = %v; want it on the grid within the interval", iv, phase)
		}
		const now = 1_790_000_000_001
		s := NextSlot(now, phase, iv)
		if s < now || s >= now+iv.Milliseconds() || !IsSlot(s, phase, iv) || NextSlot(s, phase, iv) != s {
			t.Errorf("NextSlot(%d, %v, %v) = %d; want the first slot at or after it", now, phase, iv, s)
		}
		if IsSlot(s+1, phase, iv) {
			t.Errorf("IsSlot(%d) = true beside the grid of %v", s+1, iv)
		}
	}
	// A released agent and collector agree on this for ever.
	if got := Phase("shop/web/home", "fra-1", 30*time.Second, DefaultGrid); got != goldenPhase {
		t.Errorf("Phase(shop/web/home, fra-1, 30s, 20ms) = %v; want %v", got, goldenPhase)
	}
}
