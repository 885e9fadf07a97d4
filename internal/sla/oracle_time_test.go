package sla_test

import (
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// offsetAt is the zone's offset from UTC, ms, at an instant.
func offsetAt(zone *time.Location, at int64) int64 {
	_, s := time.UnixMilli(at).In(zone).Zone()
	return int64(s) * 1000
}

// instantOf resolves a wall time by trying every offset in use around it: a
// repeated one is the first, a skipped one moves forward by the gap.
func instantOf(zone *time.Location, wall int64) int64 {
	lowest, first, found := offsetAt(zone, wall), int64(0), false
	for at := wall - 36*hour; at <= wall+36*hour; at += hour / 2 {
		offset := offsetAt(zone, at)
		lowest = min(lowest, offset)
		if candidate := wall - offset; offsetAt(zone, candidate) == offset && (!found || candidate < first) {
			first, found = candidate, true
		}
	}
	if found {
		return first
	}
	return wall - lowest // the offset before the clocks went forward
}

// dayStart is local midnight of a day since 1970-01-01.
func dayStart(zone *time.Location, d int64) int64 { return instantOf(zone, d*day) }

// midnightBefore is the last local midnight at or before an instant.
func midnightBefore(zone *time.Location, at int64) int64 {
	if zone == nil {
		zone = time.UTC
	}
	d := (at + offsetAt(zone, at)) / day
	for d += 2; dayStart(zone, d) > at; d-- {
	}
	return dayStart(zone, d)
}

// scopes is the first half of step G: what is in scope, and deemed up.
func (o *oracle) scopes() {
	end := max(o.n, o.end)
	o.scope, o.fixed = make([]bool, end), make([]bool, end)
	hours := make([]bool, end)
	if c := o.t.Hours; c != nil {
		o.hours(c, hours)
	}
	for i := o.lo; i < o.end; i++ {
		valid := (o.t.Contract.From == 0 || o.at(i) >= o.t.Contract.From) && (o.t.Contract.To == 0 || o.at(i) < o.t.Contract.To)
		o.scope[i] = (valid || o.t.Contract.DeemedUp) && (o.t.Hours == nil || hours[i])
		o.fixed[i] = o.scope[i] && !valid
	}
}

// hours marks the service hours: the weekly ranges of each day, less the
// whole local days that are holidays.
func (o *oracle) hours(c *sla.Calendar, marks []bool) {
	mark := func(from, to int64, open bool) {
		for i := max(0, o.index(from)); i < min(len(marks), o.index(to)); i++ {
			marks[i] = open
		}
	}
	first, last := o.at(0)/day-3, o.at(len(marks))/day+3
	for d := first; d <= last; d++ {
		weekday := ((d+3)%7 + 7) % 7 // 1970-01-01 was a Thursday; Monday is 0
		for _, r := range c.Weekly {
			if !r.Days[weekday] {
				continue
			}
			from, to := d*day+int64(r.From)*1000, d*day+int64(r.To)*1000
			if r.To <= r.From {
				to += day
			}
			mark(instantOf(c.Zone, from), instantOf(c.Zone, to), true)
		}
	}
	for d := first; d <= last; d++ {
		if slices.Contains(c.Holidays, int32(d)) {
			mark(dayStart(c.Zone, d), dayStart(c.Zone, d+1), false)
		}
	}
}
