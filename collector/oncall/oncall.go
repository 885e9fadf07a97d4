// Package oncall says who is told of an incident, when, and how often, until
// somebody answers. It is pure: no clock, no I/O; what was done is read from the
// events of the incident.
//
// A house with two people who take turns by the week:
//
//	[[person]]
//	name = "anna"
//	channels = ["mail-anna", "pager-anna"] # names of [[notify]]
//	zone = "Europe/Berlin"
//	quiet = [{ hours = "22:00-07:00" }, { days = ["Sat", "Sun"], hours = "00:00-24:00" }]
//
//	[[person]]
//	name = "ben"
//	channels = ["pager-ben"]
//
//	[[rotation]]
//	name = "primary"
//	people = ["anna", "ben"] # anna takes over on the start date
//	zone = "Europe/Berlin"
//	every = "1w"
//	hand_over = "Mon 09:00"
//	start = "2026-11-23"
//
//	[[escalation]]
//	name = "house"
//	serves = ["major", "P1", "P2"] # none: every incident
//
//	[[escalation.level]]
//	after = "0s" # of the opening
//	notify = ["rotation:primary", "channel:ops-chat"]
//	repeat = "15m" # until acknowledged
//
//	[[escalation.level]]
//	after = "30m"
//	notify = ["person:ben"]
//	repeat = "30m"
//	times = 4 # repeats at most; none: no end
//
// Planning is by three rules. A recipient is told at a level once its time has
// come, and again when the level's repeat interval has passed since that
// recipient was last told at it: what was missed by a restart or a pause is made
// up for once, never in a burst. Who takes over a rotation is told at the
// hand-over of what is not acknowledged. Quiet hours delay, by MaxQuiet at most,
// and never a major incident.
package oncall

// Config is what collector.toml says of people and escalation. Validate it
// before use.
type Config struct {
	People    []Person   `toml:"person"`
	Rotations []Rotation `toml:"rotation"`
	Policies  []Policy   `toml:"escalation"`
}

// Person is somebody who can be told, through channels.
type Person struct {
	Name     string   `toml:"name"`
	Channels []string `toml:"channels"` // names of [[notify]], all used at once
	Zone     Zone     `toml:"zone"`     // of the quiet hours
	Quiet    []Quiet  `toml:"quiet"`
}

// Rotation is people who take turns.
type Rotation struct {
	Name     string   `toml:"name"`
	People   []string `toml:"people"` // in the order of their turns
	Zone     Zone     `toml:"zone"`   // of hand-over and start
	Every    Every    `toml:"every"`
	HandOver HandOver `toml:"hand_over"`
	Start    Date     `toml:"start"` // a day on which the first of People takes over; turns reach back before it too
}

// Policy is how an incident escalates.
type Policy struct {
	Name   string   `toml:"name"`
	Serves []string `toml:"serves"` // severities, or ServesMajor; none: every incident
	Zone   Zone     `toml:"zone"`   // of the quiet hours
	Quiet  []Quiet  `toml:"quiet"`  // of all levels, beside those of people
	Levels []Level  `toml:"level"`
}

// ServesMajor in Policy.Serves stands for every major incident, whatever its severity.
const ServesMajor = "major"

// Level is one step of a policy, with its repeats.
type Level struct {
	After  Duration `toml:"after"`  // of the opening of the incident; levels are in this order
	Notify []string `toml:"notify"` // "rotation:primary", "person:anna", "channel:ops-chat"
	Repeat Duration `toml:"repeat"` // between two times that a recipient is told; 0: once
	Times  int      `toml:"times"`  // repeats at most; 0: until acknowledged
}

// Quiet is a span of local time on some days of the week.
type Quiet struct {
	Days  []Weekday `toml:"days"`  // on which it begins; none: all
	Hours Hours     `toml:"hours"` // over midnight when it ends before it begins
}

// Override says that a person is on call in [From, To), whoever's turn it is.
// Of two that overlap, the later in a list counts.
type Override struct {
	ID        string
	Rotation  string
	Person    string
	From, To  int64 // ms UTC
	RevokedAt int64 // ms UTC; 0: not revoked, else it counted until then
}

// Person returns the person of that name, nil when there is none.
func (c *Config) Person(name string) *Person {
	for i := range c.People {
		if c.People[i].Name == name {
			return &c.People[i]
		}
	}
	return nil
}

// Rotation returns the rotation of that name, nil when there is none.
func (c *Config) Rotation(name string) *Rotation {
	for i := range c.Rotations {
		if c.Rotations[i].Name == name {
			return &c.Rotations[i]
		}
	}
	return nil
}

// Policy returns the policy of that name, nil when there is none.
func (c *Config) Policy(name string) *Policy {
	for i := range c.Policies {
		if c.Policies[i].Name == name {
			return &c.Policies[i]
		}
	}
	return nil
}

// PolicyFor returns the policy for an incident of a severity: the one that the
// agreement names when it serves the severity, else the first of the file that
// does; nil when none does, and nobody is to be told.
func (c *Config) PolicyFor(named, severity string, major bool) *Policy {
	if p := c.Policy(named); p != nil && p.serves(severity, major) {
		return p
	}
	for i := range c.Policies {
		if p := &c.Policies[i]; p.serves(severity, major) {
			return p
		}
	}
	return nil
}

func (p *Policy) serves(severity string, major bool) bool {
	for _, s := range p.Serves {
		if s == severity || s == ServesMajor && major {
			return true
		}
	}
	return len(p.Serves) == 0
}
