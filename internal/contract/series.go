package contract

import (
	"errors"
	"fmt"
	"strings"
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

// rruleParts are the parts of a rule that are understood. The time of day is
// the start's, so that no rule recurs more than once a day.
var rruleParts = map[string]bool{
	"FREQ": true, "INTERVAL": true, "COUNT": true, "UNTIL": true, "WKST": true, "BYDAY": true,
	"BYMONTH": true, "BYMONTHDAY": true, "BYSETPOS": true, "BYWEEKNO": true, "BYYEARDAY": true,
}

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

// parseRule reads the parts of a rule, and what RFC 5545 and the library allow of them.
func parseRule(rule string, zone *time.Location) (*rrule.ROption, error) {
	rule = strings.TrimPrefix(strings.TrimSpace(rule), "RRULE:")
	if len(rule) > MaxRRuleBytes {
		return nil, fmt.Errorf("is longer than %d bytes", MaxRRuleBytes)
	}
	var kept []string
	var until time.Time
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSuffix(rule, ";")), ";") {
		key, value, _ := strings.Cut(part, "=")
		switch {
		case !rruleParts[key]:
			return nil, fmt.Errorf("%q is no part of a rule here: write something like FREQ=WEEKLY;BYDAY=SU, the time of day is the start's", key)
		case seen[key]:
			return nil, fmt.Errorf("says %s twice", key)
		case key == "UNTIL":
			t, err := untilWall(value, zone)
			if err != nil {
				return nil, err
			}
			until = t
		default:
			kept = append(kept, part)
		}
		seen[key] = true
	}
	option, err := rrule.StrToROption(strings.Join(kept, ";"))
	if err != nil {
		return nil, fmt.Errorf("%q is no recurrence rule: %w", rule, err)
	}
	option.Until = until
	return option, limitRule(option, seen)
}

// untilWall reads UNTIL: an instant in UTC, a wall time, or a day to its end.
func untilWall(value string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse("20060102T150405Z", value); err == nil {
		return floating(t.In(zone)), nil
	}
	if t, err := time.Parse("20060102T150405", value); err == nil {
		return t, nil
	}
	if t, err := time.Parse("20060102", value); err == nil {
		return t.Add(24*time.Hour - time.Second), nil
	}
	return time.Time{}, fmt.Errorf("UNTIL %q is no date: write it like 20261231 or 20261231T235959Z", value)
}

// limitRule refuses what RFC 5545 forbids and the library gets wrong or panics at.
func limitRule(o *rrule.ROption, says map[string]bool) error {
	switch {
	case o.Freq > rrule.DAILY:
		return fmt.Errorf("FREQ=%s: a window recurs daily at most; write DAILY, WEEKLY, MONTHLY or YEARLY", o.Freq)
	case says["INTERVAL"] && (o.Interval < 1 || o.Interval > maxRRuleInterval):
		return fmt.Errorf("INTERVAL=%d is not between 1 and %d", o.Interval, maxRRuleInterval)
	case says["COUNT"] && (o.Count < 1 || o.Count > MaxOccurrences):
		return fmt.Errorf("COUNT=%d is not between 1 and %d", o.Count, MaxOccurrences)
	case says["COUNT"] && says["UNTIL"]:
		return errors.New("says both COUNT and UNTIL: keep one of them")
	case says["BYSETPOS"] && !(says["BYDAY"] || says["BYMONTH"] || says["BYMONTHDAY"] || says["BYWEEKNO"] || says["BYYEARDAY"]):
		return errors.New("BYSETPOS picks from another BY… part: add one")
	case (says["BYWEEKNO"] || says["BYYEARDAY"]) && o.Freq != rrule.YEARLY:
		return errors.New("BYWEEKNO and BYYEARDAY go with FREQ=YEARLY only")
	case says["BYMONTHDAY"] && o.Freq == rrule.WEEKLY:
		return errors.New("BYMONTHDAY does not go with FREQ=WEEKLY")
	}
	most := 0 // how far BYDAY may count: within a month, a year, or not at all
	if o.Freq == rrule.MONTHLY || o.Freq == rrule.YEARLY && says["BYMONTH"] {
		most = 5
	} else if o.Freq == rrule.YEARLY && !says["BYWEEKNO"] {
		most = 53
	}
	for _, d := range o.Byweekday {
		if n := max(d.N(), -d.N()); n > most {
			return fmt.Errorf("BYDAY=%s counts too far, or counts where FREQ=%s does not let it", d, o.Freq)
		}
	}
	return nil
}

// begins checks that the start is the first of its series. The calendar repeats
// every 400 years, and the library gives up in the year 9999: asked shortly
// before that, a rule that never comes true is found out at once.
func (s *series) begins() error {
	if !s.rule.Until.IsZero() && s.rule.Until.Before(s.start) {
		return errors.New("ends before it begins")
	}
	o := *s.rule
	cycles := (9999 - s.start.Year()) / 400 * 400
	o.Dtstart = s.start.AddDate(cycles, 0, 0)
	o.Until = o.Dtstart.AddDate(1, 0, 0)
	r, err := rrule.NewRRule(o)
	if err != nil {
		return err
	}
	first, ok := r.Iterator()()
	switch {
	case ok && first.Equal(o.Dtstart):
		return nil
	case ok:
		return fmt.Errorf("does not begin at the start; its first is %s, write that", first.AddDate(-cycles, 0, 0).Format("2006-01-02T15:04:05"))
	}
	return errors.New("does not begin at the start, nor within a year of it")
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
