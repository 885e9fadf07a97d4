package schedule

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// span is a closed stretch of wall time, ms UTC, whose slots were all handled.
type span struct{ from, to int64 }

func (s span) has(t int64) bool { return s.from <= t && t <= s.to }

// recall takes over from the previous start: its slots are not run again.
func (s *Scheduler) recall(last int64) {
	if last <= 0 {
		return
	}
	ahead := ms(last - s.seen.millis())
	s.floor = last
	if ahead > rewindBound {
		s.log.LogAttrs(context.Background(), slog.LevelError,
			"last known slot lies in the future, probing anyway; set this machine's clock",
			slog.Time("last_slot", time.UnixMilli(last).UTC()), slog.Duration("ahead", ahead))
		return
	}
	s.lived = []span{{0, last}}
	if ahead > 0 {
		s.log.LogAttrs(context.Background(), slog.LevelWarn,
			"the clock was set back while stopped, waiting for the last known slot to pass",
			slog.Time("last_slot", time.UnixMilli(last).UTC()), slog.Duration("ahead", ahead))
	}
}

// watch compares the clocks with their last reading and handles a jump.
func (s *Scheduler) watch(now reading) {
	ahead, slept := drift(s.seen, now)
	switch {
	case ahead >= jumpBound && slept >= ahead/2:
		s.forward(now, ahead, protocol.GapSuspended)
	case ahead >= jumpBound:
		s.forward(now, ahead, protocol.GapClockJump)
	case ahead <= -jumpBound:
		s.backward(now, -ahead)
	}
}

// forward gives up the slots that the wall clock has jumped over. The newest of
// each check still runs if it is recent; the rest would be a stampede of old work.
func (s *Scheduler) forward(now reading, ahead time.Duration, reason protocol.GapReason) {
	t := now.millis()
	s.log.LogAttrs(context.Background(), slog.LevelWarn, "wall clock went forward, slots in between are missed",
		slog.Duration("by", ahead), slog.String("reason", reason.String()))
	s.m.jumps.Inc()
	s.live(span{s.since, s.seen.millis()})
	grace := jumpGrace.Milliseconds()
	s.since = t - grace
	for _, e := range s.agenda {
		if e.waits && t-e.slot > e.bound(s.opts.MaxLateness) {
			e.waits = false
			s.miss(e, e.slot, 1, reason)
			s.release(e)
		}
		if e.next < s.floor {
			e.next = protocol.NextSlot(s.floor+1, e.phase, ms(e.interval))
		}
		last := protocol.NextSlot(t+1, e.phase, ms(e.interval)) - e.interval // the newest at or before t
		if t-last <= min(grace, e.bound(s.opts.MaxLateness)) {
			last-- // runs, late
		}
		s.missUntil(e, last, reason)
	}
	s.agenda.heapify()
}

// backward resumes at the first slot that was not handled when this wall time
// passed before: a slot has one result, whatever the clock does.
func (s *Scheduler) backward(now reading, behind time.Duration) {
	s.log.LogAttrs(context.Background(), slog.LevelWarn,
		"wall clock went back, slots already run are not run again",
		slog.Duration("by", behind))
	s.m.jumps.Inc()
	s.live(span{s.since, s.seen.millis()})
	t := now.millis()
	s.since = t
	for _, e := range s.agenda {
		e.next = s.unlived(e, protocol.NextSlot(t, e.phase, ms(e.interval)))
	}
	s.agenda.heapify()
}

// live adds a span to the lived ones, joining those that touch.
func (s *Scheduler) live(n span) {
	kept := s.lived[:0]
	for _, l := range s.lived {
		if l.to+1 < n.from || n.to+1 < l.from {
			kept = append(kept, l)
			continue
		}
		n = span{min(n.from, l.from), max(n.to, l.to)}
	}
	s.lived = append(kept, n)
	slices.SortFunc(s.lived, func(a, b span) int { return int(min(1, max(-1, a.from-b.from))) })
	if len(s.lived) > maxLived {
		s.lived = slices.Delete(s.lived, 0, len(s.lived)-maxLived)
	}
}

// unlived returns the first slot of e at or after the given one that lies in no lived span.
func (s *Scheduler) unlived(e *entry, slot int64) int64 {
	for _, l := range s.lived {
		if l.has(slot) {
			slot = protocol.NextSlot(l.to+1, e.phase, ms(e.interval))
		}
	}
	return slot
}
