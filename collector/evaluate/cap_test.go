package evaluate

import (
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/contract"
	"github.com/probity-sla/probity/internal/sla"
)

// TestCapOfAYearIsSpentByEarlierMonths: ten hours a year, of which October took
// eight, leave two for a window of four hours in November.
func TestCapOfAYearIsSpentByEarlierMonths(t *testing.T) {
	l, e := newLedger(t, "2026-09-30T22:00:00Z", "2026-11-10T00:00:00Z")
	for i, w := range []struct{ from, to string }{
		{"2026-10-05T00:00:00Z", "2026-10-05T08:00:00Z"},
		{"2026-11-05T00:00:00Z", "2026-11-05T04:00:00Z"},
	} {
		from, to := instant(t, w.from), instant(t, w.to)
		l.exclusions.Maintenance = append(l.exclusions.Maintenance, Maintenance{Maintenance: sla.Maintenance{
			ID: []string{"october", "november"}[i], From: from.UnixMilli(), To: to.UnixMilli(), Announced: from.Add(-72 * time.Hour).UnixMilli(),
		}})
	}
	l.runs = slices.DeleteFunc(l.runs, func(timeline.Run) bool { return true })
	for at := instant(t, "2026-09-30T22:00:00Z"); at.Before(l.now); at = at.Add(time.Hour) {
		o := timeline.Up
		if at.Equal(instant(t, "2026-11-05T01:00:00Z")) || at.Equal(instant(t, "2026-11-05T03:00:00Z")) {
			o = timeline.Down
		}
		l.add(at, at.Add(time.Hour), o)
	}
	hours := func(n int64) int64 { return n * time.Hour.Milliseconds() }
	ten := hours(10)
	for _, c := range []struct {
		per            sla.CapPer
		excluded, down int64
	}{
		{sla.CapPerPeriod, hours(4), 0},
		{sla.CapPerYear, hours(2), hours(1)},
		{sla.CapPerMonth, hours(4), 0},
	} {
		a := *e.Agreement("shop")
		terms := *a.Services[0].Terms
		terms.Maintenance.Cap, terms.Maintenance.CapPer = &ten, c.per
		a.Services = []contract.Service{a.Services[0]}
		a.Services[0].Terms = &terms
		st, err := e.Statement(t.Context(), Request{Agreement: "shop", Instead: &a})
		if err != nil {
			t.Fatal(err)
		}
		v := st.Services[0].Verdict
		if v.Excluded != c.excluded || v.Bad.Cmp(sla.Of(c.down, 1)) != 0 {
			t.Errorf("cap of 10 h per %v: excluded %v, bad %v ms; want %v, %v", c.per, v.Excluded, v.Bad, c.excluded, c.down)
		}
	}
}
