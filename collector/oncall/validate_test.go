package oncall

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
)

func TestValidateNamesEveryFault(t *testing.T) {
	decode(t, house)
	for _, c := range []struct{ old, new, path, problem string }{
		{`channels = ["pager-ben"]`, `channels = ["pager-bne"]`, "person ben.channels", `names the channel "pager-bne", which is not there`},
		{`channels = ["pager-ben"]`, `channels = []`, "person ben.channels", "is empty"},
		{`name = "ben"`, `name = "anna"`, "person anna.name", "stands twice"},
		{`name = "ben"`, `name = "b:n"`, "person b:n.name", `"b:n" is not a name`},
		{`name = "ben"`, ``, "person 2.name", `"" is not a name`},
		{`{ hours = "22:00-07:00" }`, `{ hours = "00:00-24:00" }`, "person anna.quiet", "goes on for more than 96 hours"},
		{`{ hours = "22:00-07:00" }`, `{ days = ["Mon"] }`, "person anna.quiet 1.hours", "is missing"},
		{`people = ["anna", "ben"]`, `people = ["anna", "bne"]`, "rotation primary.people", `names the person "bne", who is not there`},
		{`people = ["anna", "ben"]`, ``, "rotation primary.people", "is empty"},
		{`every = "1w"`, ``, "rotation primary.every", "is missing"},
		{`every = "1w"`, `every = "1d"`, "rotation primary.hand_over", "names a day of the week, but turns are not of whole weeks"},
		{`hand_over = "Mon 09:00"`, ``, "rotation primary.hand_over", "is missing"},
		{`start = "2026-11-23"`, ``, "rotation primary.start", "is missing"},
		{`start = "2026-11-23"`, `start = "2026-11-24"`, "rotation primary.start", "is a Tue, and hand-over is on Mon"},
		{`"rotation:primary", `, `"rotation:secondary", `, "escalation house.level 1.notify", `names the rotation "secondary", which is not there`},
		{`"channel:ops-chat"`, `"channel:chat"`, "escalation house.level 1.notify", `names the channel "chat", which is not there`},
		{`"channel:ops-chat"`, `"ops-chat"`, "escalation house.level 1.notify", `"ops-chat" is neither a rotation, a person nor a channel`},
		{`["person:ben"]`, `["person:bob"]`, "escalation house.level 2.notify", `names the person "bob", who is not there`},
		{`["person:ben"]`, `[]`, "escalation house.level 2.notify", "is empty"},
		{`after = "0s"`, `after = "31m"`, "escalation house.level 2.after", "is before that of the level above"},
		{`after = "30m"`, `after = "169h"`, "escalation house.level 2.after", "is more than a week"},
		{`repeat = "15m"`, `repeat = "10s"`, "escalation house.level 1.repeat", "is not between 1m and 24h"},
		{`repeat = "15m"`, `times = 3`, "escalation house.level 1.times", "counts repeats, but there is no repeat"},
		{`times = 4`, `times = 1001`, "escalation house.level 2.times", "is not between 0 and 1000"},
	} {
		text := strings.Replace(house, c.old, c.new, 1)
		config := &Config{}
		if _, err := toml.Decode(text, config); err != nil || text == house {
			t.Fatalf("%s for %s: %v", c.new, c.old, err)
		}
		found := false
		for _, err := range Validate(config, testChannels) {
			var f *FieldError
			if !errors.As(err, &f) || f.Hint == "" || f.Path == "" {
				t.Errorf("Validate: %v has no path or no hint", err)
			}
			found = found || f.Path == c.path && f.Problem == c.problem
		}
		if !found {
			t.Errorf("%s for %s: Validate = %v; want %s: %s", c.new, c.old, Validate(config, testChannels), c.path, c.problem)
		}
	}
	if got := Validate(&Config{Policies: []Policy{{Name: "empty"}}}, nil); len(got) != 1 || !strings.Contains(got[0].Error(), "escalation empty.level: is missing; add") {
		t.Errorf("Validate of a policy without levels = %v", got)
	}
	if got := Validate(&Config{}, nil); got != nil {
		t.Errorf("Validate of nothing = %v", got)
	}
}

func TestValidateOverride(t *testing.T) {
	c := decode(t, house)
	for _, x := range []struct {
		o    Override
		want []string
	}{
		{Override{Rotation: "primary", Person: "ben", From: 1, To: 2}, nil},
		{Override{Rotation: "second", Person: "bob", From: 1, To: 1}, []string{"rotation", "person", "to"}},
		{Override{Rotation: "primary", Person: "ben", From: 1, To: 2 + MaxOverride.Milliseconds()}, []string{"to"}},
	} {
		var got []string
		for _, err := range ValidateOverride(c, x.o) {
			got = append(got, err.(*FieldError).Path)
		}
		if !reflect.DeepEqual(got, x.want) {
			t.Errorf("ValidateOverride(%+v) = faults in %v, want %v", x.o, got, x.want)
		}
	}
}

// Whatever a file says is refused by its decoder, or by Validate, or can be planned by.
func FuzzConfig(f *testing.F) {
	f.Add(house)
	f.Add("[[rotation]]\nname = \"r\"\nevery = \"98d\"\nhand_over = \"00:00\"\nstart = \"2199-12-31\"\npeople = [\"a\"]\n[[person]]\nname = \"a\"\nchannels = [\"ops-chat\"]")
	f.Add("[[escalation]]\nname = \"e\"\nquiet = [{ hours = \"00:00-24:00\", days = [\"Mon\", \"Tue\", \"Wed\", \"Thu\"] }]\n[[escalation.level]]\nnotify = [\"channel:ops-chat\"]")
	f.Fuzz(func(t *testing.T, text string) {
		c := &Config{}
		if _, err := toml.Decode(text, c); err != nil {
			return
		}
		if len(Validate(c, testChannels)) > 0 {
			return
		}
		for n := range c.Rotations {
			person, until := OnCall(&c.Rotations[n], nil, 1_800_000_000_000)
			if c.Person(person) == nil || until <= 1_800_000_000_000 {
				t.Errorf("OnCall = %q until %d", person, until)
			}
		}
		for n := range c.Policies {
			w := &world{config: c, policy: &c.Policies[n], now: 1_800_000_000_000}
			w.add(openedEvent)
			w.look(t)
		}
	})
}
