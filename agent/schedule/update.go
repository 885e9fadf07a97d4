package schedule

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// Update puts an assignment in force. A check whose interval and phase did not
// change goes on undisturbed, with its new specification from the next slot on.
// The assignment must not be changed afterwards.
func (s *Scheduler) Update(a *protocol.Assignment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return
	}
	now := s.opts.Clock.Wall().UnixMilli()
	grid := cmp.Or(a.Grid, s.opts.Grid)
	agent := cmp.Or(a.Agent, s.opts.Agent)
	checks := make(map[protocol.CheckID]*entry, len(a.Checks))
	s.agenda = make(agenda, 0, len(a.Checks))
	for i := range a.Checks {
		c := &a.Checks[i]
		if c.Interval < protocol.MinInterval || c.Interval > protocol.MaxInterval || checks[c.ID] != nil {
			s.log.LogAttrs(context.Background(), slog.LevelError, "check refused: interval out of bounds, or named twice",
				slog.String("check", string(c.ID)), slog.Duration("interval", c.Interval))
			continue
		}
		e := s.place(c, protocol.Phase(c.ID, agent, c.Interval, grid), now)
		delete(s.checks, c.ID)
		checks[c.ID] = e
		s.agenda = append(s.agenda, e)
	}
	for _, e := range s.checks {
		s.remove(e)
	}
	s.checks = checks
	s.agenda.heapify()
	s.opts.Grid = grid
	s.loaded = true
	s.nudge()
}

// SetLimits changes the bounds on probes at once and on lateness; 0 keeps one.
func (s *Scheduler) SetLimits(workers int, maxLateness time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts.Workers = cmp.Or(workers, s.opts.Workers)
	s.opts.MaxLateness = cmp.Or(maxLateness, s.opts.MaxLateness)
}

// place returns the entry of a check: the present one, moved if its grid has
// changed, or a new one whose slots begin now.
func (s *Scheduler) place(c *protocol.Check, phase time.Duration, now int64) *entry {
	interval := c.Interval.Milliseconds()
	e := s.checks[c.ID]
	if e != nil && e.interval == interval && e.phase == phase {
		e.check = c
		return e
	}
	if e == nil {
		e = &entry{}
	} else {
		s.missUntil(e, now-1, protocol.GapOverload)
		s.closeGap(e)
	}
	e.check, e.interval, e.phase = c, interval, phase
	e.next = s.unlived(e, protocol.NextSlot(now, phase, c.Interval))
	if !s.loaded && s.floor > 0 && s.floor < now {
		first := protocol.NextSlot(s.floor+1, phase, c.Interval)
		if count := (e.next - first) / interval; count > 0 {
			s.miss(e, first, count, protocol.GapStopped)
		}
	}
	return e
}

// remove lets go of an entry that is no longer assigned; a running probe may finish.
func (s *Scheduler) remove(e *entry) {
	e.removed = true
	if e.waits {
		e.waits = false
		s.miss(e, e.slot, 1, protocol.GapStopped)
	}
	s.closeGap(e)
	s.release(e)
}

func (s *Scheduler) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
