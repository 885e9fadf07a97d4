package ingest

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Push takes a batch: POST /api/v1/push. Its answer is an acknowledgement:
// what it does not list as rejected is durable.
func (h *Handler) Push(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	defer h.meters.pushSeconds.UpdateDuration(start)
	h.limitRead(w)
	agent, p := h.authenticate(r)
	if p != nil {
		h.refuse(w, p)
		return
	}
	release, p := h.admit(agent.ID)
	if p != nil {
		h.refuse(w, p)
		return
	}
	defer release()
	body, p := h.readBody(w, r, protocol.MaxBatchBytes)
	if p != nil {
		h.refuse(w, p)
		return
	}
	batch, p := h.decode(r.Header, body.Bytes())
	h.freeBody(body)
	if p == nil {
		p = own(agent, batch.Agent)
	}
	if p == nil {
		p = sameKey(r.Header.Get("Idempotency-Key"), batch)
	}
	if p != nil {
		h.refuse(w, p)
		return
	}
	ack, p := h.accept(r, agent, batch)
	if p != nil {
		h.refuse(w, p)
		return
	}
	h.send(w, http.StatusOK, ack)
}

// accept verifies, commits and remembers. It returns the acknowledgement.
func (h *Handler) accept(r *http.Request, agent Agent, b *protocol.Batch) (*protocol.Ack, *problem) {
	if ack, ok := h.acks.find(b); ok {
		h.meters.duplicates.Inc()
		return ack, nil
	}
	now := h.now().UnixMilli()
	known := h.known.update(agent, h.opts.Assignments.For(agent.ID, agent.Location), now)
	v := verifier{known: known, now: now, oldest: now - h.opts.MaxAge.Milliseconds(), meters: &h.meters}
	ack := &protocol.Ack{Rejected: v.results(b)}
	rejectedGaps := v.gaps(b)
	if len(b.Results)+len(b.Gaps) > 0 {
		// Not the request's context: a peer that leaves must not fail the
		// group that its batch is committed with.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitTimeout)
		defer cancel()
		duplicate, err := h.opts.Store.AppendBatch(ctx, b, now)
		if err == nil && duplicate {
			err = h.recheck(ctx, &v, b, ack)
		}
		if err != nil {
			return nil, h.unavailable(r, "batch not stored", fmt.Errorf("batch %d of agent %s: %w", b.Seq, agent.ID, err))
		}
		ack.Duplicate = duplicate
	}
	ack.Accepted = len(b.Results) + v.gapsAccepted
	ack.Rejected = append(ack.Rejected, rejectedGaps...)
	h.count(b, ack, now)
	h.acks.remember(b, ack)
	return ack, nil
}

// recheck is for a batch that came before and whose answer is forgotten, by a
// restart perhaps: what was refused then is not in the store, though it would
// pass today, and must not be acknowledged.
func (h *Handler) recheck(ctx context.Context, v *verifier, b *protocol.Batch, ack *protocol.Ack) error {
	absent, err := h.opts.Store.Absent(ctx, b)
	if err != nil || len(absent) == 0 {
		return err
	}
	ack.Rejected = v.withdraw(b, ack.Rejected, absent)
	return nil
}

func (h *Handler) count(b *protocol.Batch, ack *protocol.Ack, now int64) {
	if ack.Duplicate {
		h.meters.duplicates.Inc()
		return
	}
	h.meters.stored.Inc()
	h.meters.accepted.Add(len(b.Results))
	h.meters.gaps.Add(len(b.Gaps))
	if n := len(b.Results); n > 0 {
		h.meters.delaySeconds.Update(float64(now-b.Results[n-1].Slot) / 1000)
	}
}

// sameKey refuses a key that contradicts the batch: one of the two is not what was meant.
func sameKey(key string, b *protocol.Batch) *problem {
	if want := fmt.Sprintf("%s-%d", hex.EncodeToString(b.Boot[:]), b.Seq); key != "" && key != want {
		return problemOf(http.StatusBadRequest, "malformed", "Idempotency-Key "+quote(key)+" is not that of the batch, "+quote(want))
	}
	return nil
}

// maxRemembered bounds the rejections that are kept in memory for one agent.
const maxRemembered = 1000

// ackMemory remembers the last acknowledgement of each agent. When it got lost
// on the way and the batch comes again, the same answer is given: what was
// rejected then (too far in the future, say) was not stored, whatever holds now.
type ackMemory struct {
	mu   sync.Mutex
	last map[protocol.AgentID]rememberedAck
}

type rememberedAck struct {
	boot [16]byte
	seq  uint64
	ack  *protocol.Ack
}

func (m *ackMemory) find(b *protocol.Batch) (*protocol.Ack, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.last[b.Agent]
	if !ok || r.boot != b.Boot || r.seq != b.Seq {
		return nil, false
	}
	again := *r.ack
	again.Duplicate = true
	return &again, true
}

func (m *ackMemory) remember(b *protocol.Batch, ack *protocol.Ack) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(ack.Rejected) > maxRemembered {
		delete(m.last, b.Agent)
		return
	}
	m.last[b.Agent] = rememberedAck{b.Boot, b.Seq, ack}
}
