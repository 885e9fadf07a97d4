package contract

import (
	"fmt"
	"slices"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// heavyMaintenance is the share of a period, one in so many, from which excused
// maintenance is worth a warning.
const heavyMaintenance = 4

// plannedEntries looks at each entry by the agreement's own terms, and at what
// all of them take of the periods in which they begin.
func (l *linter) plannedEntries() {
	terms := l.a.Terms.Maintenance
	for i := range l.a.Planned {
		m := &l.a.Planned[i]
		path := fmt.Sprintf("maintenance[%s]", m.ID)
		first, ok := l.firstWindow(m)
		if !ok {
			continue
		}
		l.qualifies(path, m, first, terms)
		if l.a.ValidFrom != 0 && m.RRule == "" && first.To <= l.a.ValidFrom || l.a.ValidTo != 0 && first.From >= l.a.ValidTo {
			l.warn(path, "check the year", "lies outside the agreement's validity")
		}
		if most := time.Duration(terms.MaxWindow) * time.Millisecond; most > 0 && m.Length > most {
			l.warn(path+".length", "shorten it, or write several", "lasts %s, and terms.maintenance.max_window_s excuses the first %s only", m.Length, most)
		}
	}
	l.swallowed()
}

func (l *linter) firstWindow(m *Planned) (sla.Window, bool) {
	start, err := ParseWall(m.Start)
	if err != nil {
		return sla.Window{}, false
	}
	z := m.Zone
	if z == nil {
		z = l.a.Zone
	}
	return windowAt(start, m.Length, z), true
}

// qualifies says why an entry would not excuse anything.
func (l *linter) qualifies(path string, m *Planned, first sla.Window, terms sla.MaintenanceTerms) {
	notice := terms.MinNotice
	if m.Emergency {
		if !terms.EmergencyExcused {
			l.warn(path+".emergency", "write terms.maintenance.emergency_excused = true, if the contract says so", "emergency work is not excused: the time counts")
			return
		}
		notice = terms.EmergencyMinNotice
	}
	switch {
	case notice == 0:
	case m.Announced == 0:
		l.warn(path+".announced", "write when the customer was told", "was never announced, and %s of notice are required: the time counts", length(notice))
	case first.From-m.Announced < notice:
		l.warn(path+".announced", "announce it by "+time.UnixMilli(first.From-notice).In(l.a.Zone).Format(time.RFC3339),
			"was announced %s before it begins, and %s are required: the time counts", length(max(0, first.From-m.Announced)), length(notice))
	}
}

func length(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// swallowed adds up what is excused of each period in which an entry begins, and
// of the one after it, since a series may begin late in its first.
func (l *linter) swallowed() {
	terms := l.a.Terms.Maintenance
	if terms.Treatment == sla.TreatAsIs {
		return
	}
	looked := map[string]bool{}
	for i := range l.a.Planned {
		first, ok := l.firstWindow(&l.a.Planned[i])
		if !ok {
			continue
		}
		period := l.a.Period.Containing(first.From, l.a.Zone)
		for range 2 {
			if !looked[period.Label] {
				looked[period.Label] = true
				l.swallows(period, terms)
			}
			period = l.a.Period.Next(period, l.a.Zone)
		}
	}
}

func (l *linter) swallows(p Span, terms sla.MaintenanceTerms) {
	var windows []sla.Maintenance
	for _, m := range l.a.Planned {
		for _, w := range Expand(m, l.a.Zone, p.Window) {
			if terms.MaxWindow > 0 {
				w.To = min(w.To, w.From+terms.MaxWindow)
			}
			windows = append(windows, w)
		}
	}
	slices.SortFunc(windows, func(a, b sla.Maintenance) int { return int(max(-1, min(1, a.From-b.From))) })
	sum, reached := int64(0), p.From
	for _, w := range windows {
		from, to := max(w.From, reached), min(w.To, p.To)
		sum += max(0, to-from)
		reached = max(reached, to)
	}
	whole := p.To - p.From
	if terms.Cap != nil {
		sum = min(sum, *terms.Cap*grants(terms.CapPer, whole))
	}
	switch {
	case whole > 0 && sum >= whole:
		l.fail("maintenance", "shorten the windows, or cap them with terms.maintenance.cap_s", "it takes the whole of %s: nothing would be left to judge", p.Label)
	case sum*heavyMaintenance >= whole && sum > 0:
		l.warn("maintenance", "cap it with terms.maintenance.cap_s, if the contract does", "it takes %s of the %s of %s", length(sum), length(whole), p.Label)
	}
}

// grants is how often at most a cap is granted anew within a period.
func grants(per sla.CapPer, period int64) int64 {
	shortest := map[sla.CapPer]int64{sla.CapPerMonth: 28, sla.CapPerQuarter: 90, sla.CapPerYear: 365}[per]
	if shortest == 0 {
		return 1
	}
	return period/(shortest*86_400_000) + 1
}
