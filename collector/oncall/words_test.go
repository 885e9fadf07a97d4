package oncall

import (
	"encoding"
	"testing"
	"time"
)

// parse reads a word as the configuration's decoder does, and writes it again.
func parse(v interface {
	encoding.TextUnmarshaler
	encoding.TextMarshaler
}, text string) (string, error) {
	if err := v.UnmarshalText([]byte(text)); err != nil {
		return "", err
	}
	out, err := v.MarshalText()
	return string(out), err
}

var words = []func(string) (string, error){
	func(s string) (string, error) { return parse(new(Duration), s) },
	func(s string) (string, error) { return parse(new(Every), s) },
	func(s string) (string, error) { return parse(new(Weekday), s) },
	func(s string) (string, error) { return parse(new(HandOver), s) },
	func(s string) (string, error) { return parse(new(Hours), s) },
	func(s string) (string, error) { return parse(new(Date), s) },
	func(s string) (string, error) { return parse(new(Zone), s) },
}

const (
	wordDuration = iota
	wordEvery
	wordWeekday
	wordHandOver
	wordHours
	wordDate
	wordZone
)

func TestWords(t *testing.T) {
	const refused = "refused"
	for _, c := range []struct {
		word     int
		in, want string
	}{
		{wordDuration, "15m", "15m0s"}, {wordDuration, "0s", "0s"}, {wordDuration, "-1s", refused}, {wordDuration, "1ns", refused}, {wordDuration, "15", refused},
		{wordEvery, "1d", "1d"}, {wordEvery, "7d", "1w"}, {wordEvery, "2w", "2w"}, {wordEvery, "14w", "14w"}, {wordEvery, "15w", refused},
		{wordEvery, "0d", refused}, {wordEvery, "1dw", refused}, {wordEvery, "01w", refused}, {wordEvery, "w", refused}, {wordEvery, "+1w", refused}, {wordEvery, "1m", refused},
		{wordWeekday, "Mon", "Mon"}, {wordWeekday, "mon", refused}, {wordWeekday, "", refused},
		{wordHandOver, "Mon 09:00", "Mon 09:00"}, {wordHandOver, "23:59", "23:59"}, {wordHandOver, "24:00", refused}, {wordHandOver, "Mon", refused},
		{wordHandOver, "Mon  09:00", refused}, {wordHandOver, "9:00", refused}, {wordHandOver, "09:60", refused}, {wordHandOver, "", refused},
		{wordHours, "22:00-07:00", "22:00-07:00"}, {wordHours, "00:00-24:00", "00:00-24:00"}, {wordHours, "24:00-07:00", refused},
		{wordHours, "07:00-07:00", refused}, {wordHours, "07:00", refused}, {wordHours, "-1:00-07:00", refused},
		{wordDate, "2026-11-23", "2026-11-23"}, {wordDate, "2028-02-29", "2028-02-29"}, {wordDate, "2026-02-29", refused}, {wordDate, "1969-12-31", refused}, {wordDate, "2200-01-01", refused},
		{wordZone, "Europe/Berlin", "Europe/Berlin"}, {wordZone, "UTC", "UTC"}, {wordZone, "", refused}, {wordZone, "Local", refused}, {wordZone, "Mars/Olympus", refused},
	} {
		got, err := words[c.word](c.in)
		if err != nil {
			got = refused
		}
		if got != c.want {
			t.Errorf("word %d: UnmarshalText(%q) = %s, %v; want %s", c.word, c.in, got, err, c.want)
		}
	}
}

// What is read is written in a form that reads as the same.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"15m", "1w", "Mon", "Mon 09:00", "09:00", "22:00-07:00", "2026-11-23", "Europe/Berlin", "", ":", "Mon 24:00", "9999999999w"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for n, word := range words {
			once, err := word(s)
			if err != nil {
				continue
			}
			if twice, err := word(once); err != nil || twice != once {
				t.Errorf("word %d: %q reads as %q, and that as %q, %v", n, s, once, twice, err)
			}
		}
	})
}

func TestInstantsOfLocalTime(t *testing.T) {
	for _, c := range []struct {
		name, zone, date string
		minute           int
		want             string
	}{
		{"an ordinary day", "Europe/Berlin", "2026-11-23", 9 * 60, "2026-11-23T08:00:00Z"},
		{"skipped in spring: forward by the gap", "Europe/Berlin", "2026-03-29", 2*60 + 30, "2026-03-29T01:30:00Z"},
		{"the end of the gap", "Europe/Berlin", "2026-03-29", 3 * 60, "2026-03-29T01:00:00Z"},
		{"just before the gap", "Europe/Berlin", "2026-03-29", 1*60 + 59, "2026-03-29T00:59:00Z"},
		{"twice in autumn: the first", "Europe/Berlin", "2026-10-25", 2*60 + 30, "2026-10-25T00:30:00Z"},
		{"after what came twice", "Europe/Berlin", "2026-10-25", 3 * 60, "2026-10-25T02:00:00Z"},
		{"west of Greenwich, skipped", "America/New_York", "2026-03-08", 2*60 + 30, "2026-03-08T07:30:00Z"},
		{"west of Greenwich, twice", "America/New_York", "2026-11-01", 60 + 30, "2026-11-01T05:30:00Z"},
		{"half an hour", "Australia/Lord_Howe", "2026-10-04", 2*60 + 15, "2026-10-03T15:45:00Z"},
		{"a day that a zone left out", "Pacific/Apia", "2011-12-30", 9 * 60, "2011-12-30T19:00:00Z"},
		{"the end of a day", "Asia/Shanghai", "2026-11-23", 24 * 60, "2026-11-23T16:00:00Z"},
	} {
		zone, day := zoneOf(t, c.zone), dateWord(t, c.date)
		if got := time.UnixMilli(instant(day.day, c.minute, zone.Location())).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s: instant(%s, %s, %s) = %s, want %s", c.name, c.date, clockText(c.minute), c.zone, got, c.want)
		}
	}
}

func zoneOf(t testing.TB, name string) (z Zone) {
	t.Helper()
	if err := z.UnmarshalText([]byte(name)); err != nil {
		t.Fatal(err)
	}
	return z
}

func dateWord(t testing.TB, s string) (d Date) {
	t.Helper()
	if err := d.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return d
}

// at reads an instant, ms UTC.
func at(t testing.TB, s string) int64 {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v.UnixMilli()
}
