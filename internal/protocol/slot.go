package protocol

import (
	"hash/fnv"
	"time"
)

// Phase returns the offset of a check's slots on an agent: hash(check, agent)
// mod interval, rounded down to the grid. Both halves compute it, so the
// denominator of coverage is known before the first result.
func Phase(check CheckID, agent AgentID, interval, grid time.Duration) time.Duration {
	h := fnv.New64a()
	h.Write([]byte(check))
	h.Write([]byte{0})
	h.Write([]byte(agent))
	steps := uint64(interval / grid)
	if steps == 0 {
		return 0
	}
	// FNV's low bits are weak for short, similar names: fold the high half in.
	sum := h.Sum64()
	sum ^= sum >> 32
	return time.Duration(sum%steps) * grid
}

// NextSlot returns the first slot at or after t, in ms UTC. Slots of a check
// lie at phase + k·interval since the Unix epoch.
func NextSlot(t int64, phase, interval time.Duration) int64 {
	p, iv := phase.Milliseconds(), interval.Milliseconds()
	d := t - p
	k := d / iv
	if d%iv > 0 {
		k++
	}
	return p + k*iv
}

// IsSlot reports whether t lies on the grid of a check.
func IsSlot(t int64, phase, interval time.Duration) bool {
	iv := interval.Milliseconds()
	return iv > 0 && (t-phase.Milliseconds())%iv == 0
}
