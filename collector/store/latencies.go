package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
)

// MaxFailures bounds what Failures returns at once.
const MaxFailures = 10_000

// Latencies returns how long answered probes took, oldest first. When there are
// more than max, the window is cut into max equal parts and the slowest of each
// is returned, so that spikes stay visible; 0 means all.
func (s *Store) Latencies(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, max int) ([]timeline.Point, error) {
	var out []timeline.Point
	err := s.samples(ctx, check, agent, from, to, false, func(p timeline.Piece) bool {
		for _, q := range slices.Backward(p) {
			if q.Level > 0 && (q.Outcome == timeline.Up || q.Outcome == timeline.Degraded) {
				out = append(out, timeline.Point{Slot: q.Slot, Micros: q.Level.Micros()})
			}
		}
		return true
	})
	slices.Reverse(out)
	if max <= 0 || len(out) <= max {
		return out, err
	}
	return thin(out, from, to, max), err
}

// thin keeps the slowest point of each of n parts of the window.
func thin(points []timeline.Point, from, to int64, n int) []timeline.Point {
	from = max(from, points[0].Slot)
	to = min(to, points[len(points)-1].Slot+1)
	var out []timeline.Point
	part := int64(-1)
	for _, p := range points {
		switch k := (p.Slot - from) * int64(n) / (to - from); {
		case k != part:
			out, part = append(out, p), k
		case p.Micros > out[len(out)-1].Micros:
			out[len(out)-1] = p
		}
	}
	return out
}

// Failures returns the newest results of [from, to) that were not up, newest
// first and with all their evidence, at most limit and MaxFailures of them.
func (s *Store) Failures(ctx context.Context, check protocol.CheckID, agent protocol.AgentID, from, to int64, limit int) ([]protocol.Result, error) {
	if limit <= 0 || limit > MaxFailures {
		limit = MaxFailures
	}
	var out []protocol.Result
	var bad error
	err := s.samples(ctx, check, agent, from, to, true, func(p timeline.Piece) bool {
		for _, q := range slices.Backward(p) {
			if q.Outcome == timeline.Up {
				continue
			}
			var r protocol.Result
			if r, bad = resultOf(check, q); bad != nil || len(out) == limit {
				return false
			}
			out = append(out, r)
		}
		return true
	})
	return out, cmp.Or(err, bad)
}

// Latest returns the result with the newest slot. When it is older than the
// last start of this program, of a result that is up only the total duration
// is known, to ±2 %, and no phases.
func (s *Store) Latest(ctx context.Context, check protocol.CheckID, agent protocol.AgentID) (protocol.Result, bool, error) {
	if r, ok := s.head.latest(check, agent); ok {
		return r, true, nil
	}
	row, ok := s.series.get(check, agent)
	if !ok {
		return protocol.Result{}, false, nil
	}
	var r protocol.Result
	var bad error
	found := false
	err := s.samples(ctx, check, agent, row.first*timeline.DayMillis, (row.last+1)*timeline.DayMillis, false, func(p timeline.Piece) bool {
		if len(p) > 0 {
			r, bad = resultOf(check, p[len(p)-1])
			found = bad == nil
		}
		return !found && bad == nil
	})
	if found {
		s.head.remember(agent, r)
	}
	return r, found, cmp.Or(err, bad)
}
