package oncall

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/probity-sla/probity/collector/incident"
)

const minute = int64(60_000)

// decode reads a configuration as the collector does, and wants it valid.
func decode(t testing.TB, text string) *Config {
	t.Helper()
	c := &Config{}
	if _, err := toml.Decode(text, c); err != nil {
		t.Fatal(err)
	}
	for _, err := range Validate(c, testChannels) {
		t.Error(err)
	}
	return c
}

var testChannels = []string{"mail-anna", "pager-anna", "pager-ben", "ops-chat"}

// house is the example of the package's documentation.
const house = `
[[person]]
name = "anna"
channels = ["mail-anna", "pager-anna"]
zone = "Europe/Berlin"
quiet = [{ hours = "22:00-07:00" }, { days = ["Sat", "Sun"], hours = "00:00-24:00" }]

[[person]]
name = "ben"
channels = ["pager-ben"]

[[rotation]]
name = "primary"
people = ["anna", "ben"]
zone = "Europe/Berlin"
every = "1w"
hand_over = "Mon 09:00"
start = "2026-11-23"

[[escalation]]
name = "house"

[[escalation.level]]
after = "0s"
notify = ["rotation:primary", "channel:ops-chat"]
repeat = "15m"

[[escalation.level]]
after = "30m"
notify = ["person:ben"]
repeat = "30m"
times = 4
`

// world is an incident, its record, and what looks after it.
type world struct {
	config    *Config
	policy    *Policy
	overrides []Override
	incident  incident.Incident
	events    []incident.Event
	now, next int64 // next: when the planner asked to look again
}

// add enters an event, as the collector's record does, as far as Due cares.
func (w *world) add(e incident.Event) {
	e.Incident, e.Seq, e.At = "INC-1", len(w.events)+1, w.now
	i := &w.incident
	switch e.Kind {
	case incident.EventOpened, incident.EventReopened:
		i.State = incident.IncidentOpen
		if e.Kind == incident.EventOpened {
			i.OpenedAt, i.Major = e.At, e.Major
		}
	case incident.EventAcknowledged:
		i.State = incident.IncidentAcknowledged
	case incident.EventResolved:
		i.State = incident.IncidentResolved
	case incident.EventSeverity:
		i.Major = e.Major
	}
	w.events = append(w.events, e)
}

// readBack is the length of a record up to which a look reads it back as it is
// stored; longer ones would take minutes, and teach nothing more.
const readBack = 64

// look takes the steps that are due, as one process that knows the record alone.
func (w *world) look(t interface{ Fatal(...any) }) (taken []Step) {
	events := slices.Clone(w.events)
	if len(w.events) <= readBack {
		text, err := json.Marshal(w.events)
		if err == nil {
			events = nil
			err = json.Unmarshal(text, &events)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	taken, w.next = Due(w.config, w.policy, &w.incident, events, w.overrides, w.now)
	for _, s := range taken {
		w.add(incident.Event{Kind: incident.EventNotified, By: "probity", Step: s.Escalation()})
	}
	return taken
}

// run takes steps when they are due, until an instant.
func (w *world) run(t interface{ Fatal(...any) }, until int64) {
	w.look(t)
	for n := 0; w.next > 0 && w.next < until; n++ {
		if n > 100_000 {
			t.Fatal("the planner asks to look again without end")
		}
		w.now = w.next
		w.look(t)
	}
	w.now = until
}

// line is one step that was taken, in minutes from an origin.
type line struct {
	minute   int64
	level    int
	repeat   int
	channels string
}

func (w *world) lines(origin int64) (out []line) {
	for _, e := range w.events {
		if e.Kind != incident.EventNotified {
			continue
		}
		names := slices.Clone(e.Step.Channels)
		slices.Sort(names)
		text := ""
		for n, c := range names {
			if n > 0 {
				text += " "
			}
			text += c
		}
		out = append(out, line{(e.At - origin) / minute, e.Step.Level, e.Step.Repeat, text})
	}
	return out
}

func newWorld(t testing.TB, text, from string) *world {
	t.Helper()
	c := decode(t, text)
	return &world{config: c, policy: &c.Policies[0], now: at(t, from)}
}

func (w *world) after(d time.Duration) int64 { return w.now + d.Milliseconds() }

var openedEvent = incident.Event{Kind: incident.EventOpened}
