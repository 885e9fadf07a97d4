package report

import (
	"fmt"
	"slices"
	"strings"
)

// Revised lists what changed from one revision of a report to the next, as it
// is printed: figures first, then the records behind them.
func Revised(was, is *Model) []Difference {
	if was == nil || is == nil {
		return nil
	}
	var out []Difference
	diff := func(service, figure, a, b string) {
		if a != b {
			out = append(out, Difference{service, figure, a, b})
		}
	}
	diff("", "agreement", was.Method.AgreementRevision, is.Method.AgreementRevision)
	diff("", "evidence", was.Method.Fingerprint, is.Method.Fingerprint)
	old := map[string]*Figures{}
	for i := range was.Services {
		old[was.Services[i].Service] = &was.Services[i]
	}
	for i := range is.Services {
		f := &is.Services[i]
		if o := old[f.Service]; o != nil {
			out = append(out, verdictDifferences(f.Service, &o.Exact, &f.Exact)...)
			delete(old, f.Service)
		} else {
			diff(f.Service, "service", Absent, "new")
		}
	}
	for i := range was.Services {
		if id := was.Services[i].Service; old[id] != nil {
			diff(id, "service", "present", Absent)
		}
	}
	out = append(out, verdictDifferences("", &was.Overall.Exact, &is.Overall.Exact)...)
	return append(out, recordDifferences(was, is)...)
}

// recordDifferences compares the lists by what identifies and what they say.
func recordDifferences(was, is *Model) (out []Difference) {
	for _, l := range []struct {
		figure string
		list   func(*Model) []string
	}{
		{"outage", func(m *Model) []string {
			return each(m.Outages, func(o *Outage) string {
				return fmt.Sprintf("%s %d %d %s %s %s", o.Service, o.From, o.To, o.Incident, o.Cause, o.Remedy)
			}, func(o *Outage) string { return o.Service + " " + utc(o.From) })
		}},
		{"clock", func(m *Model) []string {
			return each(m.Clocks, func(c *ClockRow) string {
				return fmt.Sprint(c.Incident, c.Severity, c.Indicator, c.Reading.Elapsed, c.Reading.Breach)
			}, func(c *ClockRow) string { return c.Incident + " " + c.Severity + " " + c.Indicator })
		}},
		{"maintenance", func(m *Model) []string {
			return each(m.Maintenance, func(w *Work) string { return fmt.Sprint(w.ID, w.From, w.To, w.Announced, w.Excused) },
				func(w *Work) string { return w.ID })
		}},
		{"correction", func(m *Model) []string {
			here := slices.DeleteFunc(slices.Clone(m.Corrections), func(c Amendment) bool { return c.Earlier })
			return each(here, func(c *Amendment) string { return fmt.Sprint(c.ID, c.From, c.To, c.ApprovedAt, c.RevokedAt) },
				func(c *Amendment) string { return c.ID })
		}},
		{"credit", func(m *Model) []string {
			return each(m.Credits, func(c *CreditRow) string { return c.name() + c.Percent }, func(c *CreditRow) string {
				return c.name() + " " + c.Percent + " %"
			})
		}},
	} {
		out = append(out, listDifferences(l.figure, l.list(was), l.list(is))...)
	}
	return out
}

// name says what a credit is for.
func (c *CreditRow) name() string {
	return strings.Join(slices.DeleteFunc([]string{c.Kind, c.Service, c.Incident, c.Clock}, func(s string) bool { return s == "" }), " ")
}

// each makes "name\x00identity" of every row: the name is printed, all of it compared.
func each[T any](rows []T, identity, name func(*T) string) []string {
	var out []string
	for i := range rows {
		out = append(out, name(&rows[i])+"\x00"+identity(&rows[i]))
	}
	return out
}

// listDifferences names the rows that went, came or changed. A row whose name
// is in both lists has changed.
func listDifferences(figure string, was, is []string) (out []Difference) {
	names := func(rows []string) (out []string) {
		for _, r := range rows {
			name, _, _ := strings.Cut(r, "\x00")
			out = append(out, name)
		}
		return out
	}
	before, after := names(was), names(is)
	for i, row := range was {
		switch {
		case slices.Contains(is, row):
		case slices.Contains(after, before[i]):
			out = append(out, Difference{"", figure, before[i], "changed"})
		default:
			out = append(out, Difference{"", figure, before[i], Absent})
		}
	}
	for i, row := range is {
		if !slices.Contains(was, row) && !slices.Contains(before, after[i]) {
			out = append(out, Difference{"", figure, Absent, after[i]})
		}
	}
	return out
}
