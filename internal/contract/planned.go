package contract

import (
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

const wallLayout = "2006-01-02T15:04:05"

// Expand returns the windows of m that touch w, in the order of their starts.
// zone is the agreement's. A window of a series is called "id@2026-11-22", after
// its own local day. m must have come from a loader of this package.
func Expand(m Planned, zone *time.Location, w sla.Window) []sla.Maintenance {
	if m.Zone != nil {
		zone = m.Zone
	}
	s, err := m.series(zone)
	if err != nil {
		return nil
	}
	var out []sla.Maintenance
	for _, at := range s.starts(m.Length, zone, w) {
		x := windowAt(at, m.Length, zone)
		id := m.ID
		if s.rule != nil {
			id += "@" + at.Format(time.DateOnly)
		}
		out = append(out, sla.Maintenance{ID: id, From: x.From, To: x.To, Announced: m.Announced, Emergency: m.Emergency})
	}
	return out
}

// series reads the times of m.
func (m *Planned) series(zone *time.Location) (*series, error) {
	start, err := ParseWall(m.Start)
	if err != nil {
		return nil, err
	}
	var until time.Time
	if m.Until != "" {
		if until, err = ParseWall(m.Until); err != nil {
			return nil, err
		}
		if len(m.Until) == len(time.DateOnly) {
			until = until.Add(24*time.Hour - time.Second)
		}
	}
	s, err := newSeries(start, m.RRule, until, zone)
	if err != nil {
		return nil, err
	}
	for _, x := range m.Except {
		at, err := ParseWall(x)
		if err != nil {
			return nil, err
		}
		s.except[at.Unix()] = true
	}
	return s, nil
}

// planned reads the maintenance that is written in the agreement.
func (b *builder) planned(files []plannedFile, a *Agreement) []Planned {
	if len(files) > MaxPlanned {
		b.fault("maintenance", "use rrule for what recurs", "%d entries; at most %d", len(files), MaxPlanned)
		return nil
	}
	var out []Planned
	seen := map[string]bool{}
	for i := range files {
		path := item("maintenance", files[i].ID, i)
		b.unique(path, files[i].ID, seen)
		out = append(out, b.plannedOne(path, &files[i], a))
	}
	return out
}

func (b *builder) plannedOne(path string, f *plannedFile, a *Agreement) Planned {
	m := Planned{
		ID: f.ID, Services: f.Services, Length: time.Duration(f.Length), RRule: f.RRule,
		Announced: f.Announced.in(b.zone), Emergency: f.Emergency, Reason: f.Reason,
	}
	b.text(path+".reason", f.Reason)
	for i, id := range f.Services {
		if !slices.ContainsFunc(a.Services, func(s Service) bool { return s.ID == id }) {
			b.fault(fmt.Sprintf("%s.services[%d]", path, i+1), "write the id of a [[service]]", "there is no service %q", id)
		}
	}
	if !f.Start.set {
		b.fault(path+".start", "write a local time such as 2026-11-22T02:00:00", "is missing")
		return m
	}
	m.Start = f.Start.Format(wallLayout)
	b.length(path, f, &m)
	if f.RRule == "" && (f.Until.set || len(f.Except) > 0) {
		b.fault(path, "add an rrule, or leave them out", "until and except mean nothing without an rrule")
	}
	if f.Until.set {
		m.Until = f.Until.Format(wallLayout)
		if h, mi, s := f.Until.Clock(); h+mi+s == 0 {
			m.Until = f.Until.Format(time.DateOnly)
		}
	}
	if len(f.Except) > MaxPlanned {
		b.fault(path+".except", "", "%d entries; at most %d", len(f.Except), MaxPlanned)
		return m
	}
	for _, x := range f.Except {
		if h, mi, s := x.Clock(); h+mi+s == 0 { // a bare day means its start
			y, mo, d := x.Date()
			x.Time = f.Start.AddDate(0, 0, dayNumber(time.Date(y, mo, d, 0, 0, 0, 0, time.UTC))-dayNumber(f.Start.Time))
		}
		m.Except = append(m.Except, x.Format(wallLayout))
	}
	if _, err := m.series(b.zone); err != nil {
		b.fault(path+".rrule", "", "%v", err)
	}
	return m
}

// length takes the length as written, or from the end of a single window.
func (b *builder) length(path string, f *plannedFile, m *Planned) {
	switch {
	case f.End.set == (f.Length > 0):
		b.fault(path, "write either length = \"2h\", or the end of a single window", "its end is missing, or said twice")
		return
	case f.End.set && f.RRule != "":
		b.fault(path+".end", "write length = \"2h\"", "a series has a length, not an end")
		return
	case f.End.set:
		m.Length = At(f.End.Time, b.zone).Sub(At(f.Start.Time, b.zone))
	}
	if m.Length <= 0 || m.Length > MaxWindowLength {
		b.fault(path, "", "lasts %s: it must be longer than nothing and at most %s", m.Length, MaxWindowLength)
	}
}
