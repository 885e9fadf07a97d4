package e2e

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// probeTime is how long a scripted probe takes.
const probeTime = 40 * time.Millisecond

// fault is one line of the script: what probes of slots in [from, to) meet.
type fault struct {
	check    protocol.CheckID // "": every check, and the canary
	agents   []string         // none: all
	from, to time.Time
	outcome  protocol.Outcome
}

// simTarget plays the script to every agent's probes.
type simTarget struct {
	mu     sync.Mutex
	faults []fault
	ran    map[protocol.AgentID]map[protocol.CheckID][]int64 // slots probed, in the order of running
}

func newSimTarget() *simTarget {
	return &simTarget{ran: map[protocol.AgentID]map[protocol.CheckID][]int64{}}
}

// down has a check answer nobody for a while, or only the named agents.
func (s *simTarget) down(check protocol.CheckID, from time.Time, d time.Duration, agents ...string) {
	s.add(fault{check, agents, from, from.Add(d), protocol.OutcomeDown})
}

func (s *simTarget) add(f fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// probe stands in for the network of one agent.
func (s *simTarget) probe(agent string) func(context.Context, *protocol.Check, int64) protocol.Result {
	return func(ctx context.Context, c *protocol.Check, slot int64) protocol.Result {
		time.Sleep(probeTime)
		r := protocol.Result{Check: c.ID, Slot: slot, Interval: c.Interval, Duration: probeTime, Outcome: protocol.OutcomeUp}
		s.mu.Lock()
		defer s.mu.Unlock()
		if !strings.HasPrefix(string(c.ID), "canary/") && ctx.Err() == nil {
			of := s.ran[protocol.AgentID(agent)]
			if of == nil {
				of = map[protocol.CheckID][]int64{}
				s.ran[protocol.AgentID(agent)] = of
			}
			of[c.ID] = append(of[c.ID], slot)
		}
		for _, f := range s.faults {
			if f.meets(agent, c.ID, slot) {
				r.Outcome = f.outcome
			}
		}
		switch r.Outcome {
		case protocol.OutcomeDown:
			r.Cause, r.Message = protocol.CauseConnectRefused, "scripted"
		case protocol.OutcomeDegraded:
			r.Cause = protocol.CauseSlow
		}
		return r
	}
}

// slots returns what an agent probed of a check, in the order of running.
func (s *simTarget) slots(agent string, check protocol.CheckID) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ran[protocol.AgentID(agent)][check]
}

func (f *fault) meets(agent string, check protocol.CheckID, slot int64) bool {
	if slot < f.from.UnixMilli() || slot >= f.to.UnixMilli() || f.check != "" && f.check != check {
		return false
	}
	for _, a := range f.agents {
		if a == agent {
			return true
		}
	}
	return len(f.agents) == 0
}
