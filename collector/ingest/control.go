package ingest

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/probity-sla/probity/internal/protocol"
)

// Assignment serves what an agent runs: GET /api/v1/assignment.
func (h *Handler) Assignment(w http.ResponseWriter, r *http.Request) {
	agent, p := h.authenticate(r)
	if p != nil {
		h.refuse(w, p)
		return
	}
	a := h.opts.Assignments.For(agent.ID, agent.Location)
	h.known.update(agent, a, h.now().UnixMilli()) // before the agent has it: its results come next
	etag := `"` + a.Version + `"`
	w.Header().Set("ETag", etag)
	w.Header().Set("Cache-Control", "no-cache")
	if named(r.Header.Get("If-None-Match"), etag) {
		h.meters.unchanged.Inc()
		answer(w, http.StatusNotModified, nil)
		return
	}
	h.meters.sent.Inc()
	h.send(w, http.StatusOK, a)
}

// named reports whether an If-None-Match header names the tag.
func named(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == etag || part == "*" {
			return true
		}
	}
	return false
}

// Heartbeat keeps an agent's own state: POST /api/v1/heartbeat. Its answer is
// our clock, from which the agent sees how far its own is off.
func (h *Handler) Heartbeat(w http.ResponseWriter, r *http.Request) {
	h.limitRead(w)
	agent, p := h.authenticate(r)
	if p != nil {
		h.refuse(w, p)
		return
	}
	body, p := h.readBody(w, r, protocol.MaxHeartbeatBytes)
	if p != nil {
		h.refuse(w, p)
		return
	}
	hb, err := protocol.DecodeHeartbeat(body.Bytes())
	h.freeBody(body)
	if err != nil {
		h.refuse(w, malformed(err))
		return
	}
	if p := own(agent, hb.Agent); p != nil {
		h.refuse(w, p)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), commitTimeout)
	defer cancel()
	now := h.now().UnixMilli()
	if err := h.opts.Store.SaveHeartbeat(ctx, agent.ID, hb, now); err != nil {
		h.refuse(w, h.unavailable(r, "heartbeat not stored", fmt.Errorf("agent %s: %w", agent.ID, err)))
		return
	}
	h.meters.heartbeats.Inc()
	h.send(w, http.StatusOK, protocol.HeartbeatAck{Now: now})
}
