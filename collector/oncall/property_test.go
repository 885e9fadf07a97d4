package oncall

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/incident"
)

// entry is something that people or rules enter, ms after the opening.
type entry struct {
	after int64
	event incident.Event
}

// history is a drawn configuration and what happens to one incident.
type history struct {
	config    *Config
	overrides []Override
	opened    int64
	major     bool // from the opening on
	entries   []entry
	end       int64 // ms after the opening
}

// from and to in ms after the opening: a process that looks at nothing.
type outage struct{ from, to int64 }

func drawHistory(rt *rapid.T) *history {
	millis := func(name string, most time.Duration) int64 {
		return rapid.Int64Range(0, most.Milliseconds()).Draw(rt, name)
	}
	h := &history{opened: rapid.Int64Range(1_790_000_000, 1_830_000_000).Draw(rt, "opened") * 1000, major: rapid.Bool().Draw(rt, "major")}
	h.end = millis("end", 30*time.Hour) + minute
	h.overrides = drawOverrides(rt, h.opened, h.opened+h.end)
	h.config = drawConfig(rt)
	kinds := []incident.EventKind{incident.EventAcknowledged, incident.EventResolved, incident.EventReopened, incident.EventReopened, incident.EventSeverity, incident.EventNote}
	most := rapid.SampledFrom([]time.Duration{3 * time.Hour, 30 * time.Hour}).Draw(rt, "within")
	for range rapid.IntRange(0, 5).Draw(rt, "entries") {
		e := incident.Event{Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), By: "ann"}
		if e.Kind == incident.EventSeverity {
			e.Major = rapid.Bool().Draw(rt, "raised")
		}
		h.entries = append(h.entries, entry{millis("at", most), e})
	}
	slices.SortStableFunc(h.entries, func(a, b entry) int { return int(a.after - b.after) })
	return h
}

func drawConfig(rt *rapid.T) *Config {
	quiet := func(name string) (out []Quiet) {
		for range rapid.IntRange(0, 2).Draw(rt, name) {
			from := rapid.IntRange(0, dayMinutes-1).Draw(rt, "quiet from")
			to := (from + rapid.IntRange(1, 11*60).Draw(rt, "quiet for")) % dayMinutes
			out = append(out, Quiet{Hours: Hours{from, to}})
		}
		return out
	}
	c := &Config{Rotations: []Rotation{*drawRotation(rt, []string{"anna", "ben"})}, Policies: []Policy{{Name: "p", Quiet: quiet("of the policy")}}}
	for _, name := range []string{"anna", "ben"} {
		c.People = append(c.People, Person{Name: name, Channels: []string{"pager-" + name}, Quiet: quiet("of " + name)})
	}
	targets := [][]string{{"rotation:primary"}, {"person:ben"}, {"rotation:primary", "channel:ops-chat"}, {"channel:ops-chat"}}
	after := 0
	for n := range rapid.IntRange(1, 4).Draw(rt, "levels") {
		if n > 0 || rapid.Bool().Draw(rt, "late") {
			after += rapid.IntRange(0, 90).Draw(rt, "after")
		}
		l := Level{After: Duration(after) * Duration(time.Minute), Notify: rapid.SampledFrom(targets).Draw(rt, "notify")}
		if repeat := rapid.IntRange(0, 60).Draw(rt, "repeat"); repeat > 0 {
			l.Repeat, l.Times = Duration(repeat)*Duration(time.Minute), rapid.IntRange(0, 5).Draw(rt, "times")
		}
		c.Policies[0].Levels = append(c.Policies[0].Levels, l)
	}
	return c
}

// play lets the history happen. Beside what the planner asks for, it looks at
// the instants of restarts; while it is down, it looks at nothing.
func (h *history) play(rt *rapid.T, restarts []int64, down []outage) *world {
	w := &world{config: h.config, policy: &h.config.Policies[0], overrides: h.overrides, now: h.opened}
	until := func(t int64) {
		for {
			next := t
			for _, r := range restarts {
				if r = h.opened + r; r > w.now && r < next {
					next = r
				}
			}
			if w.next > 0 {
				next = min(next, max(w.next, w.now))
			}
			for _, d := range down {
				if h.opened+d.from <= next && next < h.opened+d.to {
					next = h.opened + d.to
				}
			}
			if next >= t {
				return
			}
			w.now = next
			w.look(rt)
		}
	}
	isDown := func() bool {
		return slices.ContainsFunc(down, func(d outage) bool { return h.opened+d.from <= w.now && w.now < h.opened+d.to })
	}
	enter := func(e incident.Event) {
		w.add(e)
		if w.next = w.now; !isDown() {
			w.look(rt)
		}
	}
	enter(incident.Event{Kind: incident.EventOpened, Major: h.major})
	for _, e := range h.entries {
		if e.after > h.end || e.event.Kind == incident.EventReopened && w.incident.State == incident.IncidentOpen {
			continue
		}
		until(h.opened + e.after)
		w.now = h.opened + e.after
		enter(e.event)
	}
	until(h.opened + h.end)
	w.now = h.opened + h.end
	return w
}

// lives splits the record at each opening.
func (w *world) lives() (out [][]incident.Event) {
	for _, e := range w.events {
		if e.Kind == incident.EventOpened || e.Kind == incident.EventReopened {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], e)
	}
	return out
}

func (w *world) String() string {
	var b strings.Builder
	for _, e := range w.events {
		fmt.Fprintf(&b, "%s %s", time.UnixMilli(e.At).UTC().Format(time.DateTime), e.Kind)
		if e.Step != nil {
			fmt.Fprintf(&b, " %+v", *e.Step)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func drawOutages(rt *rapid.T) (out []outage) {
	for range rapid.IntRange(0, 2).Draw(rt, "pauses") {
		from := rapid.Int64Range(0, 30*60*minute).Draw(rt, "pause from")
		out = append(out, outage{from, from + rapid.Int64Range(1, 26*60*minute).Draw(rt, "pause for")})
	}
	return out
}

// Nobody is told twice at a level within its repeat interval, nor more often
// than it says; a level is taken at most once at an instant, and never when the
// incident is not open. This holds whatever pauses there were.
func TestNobodyIsToldTooOften(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		w := h.play(rt, nil, drawOutages(rt))
		for _, life := range w.lives() {
			told, times, last, open := map[string]int64{}, map[string]int{}, map[int]int64{}, true
			for _, e := range life {
				switch e.Kind {
				case incident.EventAcknowledged, incident.EventResolved:
					open = false
				case incident.EventNotified:
					level := w.policy.Levels[e.Step.Level-1]
					if !open || last[e.Step.Level] == e.At {
						rt.Fatalf("level %d at %d, open: %v; taken at that instant: %v\n%s", e.Step.Level, e.At, open, last[e.Step.Level] == e.At, w)
					}
					last[e.Step.Level] = e.At
					for _, c := range e.Step.Channels {
						key := fmt.Sprint(e.Step.Level, c)
						if at, before := told[key]; before && (level.Repeat == 0 || e.At-at < level.Repeat.millis()) {
							rt.Fatalf("%s is told again after %d min\n%s", key, (e.At-at)/minute, w)
						}
						told[key], times[key] = e.At, times[key]+1
						if level.Times > 0 && times[key] > level.Times+1 {
							rt.Fatalf("%s is told %d times\n%s", key, times[key], w)
						}
					}
				}
			}
		}
	})
}

// A level whose time comes while the incident is open, and nobody pauses, is
// taken at that instant; quiet hours delay it by MaxQuiet at most, and that of a
// major incident not at all.
func TestNoLevelIsSkipped(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		if rapid.Bool().Draw(rt, "without quiet hours") {
			h.config.Policies[0].Quiet = nil
			for n := range h.config.People {
				h.config.People[n].Quiet = nil
			}
		}
		w := h.play(rt, nil, nil)
		never := h.config.People[0].Quiet == nil && h.config.People[1].Quiet == nil && w.policy.Quiet == nil
		for _, life := range w.lives() {
			begun, over, major := life[0].At, w.now, h.major
			first := map[int]int64{}
			for _, e := range life {
				switch e.Kind {
				case incident.EventAcknowledged, incident.EventResolved:
					over = min(over, e.At)
				case incident.EventSeverity:
					major = false // what follows is not judged: it may have been delayed before
				case incident.EventNotified:
					if _, ok := first[e.Step.Level]; !ok {
						first[e.Step.Level] = e.At
					}
				}
			}
			for n, l := range w.policy.Levels {
				due := begun + l.After.millis()
				at, taken := first[n+1]
				if (never || major && len(w.lives()) == 1) && due < over && (!taken || at > due) {
					rt.Fatalf("level %d, due at %d: taken %v, at %d\n%s", n+1, due, taken, at, w)
				}
				if taken && at < due && !slices.ContainsFunc(life, func(e incident.Event) bool { return e.Kind == incident.EventSeverity && e.Major }) {
					rt.Fatalf("level %d, due at %d, was taken at %d\n%s", n+1, due, at, w)
				}
			}
		}
	})
}

// For a major incident, quiet hours are as if nobody had any.
func TestQuietHoursNeverDelayMajor(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		h.major = true
		h.entries = slices.DeleteFunc(h.entries, func(e entry) bool { return e.event.Kind == incident.EventSeverity && !e.event.Major })
		with := h.play(rt, nil, nil)
		h.config.Policies[0].Quiet = nil
		for n := range h.config.People {
			h.config.People[n].Quiet = nil
		}
		if without := h.play(rt, nil, nil); !reflect.DeepEqual(with.events, without.events) {
			rt.Fatalf("with quiet hours\n%s\nwithout\n%s", with, without)
		}
	})
}

// Restarts at any instant change nothing: all that counts is on record.
func TestRestartsChangeNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		down := drawOutages(rt)
		restarts := rapid.SliceOfN(rapid.Int64Range(0, 30*60*minute), 0, 20).Draw(rt, "restarts")
		plain, restarted := h.play(rt, nil, down), h.play(rt, restarts, down)
		if !reflect.DeepEqual(plain.events, restarted.events) {
			rt.Fatalf("without restarts\n%s\nwith them\n%s", plain, restarted)
		}
	})
}
