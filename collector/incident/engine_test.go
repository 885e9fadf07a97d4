package incident_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// play feeds one slot after the other and writes each alert's change as
// "slot kind what", slots counted from 1 as they become known.
func play(t *testing.T, w *world, history string) []string {
	t.Helper()
	e := incident.New(incident.Options{})
	var out []string
	for _, s := range states(history) {
		w.slots = append(w.slots, s)
		out = append(out, tell(w, e.Observe(w.facts()))...)
	}
	return out
}

func tell(w *world, changes []incident.Change) (out []string) {
	for _, c := range changes {
		if c.Alert != nil && (c.Alert.Kind != incident.ObjectiveAtRisk || w.budget == 0) {
			out = append(out, fmt.Sprintf("%d %s %s", len(w.slots), c.Kind, c.Alert.Kind))
		}
	}
	return out
}

func TestServiceRules(t *testing.T) {
	const plenty = 1 << 40
	for _, tt := range []struct {
		name, history string
		confirm       int
		cover         *incident.Cover // from slot 3 on
		want          string
	}{
		{"one failure of two asked for is no outage", "uuduuu", 2, nil, ""},
		{"one failure is enough where the agreement says so", "uuduu", 1, nil, "3 opened service_down; 5 resolved service_down"},
		{"the second failure in a row opens, the second success closes", "uudduuu", 2, nil, "4 opened service_down; 6 resolved service_down"},
		{"an answer in between starts the count again", "ududududu", 2, nil, ""},
		{"flapping within the recovery slots is one alert", "udduddudduu", 2, nil, "3 opened service_down; 9 updated service_down"},
		{"a silence neither opens nor closes", "uddxxxuu", 2, nil, "3 opened service_down; 8 resolved service_down"},
		{"no data is an alert of its own", "uuxxxxxuu", 2, nil, "6 opened service_no_data; 8 resolved service_no_data"},
		{"degraded opens as slowly as down, and down takes its place", "usssdduu", 2, nil,
			"3 opened service_degraded; 6 opened service_down; 6 resolved service_degraded; 8 resolved service_down"},
		{"degraded is not down", "uddssss", 2, nil, "3 opened service_down; 5 resolved service_down; 5 opened service_degraded"},
		{"maintenance suppresses, and says so", "uuudduuu", 2, &incident.Cover{ID: "m1", Until: epoch + 99*step, Qualifies: true},
			"5 suppressed service_down; 7 resolved service_down"},
		{"an overrun fires when the window ends", "uuudddduu", 2, &incident.Cover{ID: "m1", Until: epoch + 6*step, Qualifies: true},
			"5 suppressed service_down; 6 opened service_down; 9 resolved service_down"},
		{"a window that does not qualify silences nothing", "uuudduu", 2, &incident.Cover{ID: "m1", Until: epoch + 99*step},
			"5 opened service_down; 7 resolved service_down"},
		{"what fires already is not silenced by a window that comes later", "udddduu", 2, &incident.Cover{ID: "m1", Until: epoch + 99*step, Qualifies: true},
			"3 opened service_down; 4 updated service_down; 7 resolved service_down"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{confirm: tt.confirm, budget: plenty, label: "2026-09", start: epoch}
			if tt.cover != nil {
				w.covers, w.from = []incident.Cover{*tt.cover}, []int64{epoch + 4*step}
			}
			if got := strings.Join(play(t, w, tt.history), "; "); got != tt.want {
				t.Errorf("play(%q)\n got %s\nwant %s", tt.history, got, tt.want)
			}
		})
	}
}

func TestDownIsDatedFromTheFirstFailure(t *testing.T) {
	w := &world{confirm: 3, budget: 1 << 40, label: "2026-09", start: epoch}
	e := incident.New(incident.Options{RunbookURL: "https://sla.example.net/RUNBOOK.md"})
	var all []incident.Change
	for _, s := range states("uudddduuu") {
		w.slots = append(w.slots, s)
		all = append(all, e.Observe(w.facts())...)
	}
	var a *incident.Alert
	var o *incident.Outage
	for _, c := range all {
		if c.Alert != nil && c.Alert.Kind == incident.ServiceDown {
			a = c.Alert
		}
		if c.Outage != nil {
			o = c.Outage
		}
	}
	if a == nil || o == nil {
		t.Fatalf("no alert or no outage in %+v", all)
	}
	if want := epoch + 2*step; a.StartsAt != want || o.From != want {
		t.Errorf("starts: alert %d, outage %d; want %d", a.StartsAt, o.From, want)
	}
	if want := epoch + 6*step; a.EndsAt != want || o.To != want || o.Ongoing {
		t.Errorf("ends: alert %d, outage %d (ongoing %v); want %d", a.EndsAt, o.To, o.Ongoing, want)
	}
	if a.OpenedAt != epoch+5*step || o.ConfirmedAt != a.OpenedAt || a.Outage != o.ID {
		t.Errorf("opened %d for %q, confirmed %d as %q", a.OpenedAt, a.Outage, o.ConfirmedAt, o.ID)
	}
	if got, want := a.Annotations["runbook_url"], "https://sla.example.net/RUNBOOK.md#service-down"; got != want {
		t.Errorf("runbook_url = %q, want %q", got, want)
	}
	if a.Labels["alertname"] != "ProbityServiceDown" || a.Labels["customer"] != "ACME" || a.Labels["service"] != "web" {
		t.Errorf("labels = %v", a.Labels)
	}
}

func TestLateResults(t *testing.T) {
	for _, tt := range []struct {
		name, before, after string
		want                string
		outages             string // id offsets left, "from-to"
	}{
		{"an earlier failure arrives: re-dated", "uxddd", "udddd", "5 updated service_down", "1-5"},
		{"another location proves the outage wrong: withdrawn", "uuddd", "uuuuu", "5 withdrawn service_down", ""},
		{"a gap between two outages turns out down: joined", "uddxdd", "uddddd", "", "1-6"},
		{"the middle turns out up: split, the alert goes on", "uddddddd", "udduuddd", "", "1-3 5-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{confirm: 2, budget: 1 << 40, label: "2026-09", start: epoch}
			e, rec := incident.New(incident.Options{}), newRecord()
			for _, s := range states(tt.before) {
				w.slots = append(w.slots, s)
				rec.save(t, e.Observe(w.facts()))
			}
			w.slots = states(tt.after)
			changes := e.Observe(w.facts())
			rec.save(t, changes)
			if got := strings.Join(tell(w, changes), "; "); got != tt.want {
				t.Errorf("changes = %s, want %s", got, tt.want)
			}
			var left []string
			for i := range w.slots {
				for _, o := range rec.outages {
					if o.From == epoch+int64(i)*step && !o.Withdrawn {
						left = append(left, fmt.Sprintf("%d-%d", i, (o.To-epoch)/step))
					}
				}
			}
			if got := strings.Join(left, " "); got != tt.outages {
				t.Errorf("outages left = %q, want %q", got, tt.outages)
			}
		})
	}
}

// TestWindowSlidesOverAnOutage: what the window cuts off is not news, neither
// while the outage lasts nor when it has long been over.
func TestWindowSlidesOverAnOutage(t *testing.T) {
	f := incident.Facts{Agreement: "a", Service: "s", State: sla.Down, Confirm: incident.Confirm{Slots: 1, Interval: 10}}
	e := incident.New(incident.Options{})
	var kinds []string
	for at := int64(1000); at < 3000; at += 10 {
		f.At, f.OutagesFrom, f.Outages = at, at-500, nil
		if from, to := max(1100, f.OutagesFrom), min(at, 2000); from < to {
			f.Outages = []sla.Outage{{From: from, To: to, Ongoing: to == at, Counted: to - from, Where: []string{"c/berlin"}}}
		}
		if f.State = sla.Down; at < 1100 || at > 2000 {
			f.State, f.Recovered = sla.Up, max(2000*min(at/2000, 1), 1)
		}
		for _, c := range e.Observe(f) {
			if c.Outage != nil {
				kinds = append(kinds, fmt.Sprintf("%d %s %d-%d", at, c.Kind, c.Outage.From, c.Outage.To))
			} else {
				kinds = append(kinds, fmt.Sprintf("%d %s", at, c.Kind))
			}
		}
	}
	if got, want := strings.Join(kinds, "; "), "1110 confirmed 1100-1110; 1110 opened; 2010 resolved 1100-2000; 2020 resolved"; got != want {
		t.Errorf("changes %s\nwant    %s", got, want)
	}
}

func TestBreachStandsUntilThePeriodIsOver(t *testing.T) {
	w := &world{confirm: 2, budget: 2 * step, label: "2026-09", start: epoch}
	e := incident.New(incident.Options{})
	see := func(history string) string {
		var out []string
		for _, s := range states(history) {
			w.slots = append(w.slots, s)
			for _, c := range e.Observe(w.facts()) {
				if c.Alert != nil && c.Alert.Kind == incident.ObjectiveBreached {
					out = append(out, fmt.Sprintf("%d %s %s", len(w.slots), c.Kind, c.Alert.Period))
				}
			}
		}
		return strings.Join(out, "; ")
	}
	if got, want := see("uddd"), "4 opened 2026-09"; got != want {
		t.Fatalf("after the budget: %q, want %q", got, want)
	}
	if got := see("uuuuuuuuuuuuuuuuuuuu"); got != "" {
		t.Errorf("in the rest of the period: %q, want nothing", got)
	}
	w.start, w.label = w.at(), "2026-10"
	if got, want := see("u"), "25 resolved 2026-09"; got != want {
		t.Errorf("in the next period: %q, want %q", got, want)
	}
	see("ddd")
	w.slots[25] = sla.Up
	w.slots[26] = sla.Up
	if got, want := see("d"), "29 withdrawn 2026-10"; got != want {
		t.Errorf("after late results: %q, want %q", got, want)
	}
}

func TestMidPeriodLowIsNoBreach(t *testing.T) {
	yes := true
	f := incident.Facts{At: 100, Period: sla.Window{From: 0, To: 1000}, Agreement: "a", Service: "s",
		Target: sla.Ratio{Num: 9, Den: 10}, Breach: &yes, Budget: 100, BudgetLeft: 50, State: sla.Up, Since: 10}
	e := incident.New(incident.Options{})
	if got := e.Observe(f); len(got) != 0 {
		t.Errorf("Observe(low in the middle) = %+v, want nothing: half the budget is left", got)
	}
	f.At = 1000
	if got := e.Observe(f); len(got) != 1 || got[0].Alert.Kind != incident.ObjectiveBreached {
		t.Errorf("Observe(low at the end) = %+v, want one breach", got)
	}
}

func TestAgentRules(t *testing.T) {
	e := incident.New(incident.Options{})
	see := func(at, seen int64, faults ...string) string {
		var out []string
		for _, c := range e.ObserveAgent(incident.AgentFacts{At: at, Agent: "a1", Location: "berlin", LastSeen: seen, SilentAfter: 100, Faults: faults}) {
			out = append(out, fmt.Sprintf("%s %s", c.Kind, c.Alert.Key))
		}
		return strings.Join(out, "; ")
	}
	for _, tt := range []struct {
		at, seen int64
		faults   []string
		want     string
	}{
		{100, 50, nil, ""},
		{150, 50, nil, ""}, // exactly the threshold is not yet silent
		{151, 50, nil, "opened agent_silent:a1"},
		{900, 50, nil, ""},
		{901, 900, []string{"clock"}, "resolved agent_silent:a1; opened agent_faulty:a1"},
		{902, 900, []string{"clock", "icmp"}, "updated agent_faulty:a1"},
		{903, 902, nil, "resolved agent_faulty:a1"},
	} {
		if got := see(tt.at, tt.seen, tt.faults...); got != tt.want {
			t.Errorf("ObserveAgent(at %d, seen %d, %v) = %q, want %q", tt.at, tt.seen, tt.faults, got, tt.want)
		}
	}
	see(2000, 902)
	if got := e.RetireAgent(3000, "a1", "revoked"); len(got) != 1 || got[0].Kind != incident.ChangeResolved || len(e.Active()) != 0 {
		t.Errorf("RetireAgent = %+v, active %v", got, e.Active())
	}
}
