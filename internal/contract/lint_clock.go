package contract

import (
	"reflect"
	"slices"
	"time"
)

// clocks finds promises to answer and to mend that contradict each other.
func (l *linter) clocks() {
	named := map[string]bool{}
	for i := range l.a.Clocks {
		c := &l.a.Clocks[i]
		path := item("clock", c.String(), i)
		switch {
		case c.Terms.Calendar == nil:
		case c.Calendar == "":
			l.calendar(path+".calendar", "its hours", c.Terms.Calendar)
		case !named[c.Calendar]:
			l.calendar("calendar."+c.Calendar, "its hours", c.Terms.Calendar)
		}
		named[c.Calendar] = true
		l.answered(path, c)
		l.graver(path, i)
		l.durationTiers(path+".tiers", c.Terms.Tiers)
		l.earlyCredit(path, c)
	}
	for _, name := range sortedKeys(l.a.Calendars) {
		if !named[name] {
			l.warn("calendar."+name, "name it in a [[clock]], or remove it", "no clock runs on it")
		}
	}
}

// answered compares the resolution of a severity with its response.
func (l *linter) answered(path string, c *Clock) {
	if c.Indicator != Resolution {
		return
	}
	response := l.a.Clock(c.Severity, Response)
	switch {
	case response == nil:
		l.warn(path, "add a clock for the response of "+c.Severity, "%s has a time to mend and none to answer", c.Severity)
	case soonerThan(c, response):
		l.warn(path+".target_s", "swap them, or lengthen the resolution", "%s must be mended within %s, before it must be answered, within %s",
			c.Severity, length(c.Terms.Target), length(response.Terms.Target))
	}
}

// graver finds a severity that is given longer than one that is listed after it.
func (l *linter) graver(path string, i int) {
	c := &l.a.Clocks[i]
	order := l.a.Severities()
	for _, severity := range order[slices.Index(order, c.Severity)+1:] {
		milder := l.a.Clock(severity, c.Indicator)
		if milder != nil && soonerThan(milder, c) {
			l.warn(path+".target_s", "write the gravest severity first, or check the targets", "%s is given %s, and the milder %s only %s",
				c.Severity, length(c.Terms.Target), severity, length(milder.Terms.Target))
			return
		}
	}
}

// soonerThan reports whether a is due before b whenever both begin together: a
// clock on hours is never due before one around the clock with the same target.
func soonerThan(a, b *Clock) bool {
	if a.Opens != b.Opens || a.Terms.Target >= b.Terms.Target {
		return false
	}
	return a.Terms.Calendar == nil || reflect.DeepEqual(a.Terms.Calendar, b.Terms.Calendar)
}

// earlyCredit finds a credit for what was answered or mended in time.
func (l *linter) earlyCredit(path string, c *Clock) {
	kept := c.Terms.Target
	if c.Terms.ReachedIsLate {
		kept--
	}
	if credit := c.Terms.Credit(kept); credit.Num > 0 {
		l.warn(path+".tiers", "raise the tier's bound to the target", "%s earns a credit of %s %% although the target of %s is kept",
			time.Duration(kept)*time.Millisecond, rat(credit).FloatString(0), length(c.Terms.Target))
	}
}
