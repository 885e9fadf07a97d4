package collector

import (
	"strings"
	"testing"
	"time"
)

func TestAnInstantThatTheClocksSkipIsRefused(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want, refused string }{
		{"2027-03-28T01:59", "2027-03-28T00:59:00Z", ""},
		{"2027-03-28T02:30", "", "does not exist in Europe/Berlin: the clocks are set forward over it, to 03:30"},
		{"2027-03-28T03:00", "2027-03-28T01:00:00Z", ""},
		{"2027-10-31T02:30", "2027-10-31T00:30:00Z", ""}, // the first of two
		{"2027-03-28T02:30:00+01:00", "2027-03-28T01:30:00Z", ""},
	} {
		got, err := instantIn("from", c.text, berlin, time.Now())
		if c.refused != "" {
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("instantIn(%q): %v; want %q", c.text, err, c.refused)
			}
			continue
		}
		if at := time.UnixMilli(got).UTC().Format(time.RFC3339); err != nil || at != c.want {
			t.Errorf("instantIn(%q) = %s, %v; want %s", c.text, at, err, c.want)
		}
	}
}
