package incident

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/probity-sla/probity/internal/sla"
)

// hush is why nobody is to be told of a finding, and what is behind it.
type hush struct {
	quiet    string // "": tell them
	cover    string // id of the maintenance over now
	covered  string // what to say when it comes over an open alert
	parent   string // "agreement/service" that is down, or was and is up since parentUp
	parentUp int64
}

// quiet says why nobody is to be told of trouble with the service right now.
// Only time that the contract excuses is quiet: a window that does not qualify
// costs the provider, so it silences nothing. A parent's fault is quiet as long
// as the parent's own alert fires: somebody has been told.
func (j *judgement) quiet(a *Alert) (out hush) {
	l, m := languageOf(j.f.Language), j.f.Maintenance
	if m != nil {
		out.cover, out.covered = m.ID, l.say(reasonCovers, "id", m.ID)
		if !m.Qualifies {
			out.covered = m.counts(l)
		}
	}
	held := a != nil && a.Status == Suppressed && a.Parent != ""
	if out.parent = j.parentDown(); out.parent == "" && held {
		out.parent, out.parentUp = a.Parent, cmp.Or(a.ParentUp, j.f.At)
	}
	switch {
	case m != nil && m.Qualifies:
		out.quiet = l.say(quietMaintenance, "id", m.ID, "until", instant(m.Until, j.f.Zone))
	case j.f.OutOfScope:
		out.quiet = l.say(quietHours)
	case out.parent != "" && out.parentUp == 0 && (a == nil || a.Status == Suppressed):
		out.quiet = l.say(reasonParentDown, "parent", out.parent)
	case out.parentUp != 0 && (j.seenUp() || j.f.At-out.parentUp < int64(j.e.o.Recover)*j.f.Confirm.Interval):
		out.quiet = l.say(quietParentUp, "parent", out.parent)
	}
	return out
}

// parentDown returns the first service that this one depends on and whose fault
// somebody has been told of, "" when there is none.
func (j *judgement) parentDown() string {
	self := j.f.Agreement + "/" + j.f.Service
	for _, p := range j.f.Parents {
		if p != self && j.e.told(p, self) {
			return p
		}
	}
	return ""
}

// told reports whether a service is down and its alert fires, or is held back
// by a parent's that fires. A circle that leads back to self tells nobody.
func (e *Engine) told(name, self string) bool {
	for range len(e.open) {
		a := e.open[string(ServiceDown)+":"+name]
		switch {
		case a == nil:
			return false
		case a.Status == Firing:
			return true
		case a.Parent == self:
			return false
		}
		name = a.Parent
	}
	return false
}

// counts says that a window runs and excuses nothing.
func (c *Cover) counts(l *language) string {
	if c.late() {
		return l.say(reasonTooLate, "id", c.ID)
	}
	return l.say(reasonCounted, "id", c.ID, "why", c.why(l))
}

func (c *Cover) late() bool {
	return c.Notice > 0 && (c.Announced == 0 || c.From-c.Announced < c.Notice)
}

// why says why a window does not qualify.
func (c *Cover) why(l *language) string {
	switch {
	case !c.late():
		return cmp.Or(c.Why, l.say(whyOther))
	case c.Announced == 0 || c.Announced > c.From:
		return l.say(whyUnannounced, "notice", l.length(c.Notice))
	}
	return l.say(whyLate, "given", l.length(c.From-c.Announced), "notice", l.length(c.Notice))
}

// flaps counts the outages that began within the flap window.
func (j *judgement) flaps() (n int) {
	for _, o := range j.outages {
		if o.From > j.f.At-j.flapWindow() {
			n++
		}
	}
	return n
}

func (j *judgement) flapWindow() int64 { return max(j.e.o.FlapWindow, 20*j.f.Confirm.Interval) }

// calm is how long a flapping service must not fail before it is believed.
func (j *judgement) calm() int64 {
	return max(j.e.o.FlapCalm, 2*int64(j.e.o.Recover)*j.f.Confirm.Interval)
}

// flap marks a finding of a service that goes down again and again: one alert
// that stays open, not dozens.
func (j *judgement) flap(out *finding, a *Alert) {
	n := j.flaps()
	out.flapping = n >= j.e.o.FlapOpens || a != nil && a.Flapping
	if out.flapping {
		l := languageOf(j.f.Language)
		out.words = func() words {
			return words{"flaps", strconv.Itoa(n), "flap_window", l.length(j.flapWindow()), "flap_calm", l.length(j.calm())}
		}
	}
}

// recovered reports whether the service has not failed for long enough.
func (j *judgement) recovered(a *Alert) bool {
	if a.Flapping || j.flaps() >= j.e.o.FlapOpens {
		return j.f.At-j.f.Recovered >= j.calm()
	}
	return j.lasted(j.f.Recovered, j.e.o.Recover)
}

// maxPlaces bounds how many deciding parts a text names.
const maxPlaces = 8

// places names the parts that decide the state now, or that decided the
// outages which spent the budget.
func (j *judgement) places(k Kind) string {
	all := j.f.Where
	if j.f.State == sla.Up {
		all = nil
	}
	if slices.Contains([]Kind{ObjectiveAtRisk, ObjectiveForecast, ObjectiveBreached}, k) {
		all = nil
		for _, o := range slices.Backward(j.outages) {
			all = union(all, o.Where)
		}
	}
	return languageOf(j.f.Language).shortList(all)
}

func (l *language) shortList(all []string) string {
	if len(all) > maxPlaces {
		return strings.Join(all[:maxPlaces], l.list) + l.list + "…"
	}
	return strings.Join(all, l.list)
}

func (j *judgement) say(r reason, values ...string) string { return j.f.say(r, values...) }

func (f *Facts) say(r reason, values ...string) string {
	return languageOf(f.Language).say(r, values...)
}
