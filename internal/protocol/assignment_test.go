package protocol

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestGoldenAssignmentDecodesForEver(t *testing.T) {
	got, err := DecodeAssignment(readGolden(t, "assignment-v1.json"))
	if err != nil {
		t.Fatal(err)
	}
	if want := sampleAssignment(); !reflect.DeepEqual(got, want) {
		t.Errorf("assignment-v1.json decodes to\n%+v; want\n%+v", got, want)
	}
}

func TestGoldenHeartbeatDecodesForEver(t *testing.T) {
	got, err := DecodeHeartbeat(readGolden(t, "heartbeat-v1.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Heartbeat{Agent: "fra-1", Boot: "deadbeef0102030405060708090a0b0c", At: 1790000000000, Version: "v0.1.0", Assignment: "7f3a",
		Checks: 4, SpoolBytes: 65536, Oldest: 1789999990000, Faults: []string{`assignment refused: check "shop/web/home": unknown field "quic"`}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("heartbeat-v1.json decodes to %+v; want %+v", got, want)
	}
}

func TestAssignmentRoundTrip(t *testing.T) {
	for _, want := range []*Assignment{sampleAssignment(), {Version: "1", Agent: "a", Location: "l", Grid: time.Millisecond, Checks: nil}} {
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeAssignment(data)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("DecodeAssignment(%s) = %+v, %v; want %+v", data, got, err, want)
		}
	}
}

func TestDecodeAssignmentRefuses(t *testing.T) {
	edit := func(change func(*Assignment)) string {
		a := sampleAssignment()
		change(a)
		data, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	plain := edit(func(*Assignment) {})
	tests := []struct{ name, in, want string }{
		{"nothing", "", "unexpected end"},
		{"half of it", plain[:len(plain)/2], "unexpected end"},
		{"an unknown option of a check", strings.Replace(plain, `"body_contains"`, `"body_contain"`, 1), `check "shop/web/home": json: unknown field "body_contain"`},
		{"an unknown option of TLS", strings.Replace(plain, `"min_expiry_us"`, `"min_expiry"`, 1), `unknown field "min_expiry"`},
		{"an unknown option of ICMP", strings.Replace(plain, `"max_loss"`, `"maxloss"`, 1), `unknown field "maxloss"`},
		{"an unknown key", strings.Replace(plain, `"agent"`, `"agnt"`, 1), `unknown field "agnt"`},
		{"a check twice", edit(func(a *Assignment) { a.Checks[1].ID = a.Checks[0].ID }), `check "shop/web/home" occurs twice`},
		{"a check without its spec", edit(func(a *Assignment) { a.Checks[0].HTTP = nil }), "kind http has no spec"},
		{"a check with a spec too many", edit(func(a *Assignment) { a.Checks[0].TCP = &TCPSpec{} }), "kind http has a spec of kind tcp"},
		{"a timeout beyond the interval", edit(func(a *Assignment) { a.Checks[0].Timeout = time.Minute }), "timeout 1m0s"},
		{"no target", edit(func(a *Assignment) { a.Checks[0].Target = "" }), "target is empty"},
		{"no grid", edit(func(a *Assignment) { a.Grid = 0 }), "grid 0s"},
		{"no version", edit(func(a *Assignment) { a.Version = "" }), "version"},
		{"too many bytes", strings.Repeat(" ", MaxAssignmentSize+1), "assignment bytes"},
	}
	for _, tt := range tests {
		if _, err := DecodeAssignment([]byte(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: DecodeAssignment = %v; want %q in it", tt.name, err, tt.want)
		}
	}
	many := strings.Replace(`{"version":"1","checks":[]}`, "[]", "["+strings.Repeat("{},", MaxChecks)+"{}]", 1)
	if _, err := DecodeAssignment([]byte(many)); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d checks", MaxChecks)) {
		t.Errorf("too many checks: DecodeAssignment = %v", err)
	}
}

func TestDecodeHeartbeatRefuses(t *testing.T) {
	for in, want := range map[string]string{
		``:                                 "empty JSON",
		`{"agent":"a","at":0}`:             "out of range",
		`{"agent":"","at":1}`:              "agent is empty",
		`{"agent":"a","at":1,"x":1}`:       "unknown field",
		`{"agent":"a","at":1,"checks":-1}`: "out of range",
		`{"agent":"a","at":1,"faults":[` + strings.Repeat(`"",`, MaxFaults) + `""]}`:       "faults in a heartbeat",
		`{"agent":"a","at":1,"faults":["` + strings.Repeat(`x`, MaxMessageBytes+1) + `"]}`: "bytes in a fault",
		`{"agent":"a","at":1,"version":"` + strings.Repeat(`x`, MaxIDBytes+1) + `"}`:       "bytes in a name",
		strings.Repeat(" ", MaxHeartbeatBytes+1):                                           "heartbeat bytes",
	} {
		if _, err := DecodeHeartbeat([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("DecodeHeartbeat(%.60q) = %v; want %q in it", in, err, want)
		}
	}
}

func FuzzDecodeAssignment(f *testing.F) {
	f.Add(readGolden(f, "assignment-v1.json"))
	f.Add([]byte(`{"version":"1","agent":"a","location":"l","grid_us":20000,"checks":[null]}`))
	f.Add([]byte(`{"checks":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := DecodeAssignment(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(a)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		if _, err := DecodeAssignment(again); err != nil {
			t.Fatalf("what was decoded cannot be decoded again: %v", err)
		}
	})
}

func FuzzDecodeHeartbeat(f *testing.F) {
	f.Add(readGolden(f, "heartbeat-v1.json"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := DecodeHeartbeat(data); err == nil && h.Validate() != nil {
			t.Errorf("DecodeHeartbeat(%q) let an invalid one through", data)
		}
	})
}
