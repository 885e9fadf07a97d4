package incident

import (
	"cmp"
	"slices"
	"time"
)

// holds is the answer of a rule: whether its condition holds now.
type holds uint8

const (
	off    holds = iota // it does not: an open alert is over
	stays               // neither: nothing opens, and what is open stays
	on                  // it does
	erased              // it never did: an open alert is withdrawn
)

// finding is what one rule says of one key.
type finding struct {
	is       holds
	alert    Alert        // kind, severity, subject, StartsAt, Where, Cause, Outage, Rule, Period: what an alert would say
	labels   []string     // name, value, …: extra to those of the subject
	words    func() words // for the texts, asked only when one is written
	language string
	zone     *time.Location
	ends     int64  // StartsAt of what ended it
	over     string // why it is over, or was withdrawn
	hush
	flapping bool
}

// settle brings the open alert of a key in line with a finding.
func (e *Engine) settle(at int64, f finding) []Change {
	f.alert.Key = key(&f.alert)
	a := e.open[f.alert.Key]
	switch {
	case a == nil && f.is == on:
		return []Change{e.raise(at, f)}
	case a == nil:
		return nil
	case f.is == off:
		e.write(at, a, f)
		return []Change{e.finish(a, Resolved, at, f.ends, f.over)}
	case f.is == erased:
		e.write(at, a, f)
		return []Change{e.finish(a, Withdrawn, at, at, f.over)}
	}
	return e.revise(at, a, f)
}

func (e *Engine) raise(at int64, f finding) Change {
	a := f.alert
	a.ID, a.OpenedAt, a.UpdatedAt = lifeID(a.Key, at), at, at
	a.Status, a.Suppressed, a.Maintenance, a.Parent, a.Flapping = Firing, f.quiet, f.cover, f.parent, f.flapping
	c := Change{Kind: ChangeOpened, At: at}
	if f.quiet != "" {
		a.Status, c.Kind, c.Reason = Suppressed, ChangeSuppressed, f.quiet
	}
	a.Labels = labels(&a, f.labels)
	e.write(at, &a, f)
	if c.Reason == "" {
		c.Reason = a.Annotations["summary"]
	}
	e.open[a.Key] = &a
	c.Alert = a.Clone()
	return c
}

// revise brings an open alert up to date. Figures that move with every result
// are refreshed in silence; a change is what a person would want to be told.
func (e *Engine) revise(at int64, a *Alert, f finding) []Change {
	reason := difference(a, f)
	fires := a.Status == Suppressed && f.quiet == "" && f.is == on
	a.StartsAt = cmp.Or(f.alert.StartsAt, a.StartsAt)
	a.Outage = cmp.Or(f.alert.Outage, a.Outage)
	if f.alert.Where != nil {
		a.Where = slices.Clone(f.alert.Where)
	}
	a.Maintenance, a.Parent, a.ParentUp = f.cover, f.parent, f.parentUp
	a.Flapping = a.Flapping || f.flapping
	if a.Status == Suppressed && f.quiet != "" {
		a.Suppressed = f.quiet
	}
	c := Change{Kind: ChangeUpdated, At: at, Reason: reason}
	if fires {
		c.Kind, c.Reason = ChangeOpened, f.say(reasonGoesOn, "why", a.Suppressed)
		a.Status, a.Suppressed, a.Parent, a.ParentUp = Firing, "", "", 0
	}
	e.write(at, a, f)
	if c.Reason == "" {
		return nil
	}
	a.UpdatedAt = at
	c.Alert = a.Clone()
	return []Change{c}
}

// difference says what changed that is worth telling, "" when nothing did.
func difference(a *Alert, f finding) string {
	switch n := &f.alert; {
	case n.StartsAt != 0 && n.StartsAt != a.StartsAt:
		return f.say(reasonRedated, "from", instant(a.StartsAt, f.zone), "to", instant(n.StartsAt, f.zone))
	case f.flapping && !a.Flapping:
		return f.say(reasonFlapping, f.words()...)
	case a.Maintenance != f.cover && f.cover != "":
		return f.covered
	case a.Maintenance != f.cover:
		return f.say(reasonCoverOver, "id", a.Maintenance)
	case f.parent != a.Parent && f.parent != "":
		return f.say(reasonParentDown, "parent", f.parent)
	case f.parent != a.Parent:
		return f.say(reasonParentGone, "parent", a.Parent)
	case f.parentUp != a.ParentUp && f.parentUp != 0:
		return f.say(reasonParentUp, "parent", f.parent)
	case f.parentUp != a.ParentUp:
		return f.say(reasonParentDown, "parent", f.parent)
	case a.Status == Suppressed && f.quiet != "" && f.quiet != a.Suppressed:
		return f.quiet
	case n.Where != nil && !slices.Equal(n.Where, a.Where):
		return f.say(reasonOtherParts)
	}
	return ""
}

// say renders a reason in the language of the finding.
func (f *finding) say(r reason, values ...string) string {
	return languageOf(f.language).say(r, values...)
}

func (e *Engine) finish(a *Alert, s Status, at, ends int64, reason string) Change {
	a.Status, a.UpdatedAt = s, at
	a.EndsAt = max(cmp.Or(ends, at), a.StartsAt)
	if reason != "" {
		a.Annotations["resolution"] = reason
	}
	delete(e.open, a.Key)
	kind := ChangeResolved
	if s == Withdrawn {
		kind = ChangeWithdrawn
	}
	return Change{Kind: kind, At: at, Reason: reason, Alert: a.Clone()}
}
