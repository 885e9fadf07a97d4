package contract

import (
	"errors"
	"fmt"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/probity-sla/probity/internal/sla"
)

// Bounds of recurring maintenance.
const (
	MaxOccurrences   = 20_000 // of one series in one window; the earliest are kept
	MaxWindowLength  = 366 * 24 * time.Hour
	MaxRRuleBytes    = 500
	maxRRuleInterval = 1000
)

// series is one start, or many by a rule, as floating wall times.
type series struct {
	start  time.Time
	rule   *rrule.ROption // nil: once
	except map[int64]bool // starts that are left out, as floating Unix seconds
}

// ExpandSeries returns the windows of a series that touch w, in the order of
// their starts. start is a local wall time in zone, and rule an RFC 5545
// recurrence rule, or empty for a single window. A start that the zone repeats
// means the first, one that it skips moves forward by the gap.
func ExpandSeries(start string, length time.Duration, rule string, zone *time.Location, w sla.Window) ([]sla.Window, error) {
	wall, err := ParseWall(start)
	if err != nil {
		return nil, fmt.Errorf("start: %w", err)
	}
	if length <= 0 || length > MaxWindowLength {
		return nil, fmt.Errorf("length: %s is not between 1ms and %s", length, MaxWindowLength)
	}
	s, err := newSeries(wall, rule, time.Time{}, zone)
	if err != nil {
		return nil, fmt.Errorf("rrule: %w", err)
	}
	var out []sla.Window
	for _, at := range s.starts(length, zone, w) {
		out = append(out, windowAt(at, length, zone))
	}
	return out, nil
}

func windowAt(start time.Time, length time.Duration, zone *time.Location) sla.Window {
	from := At(start, zone).UnixMilli()
	return sla.Window{From: from, To: from + length.Milliseconds()}
}

// newSeries reads a rule. until is the last possible start; zero: what the rule says.
func newSeries(start time.Time, rule string, until time.Time, zone *time.Location) (*series, error) {
	s := &series{start: start, except: map[int64]bool{}}
	if rule == "" {
		return s, nil
	}
	option, err := parseRule(rule, zone)
	if err != nil {
		return nil, err
	}
	option.Dtstart = start
	if !until.IsZero() {
		if !option.Until.IsZero() {
			return nil, errors.New("says UNTIL, and so does the key until: keep one of them")
		}
		option.Until = until
	}
	s.rule = option
	return s, s.begins()
}

// starts returns the wall times at which a window of the length begins and
// touches w, without those that are left out.
func (s *series) starts(length time.Duration, zone *time.Location, w sla.Window) []time.Time {
	// Two days are more than any zone moves a wall time by.
	const slack = 48 * time.Hour
	lo := floating(time.UnixMilli(w.From).In(zone)).Add(-length - slack)
	hi := floating(time.UnixMilli(w.To).In(zone)).Add(slack)
	var out []time.Time
	last := int64(-1 << 63)
	for _, at := range s.between(lo, hi) {
		x := windowAt(at, length, zone)
		if x.From < w.To && x.To > w.From && x.From != last && !s.except[at.Unix()] {
			out = append(out, at)
			last = x.From // a skipped day moves onto the next: one window, not two
		}
	}
	return out
}

// between returns the wall times of the series in [lo, hi].
func (s *series) between(lo, hi time.Time) []time.Time {
	if s.rule == nil {
		return []time.Time{s.start}
	}
	if hi.Before(s.start) {
		return nil
	}
	o := advance(*s.rule, lo)
	if o.Until.IsZero() || o.Until.After(hi) {
		o.Until = hi
	}
	r, err := rrule.NewRRule(o)
	if err != nil {
		return nil // begins has built the same rule
	}
	var out []time.Time
	for next := r.Iterator(); len(out) < MaxOccurrences; {
		t, ok := next()
		if !ok {
			break
		}
		if !t.Before(lo) {
			out = append(out, t)
		}
	}
	return out
}
