package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const (
	binaryBatch = "application/x-probity-batch"
	jsonBatch   = "application/json"
	// maxGrowth is how much memory all the hostile requests together may cost the collector.
	maxGrowth = 96 << 20
)

// hostileSite is a collector with two agents that this test speaks for itself.
type hostileSite struct {
	*site
	own, other, slow, gone string // tokens of north-1, south-1, slow-1 and a revoked agent
}

func newHostileSite(t *testing.T) *hostileSite {
	s := newSite(t, map[string]string{"acme.toml": agreement("acme", time.Now(), "",
		service("web", "", "http://127.0.0.1:1", "here /a 1s locations=[\"north\"]", "there /b 1s locations=[\"south\"]"))})
	s.serve()
	for _, name := range []string{"north-1", "south-1", "slow-1", "gone-1"} {
		s.enrol(name, strings.TrimSuffix(name, "-1"))
	}
	s.run("agent", "revoke", "gone-1")
	return &hostileSite{s, s.tokens[0], s.tokens[1], s.tokens[2], s.tokens[3]}
}

// honest is a batch that north-1 might send, with slots just past.
func honest(seq uint64) *protocol.Batch {
	const id = "acme/web/here"
	phase := protocol.Phase(id, "north-1", time.Second, protocol.DefaultGrid)
	slot := protocol.NextSlot(time.Now().Add(-10*time.Second).UnixMilli(), phase, time.Second)
	b := &protocol.Batch{Agent: "north-1", Boot: [16]byte{0xab}, Seq: seq}
	for i := range int64(3) {
		b.Results = append(b.Results, protocol.Result{Check: id, Slot: slot + i*1000, Interval: time.Second, Outcome: protocol.OutcomeUp})
	}
	return b
}

// push sends a body and returns the answer. The headers are pairs.
func (h *hostileSite) push(body io.Reader, token string, headers ...string) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://"+h.address+"/api/v1/push", body)
	if err != nil {
		return nil, nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, answer, err
}

// wantProblem holds an answer to be a problem document of a status.
func wantProblem(t *testing.T, what string, resp *http.Response, answer []byte, status int) {
	t.Helper()
	var p struct {
		Type, Title, Detail string
		Status              int
	}
	err := json.Unmarshal(answer, &p)
	if resp.StatusCode != status || resp.Header.Get("Content-Type") != "application/problem+json" ||
		err != nil || p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: %d %s %s; want a problem with status %d", what, resp.StatusCode, resp.Header.Get("Content-Type"), answer, status)
	}
}

func TestHostilePushes(t *testing.T) {
	t.Parallel()
	h := newHostileSite(t)
	before := h.peakMemory()
	slow := h.slowBodies()
	h.refusesWhole(t)
	h.refusesSingly(t)
	h.survivesNoise(t)
	slow(t)
	if grown := h.peakMemory() - before; grown > maxGrowth {
		t.Errorf("the collector's memory grew by %d MiB, more than %d", grown>>20, maxGrowth>>20)
	} else {
		t.Logf("the collector's memory grew by %d MiB at most", grown>>20)
	}
	if status, body := h.do(http.MethodGet, "/-/ready", ""); status != http.StatusOK {
		t.Errorf("ready: %d %s", status, body)
	}
	b := honest(1)
	resp, answer, err := h.push(bytes.NewReader(encoded(b)), h.own, "Content-Type", binaryBatch)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("an honest push afterwards: %v %s", err, answer)
	}
	h.stopCollector(false)
	db := h.open()
	for _, check := range []protocol.CheckID{"acme/web/here", "acme/web/there"} {
		for _, agent := range []protocol.AgentID{"north-1", "south-1", "gone-1"} {
			want := 0
			if check == "acme/web/here" && agent == "north-1" {
				want = len(b.Results)
			}
			if got := stored(t, db, check, agent); len(got) != want {
				t.Errorf("%s from %s: %d results stored, want %d", check, agent, len(got), want)
			}
		}
	}
}

// peakMemory is the collector's largest resident size so far.
func (s *site) peakMemory() int64 {
	s.t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.collector.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(data), "VmHWM:")
	kib, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return kib << 10
}
