package contract_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestClocksAgreeWithTheJudge ticks through random clocks.
func TestClocksAgreeWithTheJudge(t *testing.T) {
	judgeMany(t, 4000, func(t *rapid.T) (fields, fields) {
		c := drawClock(t)
		return c.render(t), c.judge()
	})
}

type clockEvent struct {
	at, effective int64 // seconds UTC
	hasEffective  bool
	kind          string
}

type weeklyRange struct {
	days     []int
	from, to int // seconds of the day
}

type clockWorld struct {
	zone, hours  *time.Location
	unit         int64
	target       int64
	weekly       []weeklyRange // nil: around the clock
	holidays     []time.Time
	reopen, op   string
	retroactive  *bool
	events       []clockEvent
	evaluate     *int64
	horizon      *int64
	windows, off [][2]int64
}

// wallAt resolves a wall time, written as seconds of UTC: a repeated one is its
// first, a skipped one is moved forward by the gap.
func wallAt(wall int64, zone *time.Location) int64 {
	offset := func(at int64) int64 {
		_, o := time.Unix(at, 0).In(zone).Zone()
		return int64(o)
	}
	before, after := wall-offset(wall-100_000), wall-offset(wall+100_000)
	for _, at := range []int64{min(before, after), max(before, after)} {
		if at+offset(at) == wall {
			return at
		}
	}
	return before
}

func (c *clockWorld) open(at int64) bool {
	in := func(ws [][2]int64) bool {
		return slices.ContainsFunc(ws, func(w [2]int64) bool { return w[0] <= at && at < w[1] })
	}
	return c.weekly == nil || in(c.windows) && !in(c.off)
}

// judge goes from tick to tick.
func (c *clockWorld) judge() fields {
	events := slices.Clone(c.events)
	end := int64(0)
	for i := range events {
		e := &events[i]
		end = max(end, e.at)
		if !e.hasEffective || c.retroactive != nil && !*c.retroactive {
			e.effective = e.at
		}
		e.effective = max(e.effective, events[0].effective)
	}
	slices.SortStableFunc(events, func(a, b clockEvent) int { return int(a.effective - b.effective) })
	if c.evaluate != nil {
		end = *c.evaluate
	}
	// What the clock did in every tick: r(unning), p(aused), c(losed).
	ticks, state, next := []byte{}, byte(0), 0
	first := events[0].effective
	settle := func(at int64) {
		for ; next < len(events) && events[next].effective <= at; next++ {
			was := state
			state = after(state, events[next].kind)
			if was != 'c' || state != 'r' {
				continue
			}
			switch c.reopen {
			case "restart":
				first, ticks = at, nil
			case "wall": // it was never closed
				for i := len(ticks) - 1; i >= 0 && ticks[i] == 'c'; i-- {
					ticks[i] = 'r'
				}
			}
		}
	}
	for at := first; at < end; at += c.unit {
		settle(at)
		ticks = append(ticks, state)
	}
	if end >= events[0].effective {
		settle(end)
	}
	return c.count(first, end, ticks, state)
}

func after(state byte, kind string) byte {
	switch {
	case kind == "open" && state == 0, kind == "resume" && state == 'p', kind == "reopen" && state == 'c':
		return 'r'
	case kind == "pause" && state == 'r':
		return 'p'
	case kind == "stop" && state != 0:
		return 'c'
	}
	return state
}

func (c *clockWorld) count(first, end int64, ticks []byte, state byte) fields {
	var elapsed, paused, off int64
	var due any
	tick := func(at int64) {
		if elapsed += c.unit; elapsed == c.target {
			due = time.Unix(at+c.unit, 0).UTC().Format("2006-01-02T15:04:05Z")
		}
	}
	for i, s := range ticks {
		at := first + int64(i)*c.unit
		switch {
		case s == 'p':
			paused += c.unit
		case s == 'r' && c.open(at):
			tick(at)
		case s == 'r':
			off += c.unit
		}
	}
	want := fields{"elapsed_s": elapsed, "paused_s": paused, "off_hours_s": off,
		"breach": elapsed > c.target || c.op == "ge" && elapsed == c.target}
	horizon := int64(300 * 86400)
	if c.horizon != nil {
		horizon = *c.horizon
	}
	for at := end; at < end+horizon && state == 'r' && due == nil; at += c.unit {
		if c.open(at) {
			tick(at)
		}
	}
	if due == nil && c.horizon == nil && state == 'r' {
		return want // the judge's patience is not the default's
	}
	want["due_at"] = due
	return want
}
