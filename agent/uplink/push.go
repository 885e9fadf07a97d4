package uplink

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
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
	ack, err := parseAck(body)
	if err != nil {
		return nil, fmt.Errorf("push batch %s: the answer is not an acknowledgement: %w; check that collector.url names the collector", key, err)
	}
	c.m.pushed.UpdateDuration(start)
	c.m.bytes.Add(len(payload))
	return ack, nil
}

// parseAck insists on what every acknowledgement says: a batch is freed on its
// word, and anything may answer 200 at a mistyped address.
func parseAck(body []byte) (*protocol.Ack, error) {
	var said struct {
		protocol.Ack
		Accepted *int `json:"accepted"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return nil, err
	}
	if said.Accepted == nil {
		return nil, errors.New("it does not say how much was accepted")
	}
	said.Ack.Accepted = *said.Accepted
	return &said.Ack, nil
}
