package sla

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// MaxDepth bounds how deep observations nest: services, checks, locations, and room.
const MaxDepth = 8

var errTwoForms = errors.New("an observation has more than one of timeline, runs, probes and endpoints")

// node is one observation while it is being computed: its spans, and its parts.
type node struct {
	name  string
	spans []Span
	kids  []int32 // indices into Engine.nodes
	pos   int     // where who stands; instants are asked in ascending order
}

// observe computes the node of obs and returns its index (SLA.md F1–F5).
func (e *Engine) observe(t *Terms, obs *Observation, name string, depth int) (int32, error) {
	id, err := e.newNode(name, depth)
	if err != nil {
		return 0, err
	}
	forms := btoi(obs.Timeline != nil) + btoi(obs.Runs != nil) + btoi(obs.Probes != nil) + btoi(obs.Endpoints != nil)
	if forms > 1 {
		return 0, errTwoForms
	}
	spans := e.nodes[id].spans[:0]
	switch {
	case obs.Timeline != nil:
		spans = appendTimeline(spans, obs.Timeline)
	case obs.Runs != nil:
		spans, err = e.runSpans(spans, obs.Runs, t.Consecutive)
	case obs.Probes != nil || obs.Endpoints != nil:
		parts := obs.Probes
		if parts == nil {
			parts = obs.Endpoints
		}
		kids := e.nodes[id].kids[:0]
		for i := range parts {
			kid, err := e.observe(t, &parts[i].Seen, parts[i].Name, depth+1)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", parts[i].Name, err)
			}
			kids = append(kids, kid)
		}
		e.nodes[id].kids = kids
		spans = e.join(spans, kids, t, obs.Endpoints != nil)
	}
	e.nodes[id].spans = spans
	return id, err
}

func (e *Engine) newNode(name string, depth int) (int32, error) {
	if depth > MaxDepth {
		return 0, fmt.Errorf("observations nest deeper than %d", MaxDepth)
	}
	id := e.used
	if id == len(e.nodes) {
		e.nodes = append(e.nodes, node{})
	}
	e.used++
	n := &e.nodes[id]
	n.name, n.pos, n.kids, n.spans = name, 0, n.kids[:0], n.spans[:0]
	return int32(id), nil
}

// tally counts parts by state at one instant.
type tally [Down + 1]int

// join merges the edges of the parts and asks the rule at each of them. A span
// of down or degraded ends also where the parts that decide it change, so that
// the ledger can name them.
func (e *Engine) join(dst []Span, kids []int32, t *Terms, endpoints bool) []Span {
	heads := e.takeHeads(kids)
	var count tally
	count[Unknown] = len(kids)
	rule := t.Probes.state
	if endpoints {
		rule = t.Endpoints.state
	}
	state, since := rule(count), int64(math.MinInt64)
	for {
		at := int64(math.MaxInt64)
		for i := range heads {
			at = min(at, heads[i].edge)
		}
		if at == math.MaxInt64 {
			break
		}
		touched := uint8(0)
		for i := range heads {
			if h := &heads[i]; h.edge == at {
				was := h.state
				h.step()
				count[was]--
				count[h.state]++
				touched |= 1<<was | 1<<h.state
			}
		}
		next := rule(count)
		if next == state && (state < Degraded || touched&deciders(state) == 0) {
			continue
		}
		if since != math.MinInt64 {
			dst = appendKnown(dst, since, at, state)
		}
		state, since = next, at
	}
	return dst
}

func appendKnown(dst []Span, from, to int64, s State) []Span {
	if s == Unknown {
		return dst
	}
	return append(dst, Span{from, to, s})
}

// deciders is the set of part states that can make a whole be in state s.
func deciders(s State) uint8 {
	if s == Degraded {
		return 1<<Degraded | 1<<Down
	}
	return 1 << s
}

// head walks through the spans of one part.
type head struct {
	spans []Span
	state State
	edge  int64 // the next change; MaxInt64 after the last
}

func (e *Engine) takeHeads(kids []int32) []head {
	heads := e.heads[:0]
	for _, k := range kids {
		h := head{spans: e.nodes[k].spans, edge: math.MaxInt64}
		if len(h.spans) > 0 {
			h.edge = h.spans[0].From
		}
		heads = append(heads, h)
	}
	e.heads = heads
	return heads
}

// step passes the edge: into the span that starts there, or out of the one that ends.
func (h *head) step() {
	if h.state == Unknown || len(h.spans) > 0 && h.spans[0].From == h.edge {
		h.enter()
		return
	}
	h.state, h.edge = Unknown, math.MaxInt64
	if len(h.spans) > 0 {
		h.edge = h.spans[0].From
	}
}

func (h *head) enter() {
	s := h.spans[0]
	h.spans = h.spans[1:]
	h.state, h.edge = s.State, s.To
}

// state is the rule over locations (SLA.md F4). Locations that do not know are
// left out; a degraded one is not down. What is not down is degraded when the
// same rule would call it down with degraded locations counted as such.
func (p Probes) state(n tally) State {
	valid := n[Up] + n[Degraded] + n[Down]
	switch {
	case valid < max(p.MinValid, 1):
		return Unknown
	case p.down(n[Down], valid):
		return Down
	case n[Degraded] > 0 && p.down(n[Down]+n[Degraded], valid):
		return Degraded
	}
	return Up
}

func (p Probes) down(down, valid int) bool {
	switch p.Rule {
	case AllDown:
		return down == valid
	case QuorumCount:
		return down >= max(p.K, 1)
	case QuorumFraction:
		return Of(int64(down), int64(valid)).Cmp(p.Fraction) >= 0
	case HealthyFractionGT:
		return Of(int64(valid-down), int64(valid)).Cmp(p.Fraction) <= 0
	}
	return down > 0
}

// state is the rule over parts of a service (SLA.md F5): enough of them up, or
// what they could still be when the unknown ones turn out up.
func (r Endpoints) state(n tally) State {
	need := 1
	switch r.Rule {
	case AllMustBeUp:
		need = n[Unknown] + n[Up] + n[Degraded] + n[Down]
	case AtLeast:
		need = max(r.K, 1)
	}
	switch {
	case n[Up] >= need:
		return Up
	case n[Up]+n[Degraded] >= need:
		return Degraded
	case n[Up]+n[Degraded]+n[Unknown] >= need:
		return Unknown
	}
	return Down
}

// who appends the leaves that put node id in state s at the instant at.
// Instants must come in ascending order.
func (e *Engine) who(dst []int32, id int32, at int64, s State) []int32 {
	n := &e.nodes[id]
	for n.pos < len(n.spans) && n.spans[n.pos].To <= at {
		n.pos++
	}
	seen := Unknown
	if n.pos < len(n.spans) && n.spans[n.pos].From <= at {
		seen = n.spans[n.pos].State
	}
	if deciders(s)&(1<<seen) == 0 {
		return dst
	}
	if len(n.kids) == 0 {
		return append(dst, id)
	}
	for _, k := range n.kids {
		dst = e.who(dst, k, at, seen)
	}
	return dst
}

// where returns the names of the leaves that decided, the same slice for the same set.
func (e *Engine) where(at int64, s State) []string {
	if len(e.nodes[0].kids) == 0 {
		return nil
	}
	e.leaves = e.who(e.leaves[:0], 0, at, s)
	if len(e.leaves) == 0 {
		return nil
	}
	for _, set := range e.sets {
		if slices.Equal(set.leaves, e.leaves) {
			return set.names
		}
	}
	names := make([]string, len(e.leaves))
	for i, leaf := range e.leaves {
		names[i] = e.path(leaf)
	}
	e.sets = append(e.sets, whereSet{slices.Clone(e.leaves), names})
	return names
}

// whereSet is a set of leaves that decided together at least once.
type whereSet struct {
	leaves []int32
	names  []string
}

// path is the leaf's name below the root, "check/location".
func (e *Engine) path(leaf int32) string {
	name := e.nodes[leaf].name
	for i := leaf - 1; i > 0; i-- {
		if slices.Contains(e.nodes[i].kids, leaf) {
			return e.path(i) + "/" + name
		}
	}
	return name
}
