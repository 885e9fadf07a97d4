package store

import (
	"slices"
	"strings"
	"sync"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// head is what the journal holds and no piece does, and the latest result of
// each series.
type head struct {
	mu      sync.RWMutex
	series  map[protocol.AgentID]map[protocol.CheckID]*live
	samples int   // fresh, all series together
	rows    int   // journal rows behind them
	upto    int64 // newest journal row applied
	oldest  int64 // when the oldest fresh batch was received, ms UTC; 0: none
	full    chan struct{}
}

func (h *head) init() {
	h.series = map[protocol.AgentID]map[protocol.CheckID]*live{}
	h.full = make(chan struct{}, 1)
}

// apply adds a batch that is in the journal.
func (h *head) apply(b *protocol.Batch, id, receivedAt int64, changed *changes) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.upto = max(h.upto, id)
	h.rows++
	if h.oldest == 0 {
		h.oldest = receivedAt
	}
	ofAgent := h.series[b.Agent]
	if ofAgent == nil {
		ofAgent = map[protocol.CheckID]*live{}
		h.series[protocol.AgentID(strings.Clone(string(b.Agent)))] = ofAgent
	}
	var buf [timeline.MaxEvidence]byte
	var l *live
	var last protocol.CheckID
	for i := range b.Results {
		r := &b.Results[i]
		if l == nil || r.Check != last {
			l, last = liveOf(ofAgent, r.Check), r.Check
		}
		l.add(r, buf[:0])
		changed.add(b.Agent, r.Check, r.Slot, r.Slot+r.Interval.Milliseconds())
	}
	for _, g := range b.Gaps {
		changed.add(b.Agent, g.Check, g.From, g.To+g.Interval.Milliseconds())
		l := liveOf(ofAgent, g.Check)
		g.Check = ""
		l.gaps = append(l.gaps, g)
	}
	h.samples += len(b.Results)
}

func (h *head) signalWhenFull(limit int) {
	if h.size() >= limit {
		select {
		case h.full <- struct{}{}:
		default:
		}
	}
}

func (h *head) size() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.samples
}

func (h *head) count() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	n := 0
	for _, m := range h.series {
		n += len(m)
	}
	return n
}

// age returns since when the oldest batch waits, 0 when none does.
func (h *head) age() int64 {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.oldest
}

// piece returns what the head holds of a series in [from, to), as one piece.
func (h *head) piece(check protocol.CheckID, agent protocol.AgentID, from, to int64) timeline.Piece {
	h.mu.RLock()
	defer h.mu.RUnlock()
	l := h.series[agent][check]
	if l == nil {
		return nil
	}
	var out []timeline.Sample
	for _, part := range [][]timeline.Sample{l.frozen, l.fresh} {
		for _, s := range part {
			if s.Slot >= from && s.Slot < to {
				out = append(out, s)
			}
		}
	}
	return timeline.Build(out)
}

func (h *head) gaps(check protocol.CheckID, agent protocol.AgentID) []protocol.Gap {
	h.mu.RLock()
	defer h.mu.RUnlock()
	l := h.series[agent][check]
	if l == nil {
		return nil
	}
	return slices.Concat(l.frozenGaps, l.gaps)
}

func (h *head) latest(check protocol.CheckID, agent protocol.AgentID) (protocol.Result, bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	l := h.series[agent][check]
	if l == nil || !l.seen {
		return protocol.Result{}, false
	}
	r := l.latest
	r.Check = check
	return r, true
}

// remember keeps a latest result that was read from a piece.
func (h *head) remember(agent protocol.AgentID, r protocol.Result) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ofAgent := h.series[agent]
	if ofAgent == nil {
		ofAgent = map[protocol.CheckID]*live{}
		h.series[agent] = ofAgent
	}
	if l := liveOf(ofAgent, r.Check); !l.seen || l.latest.Slot < r.Slot {
		l.latest, l.seen = r, true
	}
}

// agents lists who has sent something for the check since the last flush.
func (h *head) agents(check protocol.CheckID) []protocol.AgentID {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var out []protocol.AgentID
	for agent, ofAgent := range h.series {
		if l := ofAgent[check]; l != nil && (l.seen || len(l.gaps)+len(l.frozenGaps) > 0) {
			out = append(out, agent)
		}
	}
	slices.Sort(out)
	return out
}
