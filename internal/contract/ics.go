package contract

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-ical"
)

// Bounds of an imported calendar.
const (
	MaxICSBytes    = 4 << 20
	MaxICSLine     = 2 << 10 // one unfolded line of a property that is read
	maxICSNesting  = 8
	icsUIDSuffix   = "@probity"
	icsDate        = "20060102"
	icsDateTime    = "20060102T150405"
	icsDateTimeUTC = "20060102T150405Z"
)

// icsRead are the properties that are read; all others are passed over unparsed.
var icsRead = map[string]bool{
	"BEGIN": true, "END": true, "UID": true, "DTSTART": true, "DTEND": true, "DURATION": true, "RRULE": true,
	"EXDATE": true, "RDATE": true, "RECURRENCE-ID": true, "SUMMARY": true, "STATUS": true,
}

// ParseICS reads maintenance from an iCalendar (RFC 5545): each event is one
// window or a series, its summary the reason. Cancelled events are left out, and
// a changed instance of a series becomes an entry of its own. A time without a
// zone is in the agreement's. Announced stays 0: that is for the receiver to
// stamp. It returns either entries or all faults.
func ParseICS(data []byte) ([]Planned, []FieldError) {
	cal, err := decodeICS(data)
	if err != nil {
		return nil, []FieldError{{Problem: err.Error(), Hint: "export the calendar as iCalendar (.ics)"}}
	}
	events := cal.Events()
	if len(events) > MaxPlanned {
		return nil, []FieldError{{Problem: fmt.Sprintf("%d events; at most %d", len(events), MaxPlanned), Hint: "export fewer days"}}
	}
	var out []Planned
	var faults []FieldError
	except := map[string][]string{} // by id of the series: instances that were changed or cancelled
	for i, e := range events {
		x, err := readEvent(&e)
		if err != nil {
			faults = append(faults, FieldError{Path: item("event", x.uid, i), Problem: err.Error()})
			continue
		}
		if x.instance != "" {
			except[x.planned.ID] = append(except[x.planned.ID], x.instance)
			x.planned.ID += "-" + strings.ReplaceAll(x.instance[:len(time.DateOnly)], "-", "")
		}
		if !x.cancelled {
			out = append(out, x.planned)
		}
	}
	for i := range out {
		if out[i].RRule != "" {
			out[i].Except = append(out[i].Except, except[out[i].ID]...)
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return out, nil
}

// decodeICS parses what is read of a calendar. The library panics at some
// truncated parameters; to the caller that is malformed input like any other.
func decodeICS(data []byte) (cal *ical.Calendar, err error) {
	lines, err := siftICS(data)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r := recover(); r != nil {
			cal, err = nil, errors.New("is not iCalendar: a property is cut off in its parameters")
		}
	}()
	cal, err = ical.NewDecoder(bytes.NewReader(lines)).Decode()
	if err != nil {
		return nil, fmt.Errorf("is not iCalendar: %s", strings.TrimPrefix(err.Error(), "ical: "))
	}
	return cal, nil
}

// siftICS unfolds the lines and keeps those that are read, each bounded, since
// the library's cost grows with the square of a line.
func siftICS(data []byte) ([]byte, error) {
	if len(data) > MaxICSBytes {
		return nil, fmt.Errorf("is larger than %d bytes", MaxICSBytes)
	}
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	data = bytes.ReplaceAll(bytes.ReplaceAll(data, []byte("\n "), nil), []byte("\n\t"), nil)
	var kept []byte
	depth := 0
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		end := bytes.IndexAny(line, ";:")
		if end < 0 || !icsRead[strings.ToUpper(string(line[:min(end, 20)]))] {
			continue
		}
		if len(line) > MaxICSLine {
			return nil, fmt.Errorf("the property %s is longer than %d bytes", line[:end], MaxICSLine)
		}
		if strings.EqualFold(string(line[:end]), "BEGIN") {
			depth++
		} else if strings.EqualFold(string(line[:end]), "END") {
			depth--
		}
		if depth > maxICSNesting {
			return nil, fmt.Errorf("components nest deeper than %d", maxICSNesting)
		}
		kept = append(append(kept, line...), '\n')
	}
	return kept, nil
}
