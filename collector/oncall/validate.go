package oncall

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of the configuration.
const (
	MaxPeople    = 1000
	MaxRotations = 200
	MaxPolicies  = 200
	MaxTurns     = 100 // people of a rotation
	MaxTurnDays  = 98  // of one turn
	MaxChannels  = 10  // of a person
	MaxLevels    = 10  // of a policy
	MaxNotify    = 20  // of a level
	MaxServes    = 50  // severities of a policy
	MaxSpans     = 20  // of quiet hours
	MaxNameBytes = 64
	MaxAfter     = 7 * 24 * time.Hour
	MinRepeat    = time.Minute
	MaxRepeat    = 24 * time.Hour
	MaxTimes     = 1000
	MaxOverride  = 366 * 24 * time.Hour
)

// What Level.Notify names, before the colon.
const (
	kindRotation = "rotation"
	kindPerson   = "person"
	kindChannel  = "channel"
)

// FieldError is one fault of the configuration, or of an override.
type FieldError struct {
	Path    string // "escalation house.level 2.notify"
	Problem string
	Hint    string // what to do
}

func (e *FieldError) Error() string { return e.Path + ": " + e.Problem + "; " + e.Hint }

// Validate returns every fault of a configuration, each a *FieldError. channels
// are the names of all [[notify]].
func Validate(c *Config, channels []string) []error {
	v := &checks{config: c, channels: channels}
	v.most("person", len(c.People), MaxPeople)
	v.most("rotation", len(c.Rotations), MaxRotations)
	v.most("escalation", len(c.Policies), MaxPolicies)
	seen := map[string]bool{}
	for n := range c.People {
		p := &c.People[n]
		v.person(v.named("person", n, p.Name, seen), p)
	}
	for n := range c.Rotations {
		r := &c.Rotations[n]
		v.rotation(v.named("rotation", n, r.Name, seen), r)
	}
	for n := range c.Policies {
		p := &c.Policies[n]
		v.policy(v.named("escalation", n, p.Name, seen), p)
	}
	return v.faults
}

// ValidateOverride returns every fault of an override that is to be added.
func ValidateOverride(c *Config, o Override) []error {
	v := &checks{config: c}
	v.is(c.Rotation(o.Rotation) != nil, "rotation", fmt.Sprintf("%q is not a rotation", o.Rotation), "name one of collector.toml")
	v.is(c.Person(o.Person) != nil, "person", fmt.Sprintf("%q is not a person", o.Person), "name one of collector.toml")
	v.is(o.From > 0 && o.From < o.To, "to", "is not after from", "give the span that the person is on call")
	v.is(o.To-o.From <= MaxOverride.Milliseconds(), "to", "is more than 366 days after from", "change the rotation instead")
	return v.faults
}

// checks collects faults.
type checks struct {
	config   *Config
	channels []string
	faults   []error
}

func (v *checks) is(ok bool, path, problem, hint string) {
	if !ok {
		v.faults = append(v.faults, &FieldError{path, problem, hint})
	}
}

func (v *checks) most(path string, n, most int) {
	v.is(n <= most, path, fmt.Sprintf("stands %d times, of at most %d", n, most), "remove some")
}

// named checks a name, and returns the path of what carries it.
func (v *checks) named(kind string, n int, name string, seen map[string]bool) string {
	path := kind + " " + name
	if name == "" {
		path = fmt.Sprintf("%s %d", kind, n+1)
	}
	v.is(validName(name), path+".name", fmt.Sprintf("%q is not a name", name),
		fmt.Sprintf("write 1 to %d bytes that can be printed, without a colon, and without space at the ends", MaxNameBytes))
	v.is(!seen[path], path+".name", "stands twice", "give each its own name")
	seen[path] = true
	return path
}

func validName(s string) bool {
	return s != "" && len(s) <= MaxNameBytes && utf8.ValidString(s) && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return r == ':' || !unicode.IsPrint(r) })
}

func (v *checks) channel(path, name string) {
	v.is(slices.Contains(v.channels, name), path, fmt.Sprintf("names the channel %q, which is not there", name), "name a [[notify]] of this file")
}

func (v *checks) person(path string, p *Person) {
	v.is(len(p.Channels) > 0, path+".channels", "is empty", "name at least one [[notify]], or nobody reaches this person")
	v.most(path+".channels", len(p.Channels), MaxChannels)
	for _, c := range p.Channels {
		v.channel(path+".channels", c)
	}
	v.quiet(path+".quiet", p.Quiet)
}

func (v *checks) rotation(path string, r *Rotation) {
	v.is(len(r.People) > 0, path+".people", "is empty", "name at least one [[person]]")
	v.most(path+".people", len(r.People), MaxTurns)
	for _, name := range r.People {
		v.is(v.config.Person(name) != nil, path+".people", fmt.Sprintf("names the person %q, who is not there", name), "name a [[person]] of this file")
	}
	v.is(r.Every > 0 && r.Every <= MaxTurnDays, path+".every", "is missing", `write "1w" or "1d"`)
	v.is(r.HandOver.Given, path+".hand_over", "is missing", `write for example "Mon 09:00"`)
	v.is(!r.HandOver.Weekly || r.Every%7 == 0, path+".hand_over", "names a day of the week, but turns are not of whole weeks",
		`write the time alone, or every = "1w"`)
	v.is(r.Start.given, path+".start", "is missing", `write the date on which the first of people takes over, for example "2026-11-23"`)
	v.is(!r.Start.given || !r.HandOver.Weekly || r.Start.weekday() == r.HandOver.Weekday, path+".start",
		fmt.Sprintf("is a %s, and hand-over is on %s", r.Start.weekday(), r.HandOver.Weekday), "write a date of that day of the week")
}

func (v *checks) policy(path string, p *Policy) {
	v.is(len(p.Levels) > 0, path+".level", "is missing", "add an [[escalation.level]], or nobody is told")
	v.most(path+".level", len(p.Levels), MaxLevels)
	v.most(path+".serves", len(p.Serves), MaxServes)
	v.is(!slices.Contains(p.Serves, ""), path+".serves", "holds an empty name", "write severities of agreements, or "+ServesMajor)
	v.quiet(path+".quiet", p.Quiet)
	for n := range p.Levels {
		l, path := &p.Levels[n], fmt.Sprintf("%s.level %d", path, n+1)
		v.is(time.Duration(l.After) <= MaxAfter, path+".after", "is more than a week", "escalate within 168h")
		v.is(n == 0 || l.After >= p.Levels[n-1].After, path+".after", "is before that of the level above", "write levels in the order in which they come")
		v.is(l.Repeat == 0 || time.Duration(l.Repeat) >= MinRepeat && time.Duration(l.Repeat) <= MaxRepeat, path+".repeat",
			"is not between 1m and 24h", `"15m" suits most; leave it out to tell once`)
		v.is(l.Times >= 0 && l.Times <= MaxTimes, path+".times", fmt.Sprintf("is not between 0 and %d", MaxTimes), "leave it out to repeat until acknowledged")
		v.is(l.Times == 0 || l.Repeat > 0, path+".times", "counts repeats, but there is no repeat", "set repeat too")
		v.notify(path+".notify", l.Notify)
	}
}

func (v *checks) notify(path string, targets []string) {
	v.is(len(targets) > 0, path, "is empty", `write for example ["rotation:primary"]`)
	v.most(path, len(targets), MaxNotify)
	for _, t := range targets {
		kind, name, _ := strings.Cut(t, ":")
		switch kind {
		case kindRotation:
			v.is(v.config.Rotation(name) != nil, path, fmt.Sprintf("names the rotation %q, which is not there", name), "name a [[rotation]] of this file")
		case kindPerson:
			v.is(v.config.Person(name) != nil, path, fmt.Sprintf("names the person %q, who is not there", name), "name a [[person]] of this file")
		case kindChannel:
			v.channel(path, name)
		default:
			v.is(false, path, fmt.Sprintf("%q is neither a rotation, a person nor a channel", t), `write "rotation:…", "person:…" or "channel:…"`)
		}
	}
}

// quiet refuses hours that go on for longer than they may delay, in any week.
func (v *checks) quiet(path string, spans []Quiet) {
	v.most(path, len(spans), MaxSpans)
	for n, q := range spans {
		v.is(q.Hours != Hours{}, fmt.Sprintf("%s %d.hours", path, n+1), "is missing", `write for example "22:00-07:00"`)
	}
	q := []quietHours{{time.UTC, spans}}
	for day := range 7 {
		for n := range spans {
			begin := instant(day, spans[n].Hours.From, time.UTC)
			if end := begin + MaxQuiet.Milliseconds(); opens(q, begin, end+1) > end {
				v.is(false, path, "goes on for more than 96 hours", "leave some hours in which the person can be told")
				return
			}
		}
	}
}
