package store

import (
	"sync"

	"github.com/probity-sla/probity/internal/protocol"
)

// Change says that results of a series arrived in [From, To).
type Change struct {
	Check    protocol.CheckID
	Agent    protocol.AgentID
	From, To int64
}

// changes is at most one change a series, until somebody takes them.
type changes struct {
	mu      sync.Mutex
	pending map[changeKey]*Change
	last    *Change // of the previous call: neighbouring results are mostly of one series
	signal  chan struct{}
}

type changeKey struct {
	check protocol.CheckID
	agent protocol.AgentID
}

func (c *changes) init() {
	c.pending = map[changeKey]*Change{}
	c.signal = make(chan struct{}, 1)
}

func (c *changes) add(agent protocol.AgentID, check protocol.CheckID, from, to int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.last
	if p == nil || p.Check != check || p.Agent != agent {
		key := changeKey{check, agent}
		if p = c.pending[key]; p == nil {
			p = &Change{check, agent, from, to}
			c.pending[key] = p
		}
		c.last = p
	}
	p.From, p.To = min(p.From, from), max(p.To, to)
	select {
	case c.signal <- struct{}{}:
	default:
	}
}

// Changed receives a value after results have arrived. It is meant for one reader.
func (s *Store) Changed() <-chan struct{} { return s.changes.signal }

// TakeChanges returns what arrived since the last call, one change a series.
func (s *Store) TakeChanges() []Change {
	c := &s.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Change, 0, len(c.pending))
	for _, p := range c.pending {
		out = append(out, *p)
	}
	c.pending, c.last = map[changeKey]*Change{}, nil
	return out
}
