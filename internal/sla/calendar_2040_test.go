package sla_test

import (
	"testing"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// The end of 2040 is past the zone's table, where time.Time.ZoneBounds errs.
func TestServiceHoursAtTheEndOf2040(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := &sla.Calendar{Zone: berlin, Weekly: []sla.Range{{Days: [7]bool{true, true, true, true, true, true, true}, From: 2 * 3600, To: 4 * 3600}}}
	from := time.Date(2040, 12, 30, 0, 0, 0, 0, berlin).UnixMilli()
	to := time.Date(2041, 1, 3, 0, 0, 0, 0, berlin).UnixMilli()
	got := c.Windows(from, to)
	if len(got) != 4 || got[1].From != time.Date(2040, 12, 31, 2, 0, 0, 0, berlin).UnixMilli() {
		t.Errorf("Windows of 02:00–04:00 over the turn of 2040 = %v; want four, one a day", got)
	}
}
