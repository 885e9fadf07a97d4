package sla

import (
	"errors"
	"slices"
)

// Clock is the reading of a response or resolution clock. Lengths are ms; the
// three sum to the time between opening and reading, less the time while closed.
type Clock struct {
	Elapsed  int64 `json:"elapsed_ms"`   // running, on the calendar
	Paused   int64 `json:"paused_ms"`    // paused, on the calendar or off
	OffHours int64 `json:"off_hours_ms"` // running, off the calendar
	Breach   bool  `json:"breach"`
	Running  bool  `json:"running"`
	Due      int64 `json:"due"` // when Elapsed reaches the target, ms UTC; 0: not by the horizon as things stand
	Opened   int64 `json:"opened"`
	Stopped  int64 `json:"stopped,omitempty"` // ms UTC; 0: it runs, or is paused
}

var errClockOrder = errors.New("a clock's first event must be open")

// ReadClock reads a clock at the instant at (SLA.md F30–F32). Due is looked for
// until horizon ms after at.
func ReadClock(t *ClockTerms, events []ClockEvent, at, horizon int64) (Clock, error) {
	es := slices.Clone(events)
	for i := range es {
		if t.NotRetroactive || es[i].Effective == 0 {
			es[i].Effective = es[i].At
		}
	}
	if opened := slices.IndexFunc(es, func(e ClockEvent) bool { return e.Kind == ClockOpen }); opened >= 0 {
		for i := range es { // nothing can have happened before it was opened
			es[i].Effective = max(es[i].Effective, es[opened].Effective)
		}
	}
	slices.SortStableFunc(es, func(a, b ClockEvent) int { return cmp64(a.Effective, b.Effective) })
	if len(es) == 0 || es[0].Kind != ClockOpen {
		return Clock{}, errClockOrder
	}
	r := reading{terms: t, at: es[0].Effective}
	r.Opened = r.at
	for _, ev := range es {
		if ev.Effective > at {
			break
		}
		r.to(ev.Effective)
		r.apply(ev.Kind, ev.Effective)
	}
	r.to(at)
	r.Running = r.state == clockRunning
	r.Breach = r.Elapsed > t.Target || t.ReachedIsLate && r.Elapsed == t.Target
	if r.Due == 0 && r.state == clockRunning {
		r.Due = t.due(at, t.Target-r.Elapsed, horizon)
	}
	return r.Clock, nil
}

// Credit is what one incident earns whose clock read elapsed ms when it stopped,
// or reads so far: the largest tier that holds (F38), per cent of the period's fee.
func (t *ClockTerms) Credit(elapsed int64) Ratio {
	return largest(t.Tiers, Of(elapsed, 1))
}

// clockState is what a clock does between two events.
type clockState uint8

const (
	clockNew clockState = iota
	clockRunning
	clockPaused
	clockClosed
)

// reading is a clock that is being read.
type reading struct {
	Clock
	terms *ClockTerms
	state clockState
	at    int64 // as far as it has been read; while closed, when it was closed
}

// to passes the time from the last event to the instant at.
func (r *reading) to(at int64) {
	switch {
	case at <= r.at:
	case r.state == clockPaused:
		r.Paused += at - r.at
		r.at = at
	case r.state == clockRunning:
		r.run(at)
	}
}

// run counts the time until at as running (F30).
func (r *reading) run(at int64) {
	on := r.terms.worked(r.at, at)
	if r.Due == 0 && r.Elapsed+on >= r.terms.Target {
		r.Due = r.terms.due(r.at, r.terms.Target-r.Elapsed, at-r.at)
	}
	r.Elapsed += on
	r.OffHours += at - r.at - on
	r.at = at
}

// apply changes the state at an instant; an event that does not fit the state
// changes nothing.
func (r *reading) apply(kind ClockEventKind, at int64) {
	switch {
	case kind == ClockOpen && r.state == clockNew,
		kind == ClockResume && r.state == clockPaused:
		r.state = clockRunning
	case kind == ClockPause && r.state == clockRunning:
		r.state = clockPaused
	case kind == ClockStop && (r.state == clockRunning || r.state == clockPaused):
		r.state, r.Stopped = clockClosed, at
	case kind == ClockReopen && r.state == clockClosed:
		switch r.terms.Reopen { // F31
		case ReopenRestart:
			r.Clock = Clock{Opened: r.Opened}
		case ReopenWall:
			r.run(at)
		}
		r.state, r.at, r.Stopped = clockRunning, at, 0
	}
}

// worked is the time on the calendar within [from, to).
func (t *ClockTerms) worked(from, to int64) int64 {
	if t.Calendar == nil {
		return to - from
	}
	sum := int64(0)
	for _, w := range t.Calendar.Windows(from, to) {
		sum += w.To - w.From
	}
	return sum
}

// due is the instant at which left more ms have been worked from at on, looking
// no further than horizon; 0 when that is not reached.
func (t *ClockTerms) due(at, left, horizon int64) int64 {
	if t.Calendar == nil {
		if left > horizon {
			return 0
		}
		return at + left
	}
	for _, w := range t.Calendar.Windows(at, at+horizon) {
		if w.To-w.From >= left {
			return w.From + left
		}
		left -= w.To - w.From
	}
	return 0
}
