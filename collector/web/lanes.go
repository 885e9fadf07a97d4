package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/probity-sla/probity/collector/report"
	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of one drawing.
const (
	maxLaneSpans = 720 // spans in one lane; more are joined, the worst state winning
	maxLanes     = 120
)

// lane is one row of a timeline.
type lane struct {
	Label string
	Title string
	Kind  string // service, check, maintenance
	Spans []block
}

// block is one span, placed in per cent of the lane.
type block struct {
	X, W  string
	State sla.State
	Title string
	Link  string // zooms in; "" for time that needs no explanation
}

// canvas places instants between two others, in a zone, in a language.
type canvas struct {
	sla.Window
	zone  *time.Location
	words *words
	zoom  func(from, to int64) string // link to a closer view
}

func (c *canvas) block(from, to int64, s sla.State, why string) block {
	from, to = max(from, c.From), min(to, c.To)
	b := block{X: percentAt(from-c.From, c.To-c.From), W: percentAt(to-from, c.To-c.From), State: s}
	b.Title = fmt.Sprintf("%s, %s – %s (%s)", c.words.State(s), c.clock(from), c.clock(to), c.words.Duration(to-from))
	if why != "" {
		b.Title += "\n" + why
	}
	if s != sla.Up && s != sla.OutOfScope && c.zoom != nil {
		margin := max((to-from)/2, 30_000)
		b.Link = c.zoom(from-margin, to+margin)
	}
	return b
}

func (c *canvas) clock(ms int64) string {
	return time.UnixMilli(ms).In(c.zone).Format("2006-01-02 15:04:05")
}

// ledgerLane draws what a service's account says, with what decided it.
func (c *canvas) ledgerLane(label string, ledger []sla.Entry) lane {
	l := lane{Label: label, Kind: "service"}
	for _, e := range condense(ledger, c.Window) {
		l.Spans = append(l.Spans, c.block(e.From, e.To, e.State, report.Decided(&e)))
	}
	return l
}

// spanLane draws what one location saw.
func (c *canvas) spanLane(label, title string, spans []sla.Span) lane {
	entries := make([]sla.Entry, len(spans))
	for i, s := range spans {
		entries[i] = sla.Entry{From: s.From, To: s.To, State: s.State}
	}
	l := c.ledgerLane(label, entries)
	l.Kind, l.Title = "check", title
	return l
}

// maintenanceLane draws announced windows that were not cancelled, and says of
// those that were announced too late that they count. notice is ms.
func (c *canvas) maintenanceLane(label string, windows []MaintenanceWindow, notice int64) lane {
	l := lane{Label: label, Kind: "maintenance"}
	for _, m := range windows {
		to := m.To
		if m.EndedAt != 0 {
			to = m.EndedAt
		}
		if m.CancelledAt == 0 && m.From < c.To && to > c.From {
			b := c.block(m.From, to, sla.Excluded, m.ID+": "+m.Reason)
			if short := notice - (m.From - m.AnnouncedAt); short > 0 && !m.Emergency {
				word := c.words.T("Counts: notice short by %s", c.words.Duration(short))
				b.Title = word + strings.TrimPrefix(b.Title, c.words.State(sla.Excluded))
				l.Title = word
			}
			l.Spans = append(l.Spans, b)
		}
	}
	return l
}

// badness orders states for joining: what a reader must not miss wins.
var badness = [...]int{sla.OutOfScope: 0, sla.Up: 1, sla.Excluded: 2, sla.Unknown: 3, sla.Degraded: 4, sla.Down: 5}

// condense joins entries into at most maxLaneSpans, the worst state of each winning.
func condense(ledger []sla.Entry, w sla.Window) []sla.Entry {
	if len(ledger) <= maxLaneSpans {
		return ledger
	}
	step := (w.To - w.From + maxLaneSpans - 1) / maxLaneSpans
	var out []sla.Entry
	for _, e := range ledger {
		for from := max(e.From, w.From); from < min(e.To, w.To); {
			n := (from - w.From) / step
			cell := sla.Window{From: w.From + n*step, To: min(w.From+(n+1)*step, w.To)}
			from = cell.To
			if len(out) > 0 && out[len(out)-1].From == cell.From {
				if last := &out[len(out)-1]; badness[e.State] > badness[last.State] {
					e.From, e.To = cell.From, max(cell.To, last.To)
					*last = e
				}
				continue
			}
			x := e
			x.From, x.To = cell.From, cell.To
			out = append(out, x)
		}
	}
	return merge(out)
}

// merge joins neighbours of one state.
func merge(list []sla.Entry) []sla.Entry {
	var out []sla.Entry
	for _, e := range list {
		if n := len(out); n > 0 && out[n-1].State == e.State && out[n-1].To == e.From {
			out[n-1].To = e.To
			if e.Rule != out[n-1].Rule {
				out[n-1].Rule = strings.TrimSuffix(out[n-1].Rule, " …") + " …"
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// tick is one mark of an axis.
type tick struct{ X, Label string }

var tickSteps = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 14 * 24 * time.Hour, 31 * 24 * time.Hour,
	92 * 24 * time.Hour, 366 * 24 * time.Hour}

const maxTicks = 7

// ticks marks round local times.
func (c *canvas) ticks() []tick {
	length := c.To - c.From
	step := tickSteps[len(tickSteps)-1]
	for _, s := range tickSteps {
		if length/s.Milliseconds() < maxTicks {
			step = s
			break
		}
	}
	var out []tick
	layout := "15:04"
	switch {
	case step < time.Minute:
		layout = "15:04:05"
	case step >= 24*time.Hour:
		layout = "01-02"
	}
	for t := c.firstTick(step); t.UnixMilli() < c.To; t = nextTick(t, step) {
		ms := t.UnixMilli()
		if ms < c.From+length/50 || ms > c.To-length/50 {
			continue
		}
		label := t.Format(layout)
		if step >= time.Hour && step < 24*time.Hour && t.Hour() == 0 {
			label = t.Format("01-02")
		}
		out = append(out, tick{percentAt(ms-c.From, length), label})
	}
	return out
}

// firstTick is the last round local time at or before the beginning.
func (c *canvas) firstTick(step time.Duration) time.Time {
	t := time.UnixMilli(c.From).In(c.zone)
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, c.zone)
	if step >= 24*time.Hour {
		return midnight
	}
	return midnight.Add(t.Sub(midnight) / step * step)
}

// nextTick goes on by local days where the step is made of days, so that marks
// stay at midnight through a clock change.
func nextTick(t time.Time, step time.Duration) time.Time {
	if days := int(step / (24 * time.Hour)); days > 0 {
		return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, t.Location())
	}
	return t.Add(step)
}
