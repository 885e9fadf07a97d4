package contract

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// rruleParts are the parts of a rule that are understood. The time of day is
// the start's, so that no rule recurs more than once a day.
var rruleParts = map[string]bool{
	"FREQ": true, "INTERVAL": true, "COUNT": true, "UNTIL": true, "WKST": true, "BYDAY": true,
	"BYMONTH": true, "BYMONTHDAY": true, "BYSETPOS": true, "BYWEEKNO": true, "BYYEARDAY": true,
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
