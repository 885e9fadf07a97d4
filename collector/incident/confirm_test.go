package incident_test

import (
	"slices"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// TestLocationsAreWeighed reads ledgers of one check at three locations, probed
// every 10 ms; confirm is 2.
func TestLocationsAreWeighed(t *testing.T) {
	entry := func(from, to int64, where ...string) sla.Entry {
		e := sla.Entry{From: from, To: to, State: sla.Up, Observed: sla.Up}
		if where != nil {
			e.State, e.Observed, e.Where = sla.Down, sla.Down, where
		}
		return e
	}
	const a, b, c, other = "home/a", "home/b", "home/c", "api/a"
	for _, tt := range []struct {
		name   string
		known  int
		ledger []sla.Entry
		want   bool
	}{
		{"all of them twice", 3, []sla.Entry{entry(0, 3, a), entry(3, 6, a, b), entry(6, 20, a, b, c)}, true},
		{"all of them once", 3, []sla.Entry{entry(0, 10, a, b, c)}, false},
		{"one of them five times", 3, []sla.Entry{entry(0, 50, a)}, false},
		{"one of them six times", 3, []sla.Entry{entry(0, 51, a)}, true},
		{"two of them three times each", 3, []sla.Entry{entry(0, 30, a, b)}, true},
		{"two of them, and the third once", 3, []sla.Entry{entry(0, 15, a, b), entry(15, 20, a, b, c)}, false},
		{"two of them twice, the third blind", 2, []sla.Entry{entry(0, 20, a, b)}, true},
		{"that is over, the third blind now", 2, []sla.Entry{entry(0, 20, a, b), entry(20, 60)}, false},
		{"one after the other, each once", 3, []sla.Entry{entry(0, 10, a), entry(10, 20, b), entry(20, 30, c), entry(30, 40, a), entry(40, 50, b), entry(50, 60, c)}, false},
		{"an answer in between starts the count again", 3, []sla.Entry{entry(0, 50, a), entry(50, 51), entry(51, 60, a)}, false},
		{"the other check has one location, and failed twice", 3, []sla.Entry{entry(0, 11, other)}, true},
		{"failures of two checks are not added up", 3, []sla.Entry{entry(0, 10, a, b, c, other)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := incident.Facts{Confirm: incident.Confirm{Slots: 2, Interval: 10, Checks: map[string]incident.Probing{
				"home": {Interval: 10, Locations: 3, Known: tt.known}, "api": {Interval: 10, Locations: 1, Known: 1}}}}
			end := tt.ledger[len(tt.ledger)-1].To
			f.FromLedger(&sla.Verdict{Period: sla.Window{From: 0, To: end}, Until: end, Ledger: tt.ledger})
			if got := slices.Contains(f.Enough, true); got != tt.want || len(f.Enough) != len(f.Outages) {
				t.Errorf("Enough = %v for outages %+v, want one: %v", f.Enough, f.Outages, tt.want)
			}
		})
	}
}
