package oncall

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
)

func TestEscalation(t *testing.T) {
	const all = "mail-anna ops-chat pager-anna"
	opened := func(w *world, major bool) { w.add(incident.Event{Kind: incident.EventOpened, Major: major}) }
	wait := func(d time.Duration) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.run(t, w.after(d)) }
	}
	event := func(e incident.Event) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.add(e); w.look(t) }
	}
	ack, reopen := event(incident.Event{Kind: incident.EventAcknowledged, By: "ben"}), event(incident.Event{Kind: incident.EventReopened})
	raise := event(incident.Event{Kind: incident.EventSeverity, Agreement: "shop", Severity: "P1", Major: true})
	down := func(d time.Duration) func(*testing.T, *world) { // the collector is
		return func(t *testing.T, w *world) { w.now = w.after(d); w.look(t) }
	}
	for _, c := range []struct {
		name  string
		from  string
		major bool
		steps []func(*testing.T, *world)
		want  []line
	}{
		{"each level in its time, with repeats", "2026-11-24T10:00:00Z", false, []func(*testing.T, *world){wait(61 * time.Minute)},
			[]line{{0, 1, 0, all}, {15, 1, 1, all}, {30, 1, 2, all}, {30, 2, 0, "pager-ben"}, {45, 1, 3, all}, {60, 1, 4, all}, {60, 2, 1, "pager-ben"}}},
		{"an acknowledgement stops it", "2026-11-24T10:00:00Z", false, []func(*testing.T, *world){wait(20 * time.Minute), ack, wait(24 * time.Hour)},
			[]line{{0, 1, 0, all}, {15, 1, 1, all}}},
		{"reopening starts anew", "2026-11-24T10:00:00Z", false,
			[]func(*testing.T, *world){wait(5 * time.Minute), ack, wait(time.Hour), reopen, wait(31 * time.Minute)},
			[]line{{0, 1, 0, all}, {65, 1, 0, all}, {80, 1, 1, all}, {95, 1, 2, all}, {95, 2, 0, "pager-ben"}}},
		{"a pause is made up for once", "2026-11-24T10:00:00Z", false, []func(*testing.T, *world){wait(16 * time.Minute), down(3 * time.Hour), wait(16 * time.Minute)},
			[]line{{0, 1, 0, all}, {15, 1, 1, all}, {196, 1, 2, all}, {196, 2, 0, "pager-ben"}, {211, 1, 3, all}}},
		{"becoming major brings the next level forward", "2026-11-24T10:00:00Z", false, []func(*testing.T, *world){wait(5 * time.Minute), raise, wait(11 * time.Minute)},
			[]line{{0, 1, 0, all}, {5, 2, 0, "pager-ben"}, {15, 1, 1, all}}},
		{"quiet hours delay a person, and nobody else", "2026-11-24T21:50:00Z", false, []func(*testing.T, *world){wait(16 * time.Minute), wait(8*time.Hour - 5*time.Minute)},
			append([]line{{0, 1, 0, "ops-chat"}, {15, 1, 1, "ops-chat"}, {30, 1, 2, "ops-chat"}, {30, 2, 0, "pager-ben"}, {45, 1, 3, "ops-chat"}},
				line{490, 1, 33, "mail-anna pager-anna"})},
		{"a major incident knows no quiet hours", "2026-11-24T21:50:00Z", true, []func(*testing.T, *world){wait(16 * time.Minute)},
			[]line{{0, 1, 0, all}, {15, 1, 1, all}}},
		{"becoming major ends them", "2026-11-24T21:50:00Z", false, []func(*testing.T, *world){wait(6 * time.Minute), raise},
			[]line{{0, 1, 0, "ops-chat"}, {6, 1, 1, "mail-anna pager-anna"}, {6, 2, 0, "pager-ben"}}},
		{"who takes over is told at the hand-over", "2026-11-30T07:50:00Z", false, []func(*testing.T, *world){wait(16 * time.Minute)},
			[]line{{0, 1, 0, all}, {10, 1, 1, "pager-ben"}, {15, 1, 2, "ops-chat"}}},
	} {
		w := newWorld(t, house, c.from)
		origin := w.now
		opened(w, c.major)
		for _, step := range c.steps {
			step(t, w)
		}
		got := w.lines(origin)
		if strings.HasPrefix(c.name, "quiet") { // the chat's repeats of the night between
			got = append(got[:5:5], got[len(got)-1])
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %v\nwant %v", c.name, got, c.want)
		}
	}
}

func TestAPolicyOfMajorIncidentsBeginsWhenOneBecomesMajor(t *testing.T) {
	w := newWorld(t, strings.Replace(house, `name = "house"`, `name = "house"`+"\n"+`serves = ["major"]`, 1), "2026-11-24T10:00:00Z")
	origin := w.now
	w.add(incident.Event{Kind: incident.EventOpened, Agreement: "shop", Severity: "P3"})
	w.now = w.after(2 * time.Hour)
	w.add(incident.Event{Kind: incident.EventSeverity, Agreement: "shop", Severity: "P1", Major: true})
	w.run(t, w.after(16*time.Minute))
	const all = "mail-anna ops-chat pager-anna"
	if got, want := w.lines(origin), []line{{120, 1, 0, all}, {135, 1, 1, all}}; !reflect.DeepEqual(got, want) {
		t.Errorf("steps %v, want %v: level 1 at once, and no level of the past", got, want)
	}
}

func TestAStepNamesEachMessage(t *testing.T) {
	w := newWorld(t, house, "2026-11-24T10:00:00Z")
	w.add(incident.Event{Kind: incident.EventOpened})
	opened := w.now
	w.overrides = []Override{
		{ID: "1", Rotation: "primary", Person: "gone", From: opened - 1, To: opened + 1<<40}, // no more in the configuration
		{ID: "2", Rotation: "primary", Person: "ben", From: opened + minute, To: opened + 2*minute},
	}
	w.now += 30 * 1000
	want := []Step{{Policy: "house", Level: 1, DueAt: opened, Tell: []Recipient{{"anna", "mail-anna"}, {"anna", "pager-anna"}, {"", "ops-chat"}}}}
	steps, next := Due(w.config, w.policy, &w.incident, w.events, w.overrides, w.now)
	if !reflect.DeepEqual(steps, want) {
		t.Errorf("Due = %+v, want %+v", steps, want)
	}
	if next != opened+minute {
		t.Errorf("Due looks again at %d, want %d, when the override begins", next, opened+minute)
	}
	got := steps[0].Escalation()
	if want := (&incident.Escalation{Policy: "house", Level: 1, People: []string{"anna"}, Channels: []string{"mail-anna", "pager-anna", "ops-chat"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("Escalation = %+v, want %+v", got, want)
	}
}

func TestPolicyFor(t *testing.T) {
	c := &Config{Policies: []Policy{{Name: "emergency", Serves: []string{"major"}}, {Name: "day", Serves: []string{"P2", "P3"}}, {Name: "acme"}}}
	for _, x := range []struct {
		named, severity string
		major           bool
		want            string
	}{
		{"", "P1", true, "emergency"},
		{"", "P2", false, "day"},
		{"acme", "P1", true, "acme"},
		{"day", "P1", true, "emergency"},
		{"unknown", "P4", false, "acme"},
	} {
		if got := c.PolicyFor(x.named, x.severity, x.major); got == nil || got.Name != x.want {
			t.Errorf("PolicyFor(%q, %q, %v) = %+v, want %s", x.named, x.severity, x.major, got, x.want)
		}
	}
	c.Policies = c.Policies[:2]
	if got := c.PolicyFor("", "P4", false); got != nil {
		t.Errorf("PolicyFor a severity that none serves = %+v", got)
	}
}

func TestQuietHoursDelayNoLongerThanTheirBound(t *testing.T) {
	// Nights of one and days of the other: together they would never end.
	w := newWorld(t, strings.Replace(house, `name = "house"`, `name = "house"
zone = "Europe/Berlin"
quiet = [{ hours = "06:00-23:00" }]`, 1), "2026-11-24T10:00:00Z")
	origin := w.now
	w.add(incident.Event{Kind: incident.EventOpened})
	w.run(t, w.after(MaxQuiet+time.Minute))
	told := map[string]int64{}
	for _, e := range w.events {
		if e.Step != nil && len(e.Step.People) > 0 && told[e.Step.People[0]] == 0 {
			told[e.Step.People[0]] = e.At
		}
	}
	if want := origin + MaxQuiet.Milliseconds(); told["anna"] != want {
		t.Errorf("anna is told %d min after the opening, want %d", (told["anna"]-origin)/minute, (want-origin)/minute)
	}
}
