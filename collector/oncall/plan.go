package oncall

import (
	"slices"
	"strings"

	"github.com/probity-sla/probity/collector/incident"
)

// Step is one step that is to be taken now.
type Step struct {
	Policy string
	Level  int         // 1, 2, …
	Repeat int         // how many steps of this level were taken before
	DueAt  int64       // ms UTC: when the earliest of Tell was to be told; before now after a pause
	Tell   []Recipient // in the order of the level's notify, no channel of a person twice
}

// Recipient is one message to send: to a person through a channel, or, with no
// person, to a channel that is told by itself.
type Recipient struct{ Person, Channel string }

// Escalation is the step as the incident's event of kind notified keeps it.
func (s *Step) Escalation() *incident.Escalation {
	e := &incident.Escalation{Policy: s.Policy, Level: s.Level, Repeat: s.Repeat, People: []string{}, Channels: []string{}}
	for _, r := range s.Tell {
		if r.Person != "" && !slices.Contains(e.People, r.Person) {
			e.People = append(e.People, r.Person)
		}
		if !slices.Contains(e.Channels, r.Channel) {
			e.Channels = append(e.Channels, r.Channel)
		}
	}
	return e
}

// Due returns the steps of a policy that are to be taken now, at most one a
// level, and when to look again, ms UTC, 0 for not before the incident changes.
// It reads all events of the incident, in order: openings, severities and what
// was notified. Steps that are taken must be among the events at the next call.
// Nothing is due unless the incident is open: acknowledging stops it.
func Due(c *Config, p *Policy, i *incident.Incident, events []incident.Event, overrides []Override, at int64) (steps []Step, next int64) {
	if i.State != incident.IncidentOpen {
		return nil, 0
	}
	e := episodeOf(p, i, events)
	l := look{config: c, policy: p, major: i.Major, overrides: overrides, at: at}
	for n := range p.Levels {
		if due := e.due(n); due > at {
			l.again(due)
		} else if s := l.level(n, due, &e.levels[n]); len(s.Tell) > 0 {
			steps = append(steps, s)
		}
	}
	return steps, l.next
}

// look is one look at an incident.
type look struct {
	config    *Config
	policy    *Policy
	major     bool
	overrides []Override
	at        int64
	next      int64
}

// again asks to look again at an instant after this one, or earlier.
func (l *look) again(at int64) {
	if at > l.at && (l.next == 0 || at < l.next) {
		l.next = at
	}
}

// level returns the step of a level whose time has come; without anybody to
// tell, none is to be taken.
func (l *look) level(n int, due int64, done *told) Step {
	level := &l.policy.Levels[n]
	s := Step{Policy: l.policy.Name, Level: n + 1, Repeat: done.steps}
	for _, a := range l.audience(level) {
		m := done.recipients[a.recipient]
		from := max(due, a.since)
		if m.times > 0 {
			if !level.repeats(m.times) {
				continue
			}
			from = m.last + level.Repeat.millis()
		}
		if when := l.undisturbed(a.person, from); when > l.at {
			l.again(when)
			continue
		}
		if len(s.Tell) == 0 || from < s.DueAt {
			s.DueAt = from
		}
		s.Tell = append(s.Tell, l.channels(a.recipient)...)
		if level.repeats(m.times + 1) {
			l.again(l.at + level.Repeat.millis())
		}
	}
	return s
}

// repeats reports whether a recipient who was told so many times is told again.
func (l *Level) repeats(times int) bool {
	return l.Repeat > 0 && (l.Times == 0 || times <= l.Times)
}

// undisturbed is when somebody who is to be told from an instant on may be.
func (l *look) undisturbed(person string, from int64) int64 {
	if l.major {
		return from
	}
	quiet := []quietHours{{l.policy.Zone.Location(), l.policy.Quiet}}
	if p := l.config.Person(person); p != nil {
		quiet = append(quiet, quietHours{p.Zone.Location(), p.Quiet})
	}
	return opens(quiet, max(from, l.at), from+MaxQuiet.Milliseconds())
}

// listener is a recipient, and since when it is one.
type listener struct {
	recipient
	since int64 // ms UTC; 0: always
}

// audience is who listens at a level now, each once. It asks to look again when
// that changes.
func (l *look) audience(level *Level) []listener {
	var out []listener
	add := func(a listener) {
		if !slices.ContainsFunc(out, func(b listener) bool { return a.recipient == b.recipient }) {
			out = append(out, a)
		}
	}
	for _, target := range level.Notify {
		kind, name, _ := strings.Cut(target, ":")
		switch kind {
		case kindChannel:
			add(listener{recipient{channel: name}, 0})
		case kindPerson:
			add(listener{recipient{person: name}, 0})
		case kindRotation:
			r := l.config.Rotation(name)
			if r == nil {
				continue
			}
			s := shiftAt(r, ofRotation(r, l.known()), l.at)
			l.again(s.To)
			add(listener{recipient{person: s.Person}, s.From})
		}
	}
	return out
}

// known leaves out overrides by people who are no more: whose turn it is takes it.
func (l *look) known() []Override {
	return slices.DeleteFunc(slices.Clone(l.overrides), func(o Override) bool { return l.config.Person(o.Person) == nil })
}

func (l *look) channels(r recipient) []Recipient {
	if r.person == "" {
		return []Recipient{{Channel: r.channel}}
	}
	var out []Recipient
	if p := l.config.Person(r.person); p != nil {
		for _, c := range p.Channels {
			out = append(out, Recipient{r.person, c})
		}
	}
	return out
}
