package uplink

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/probity-sla/probity/internal/protocol"
)

const maxAck = 8 << 20 // an Ack that rejects every result of a batch, with reasons

// BatchKey is the Idempotency-Key of a batch: sending it twice counts once.
func BatchKey(boot [16]byte, seq uint64) string {
	return hex.EncodeToString(boot[:]) + "-" + strconv.FormatUint(seq, 10)
}

// Push sends an encoded batch, compressed as zstd, under its key. Once it
// returns an Ack, everything that is not listed as rejected is durable.
func (c *Client) Push(ctx context.Context, payload []byte, key string) (*protocol.Ack, error) {
	start := c.opts.Now()
	_, body, err := c.do(ctx, call{
		op: "push batch " + key, method: http.MethodPost, path: "/api/v1/push", body: payload, limit: maxAck,
		header: http.Header{
			"Content-Type":     {"application/x-probity-batch"},
			"Content-Encoding": {"zstd"},
			"Idempotency-Key":  {key},
			"Accept":           {"application/json"},
		},
	})
	if err != nil {
		return nil, err
	}
	var ack protocol.Ack
	if err := json.Unmarshal(body, &ack); err != nil {
		return nil, fmt.Errorf("push batch %s: the answer is not an acknowledgement: %w", key, err)
	}
	c.m.pushed.UpdateDuration(start)
	c.m.bytes.Add(len(payload))
	return &ack, nil
}
