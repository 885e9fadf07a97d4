package collector

import (
	"context"
	"sync"

	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// doorstep is the store as agents meet it. It notes when each agent was last
// heard of, and whether the store takes anything at all.
type doorstep struct {
	*store.Store
	c *collector
}

// AppendBatch stores a batch. A store that cannot is said to be not ready.
func (d *doorstep) AppendBatch(ctx context.Context, b *protocol.Batch, receivedAt int64) (duplicate bool, err error) {
	d.c.heard.note(b.Agent, receivedAt)
	duplicate, err = d.Store.AppendBatch(ctx, b, receivedAt)
	switch {
	case err == nil:
		d.c.health.Hold("store")
	case ctx.Err() == nil:
		d.c.health.Fail("store", "results cannot be stored: "+err.Error())
	}
	return duplicate, err
}

// heard remembers when each agent last sent results, ms UTC. It outlives no
// restart: heartbeats are on record, and the next push is a second away.
type heard struct {
	mu sync.Mutex
	at map[protocol.AgentID]int64
}

func (h *heard) note(agent protocol.AgentID, at int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil {
		h.at = map[protocol.AgentID]int64{}
	}
	h.at[agent] = max(h.at[agent], at)
}

// last is when an agent was last heard of, by a push or by its heartbeat.
func (h *heard) last(a *store.AgentRecord) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return max(h.at[a.Name], a.HeartbeatAt)
}
