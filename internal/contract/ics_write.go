package contract

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-ical"
)

// foldAt is the longest line of an iCalendar, in bytes (RFC 5545, section 3.1).
const foldAt = 75

// maxZoneYears bounds how much of a zone's history a calendar describes.
const maxZoneYears = 100

// WriteICS serves maintenance as an iCalendar named name. zone is the
// agreement's; stamp (ms UTC) dates the entries that were never announced. The
// entries must have come from a loader of this package, or from ParseICS.
func WriteICS(w io.Writer, name string, zone *time.Location, stamp int64, planned []Planned) error {
	cal := ical.NewCalendar()
	cal.Props.SetText(ical.PropVersion, "2.0")
	cal.Props.SetText(ical.PropProductID, "-//Probity//Maintenance//EN")
	cal.Props.SetText(ical.PropName, name)
	zones := map[string][]time.Time{zone.String(): nil}
	var events []*ical.Component
	for i := range planned {
		m := planned[i]
		if m.Zone == nil {
			m.Zone = zone
		}
		e, err := writeEvent(&m, stamp)
		if err != nil {
			return fmt.Errorf("calendar entry %s: %w", m.ID, err)
		}
		start, _ := ParseWall(m.Start)
		zones[m.Zone.String()] = append(zones[m.Zone.String()], start)
		events = append(events, e.Component)
	}
	for _, z := range sortedKeys(zones) {
		c, err := writeZone(z, zones[z])
		if err != nil {
			return err
		}
		cal.Children = append(cal.Children, c)
	}
	cal.Children = append(cal.Children, events...)
	var buf bytes.Buffer
	if err := ical.NewEncoder(&buf).Encode(cal); err != nil {
		return err
	}
	_, err := w.Write(fold(buf.Bytes()))
	return err
}

func writeEvent(m *Planned, stamp int64) (*ical.Event, error) {
	start, err := ParseWall(m.Start)
	if err != nil {
		return nil, err
	}
	e := ical.NewEvent()
	e.Props.SetText(ical.PropUID, m.ID+icsUIDSuffix)
	if m.Announced != 0 {
		stamp = m.Announced
	}
	e.Props.SetDateTime(ical.PropDateTimeStamp, time.UnixMilli(stamp).UTC())
	e.Props.Set(wallProp(ical.PropDateTimeStart, start, m.Zone))
	length := ical.NewProp(ical.PropDuration)
	length.SetDuration(m.Length)
	e.Props.Set(length)
	reason := m.Reason
	if reason == "" {
		reason = "Maintenance " + m.ID
	}
	e.Props.SetText(ical.PropSummary, reason)
	e.SetStatus(ical.EventConfirmed)
	s, err := m.series(m.Zone)
	if err != nil || s.rule == nil {
		return e, err
	}
	o := *s.rule
	if !o.Until.IsZero() {
		o.Until = At(o.Until, m.Zone).UTC() // as RFC 5545 has it where DTSTART has a zone
	}
	e.Props.SetRecurrenceRule(&o)
	for _, x := range m.Except {
		at, err := ParseWall(x)
		if err != nil {
			return nil, err
		}
		e.Props.Add(wallProp(ical.PropExceptionDates, at, m.Zone))
	}
	return e, nil
}

// wallProp is a wall time as it stands, with the zone that it is in.
func wallProp(name string, wall time.Time, zone *time.Location) *ical.Prop {
	p := ical.NewProp(name)
	if zone.String() == "UTC" {
		p.Value = wall.Format(icsDateTimeUTC)
		return p
	}
	p.Params.Set(ical.ParamTimezoneID, zone.String())
	p.Value = wall.Format(icsDateTime)
	return p
}

// writeZone describes a zone from the year before the first start to ten years
// after the last; programs that know IANA names do not look.
func writeZone(name string, starts []time.Time) (*ical.Component, error) {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, err
	}
	from, to := time.Unix(0, 0), time.Unix(0, 0)
	if len(starts) > 0 {
		from = slices.MinFunc(starts, time.Time.Compare).AddDate(-1, 0, 0)
		to = slices.MaxFunc(starts, time.Time.Compare)
		if most := from.AddDate(maxZoneYears, 0, 0); to.After(most) {
			to = most
		}
		to = to.AddDate(10, 0, 0)
	}
	c := ical.NewComponent(ical.CompTimezone)
	c.Props.SetText(ical.PropTimezoneID, name)
	at := from.In(zone)
	_, offset := at.Zone()
	c.Children = append(c.Children, observance(at, offset, offset))
	for at = offsetEnd(at); !at.IsZero() && at.Before(to); at = offsetEnd(at) {
		before := offset
		if _, offset = at.Zone(); offset != before {
			c.Children = append(c.Children, observance(at, before, offset))
		}
	}
	return c, nil
}

// observance is one span of equal offset, which begins at the instant at.
func observance(at time.Time, before, after int) *ical.Component {
	kind := ical.CompTimezoneStandard
	if at.IsDST() {
		kind = ical.CompTimezoneDaylight
	}
	c := ical.NewComponent(kind)
	name, _ := at.Zone()
	start := ical.NewProp(ical.PropDateTimeStart)
	start.Value = at.In(time.FixedZone("", before)).Format(icsDateTime) // in the offset that ends
	c.Props.Set(start)
	for prop, offset := range map[string]int{ical.PropTimezoneOffsetFrom: before, ical.PropTimezoneOffsetTo: after} {
		p := ical.NewProp(prop)
		p.Value = time.Unix(0, 0).In(time.FixedZone("", offset)).Format("-0700")
		c.Props.Set(p)
	}
	c.Props.SetText(ical.PropTimezoneName, name)
	return c
}

// fold breaks lines that are longer than the format allows, between characters.
func fold(data []byte) []byte {
	var out []byte
	for line := range bytes.Lines(data) {
		for room := foldAt; len(line) > room+2; room = foldAt - 1 {
			cut := room
			for cut > 1 && !utf8.RuneStart(line[cut]) {
				cut--
			}
			out = append(append(out, line[:cut]...), "\r\n "...)
			line = line[cut:]
		}
		out = append(out, line...)
	}
	return out
}

// offsetEnd is an instant after at up to which at's offset holds; zero: for ever.
// Past a zone's table, time.Time.ZoneBounds reckons every year as 365 days, and on
// the last day of a leap year (2040 the first) returns an end that has passed.
func offsetEnd(at time.Time) time.Time {
	_, end := at.ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		return at.Add(time.Hour)
	}
	return end
}
