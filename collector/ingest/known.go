package ingest

import (
	"cmp"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// An agent that was cut off goes on with the assignment that it had, so what
// was assigned lately is accepted too.
const (
	historyKept = 7 * 24 * time.Hour // after it was replaced
	maxVariants = 8                  // of one check
)

// variant is one grid that a check has, or had, on an agent.
type variant struct {
	interval int64 // ms
	phase    int64 // ms
	until    int64 // ms UTC when it was replaced; 0: in force
}

type knownCheck struct {
	id       protocol.CheckID
	variants []variant // in force first
}

// knownChecks is what one agent may send results of. It is never changed once published.
type knownChecks struct {
	version string
	checks  map[protocol.CheckID]*knownCheck
}

// registry holds the knownChecks of each agent.
type registry struct {
	mu     sync.Mutex
	agents map[protocol.AgentID]*knownChecks
}

func newRegistry() *registry { return &registry{agents: make(map[protocol.AgentID]*knownChecks)} }

// Remember makes results of an earlier assignment acceptable until
// historyKept after replacedAt (ms UTC). The collector calls it at its start
// with what its agreements said before, oldest first: the memory of this
// package does not outlive the process.
func (h *Handler) Remember(a *protocol.Assignment, replacedAt int64) {
	h.known.mu.Lock()
	defer h.known.mu.Unlock()
	next := h.known.agents[a.Agent].with(a, replacedAt)
	h.known.agents[a.Agent] = next.with(&protocol.Assignment{Agent: a.Agent, Grid: a.Grid}, replacedAt)
}

// update returns what the agent may send, given the assignment in force.
func (r *registry) update(agent Agent, a *protocol.Assignment, now int64) *knownChecks {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := r.agents[agent.ID]
	if k == nil || k.version != a.Version {
		k = k.with(a, now)
		r.agents[agent.ID] = k
	}
	return k
}

// with returns the checks of k with a in force from now on.
func (k *knownChecks) with(a *protocol.Assignment, now int64) *knownChecks {
	grid := cmp.Or(a.Grid, protocol.DefaultGrid)
	next := &knownChecks{version: a.Version, checks: make(map[protocol.CheckID]*knownCheck, len(a.Checks))}
	for i := range a.Checks {
		c := &a.Checks[i]
		phase := protocol.Phase(c.ID, a.Agent, c.Interval, grid)
		next.checks[c.ID] = &knownCheck{c.ID, []variant{{interval: c.Interval.Milliseconds(), phase: phase.Milliseconds()}}}
	}
	if k == nil {
		return next
	}
	for id, old := range k.checks {
		c := next.checks[id]
		if c == nil {
			c = &knownCheck{id: id}
		}
		for _, v := range old.variants {
			c.keep(v, now)
		}
		if len(c.variants) > 0 {
			next.checks[id] = c
		}
	}
	return next
}

// keep adds a variant of before, unless it is the one in force, or too old.
func (c *knownCheck) keep(v variant, now int64) {
	if v.until == 0 {
		v.until = now
	}
	if now-v.until > historyKept.Milliseconds() || len(c.variants) == maxVariants {
		return
	}
	for _, have := range c.variants {
		if have.interval == v.interval && have.phase == v.phase {
			return
		}
	}
	c.variants = append(c.variants, v)
}

// inForce returns the variant that the assignment in force gives the check.
func (c *knownCheck) inForce() (variant, bool) {
	if len(c.variants) == 0 || c.variants[0].until != 0 {
		return variant{}, false
	}
	return c.variants[0], true
}

func (v variant) onGrid(slot int64) bool { return (slot-v.phase)%v.interval == 0 }
