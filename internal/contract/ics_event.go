package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-ical"
)

// icsEvent is one VEVENT.
type icsEvent struct {
	uid       string
	planned   Planned
	instance  string // the wall start that this event replaces; "" for a whole one
	cancelled bool
}

func readEvent(e *ical.Event) (icsEvent, error) {
	uid, _ := e.Props.Text(ical.PropUID)
	x := icsEvent{uid: uid}
	if uid == "" {
		return x, errors.New("has no UID: it could not be told apart from others")
	}
	start, err := readTime(e.Props.Get(ical.PropDateTimeStart))
	if err != nil {
		return x, fmt.Errorf("DTSTART %w", err)
	}
	x.planned = Planned{ID: icsID(uid), Start: start.wall.Format(wallLayout), Zone: start.zone, Reason: icsReason(e)}
	status, _ := e.Props.Text(ical.PropStatus)
	x.cancelled = strings.EqualFold(status, "CANCELLED")
	if id := e.Props.Get(ical.PropRecurrenceID); id != nil {
		at, err := readTime(id)
		if err != nil {
			return x, fmt.Errorf("RECURRENCE-ID %w", err)
		}
		x.instance = at.seenFrom(start).Format(wallLayout)
	}
	if x.cancelled {
		return x, nil
	}
	if x.planned.Length, err = readLength(e, start); err != nil {
		return x, err
	}
	return x, readRule(e, start, &x.planned)
}

func readRule(e *ical.Event, start icsTime, m *Planned) error {
	if e.Props.Get(ical.PropRecurrenceDates) != nil {
		return errors.New("has RDATE: write the further dates as events of their own")
	}
	rules := e.Props.Values(ical.PropRecurrenceRule)
	if len(rules) > 1 {
		return errors.New("has more than one RRULE: split it into one event for each")
	}
	if len(rules) == 1 {
		m.RRule = rules[0].Value
	}
	for _, p := range e.Props.Values(ical.PropExceptionDates) {
		for value := range strings.SplitSeq(p.Value, ",") {
			p.Value = value
			at, err := readTime(&p)
			if err != nil {
				return fmt.Errorf("EXDATE %w", err)
			}
			m.Except = append(m.Except, at.seenFrom(start).Format(wallLayout))
		}
	}
	if _, err := m.series(start.zoneOrUTC()); err != nil {
		return fmt.Errorf("RRULE %w", err)
	}
	return nil
}

func readLength(e *ical.Event, start icsTime) (time.Duration, error) {
	length := time.Duration(0)
	end, duration := e.Props.Get(ical.PropDateTimeEnd), e.Props.Get(ical.PropDuration)
	switch {
	case end != nil:
		at, err := readTime(end)
		if err != nil {
			return 0, fmt.Errorf("DTEND %w", err)
		}
		length = at.instant().Sub(start.instant())
	case duration != nil:
		d, err := duration.Duration()
		if err != nil {
			return 0, fmt.Errorf("DURATION %q is no length of time", duration.Value)
		}
		length = d
	case start.allDay:
		length = 24 * time.Hour
	default:
		return 0, errors.New("has neither DTEND nor DURATION: how long does it last?")
	}
	if length <= 0 || length > MaxWindowLength {
		return 0, fmt.Errorf("lasts %s: it must be longer than nothing and at most %s", length, MaxWindowLength)
	}
	return length, nil
}

// icsID is a stable id for a UID: the UID itself where it can be one.
func icsID(uid string) string {
	id := strings.TrimSuffix(uid, icsUIDSuffix)
	if idForm.MatchString(id) && len(id) <= MaxIDLength-9 { // "-20261122" may follow
		return id
	}
	sum := sha256.Sum256([]byte(uid))
	return "ics-" + hex.EncodeToString(sum[:8])
}

func icsReason(e *ical.Event) string {
	p := e.Props.Get(ical.PropSummary)
	if p == nil {
		return ""
	}
	parts, err := p.TextList() // commas that the writer forgot to escape
	if err != nil {
		parts = []string{p.Value}
	}
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(strings.Join(parts, ","), " "))
	runes := []rune(clean)
	return strings.TrimSpace(string(runes[:min(len(runes), MaxTextLength)]))
}

// icsTime is a wall time with its zone; without one it is in the agreement's.
type icsTime struct {
	wall   time.Time
	zone   *time.Location
	allDay bool
}

func readTime(p *ical.Prop) (icsTime, error) {
	if p == nil {
		return icsTime{}, errors.New("is missing")
	}
	if t, err := time.Parse(icsDate, p.Value); err == nil {
		return icsTime{wall: t, allDay: true}, nil
	}
	if t, err := time.Parse(icsDateTimeUTC, p.Value); err == nil {
		return icsTime{wall: t, zone: time.UTC}, nil
	}
	t, err := time.Parse(icsDateTime, p.Value)
	if err != nil {
		return icsTime{}, fmt.Errorf("%q is no time such as 20261122T020000", p.Value)
	}
	name := p.Params.Get(ical.ParamTimezoneID)
	if name == "" {
		return icsTime{wall: t}, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return icsTime{}, fmt.Errorf("is in the zone %q, which is no IANA name such as Europe/Berlin", name)
	}
	return icsTime{wall: t, zone: z}, nil
}

func (t icsTime) zoneOrUTC() *time.Location {
	if t.zone == nil {
		return time.UTC
	}
	return t.zone
}

func (t icsTime) instant() time.Time { return At(t.wall, t.zoneOrUTC()) }

// seenFrom is t as a wall time in the zone of the event that starts at start; a
// bare day means the event's time on it.
func (t icsTime) seenFrom(start icsTime) time.Time {
	switch {
	case t.allDay:
		return start.wall.AddDate(0, 0, dayNumber(t.wall)-dayNumber(start.wall))
	case t.zone == nil || start.zone == nil || t.zone.String() == start.zone.String():
		return t.wall
	}
	return floating(t.instant().In(start.zone))
}
