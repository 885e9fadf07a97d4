package sla

import (
	"slices"
	"time"
)

// Calendar is a weekly calendar in local time, less its holidays (SLA.md F15).
// A range that ends at or before its start ends on the next day; a holiday
// takes its whole local day out.
type Calendar struct {
	Zone     *time.Location
	Weekly   []Range
	Holidays []int32 // local days since 1970-01-01, ascending
}

// Range is a span of local time on some days of the week.
type Range struct {
	Days     [7]bool // Monday first
	From, To int32   // seconds from local midnight; To may be 86400
}

const day = 86400 // seconds of a local day on the clock

// Windows returns the calendar's hours within [from, to), sorted and disjoint.
func (c *Calendar) Windows(from, to int64) []Window {
	return c.appendWindows(nil, from, to)
}

func (c *Calendar) appendWindows(dst []Window, from, to int64) []Window {
	w := zoneWalk{zone: c.Zone}
	// A range of the day before may reach in; two days before, where the clocks
	// skipped a day. A day may begin before the day that the clocks went back to.
	first, last := floorDiv(w.local(from), day)-2, floorDiv(w.local(to), day)+1
	w = zoneWalk{zone: c.Zone}
	base, ordered := len(dst), true
	for d := first; d <= last; d++ {
		for i := range c.Weekly {
			r := &c.Weekly[i]
			if !r.Days[((d+3)%7+7)%7] { // 1 January 1970 was a Thursday
				continue
			}
			for _, x := range c.cut(d, r) {
				win := Window{max(w.instant(x.From), from), min(w.instant(x.To), to)}
				if win.From < win.To {
					ordered = ordered && (len(dst) == base || dst[len(dst)-1].To < win.From)
					dst = append(dst, win)
				}
			}
		}
	}
	if !ordered {
		dst = dst[:base+union(dst[base:])]
	}
	return dst
}

// cut returns the range of day d in local seconds, without the holidays it touches.
func (c *Calendar) cut(d int64, r *Range) [2]Window {
	from, to := d*day+int64(r.From), d*day+int64(r.To)
	if to <= from {
		to += day
	}
	midnight := (d + 1) * day
	out := [2]Window{{from, min(to, midnight)}, {midnight, max(to, midnight)}}
	for i := range out {
		if c.holiday(d + int64(i)) {
			out[i] = Window{}
		}
	}
	if out[0].To == out[1].From && out[1].From < out[1].To {
		return [2]Window{{out[0].From, out[1].To}}
	}
	return out
}

func (c *Calendar) holiday(d int64) bool {
	if len(c.Holidays) == 0 {
		return false
	}
	_, found := slices.BinarySearch(c.Holidays, int32(d))
	return found
}

// union sorts windows and joins those that touch, in place; it returns how many remain.
func union(ws []Window) int {
	slices.SortFunc(ws, func(a, b Window) int { return cmp64(a.From, b.From) })
	n := 0
	for _, w := range ws {
		if n > 0 && w.From <= ws[n-1].To {
			ws[n-1].To = max(ws[n-1].To, w.To)
			continue
		}
		ws[n] = w
		n++
	}
	return n
}

func cmp64(a, b int64) int { return btoi(a > b) - btoi(a < b) }

// LocalInstant resolves a local time in a zone to ms UTC by F15: a repeated one is
// its first, a skipped one moves forward by the gap. The local time is given in
// seconds since 1970-01-01 on the zone's own clocks.
func LocalInstant(local int64, zone *time.Location) int64 {
	w := zoneWalk{zone: zone}
	return w.instant(local)
}

// zoneWalk resolves local times that mostly ascend. It remembers the span of
// equal offset that the last one fell into.
type zoneWalk struct {
	zone     *time.Location
	from, to int64 // seconds UTC
	offset   int64
}

// maxOffset is more than any zone has ever been away from UTC, in seconds.
const maxOffset = 26 * 3600

// instant resolves local seconds (as if they were UTC) to ms UTC: a repeated
// local time is its first, a skipped one moves forward by the gap (F15).
func (w *zoneWalk) instant(local int64) int64 {
	at := local - w.offset
	if at-maxOffset >= w.from && at+maxOffset < w.to {
		return at * 1000 // no change of offset is near
	}
	for w.enter(local - maxOffset); ; w.enter(w.to) {
		at = local - w.offset
		if at < w.to {
			return at * 1000
		}
		_, after := time.Unix(w.to, 0).In(w.location()).Zone()
		if local < w.to+int64(after) {
			return at * 1000 // in the gap: the offset before it carries the time over
		}
	}
}

// local is the wall clock at the instant ms, in seconds as if it were UTC.
func (w *zoneWalk) local(ms int64) int64 {
	at := floorDiv(ms, 1000)
	if at < w.from || at >= w.to {
		w.enter(at)
	}
	return at + w.offset
}

// enter makes the span of equal offset around the instant at the current one.
func (w *zoneWalk) enter(at int64) {
	t := time.Unix(at, 0).In(w.location())
	_, offset := t.Zone()
	from, to := t.ZoneBounds()
	w.offset, w.from, w.to = int64(offset), -1<<60, 1<<60
	if !from.IsZero() {
		w.from = from.Unix()
	}
	if !to.IsZero() {
		w.to = to.Unix()
	}
	// Past a zone's table, ZoneBounds reckons every year as 365 days, and on the
	// last day of a leap year (2040 the first) returns an end that has passed.
	if w.to <= at {
		w.to = at + boundStep
	}
}

// boundStep, in seconds, is how far an offset is believed to hold where the end
// of its span is not known.
const boundStep = 3600

func (w *zoneWalk) location() *time.Location {
	if w.zone == nil {
		return time.UTC
	}
	return w.zone
}

// zoneDays finds the local day around an instant.
type zoneDays struct {
	walk     zoneWalk
	from, to int64
}

// around returns the local midnights, ms UTC, between which the instant at lies.
func (z *zoneDays) around(at int64) (from, to int64) {
	if at >= z.from && at < z.to {
		return z.from, z.to
	}
	d := floorDiv(z.walk.local(at), day)
	z.from, z.to = z.walk.instant(d*day), z.walk.instant((d+1)*day)
	for z.to <= at { // where a midnight is repeated, the edges decide
		d++
		z.from, z.to = z.to, z.walk.instant((d+1)*day)
	}
	for z.from > at {
		d--
		z.from, z.to = z.walk.instant(d*day), z.from
	}
	return z.from, z.to
}
