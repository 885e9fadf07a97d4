package contract

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"
)

func calendar(events ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + strings.ReplaceAll(strings.Join(events, ""), "\n", "\r\n") + "END:VCALENDAR\r\n")
}

func event(lines string) string { return "BEGIN:VEVENT\n" + lines + "\nEND:VEVENT\n" }

func TestParseICSReadsWhatCalendarsHold(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, row := range []struct {
		sentence string
		events   []string
		want     []Planned
	}{
		{"one window in UTC", []string{event("UID:move-1\nDTSTART:20261122T010000Z\nDTEND:20261122T030000Z\nSUMMARY:Move\\, at last")},
			[]Planned{{ID: "move-1", Start: "2026-11-22T01:00:00", Length: 2 * time.Hour, Zone: time.UTC, Reason: "Move, at last"}}},
		{"a series in a zone, less a day", []string{event("UID:sundays@probity\nDTSTART;TZID=Europe/Berlin:20261101T020000\nDURATION:PT90M\nRRULE:FREQ=WEEKLY;BYDAY=SU\nEXDATE;TZID=Europe/Berlin:20261115T020000\nEXDATE:20261122T010000Z")},
			[]Planned{{ID: "sundays", Start: "2026-11-01T02:00:00", Length: 90 * time.Minute, Zone: berlin, RRule: "FREQ=WEEKLY;BYDAY=SU", Except: []string{"2026-11-15T02:00:00", "2026-11-22T02:00:00"}}}},
		{"a folded line, a foreign property, an alarm", []string{event("UID:a\nX-NOISE;FOO:" + strings.Repeat("x", 5000) + "\nDTSTART:20261122T010000Z\nDTEND:2026112\n 2T020000Z\nBEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM")},
			[]Planned{{ID: "a", Start: "2026-11-22T01:00:00", Length: time.Hour, Zone: time.UTC}}},
		{"the night of the long hour", []string{event("UID:a\nDTSTART;TZID=Europe/Berlin:20261025T010000\nDTEND;TZID=Europe/Berlin:20261025T040000")},
			[]Planned{{ID: "a", Start: "2026-10-25T01:00:00", Length: 4 * time.Hour, Zone: berlin}}},
		{"a whole day in the agreement's zone", []string{event("UID:a\nDTSTART;VALUE=DATE:20261122")},
			[]Planned{{ID: "a", Start: "2026-11-22T00:00:00", Length: 24 * time.Hour}}},
		{"what is cancelled is left out", []string{event("UID:a\nDTSTART:20261122T010000Z\nSTATUS:CANCELLED")}, nil},
		{"a UID that is no id gets one", []string{event("UID:{0AB1-FF}@mail.example\nDTSTART:20261122T010000Z\nDURATION:PT1H")},
			[]Planned{{ID: "ics-1ca5e5fd9b1a2052", Start: "2026-11-22T01:00:00", Length: time.Hour, Zone: time.UTC}}},
		{"an instance that was moved, and one that was called off", []string{
			event("UID:s\nDTSTART:20261101T020000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY"),
			event("UID:s\nRECURRENCE-ID:20261108T020000Z\nDTSTART:20261109T030000Z\nDURATION:PT2H"),
			event("UID:s\nRECURRENCE-ID:20261115T020000Z\nDTSTART:20261115T020000Z\nSTATUS:CANCELLED")},
			[]Planned{
				{ID: "s", Start: "2026-11-01T02:00:00", Length: time.Hour, Zone: time.UTC, RRule: "FREQ=WEEKLY", Except: []string{"2026-11-08T02:00:00", "2026-11-15T02:00:00"}},
				{ID: "s-20261108", Start: "2026-11-09T03:00:00", Length: 2 * time.Hour, Zone: time.UTC},
			}},
	} {
		got, faults := ParseICS(calendar(row.events...))
		if len(faults) > 0 || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: got %+v, %v; want %+v", row.sentence, got, Join(faults), row.want)
		}
	}
}

func TestParseICSNamesEveryFault(t *testing.T) {
	for _, row := range []struct{ sentence, data, says string }{
		{"not a calendar", "hello", "is not iCalendar"},
		{"cut off in a parameter", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Europe", "is not iCalendar"},
		{"no end", string(calendar(event("UID:a\nDTSTART:20261122T010000Z"))), "event[a]: has neither DTEND nor DURATION"},
		{"ends before it begins", string(calendar(event("UID:a\nDTSTART:20261122T010000Z\nDTEND:20261121T010000Z"))), "longer than nothing"},
		{"a zone of Windows", string(calendar(event("UID:a\nDTSTART;TZID=W. Europe Standard Time:20261122T010000\nDURATION:PT1H"))), "no IANA name"},
		{"no UID", string(calendar(event("DTSTART:20261122T010000Z\nDURATION:PT1H"))), "event[1]: has no UID"},
		{"a rule that is too fast", string(calendar(event("UID:a\nDTSTART:20261122T010000Z\nDURATION:PT1H\nRRULE:FREQ=MINUTELY"))), "daily at most"},
		{"a long line", "BEGIN:VCALENDAR\nSUMMARY:" + strings.Repeat("a", MaxICSLine), "longer than 2048 bytes"},
		{"too deep", strings.Repeat("BEGIN:VEVENT\n", 100), "deeper than 8"},
	} {
		_, faults := ParseICS([]byte(row.data))
		if err := Join(faults); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v; want %q", row.sentence, err, row.says)
		}
	}
}

func TestWriteICSIsReadBackTheSame(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	planned := []Planned{
		{ID: "move", Start: "2026-10-25T01:00:00", Length: 4 * time.Hour, Zone: berlin, Reason: "a new data centre; with a comma, and 一句很长很长很长很长很长很长很长很长很长很长的中文说明", Announced: 1790000000000},
		{ID: "sundays", Start: "2026-11-01T02:00:00", Length: 90 * time.Minute, Zone: berlin, RRule: "FREQ=WEEKLY;UNTIL=20261129T010000Z;BYDAY=SU", Except: []string{"2026-11-15T02:00:00"}, Reason: "patches"},
		{ID: "utc", Start: "2026-11-01T02:00:00", Length: time.Hour, Zone: time.UTC, Reason: "x"},
	}
	var buf bytes.Buffer
	if err := WriteICS(&buf, "shop", berlin, 1790000000000, planned); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(buf.String()) {
		if len(line) > foldAt+2 || !strings.HasSuffix(line, "\r\n") {
			t.Errorf("line of %d bytes, or without its end: %q", len(line), line)
		}
	}
	for _, want := range []string{"TZID:Europe/Berlin", "BEGIN:DAYLIGHT", "TZOFFSETTO:+0200", "DTSTART:20260329T020000", "DTSTART;TZID=Europe/Berlin:20261101T020000", "DTSTART:20261101T020000Z"} {
		if !strings.Contains(buf.String(), want+"\r\n") {
			t.Errorf("%q is missing:\n%s", want, buf.String())
		}
	}
	got, faults := ParseICS(buf.Bytes())
	planned[0].Announced = 0 // for the receiver to stamp
	if len(faults) > 0 || !reflect.DeepEqual(got, planned) {
		t.Errorf("read back %+v, %v; want %+v", got, Join(faults), planned)
	}
	buf.Reset()
	if err := WriteICS(&buf, "shop", time.UTC, 0, nil); err != nil || !strings.Contains(buf.String(), "END:VCALENDAR") {
		t.Errorf("an empty calendar: %v\n%s", err, buf.String())
	}
}

func FuzzParseICS(f *testing.F) {
	f.Add(calendar(event("UID:a\nDTSTART:20261122T010000Z\nDTEND:20261122T020000Z\nSUMMARY:x")))
	f.Add(calendar(event("UID:s\nDTSTART;TZID=Europe/Berlin:20261101T020000\nDURATION:PT90M\nRRULE:FREQ=WEEKLY;BYDAY=SU\nEXDATE:20261115T010000Z")))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=Europe"))
	f.Fuzz(func(t *testing.T, data []byte) {
		planned, faults := ParseICS(data)
		if len(faults) > 0 {
			return
		}
		for _, m := range planned {
			z := m.Zone
			if z == nil {
				z = time.UTC
			}
			if _, err := m.series(z); err != nil {
				t.Fatalf("%+v was read, and does not recur: %v", m, err)
			}
			Expand(m, z, window(t, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z"))
		}
		var buf bytes.Buffer
		if err := WriteICS(&buf, "x", time.UTC, 0, planned); err != nil {
			t.Fatalf("%+v cannot be written: %v", planned, err)
		}
	})
}
