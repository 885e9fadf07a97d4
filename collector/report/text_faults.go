package report

import (
	"fmt"

	"github.com/probity-sla/probity/internal/sla"
)

// faults prints how the faults of the period were handled, when there were any.
func (p *printer) faults(st *sla.Statement) {
	h := st.Handled
	if h == nil {
		return
	}
	p.line("")
	p.line("Faults: %d", h.Times.Incidents)
	if len(h.Clocks) > 0 {
		t := newTable("llrrrrrr", "severity", "time to", "target s", "incidents", "met", "missed", "running", "met %")
		for i := range h.Clocks {
			c := &h.Clocks[i]
			share := "–"
			if c.Share.Present() {
				share = c.Share.Percent(2)
			}
			t.add(c.Severity, c.Indicator, Seconds(c.Target), fmt.Sprint(c.Incidents), fmt.Sprint(c.Met), fmt.Sprint(c.Missed), fmt.Sprint(c.Running), share)
		}
		p.table(t, "  ")
	}
	for _, m := range []struct {
		name string
		s    sla.Spread
	}{
		{"mean time to acknowledge", h.Times.Acknowledge}, {"mean time to repair", h.Times.Repair}, {"mean time to restore service", h.Times.Restore},
	} {
		if m.s.N > 0 {
			p.line("  %-28s  %s s over %d, longest %s s", m.name, RatioSeconds(m.s.Mean), m.s.N, Seconds(m.s.Longest))
		}
	}
	if x := h.Credits; x.Total.Present() && x.Total.Num > 0 {
		p.line("  credits in all                %s %%  of the period's fee: availability %s %%, repairs %s %%", owed(x.Total), owed(x.Availability), owed(x.Repairs))
	}
}

// owed is a credit in per cent, 0.00 where there is none.
func owed(credit sla.Ratio) string {
	if !credit.Present() {
		return "0.00"
	}
	return sla.Of(credit.Num, 100*credit.Den).Percent(2)
}
