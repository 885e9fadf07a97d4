package incident_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// TestRandomHistories holds, over random states, late results, maintenance,
// service hours and silent agents: one open alert for a key, no change for the
// same facts, the same changes with a restart before every step, no alert of
// down without a confirmed run, and nothing open once all is well for long.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{
			confirm: rapid.IntRange(1, 3).Draw(t, "confirm"), label: "p0", start: epoch,
			budget: rapid.Int64Range(0, 20).Draw(t, "budget") * step,
		}
		drawCovers(t, w)
		closed := rapid.IntRange(0, 50).Draw(t, "closed")
		w.outOf = func(at int64) bool { i := int((at - epoch) / step); return i >= closed && i < closed+5 }
		m := &machine{t: t, parents: []string{"shop/db"}, live: incident.New(incident.Options{}), rec: newRecord()}
		n := rapid.IntRange(5, 60).Draw(t, "slots")
		seen := epoch
		for i := range n {
			w.slots = append(w.slots, drawState(t))
			if rapid.IntRange(0, 5).Draw(t, "late") == 0 {
				drawLate(t, w)
			}
			if rapid.IntRange(0, 20).Draw(t, "rollover") == 0 {
				w.start, w.label = w.at(), fmt.Sprint("p", i)
			}
			m.observe(w)
			if rapid.Bool().Draw(t, "heard") {
				seen = w.at()
			}
			m.agent(w.at(), seen, rapid.SampledFrom([][]string{nil, {"clock"}, {"icmp", "clock"}}).Draw(t, "faults"))
			m.parent(w, rapid.IntRange(0, 3).Draw(t, "parent"))
			m.others(w.at(), rapid.IntRange(0, 3).Draw(t, "clock"), rapid.Int64Range(0, 60).Draw(t, "ends"), drawState(t))
		}
		w.start, w.label = w.at(), "last"
		for i := range 200 { // an hour and more without a fault
			w.slots = append(w.slots, sla.Up)
			m.observe(w)
			m.agent(w.at(), w.at(), nil)
			if i%50 == 49 {
				m.parent(w, 3)
				m.others(w.at(), 3, 1000, sla.Up)
			}
		}
		m.replays()
		for _, a := range m.live.Active() {
			if a.Kind != incident.CoverageLow { // the past stays as badly covered as it was
				t.Errorf("open after all was well: %+v", a)
			}
		}
	})
}

func drawState(t *rapid.T) sla.State {
	return rapid.SampledFrom([]sla.State{sla.Up, sla.Up, sla.Up, sla.Degraded, sla.Down, sla.Down, sla.Unknown}).Draw(t, "state")
}

// drawLate makes something else of the last few slots: late results, or a correction of the quorum.
func drawLate(t *rapid.T, w *world) {
	from := rapid.IntRange(max(0, len(w.slots)-10), len(w.slots)-1).Draw(t, "from")
	to := rapid.IntRange(from, min(from+5, len(w.slots)-1)).Draw(t, "to")
	state := drawState(t)
	for i := from; i <= to; i++ {
		w.slots[i] = state
	}
}

func drawCovers(t *rapid.T, w *world) {
	for i := range rapid.IntRange(0, 3).Draw(t, "windows") {
		from := epoch + rapid.Int64Range(0, 60).Draw(t, "from")*step
		w.from = append(w.from, from)
		w.covers = append(w.covers, incident.Cover{ID: fmt.Sprint("m", i), Qualifies: rapid.Bool().Draw(t, "qualifies"),
			Until: from + rapid.Int64Range(1, 20).Draw(t, "length")*step})
	}
}

// machine feeds two engines: one lives on, the other is restored from the
// record before every step.
type machine struct {
	t    *rapid.T
	live *incident.Engine
	rec  *record

	parents []string // of the service
	steps   []incident.Step
	all     []incident.Change
}

func (m *machine) observe(w *world) {
	f := w.facts()
	f.Parents = m.parents
	f.Foresee()
	m.step(incident.Step{Service: &f})
	for _, a := range m.live.Active() {
		if a.Kind == incident.ServiceDown && a.OpenedAt == f.At && !w.failedInARow() {
			m.t.Errorf("down at %d without %d failures in a row: %v", f.At, w.confirm, w.slots)
		}
	}
}

func (w *world) failedInARow() bool {
	last := w.slots[max(0, len(w.slots)-w.confirm):]
	return len(last) == w.confirm && !slices.ContainsFunc(last, func(s sla.State) bool { return s != sla.Down })
}

func (m *machine) agent(at, seen int64, faults []string) {
	f := incident.AgentFacts{At: at, Agent: "a1", Location: "berlin", LastSeen: seen, SilentAfter: 2 * step, Faults: faults,
		ClockKnown: seen == at, ClockError: int64(len(faults)) * 700}
	m.step(incident.Step{Agent: &f})
}

// parent is a service that the other depends on: down at 0, else up.
func (m *machine) parent(w *world, state int) {
	f := incident.Facts{At: w.at(), Agreement: "shop", Service: "db", State: sla.Up, Since: w.at() - step, Recovered: epoch, OutagesFrom: epoch,
		Confirm: incident.Confirm{Slots: 1, Interval: step}, Parents: []string{"shop/web"}}
	if state == 0 {
		f.State, f.Recovered = sla.Down, 0
		f.Outages = []sla.Outage{{From: w.at() - step, To: w.at(), Ongoing: true, Where: []string{"db/berlin"}}}
	}
	m.step(incident.Step{Service: &f})
}

// others are a clock, a certificate and a window.
func (m *machine) others(at int64, clock int, ends int64, state sla.State) {
	m.step(incident.Step{Clock: &incident.ClockFacts{At: at, Incident: "INC-1", Agreement: "shop", Indicator: incident.IndicatorResolution,
		Target: 1000 * step, DueAt: at + int64(clock)*400*step, Running: clock < 3, Stopped: clock == 3, StoppedAt: at, Breach: clock == 0, Elapsed: 500 * step}})
	m.step(incident.Step{Cert: &incident.CertFacts{At: at, Agreement: "shop", Service: "web", Check: "home", NotAfter: at + (ends-5)*step, Warn: 20 * step}})
	m.step(incident.Step{Maintenance: &incident.MaintenanceFacts{At: at, ID: "m9", Agreement: "shop", From: epoch + 5*step, To: epoch + 15*step,
		Services: []incident.ServiceState{{Service: "web", State: state, Since: max(at-10*step, epoch+10*step)}}}})
}

// replays: the whole history again, in one go, says the same.
func (m *machine) replays() {
	got := incident.Replay(incident.Options{}, slices.Values(m.steps))
	if !reflect.DeepEqual(normal(got), normal(m.all)) {
		m.t.Fatalf("replay:\n got %s\nwant %s", show(got), show(m.all))
	}
	open, told := 0, map[string]bool{}
	for _, l := range incident.Lives(got) {
		if l.Alert.Open() != (l.ClosedAt == 0) || l.FiredAt == 0 && len(l.Suppressed) == 0 || told[l.Alert.ID] {
			m.t.Fatalf("a life is told once, fired or said why not: %+v", l)
		}
		if told[l.Alert.ID] = true; l.ClosedAt == 0 {
			open++
		}
	}
	if open != len(m.live.Active()) {
		m.t.Fatalf("%d lives are open, %d alerts", open, len(m.live.Active()))
	}
}

func (m *machine) step(s incident.Step) {
	m.steps = append(m.steps, s)
	judge := func(e *incident.Engine) []incident.Change { return e.Judge(s) }
	restarted := incident.New(incident.Options{})
	m.rec.restore(restarted)
	before := map[string]string{}
	for _, a := range m.rec.open() {
		if before[a.Key] != "" {
			m.t.Fatalf("two open alerts of %s", a.Key)
		}
		before[a.Key] = a.ID
	}
	want := judge(m.live)
	got := judge(restarted)
	if !reflect.DeepEqual(normal(got), normal(want)) {
		m.t.Fatalf("after a restart:\n got %s\nwant %s", show(got), show(want))
	}
	if again := judge(m.live); len(again) != 0 {
		m.t.Fatalf("same facts again: %s", show(again))
	}
	m.legal(before, want)
	m.all = append(m.all, want...)
	m.rec.save(&testing.T{}, want)
}

// legal holds each change against what was open before.
func (m *machine) legal(open map[string]string, changes []incident.Change) {
	for _, c := range changes {
		a := c.Alert
		if (a == nil) == (c.Outage == nil) || c.Reason == "" {
			m.t.Fatalf("a change is about one thing and says why: %s", show(changes))
		}
		if a == nil {
			continue
		}
		id := open[a.Key]
		switch c.Kind {
		case incident.ChangeSuppressed:
			if id != "" {
				m.t.Fatalf("%s raised while %s is open", a.ID, id)
			}
			open[a.Key] = a.ID
		case incident.ChangeOpened:
			if id != "" && id != a.ID {
				m.t.Fatalf("%s raised while %s is open", a.ID, id)
			}
			open[a.Key] = a.ID
		case incident.ChangeResolved, incident.ChangeWithdrawn:
			if id != a.ID || a.EndsAt < a.StartsAt || a.Open() {
				m.t.Fatalf("closed what was not open, or before it began: %+v", a)
			}
			delete(open, a.Key)
		case incident.ChangeUpdated:
			if id != a.ID {
				m.t.Fatalf("updated what was not open: %+v", a)
			}
		}
	}
}

// normal makes nil and empty alike: JSON does not tell them apart.
func normal(in []incident.Change) (out []incident.Change) {
	for _, c := range in {
		if c.Alert != nil && len(c.Alert.Where) == 0 {
			c.Alert = c.Alert.Clone()
			c.Alert.Where = nil
		}
		out = append(out, c)
	}
	return out
}

func show(changes []incident.Change) (s string) {
	for _, c := range changes {
		s += fmt.Sprintf("\n  %s %q alert %+v outage %+v", c.Kind, c.Reason, c.Alert, c.Outage)
	}
	return s
}
