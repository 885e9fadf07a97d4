package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/probity-sla/probity/internal/protocol"
)

// refusesWhole sends what must not be taken at all.
func (h *hostileSite) refusesWhole(t *testing.T) {
	good := encoded(honest(1))
	many := honest(1)
	for len(many.Results) <= protocol.MaxBatchResults {
		many.Results = append(many.Results, many.Results[0])
	}
	asJSON, err := protocol.EncodeBatchJSON(honest(1))
	if err != nil {
		t.Fatal(err)
	}
	foreign := honest(1)
	foreign.Agent = "south-1"
	noise := make([]byte, 4096)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	const typ, enc = "Content-Type", "Content-Encoding"
	for _, c := range []struct {
		what    string
		token   string
		body    []byte
		headers []string
		status  int
	}{
		{"no token", "", good, []string{typ, binaryBatch}, 401},
		{"a token that nobody has", "pa_" + strings.Repeat("A", 43), good, []string{typ, binaryBatch}, 401},
		{"a token of 16 KiB", strings.Repeat("A", 16<<10), good, []string{typ, binaryBatch}, 401},
		{"the token of a revoked agent", h.gone, good, []string{typ, binaryBatch}, 401},
		{"the token of a person", h.token("operate"), good, []string{typ, binaryBatch}, 401},
		{"the batch of another agent", h.own, encoded(foreign), []string{typ, binaryBatch}, 403},
		{"an agent's batch with another's token", h.other, good, []string{typ, binaryBatch}, 403},
		{"nothing", h.own, nil, []string{typ, binaryBatch}, 400},
		{"noise", h.own, noise, []string{typ, binaryBatch}, 400},
		{"noise that says it is zstd", h.own, noise, []string{typ, binaryBatch, enc, "zstd"}, 400},
		{"noise that says it is JSON", h.own, noise, []string{typ, jsonBatch}, 400},
		{"half a batch", h.own, good[:len(good)-1], []string{typ, binaryBatch}, 400},
		{"half a zstd frame", h.own, packed(t, good)[:20], []string{typ, binaryBatch, enc, "zstd"}, 400},
		{"half a JSON document", h.own, asJSON[:len(asJSON)-2], []string{typ, jsonBatch}, 400},
		{"two JSON documents", h.own, slices.Concat(asJSON, asJSON), []string{typ, jsonBatch}, 400},
		{"JSON, a thousand levels deep", h.own, []byte(strings.Repeat(`{"results":[`, 1000)), []string{typ, jsonBatch}, 400},
		{"a field that claims 2 GiB", h.own, binary.AppendUvarint([]byte{0x2a}, 1<<31), []string{typ, binaryBatch}, 400},
		{"a zstd bomb of 1 GiB", h.own, bomb(t, 1<<30), []string{typ, binaryBatch, enc, "zstd"}, 413},
		{"more results than a batch may hold", h.own, encoded(many), []string{typ, binaryBatch}, 413},
		{"a body over the limit", h.own, make([]byte, protocol.MaxBatchBytes+1), []string{typ, binaryBatch}, 413},
		{"no content type", h.own, good, nil, 415},
		{"an unknown content type", h.own, good, []string{typ, "text/plain"}, 415},
		{"an unknown encoding", h.own, good, []string{typ, binaryBatch, enc, "br"}, 415},
		{"the key of another batch", h.own, good, []string{typ, binaryBatch, "Idempotency-Key", hex.EncodeToString(make([]byte, 16)) + "-7"}, 400},
		{"boot of zeros", h.own, encoded(&protocol.Batch{Agent: "north-1", Seq: 1}), []string{typ, binaryBatch}, 400},
		{"seq 0", h.own, encoded(honest(0)), []string{typ, binaryBatch}, 400},
	} {
		resp, answer, err := h.push(bytes.NewReader(c.body), c.token, c.headers...)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		wantProblem(t, c.what, resp, answer, c.status)
	}
	// A body without an end, of no stated length.
	resp, answer, err := h.push(io.MultiReader(bytes.NewReader(good), endless{}), h.own, typ, binaryBatch)
	if err == nil { // else the collector cut the connection while we were still sending
		wantProblem(t, "a body without an end", resp, answer, 413)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// refusesSingly sends batches whose results are refused one by one.
func (h *hostileSite) refusesSingly(t *testing.T) {
	for i, c := range []struct {
		reason string
		batch  *protocol.Batch
	}{
		{"not_assigned", altered(func(r *protocol.Result) { r.Check = "acme/web/there" })},
		{"not_assigned", altered(func(r *protocol.Result) { r.Check = "acme/web/none" })},
		{"off_grid", altered(func(r *protocol.Result) { r.Slot += 7 })},
		{"interval", altered(func(r *protocol.Result) { r.Interval = 2 * time.Second })},
		{"future", altered(func(r *protocol.Result) { r.Slot += 3600_000 })},
		{"too_old", altered(func(r *protocol.Result) { r.Slot -= 365 * 86400_000 })},
		{"invalid", altered(func(r *protocol.Result) { r.Slot = -r.Slot })},
		{"invalid", altered(func(r *protocol.Result) { r.Slot = 1 << 62 })},
		{"invalid", altered(func(r *protocol.Result) { r.Outcome = 9 })},
		{"invalid", altered(func(r *protocol.Result) { r.Cause = protocol.CauseStatus })}, // of a result that is up
		{"invalid", altered(func(r *protocol.Result) { r.Outcome = protocol.OutcomeDown })},
		{"invalid", altered(func(r *protocol.Result) { r.Message = strings.Repeat("x", protocol.MaxMessageBytes+1) })},
	} {
		c.batch.Seq += uint64(i)
		resp, answer, err := h.push(bytes.NewReader(encoded(c.batch)), h.own, "Content-Type", binaryBatch)
		var ack protocol.Ack
		if err == nil {
			err = json.Unmarshal(answer, &ack)
		}
		ok := err == nil && resp.StatusCode == http.StatusOK && ack.Accepted == 0 && len(ack.Rejected) == len(c.batch.Results)
		for _, r := range ack.Rejected {
			ok = ok && strings.HasPrefix(r.Reason, c.reason+": ")
		}
		if !ok {
			t.Errorf("a batch of %+v: %v %s; want all rejected as %s", c.batch.Results[0], err, answer, c.reason)
		}
	}
}

// survivesNoise flips bytes of good batches and cuts them short: whatever comes
// out is refused, or is another honest batch.
func (h *hostileSite) survivesNoise(t *testing.T) {
	whole := encoded(altered(func(r *protocol.Result) { r.Check = "acme/web/there" })) // nothing in it may be stored
	for range rounds(t, 500) {
		body := slices.Clone(whole[:1+rand.IntN(len(whole))])
		for range rand.IntN(4) {
			body[rand.IntN(len(body))] = byte(rand.Uint32())
		}
		headers := []string{"Content-Type", []string{binaryBatch, jsonBatch}[rand.IntN(2)]}
		if rand.IntN(2) == 0 {
			body, headers = packed(t, body), append(headers, "Content-Encoding", "zstd")
		}
		resp, answer, err := h.push(bytes.NewReader(body), h.own, headers...)
		if err != nil || resp.StatusCode >= 500 {
			t.Fatalf("a damaged batch %x: %v %s", body, err, answer)
		}
	}
}

// altered is an honest batch with one thing about its results changed.
func altered(change func(*protocol.Result)) *protocol.Batch {
	b := honest(99)
	for i := range b.Results {
		change(&b.Results[i])
	}
	return b
}

func encoded(b *protocol.Batch) []byte { return protocol.AppendBatch(nil, b) }

func packed(t *testing.T, data []byte) []byte {
	t.Helper()
	c, err := protocol.NewCompressor()
	if err != nil {
		t.Fatal(err)
	}
	return c.Compress(nil, data)
}

// bomb is a zstd stream of n zeros.
func bomb(t *testing.T, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	for zeros := make([]byte, 1<<20); n > 0; n -= len(zeros) {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
