package contract

import "github.com/probity-sla/probity/internal/sla"

// levels finds severities that no outage can be of by rule, and those of which
// nothing is promised.
func (l *linter) levels() {
	declared := l.a.Levels
	for i := range declared {
		v := &declared[i]
		path := item("severity", v.Name, i)
		switch last := len(declared) - 1; {
		case v.unconditional():
		case i == last:
			l.warn(path, "leave them out, or write a last severity for the rest", "its conditions decide nothing: what no other severity is for is %s all the same", v.Name)
		case l.shadowed(i) != "":
			l.warn(path, "write the gravest severity first, and the one without conditions after it", "no outage reaches it: %s, before it, is for all of them", l.shadowed(i))
		}
		if len(l.a.Clocks) > 0 && l.a.Clock(v.Name, Response) == nil && l.a.Clock(v.Name, Resolution) == nil {
			l.warn(path, "add a [[clock]] for it", "%s has no clock: it need never be answered or mended", v.Name)
		}
	}
}

// shadowed names a severity before the i-th that takes every outage; "" when there is none.
func (l *linter) shadowed(i int) string {
	for _, v := range l.a.Levels[:i] {
		if v.unconditional() {
			return v.Name
		}
	}
	return ""
}

// credits finds rules for credits that nothing earns.
func (l *linter) credits() {
	late, any := false, len(l.a.Terms.Tiers) > 0 || l.a.Terms.Credit != nil
	for i := range l.a.Clocks {
		late = late || len(l.a.Clocks[i].Terms.Tiers) > 0
	}
	for i := range l.a.Services {
		t := l.a.Services[i].Terms
		any = any || len(t.Tiers) > 0 || t.Credit != nil
	}
	if l.a.Credits.Repairs != sla.RepairsLargest && !late {
		l.warn("credits.repairs", "write tiers in a [[clock]], or leave it out", "no clock earns a credit for a late repair")
	}
	if l.a.Credits.Cap.Present() && !late && !any {
		l.warn("credits.cap", "leave it out", "nothing earns a credit that it could cap")
	}
}
