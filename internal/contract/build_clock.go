package contract

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/probity-sla/probity/internal/sla"
)

// clockFile is one [[clock]]: the terms that cases have too, and what they are of.
type clockFile struct {
	ClockFile
	Severity  string          `toml:"severity"`
	Indicator string          `toml:"indicator"`
	Opens     *string         `toml:"opens"`
	Stops     *string         `toml:"stops"`
	Pauses    []string        `toml:"pauses"`
	Calendar  *calendarChoice `toml:"calendar"`
}

// calendarChoice is a calendar written in place, or the name of one.
type calendarChoice struct {
	Name  string
	Table *CalendarFile
}

func (c *calendarChoice) place(in any) any {
	if _, ok := in.(map[string]any); !ok {
		return &c.Name
	}
	c.Table = new(CalendarFile)
	return c.Table
}

// calendars reads the calendars that clocks name.
func (b *builder) calendars(files map[string]CalendarFile) map[string]*sla.Calendar {
	if len(files) > MaxCalendars {
		b.fault("calendar", "", "%d calendars; at most %d", len(files), MaxCalendars)
		return nil
	}
	out := map[string]*sla.Calendar{}
	for _, name := range sortedKeys(files) {
		path := "calendar." + name
		b.id(path, name)
		f := files[name]
		c := &compiler{zone: b.zone}
		out[name] = c.calendar(path, &f)
		b.add(c.faults)
	}
	return out
}

// clocks reads the times within which faults are answered and mended.
func (b *builder) clocks(files []clockFile, calendars map[string]*sla.Calendar) []Clock {
	if len(files) > MaxClocks {
		b.fault("clock", "", "%d clocks; at most %d", len(files), MaxClocks)
		return nil
	}
	var out []Clock
	seen := map[string]bool{}
	for i := range files {
		f := &files[i]
		name := ""
		if f.Severity != "" && f.Indicator != "" {
			name = f.Severity + " " + f.Indicator
		}
		path := item("clock", name, i)
		c := b.clock(path, f, calendars)
		if name != "" && seen[name] {
			b.fault(path, "keep one of them", "the agreement has two clocks for the %s of %s", f.Indicator, f.Severity)
		}
		seen[name] = true
		out = append(out, c)
	}
	return out
}

func (b *builder) clock(path string, f *clockFile, calendars map[string]*sla.Calendar) Clock {
	c := Clock{Severity: f.Severity, Pauses: f.Pauses}
	b.severity(path+".severity", f.Severity)
	if f.Indicator == "" {
		b.fault(path+".indicator", "write response or resolution", "is missing")
	} else {
		c.Indicator = Indicator(b.choice(path+".indicator", f.Indicator, indicatorWords))
	}
	if f.Opens != nil {
		c.Opens = Opens(b.choice(path+".opens", *f.Opens, opensWords))
	}
	c.Stops = b.stops(path+".stops", f.Stops, c.Indicator)
	b.pauses(path+".pauses", f.Pauses)

	terms := f.ClockFile
	if f.Calendar != nil {
		terms.Calendar = f.Calendar.Table
	}
	var faults []FieldError
	c.Terms, faults = terms.Compile(path, b.zone)
	b.add(faults)
	if f.TargetS != nil && *f.TargetS == 0 {
		b.fault(path+".target_s", "write how many seconds are allowed", "is 0: nobody answers or mends in no time")
	}
	if f.Calendar != nil && f.Calendar.Table == nil {
		c.Calendar, c.Terms.Calendar = f.Calendar.Name, calendars[f.Calendar.Name]
		if c.Terms.Calendar == nil {
			b.fault(path+".calendar", "write a [calendar."+shown(c.Calendar, "office")+"], or leave it out for around the clock", "there is no calendar %q", c.Calendar)
		}
	}
	return c
}

// shown is name where it can stand in a hint, else an example.
func shown(name, example string) string {
	if idForm.MatchString(name) && len(name) <= MaxIDLength {
		return name
	}
	return example
}

func (b *builder) severity(path, word string) {
	b.text(path, word)
	switch {
	case word == "":
		b.fault(path, "write the contract's own word, such as P1", "is missing")
	case utf8.RuneCountInString(word) > MaxIDLength:
		b.fault(path, "", "is longer than %d characters", MaxIDLength)
	}
}

// stops reads what stops a clock: a response and a resolution stop at different events.
func (b *builder) stops(path string, word *string, i Indicator) Stops {
	first, known := HumanAnswer, stopsWords[:Workaround]
	if i == Resolution {
		first, known = Workaround, stopsWords[Workaround:]
	}
	if word == nil {
		return first
	}
	j := slices.Index(known, *word)
	if j < 0 {
		b.fault(path, "write "+strings.Join(known, " or "), "%q does not stop a %s", *word, i)
		return first
	}
	return first + Stops(j)
}

func (b *builder) pauses(path string, reasons []string) {
	if len(reasons) > MaxPauses {
		b.fault(path, "", "%d reasons; at most %d", len(reasons), MaxPauses)
		return
	}
	for i, reason := range reasons {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		b.text(at, reason)
		switch {
		case reason == "":
			b.fault(at, "write a reason, such as customer", "is empty")
		case slices.Contains(reasons[:i], reason):
			b.fault(at, "", "%q is named twice", reason)
		}
	}
}

// choice reads one of some words as its place among them.
func (b *builder) choice(path, word string, known []string) int {
	i := slices.Index(known, word)
	if i < 0 {
		b.fault(path, "write "+strings.Join(known, " or "), "%q is not understood", word)
		return 0
	}
	return i
}
