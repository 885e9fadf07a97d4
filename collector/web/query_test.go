package web

import (
	"encoding/json"
	"net/url"
	"testing"
)

func TestParseInstant(t *testing.T) {
	for _, row := range []struct {
		text string
		want int64
		ok   bool
	}{
		{"2026-11-01T00:00:00Z", 1793491200000, true},
		{"2026-11-01T01:00:00+01:00", 1793491200000, true},
		{"2026-11-01T00:00:00.5Z", 1793491200500, true},
		{"1793491200000", 1793491200000, true},
		{"1793491200", 0, false},
		{"2026-11-01", 0, false},
		{"", 0, false},
		{"-1", 0, false},
		{"2300-01-01T00:00:00Z", 0, false},
	} {
		if got, err := ParseInstant(row.text); got != row.want || err == nil != row.ok {
			t.Errorf("ParseInstant(%q) = %d, %v; want %d, ok %v", row.text, got, err, row.want, row.ok)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"period=2026-11", "from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z", "from=1793491200000&to=1793491200001&as_of=1793491200000",
		"from=9223372036854775807&to=1", "period=&from=", "period=%00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		s, err := parseSpan(q)
		if err != nil {
			return
		}
		if s.From != 0 && (s.Label != "" || s.From >= s.To || s.To-s.From > maxWindow.Milliseconds()) {
			t.Errorf("parseSpan(%q) = %+v", raw, s)
		}
	})
}

func FuzzInstant(f *testing.F) {
	for _, s := range []string{`"2026-11-01T00:00:00Z"`, `1793491200000`, `null`, `""`, `"\u0000"`, `1e12`, `{}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		var i Instant
		if json.Unmarshal([]byte(raw), &i) == nil && (i < minInstant || i >= maxInstant) {
			t.Errorf("Unmarshal(%q) = %d, out of bounds", raw, i)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add(cursor{2, 1793491200000}.String())
	f.Add("MS4wLjA")
	f.Add("MS4tMS4w")
	f.Fuzz(func(t *testing.T, raw string) {
		c, err := parseCursor(raw)
		if err == nil && raw != "" && c.String() != raw {
			t.Errorf("parseCursor(%q) = %+v, which is written %q", raw, c, c)
		}
	})
}
