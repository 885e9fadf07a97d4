package incident

import (
	"cmp"
	"slices"

	"github.com/probity-sla/probity/internal/sla"
)

// history is a record as one clock sees it.
type history struct {
	incident *Incident
	events   []Event
	rule     *ClockRule
}

// when is the instant from which an event counts for the clock.
func (h *history) when(e *Event) int64 {
	if h.rule.Terms.NotRetroactive {
		return e.At
	}
	return e.Effect()
}

// concerns reports whether an event is about the clock's agreement.
func (h *history) concerns(e *Event) bool {
	return e.Agreement == "" || e.Agreement == h.rule.Agreement
}

// opening returns when the clock opens; false: it does not.
func (h *history) opening() (at int64, ok bool) {
	for n := range h.events {
		e := &h.events[n]
		opens := e.Fault != "" && e.Agreement == h.rule.Agreement ||
			!h.rule.OpensByReport && e.Kind == EventOpened && e.By != System && e.Fault == "" && h.concerns(e)
		if opens && (!ok || h.when(e) < at) {
			at, ok = h.when(e), true
		}
	}
	if down := h.down(); !h.rule.OpensByReport && len(down) > 0 && (!ok || down[0].From < at) {
		at, ok = down[0].From, true
	}
	return at, ok
}

// down returns when the agreement was measured down: in order, none touching
// another. One that goes on has no end: To is 0.
func (h *history) down() []sla.Window {
	var spans []sla.Window
	for _, o := range h.incident.Outages {
		if o.Agreement != h.rule.Agreement || o.Withdrawn {
			continue
		}
		w := sla.Window{From: o.From, To: cmp.Or(o.To, goesOn)}
		if h.rule.Terms.NotRetroactive {
			w = h.entered(&o)
		}
		spans = append(spans, w)
	}
	return joined(spans)
}

// goesOn is the end of what has none.
const goesOn = 1<<63 - 1

// entered returns when an outage and its end were entered.
func (h *history) entered(o *OutageRef) sla.Window {
	w := sla.Window{To: goesOn}
	for n := range h.events {
		e := &h.events[n]
		switch {
		case e.Outage == nil || e.Outage.ID != o.ID:
			continue
		case w.From == 0:
			w.From = e.At
		}
		if ended := e.Outage.To != 0; !ended {
			w.To = goesOn
		} else if w.To == goesOn {
			w.To = e.At
		}
	}
	return w
}

// joined sorts spans, and makes one of those that overlap or touch.
func joined(spans []sla.Window) (out []sla.Window) {
	slices.SortFunc(spans, func(a, b sla.Window) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, s := range spans {
		if n := len(out); n > 0 && s.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, s.To)
			continue
		}
		out = append(out, s)
	}
	return out
}

// read reads the clock that opened at an instant.
func (h *history) read(opened, at, horizon int64) (ClockStatus, error) {
	s := ClockStatus{ClockRule: *h.rule, Target: h.rule.Terms.Target, OpenedAt: opened}
	c, err := sla.ReadClock(h.rule.Terms, h.marks(opened), at, horizon)
	if err != nil {
		return s, err
	}
	s.Elapsed, s.Paused, s.OffHours, s.DueAt, s.Running, s.Breach = c.Elapsed, c.Paused, c.OffHours, c.Due, c.Running, c.Breach
	s.StoppedAt, s.Met = c.Stopped, c.Stopped != 0 && !c.Breach
	return s, nil
}

// marks are the events of the clock that opened at an instant, in order.
func (h *history) marks(opened int64) []sla.ClockEvent {
	turns := h.repairs
	if h.rule.Indicator == Response {
		turns = h.answers
	}
	later := turns()
	pauses := h.pauses()
	for _, m := range later { // a clock that goes again inside a pause pauses again
		if m.Kind == sla.ClockReopen && slices.ContainsFunc(pauses, func(p sla.Window) bool { return p.From <= m.At && m.At < p.To }) {
			later = append(later, mark(sla.ClockPause, m.At))
		}
	}
	for _, p := range pauses {
		if p.From <= opened && opened < p.To {
			later = append(later, mark(sla.ClockPause, opened))
		}
		later = append(later, mark(sla.ClockPause, p.From))
		if p.To != goesOn {
			later = append(later, mark(sla.ClockResume, p.To))
		}
	}
	sortMarks(later)
	out := []sla.ClockEvent{mark(sla.ClockOpen, opened)}
	stands := false // what took place before it opened says how it opens
	for _, m := range later {
		switch {
		case m.At > opened:
			out = append(out, m)
		case m.Kind == sla.ClockStop:
			stands = true
		case m.Kind == sla.ClockReopen:
			stands = false
		case m.Kind == sla.ClockPause && m.At == opened:
			out = append(out, m)
		}
	}
	if stands {
		out = append(out, mark(sla.ClockStop, opened))
	}
	sortMarks(out)
	return out
}

// sortMarks puts events in order. Of one instant a stop comes before what sets
// the clock going again, so that the reading does not hang on the order of entry.
func sortMarks(marks []sla.ClockEvent) {
	slices.SortStableFunc(marks, func(a, b sla.ClockEvent) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(rank[a.Kind], rank[b.Kind]))
	})
}

var rank = map[sla.ClockEventKind]int{sla.ClockOpen: 0, sla.ClockStop: 1, sla.ClockResume: 2, sla.ClockReopen: 3, sla.ClockPause: 4}

func mark(kind sla.ClockEventKind, at int64) sla.ClockEvent {
	return sla.ClockEvent{At: at, Effective: at, Kind: kind}
}

// answers are what stops a response clock, and what asks for another answer.
func (h *history) answers() (out []sla.ClockEvent) {
	resolved := int64(0)
	for n := range h.events {
		e := &h.events[n]
		switch {
		case e.Kind == EventAcknowledged && e.By != System && h.concerns(e):
			out = append(out, mark(sla.ClockStop, h.when(e)))
		case e.Kind == EventResolved:
			resolved = h.when(e)
		case e.Kind == EventReopened && h.rule.Terms.Reopen == sla.ReopenRestart:
			out = append(out, mark(sla.ClockReopen, max(h.when(e), resolved)))
		}
	}
	return out
}

// repairs are what stops a resolution clock, and what sets it going again.
func (h *history) repairs() (out []sla.ClockEvent) {
	down := h.down()
	for _, d := range down {
		if d.From < d.To {
			out = append(out, mark(sla.ClockReopen, d.From))
		}
		if d.To != goesOn {
			out = append(out, mark(sla.ClockStop, d.To))
		}
	}
	resolved := int64(0)
	for n := range h.events {
		e := &h.events[n]
		at := h.when(e)
		switch {
		case !h.concerns(e):
		case e.Kind == EventMitigated && h.rule.StopsAtWorkaround:
			out = append(out, mark(sla.ClockStop, at))
		case e.Kind == EventResolved:
			resolved = at
			if !strictlyWithin(down, at) {
				out = append(out, mark(sla.ClockStop, at))
			}
		case e.Kind == EventReopened && e.By != System:
			// The collector reopens for an outage, which says for whom it goes on.
			out = append(out, mark(sla.ClockReopen, max(at, resolved)))
		}
	}
	return out
}

// strictlyWithin reports whether an instant lies inside a span, its ends left out.
func strictlyWithin(spans []sla.Window, at int64) bool {
	return slices.ContainsFunc(spans, func(s sla.Window) bool { return s.From < at && at < s.To })
}

// pauses are the spans for which the clock stands still.
func (h *history) pauses() []sla.Window {
	var spans []sla.Window
	open := -1
	for n := range h.events {
		switch e := &h.events[n]; e.Kind {
		case EventPaused:
			if open = -1; h.concerns(e) && slices.Contains(h.rule.Pauses, e.Reason) {
				spans = append(spans, sla.Window{From: h.when(e), To: goesOn})
				open = len(spans) - 1
			}
		case EventResumed:
			if open >= 0 {
				spans[open].To, open = max(h.when(e), spans[open].From), -1
			}
		}
	}
	return joined(spans)
}
