package contract

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// heavyMaintenance is the share of a period, one in so many, from which excused
// maintenance is worth a warning.
const heavyMaintenance = 4

// covered is the services that the same entries excuse by the same terms.
type covered struct {
	terms    sla.MaintenanceTerms
	entries  []int // of Agreement.Planned
	services []string
}

// coverage groups the services by what excuses them.
func (l *linter) coverage() []covered {
	var out []covered
	for i := range l.a.Services {
		s := &l.a.Services[i]
		c := covered{terms: s.Terms.Maintenance}
		for j, m := range l.a.Planned {
			if len(m.Services) == 0 || slices.Contains(m.Services, s.ID) {
				c.entries = append(c.entries, j)
			}
		}
		j := slices.IndexFunc(out, func(x covered) bool {
			return slices.Equal(x.entries, c.entries) && reflect.DeepEqual(x.terms, c.terms)
		})
		if j < 0 {
			j = len(out)
			out = append(out, c)
		}
		out[j].services = append(out[j].services, s.ID)
	}
	return out
}

// swallowed adds up what is excused of each period in which an entry begins, and
// of the one after it, since a series may begin late in its first.
func (l *linter) swallowed() {
	looked := map[string]bool{}
	groups := l.coverage()
	for i := range l.a.Planned {
		first, ok := l.firstWindow(&l.a.Planned[i])
		if !ok {
			continue
		}
		period := l.a.Period.Containing(first.From, l.a.Zone)
		for range 2 {
			if !looked[period.Label] {
				looked[period.Label] = true
				l.swallows(period, groups)
			}
			period = l.a.Period.Next(period, l.a.Zone)
		}
	}
}

// swallows says which services lose a period, or much of it, to maintenance.
func (l *linter) swallows(p Span, groups []covered) {
	windows := make([][]sla.Maintenance, len(l.a.Planned))
	for i, m := range l.a.Planned {
		windows[i] = Expand(m, l.a.Zone, p.Window)
	}
	lost := make([]int64, len(groups))
	for i := range groups {
		lost[i] = groups[i].excused(p, windows)
	}
	whole := p.To - p.From
	for i, sum := range lost {
		whose := ""
		if slices.Min(lost) < slices.Max(lost) {
			whose = ", for service " + strings.Join(groups[i].services, ", ")
		} else if i > 0 {
			break // all lose the same: once is enough
		}
		switch {
		case whole > 0 && sum >= whole:
			l.fail("maintenance", "shorten the windows, or cap them with terms.maintenance.cap_s", "it takes the whole of %s: nothing would be left to judge%s", p.Label, whose)
		case sum*heavyMaintenance >= whole && sum > 0:
			l.warn("maintenance", "cap it with terms.maintenance.cap_s, if the contract does", "it takes %s of the %s of %s%s", length(sum), length(whole), p.Label, whose)
		}
	}
}

// excused is how much of a period the entries would take from the services.
func (c *covered) excused(p Span, windows [][]sla.Maintenance) int64 {
	if c.terms.Treatment == sla.TreatAsIs {
		return 0
	}
	var all []sla.Maintenance
	for _, i := range c.entries {
		for _, w := range windows[i] {
			if c.terms.MaxWindow > 0 {
				w.To = min(w.To, w.From+c.terms.MaxWindow)
			}
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b sla.Maintenance) int { return cmp.Compare(a.From, b.From) })
	sum, reached := int64(0), p.From
	for _, w := range all {
		from, to := max(w.From, reached), min(w.To, p.To)
		sum += max(0, to-from)
		reached = max(reached, to)
	}
	if c.terms.Cap != nil {
		sum = min(sum, *c.terms.Cap*grants(c.terms.CapPer, p.To-p.From))
	}
	return sum
}

// grants is how often at most a cap is granted anew within a period.
func grants(per sla.CapPer, period int64) int64 {
	shortest := map[sla.CapPer]int64{sla.CapPerMonth: 28, sla.CapPerQuarter: 90, sla.CapPerYear: 365}[per]
	if shortest == 0 {
		return 1
	}
	return period/(shortest*86_400_000) + 1
}
