package schedule

import (
	"time"

	"github.com/probity-sla/probity/internal/protocol"
)

// entry is one check on its grid.
type entry struct {
	check    *protocol.Check
	interval int64 // ms
	phase    time.Duration
	next     int64 // slot not yet due
	slot     int64 // due and waiting, when waits
	running  int64 // being probed, when runs
	waits    bool
	queued   bool // in the workers' queue
	runs     bool
	removed  bool // no longer assigned; finishing
	held     int  // index in Scheduler.busy + 1; 0: not there

	gap      protocol.Gap // open when Count > 0
	gapSince time.Duration
	listed   bool // in Scheduler.open
}

// bound is how late a slot may start.
func (e *entry) bound(maxLateness time.Duration) int64 {
	return min(e.interval, maxLateness.Milliseconds())
}

// blame says what keeps a due slot of e from starting.
func (e *entry) blame() protocol.GapReason {
	if e.runs {
		return protocol.GapOverlap
	}
	return protocol.GapOverload
}

// hold lists e among the busy; release takes it off once it has no slot in hand.
func (s *Scheduler) hold(e *entry) {
	if e.held == 0 {
		s.busy = append(s.busy, e)
		e.held = len(s.busy)
	}
}

func (s *Scheduler) release(e *entry) {
	if e.held == 0 || e.waits || e.runs {
		return
	}
	last := s.busy[len(s.busy)-1]
	s.busy[e.held-1] = last
	last.held = e.held
	s.busy[len(s.busy)-1] = nil
	s.busy = s.busy[:len(s.busy)-1]
	e.held = 0
}

// agenda is a binary heap of entries by next slot.
type agenda []*entry

// fix restores the order after the first entry has moved to a later slot.
func (a agenda) fix() { a.down(0) }

// heapify orders entries that have all moved.
func (a agenda) heapify() {
	for i := len(a)/2 - 1; i >= 0; i-- {
		a.down(i)
	}
}

func (a agenda) down(i int) {
	e := a[i]
	for {
		child := 2*i + 1
		if child >= len(a) {
			break
		}
		if r := child + 1; r < len(a) && a[r].next < a[child].next {
			child = r
		}
		if e.next <= a[child].next {
			break
		}
		a[i] = a[child]
		i = child
	}
	a[i] = e
}

// fifo is a queue of entries; each check is in it at most once, which bounds it.
type fifo struct {
	items []*entry
	head  int
}

func (q *fifo) push(e *entry) { q.items = append(q.items, e) }
func (q *fifo) len() int      { return len(q.items) - q.head }

func (q *fifo) pop() *entry {
	e := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	switch {
	case q.head == len(q.items):
		q.items, q.head = q.items[:0], 0
	case q.head >= 1024 && 2*q.head >= len(q.items):
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return e
}
