package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Whatever an enrolled agent sends, the answer is an acknowledgement that
// counts everything in the batch, or a problem; and what is stored is valid.
func FuzzPush(f *testing.F) {
	b := batch(1, result("shop/web/home", 30*time.Second, -time.Minute), result("shop/web/api", time.Second, time.Hour))
	b.Gaps = []protocol.Gap{{From: clock.Add(-time.Minute).UnixMilli(), To: clock.UnixMilli(), Reason: protocol.GapCorrupt}}
	asJSON, err := protocol.EncodeBatchJSON(b)
	if err != nil {
		f.Fatal(err)
	}
	c, err := protocol.NewCompressor()
	if err != nil {
		f.Fatal(err)
	}
	binary := protocol.AppendBatch(nil, b)
	f.Add(binary, false, false)
	f.Add(asJSON, true, false)
	f.Add(c.Compress(nil, binary), false, true)
	f.Add(c.Compress(nil, asJSON), true, true)
	f.Add([]byte{}, true, true)
	r := newRig(f, nil)
	f.Fuzz(func(t *testing.T, body []byte, isJSON, packed bool) {
		r.batches = map[[16]byte]map[uint64]*protocol.Batch{}
		clear(r.handler.acks.last)
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/push", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", map[bool]string{false: binaryType, true: jsonType}[isJSON])
		if packed {
			req.Header.Set("Content-Encoding", "zstd")
		}
		w := httptest.NewRecorder()
		r.handler.Push(w, req)
		if w.Code != 200 {
			var p problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || w.Code < 400 || w.Code >= 500 {
				t.Fatalf("answer %d %s (%v); want a problem of the peer's", w.Code, w.Body, err)
			}
			return
		}
		var ack protocol.Ack
		if err := json.Unmarshal(w.Body.Bytes(), &ack); err != nil {
			t.Fatalf("answer %s: %v", w.Body, err)
		}
		if err := r.allValid(ack); err != nil {
			t.Error(err)
		}
	})
}

func (m *memory) allValid(ack protocol.Ack) error {
	results, gaps := 0, 0
	for _, seqs := range m.batches {
		for _, b := range seqs {
			results, gaps = results+len(b.Results), gaps+len(b.Gaps)
			for i := range b.Results {
				if err := b.Results[i].Validate(); err != nil {
					return fmt.Errorf("stored result %+v: %w", b.Results[i], err)
				}
			}
			for i := range b.Gaps {
				if err := b.Gaps[i].Validate(); err != nil || b.Gaps[i].Check == "" {
					return fmt.Errorf("stored gap %+v: %w", b.Gaps[i], err)
				}
			}
		}
	}
	if ack.Accepted < results || ack.Accepted == 0 && gaps > 0 {
		return fmt.Errorf("stored %d results and %d gaps, acknowledged %d", results, gaps, ack.Accepted)
	}
	return nil
}

func FuzzHeartbeat(f *testing.F) {
	f.Add([]byte(`{"agent":"fra-1","boot":"07","at":1790000000000,"version":"v1","assignment":"1","checks":2,"spool_bytes":0,"oldest":0}`))
	r := newRig(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/heartbeat", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		r.handler.Heartbeat(w, req)
		if w.Code != 200 && (w.Code < 400 || w.Code >= 500) {
			t.Fatalf("answer %d %s; want 200 or a problem of the peer's", w.Code, w.Body)
		}
	})
}
