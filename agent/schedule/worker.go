package schedule

import (
	"context"

	"github.com/probity-sla/probity/internal/protocol"
)

// callWorker wakes an idle worker for the queue, or starts one within the bound.
func (s *Scheduler) callWorker(probes context.Context) {
	switch {
	case s.sleepers > 0:
		s.sleepers-- // by the caller: a second call must not count on the same worker
		s.idle.Signal()
	case s.workers < s.opts.Workers:
		s.workers++
		go s.work(probes)
	}
}

// work runs queued slots until the schedule stops or enough others are idle.
func (s *Scheduler) work(probes context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		for s.queue.len() == 0 {
			if s.stopping || s.sleepers >= keepIdle {
				s.leave()
				return
			}
			s.sleepers++
			s.idle.Wait()
		}
		if e := s.queue.pop(); s.claim(e) {
			s.probe(probes, e)
			s.finish(e)
		}
	}
}

// leave counts the calling worker out.
func (s *Scheduler) leave() {
	s.workers--
	if s.stopping && s.workers == 0 {
		close(s.ended)
	}
}

// probe runs the claimed slot with the scheduler unlocked.
func (s *Scheduler) probe(probes context.Context, e *entry) {
	check, slot := e.check, e.running
	s.mu.Unlock()
	done := s.opts.Run(probes, check, slot)
	s.mu.Lock()
	if done {
		s.m.run.Inc()
		return
	}
	s.miss(e, slot, 1, protocol.GapStopped)
}

// claim takes the entry's waiting slot to run it now, unless it is too late.
func (s *Scheduler) claim(e *entry) bool {
	e.queued = false
	if !e.waits {
		return false
	}
	e.waits = false
	late := s.opts.Clock.Wall().UnixMilli() - e.slot
	if late > e.bound(s.opts.MaxLateness) {
		s.miss(e, e.slot, 1, protocol.GapOverload)
		s.release(e)
		return false
	}
	s.m.lateness.Update(max(0, float64(late)/1e3))
	e.runs, e.running = true, e.slot
	return true
}

// finish ends a run and queues the slot that waited for it.
func (s *Scheduler) finish(e *entry) {
	e.runs = false
	if !e.waits {
		s.release(e)
		return
	}
	if late := s.opts.Clock.Wall().UnixMilli() - e.slot; late > e.bound(s.opts.MaxLateness) {
		e.waits = false
		s.miss(e, e.slot, 1, protocol.GapOverlap)
		s.release(e)
		return
	}
	e.queued = true
	s.queue.push(e)
}
