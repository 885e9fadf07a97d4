package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

const maxBeat = 64 << 10

// Beat is what the answer to a heartbeat tells about this machine's clock.
type Beat struct {
	Offset time.Duration // the collector's clock − ours, taken at the middle of the round trip
	RTT    time.Duration // Offset is right to within half of it
}

// Beat sends a heartbeat.
func (c *Client) Beat(ctx context.Context, hb *protocol.Heartbeat) (Beat, error) {
	body, err := json.Marshal(hb)
	if err != nil {
		return Beat{}, fmt.Errorf("heartbeat: %w", err)
	}
	sent, clock := c.opts.Now(), time.Now()
	_, answer, err := c.do(ctx, call{
		op: "heartbeat", method: http.MethodPost, path: "/api/v1/heartbeat", body: body, limit: maxBeat,
		header: http.Header{"Content-Type": {"application/json"}}, onlyOnce: true,
	})
	if err != nil {
		return Beat{}, err
	}
	rtt := time.Since(clock)
	var in protocol.HeartbeatAck
	if err := json.Unmarshal(answer, &in); err != nil {
		return Beat{}, fmt.Errorf("heartbeat: the answer is not the collector's time: %w", err)
	}
	if in.Now <= 0 || in.Now > protocol.MaxInstant {
		return Beat{}, errors.New("heartbeat: the answer holds no plausible time")
	}
	return Beat{Offset: time.UnixMilli(in.Now).Sub(sent.Add(rtt / 2).Round(0)), RTT: rtt}, nil
}
