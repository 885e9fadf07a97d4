package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

func TestAssignment(t *testing.T) {
	r := newRig(t, nil)
	resp, text := r.do(t, "GET", "/api/v1/assignment", nil)
	a, err := protocol.DecodeAssignment([]byte(text))
	if err != nil || resp.Header.Get("ETag") != `"1"` || a.Agent != "fra-1" || a.Location != "frankfurt" || len(a.Checks) != 2 {
		t.Fatalf("assignment: %d, ETag %s, %+v, %v", resp.StatusCode, resp.Header.Get("ETag"), a, err)
	}
	for _, header := range []string{`"1"`, `W/"1"`, `"0", "1"`, `*`} {
		if resp, text := r.do(t, "GET", "/api/v1/assignment", nil, "If-None-Match", header); resp.StatusCode != 304 || text != "" {
			t.Errorf("If-None-Match %s: %d %q; want 304 and nothing", header, resp.StatusCode, text)
		}
	}
	r.assign("2", check("shop/web/home", time.Minute))
	if resp, _ := r.do(t, "GET", "/api/v1/assignment", nil, "If-None-Match", `"1"`); resp.StatusCode != 200 || resp.Header.Get("ETag") != `"2"` {
		t.Errorf("after a change: %d, ETag %s; want 200 and 2", resp.StatusCode, resp.Header.Get("ETag"))
	}
	if resp, _ := r.do(t, "GET", "/api/v1/assignment", nil, "Authorization", "Bearer x"); resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") == "" {
		t.Errorf("with a forged token: %d; want 401 and a challenge", resp.StatusCode)
	}
}

func TestHeartbeat(t *testing.T) {
	r := newRig(t, nil)
	good := protocol.Heartbeat{Agent: "fra-1", Boot: "07", At: clock.UnixMilli(), Version: "v1", Assignment: "1", Checks: 2}
	encode := func(edit func(*protocol.Heartbeat)) []byte {
		hb := good
		edit(&hb)
		data, err := json.Marshal(hb)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	resp, text := r.do(t, "POST", "/api/v1/heartbeat", encode(func(*protocol.Heartbeat) {}))
	if want := fmt.Sprintf(`{"now":%d}`, clock.UnixMilli()); resp.StatusCode != 200 || text != want {
		t.Errorf("heartbeat: %d %s; want 200 %s", resp.StatusCode, text, want)
	}
	if len(r.heartbeats) != 1 || r.heartbeats[0].Version != "v1" {
		t.Errorf("stored %+v; want the heartbeat", r.heartbeats)
	}
	for _, tt := range []struct {
		name   string
		body   []byte
		status int
	}{
		{"of another agent", encode(func(h *protocol.Heartbeat) { h.Agent = "fra-2" }), 403},
		{"garbage", []byte("["), 400},
		{"an unknown key", []byte(`{"agent":"fra-1","at":1,"x":1}`), 400},
		{"too large", []byte(strings.Repeat(" ", protocol.MaxHeartbeatBytes+1)), 413},
		{"too many faults", encode(func(h *protocol.Heartbeat) { h.Faults = make([]string, protocol.MaxFaults+1) }), 413},
	} {
		if resp, text := r.do(t, "POST", "/api/v1/heartbeat", tt.body); resp.StatusCode != tt.status {
			t.Errorf("heartbeat, %s: %d %s; want %d", tt.name, resp.StatusCode, text, tt.status)
		}
	}
	r.fault = errors.New("disk full")
	if resp, _ := r.do(t, "POST", "/api/v1/heartbeat", encode(func(*protocol.Heartbeat) {})); resp.StatusCode != 503 {
		t.Errorf("heartbeat to a full disk: %d; want 503", resp.StatusCode)
	}
}
