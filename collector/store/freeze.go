package store

import (
	"cmp"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// frozen is one series' share of a flush.
type frozen struct {
	agent   protocol.AgentID
	check   protocol.CheckID
	samples []timeline.Sample // a copy: the flush sorts it
	gaps    []protocol.Gap
}

// freeze marks what is fresh as on its way into pieces. What an earlier flush
// failed to write goes along.
func (h *head) freeze() (parts []frozen, upto int64, rows int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for agent, ofAgent := range h.series {
		for check, l := range ofAgent {
			l.frozen, l.fresh = append(l.frozen, l.fresh...), nil
			l.frozenGaps, l.gaps = append(l.frozenGaps, l.gaps...), nil
			if len(l.frozen)+len(l.frozenGaps) > 0 {
				parts = append(parts, frozen{agent, check, slices.Clone(l.frozen), slices.Clone(l.frozenGaps)})
			}
		}
	}
	slices.SortFunc(parts, func(a, b frozen) int {
		return cmp.Or(cmp.Compare(a.check, b.check), cmp.Compare(a.agent, b.agent))
	})
	rows = h.rows
	h.rows, h.samples, h.oldest = 0, 0, 0
	return parts, h.upto, rows
}

// discard forgets what is frozen: it is in pieces now.
func (h *head) discard() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, ofAgent := range h.series {
		for _, l := range ofAgent {
			l.frozen, l.frozenGaps = nil, nil
		}
	}
}

// thaw takes back the count of a flush that failed, so that it is tried again.
func (h *head) thaw(parts []frozen, rows int, oldest int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range parts {
		h.samples += len(p.samples)
	}
	h.rows += rows
	h.oldest = oldest
}
