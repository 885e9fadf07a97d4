package contract

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/probity-sla/probity/internal/sla"
)

// plannedEntries looks at each entry by the terms of every service that it is for,
// and at what all of them take of the periods in which they begin.
func (l *linter) plannedEntries() {
	for i := range l.a.Planned {
		m := &l.a.Planned[i]
		path := fmt.Sprintf("maintenance[%s]", m.ID)
		first, ok := l.firstWindow(m)
		if !ok {
			continue
		}
		for _, g := range l.judges(m) {
			l.qualifies(path, g.whose, m, first, g.terms)
			if most := time.Duration(g.terms.MaxWindow) * time.Millisecond; most > 0 && m.Length > most {
				l.warn(path+".length", "shorten it, or write several", "lasts %s, and terms.maintenance.max_window_s excuses the first %s only%s", m.Length, most, g.whose)
			}
		}
		if l.a.ValidFrom != 0 && m.RRule == "" && first.To <= l.a.ValidFrom || l.a.ValidTo != 0 && first.From >= l.a.ValidTo {
			l.warn(path, "check the year", "lies outside the agreement's validity")
		}
	}
	l.swallowed()
}

// judge is the terms of maintenance that some services share.
type judge struct {
	terms    sla.MaintenanceTerms
	services []string
	whose    string // ", for service a, b"; "" when it is all services that are asked about
}

// judges groups the services that an entry is for by their terms of maintenance.
func (l *linter) judges(m *Planned) []judge {
	var out []judge
	asked := 0
	for i := range l.a.Services {
		s := &l.a.Services[i]
		if len(m.Services) > 0 && !slices.Contains(m.Services, s.ID) {
			continue
		}
		asked++
		j := slices.IndexFunc(out, func(g judge) bool { return reflect.DeepEqual(g.terms, s.Terms.Maintenance) })
		if j < 0 {
			j = len(out)
			out = append(out, judge{terms: s.Terms.Maintenance})
		}
		out[j].services = append(out[j].services, s.ID)
	}
	for j := range out {
		if len(out[j].services) < asked {
			out[j].whose = ", for service " + strings.Join(out[j].services, ", ")
		}
	}
	return out
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
func (l *linter) qualifies(path, whose string, m *Planned, first sla.Window, terms sla.MaintenanceTerms) {
	notice := terms.MinNotice
	if m.Emergency {
		if !terms.EmergencyExcused {
			l.warn(path+".emergency", "write terms.maintenance.emergency_excused = true, if the contract says so", "emergency work is not excused: the time counts%s", whose)
			return
		}
		notice = terms.EmergencyMinNotice
	}
	switch {
	case notice == 0:
	case m.Announced == 0:
		l.warn(path+".announced", "write when the customer was told", "was never announced, and %s of notice are required: the time counts%s", length(notice), whose)
	case first.From-m.Announced < notice:
		l.warn(path+".announced", "announce it by "+time.UnixMilli(first.From-notice).In(l.a.Zone).Format(time.RFC3339),
			"was announced %s before it begins, and %s are required: the time counts%s", length(max(0, first.From-m.Announced)), length(notice), whose)
	}
}

func length(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }
