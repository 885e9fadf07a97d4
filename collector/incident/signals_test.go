package incident_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// alerts writes changes of alerts as "kind what", with the reason where why.
func alerts(changes []incident.Change, why bool) string {
	var out []string
	for _, c := range changes {
		if c.Alert == nil {
			continue
		}
		s := fmt.Sprintf("%s %s", c.Kind, c.Alert.Kind)
		if why {
			s += ": " + c.Reason
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

// pair plays a service and one that depends on it, slot by slot: the parent is judged first.
func pair(parent, child string) (out []string) {
	up := &world{confirm: 2, budget: 1 << 40, label: "p", start: epoch}
	down := &world{confirm: 2, budget: 1 << 40, label: "p", start: epoch}
	e := incident.New(incident.Options{})
	a, b := states(parent), states(child)
	for i := range a {
		up.slots, down.slots = append(up.slots, a[i]), append(down.slots, b[i])
		f, g := up.facts(), down.facts()
		f.Service, f.Burn, g.Burn = "db", nil, nil
		g.Parents = []string{"net/core", "shop/db"}
		e.Observe(f)
		for _, c := range e.Observe(g) {
			if c.Alert != nil {
				out = append(out, fmt.Sprintf("%d %s %s: %s", i+1, c.Kind, c.Alert.Kind, c.Reason))
			}
		}
	}
	return out
}

func TestAParentsFault(t *testing.T) {
	for _, tt := range []struct {
		name, parent, child string
		want                []string
	}{
		{"holds the child's back, and both end", "udddddduuu", "uuddddduuu", []string{
			"4 suppressed service_down: shop/db is down, which it depends on",
			"9 resolved service_down: up again"}},
		{"fires when the parent is up and the child is not", "uddduuuuuuu", "uuddddddddd", []string{
			"4 suppressed service_down: shop/db is down, which it depends on",
			"6 updated service_down: shop/db is up again, which it depends on; this one has a moment to follow",
			"8 opened service_down: no longer suppressed (shop/db was down, which it depends on, and is up again), and it goes on"}},
		{"a child that follows in time is not told of", "uddduuuuu", "uuddddduu", []string{
			"4 suppressed service_down: shop/db is down, which it depends on",
			"6 updated service_down: shop/db is up again, which it depends on; this one has a moment to follow",
			"9 resolved service_down: up again"}},
		{"that comes later is said, and silences nothing", "uuuuddduu", "udddddddd", []string{
			"3 opened service_down: Web shop (Shop) is down",
			"6 updated service_down: shop/db is down, which it depends on",
			"9 updated service_down: shop/db is up again, which it depends on, and this goes on"}},
		{"silence of the child is held back too", "udddddduuu", "uuxxxxxxuu", []string{
			"6 suppressed service_no_data: shop/db is down, which it depends on",
			"9 resolved service_no_data: results arrive again"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := slices.DeleteFunc(pair(tt.parent, tt.child), func(s string) bool { return strings.Contains(s, "objective_") })
			if !slices.Equal(got, tt.want) {
				t.Errorf("pair(%q, %q)\n got %s\nwant %s", tt.parent, tt.child, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
			}
		})
	}
}

// TestACircleOfParentsTellsSomebody: two services that depend on each other,
// both down in a window, are not both held back when it ends.
func TestACircleOfParentsTellsSomebody(t *testing.T) {
	e := incident.New(incident.Options{})
	see := func(service, parent string, at int64, cover *incident.Cover) {
		e.Observe(incident.Facts{At: at, Agreement: "a", Service: service, Parents: []string{"a/" + parent, "a/" + service}, Maintenance: cover,
			State: sla.Down, Since: 1000, Confirm: incident.Confirm{Slots: 1, Interval: 10}, Outages: []sla.Outage{{From: 1000, To: at, Ongoing: true}}})
	}
	window := &incident.Cover{ID: "m1", Until: 2000, Qualifies: true}
	for at := int64(1010); at < 2100; at += 10 {
		if at == 2000 {
			window = nil
		}
		see("x", "y", at, window)
		see("y", "x", at, window)
	}
	firing := slices.DeleteFunc(e.Active(), func(a incident.Alert) bool { return a.Status != incident.Firing })
	if len(firing) != 1 {
		t.Errorf("firing: %+v, want exactly one of the two", firing)
	}
}

func TestAParentThatNobodyWasToldOf(t *testing.T) {
	e := incident.New(incident.Options{})
	f := incident.Facts{At: 1010, Agreement: "a", Service: "db", State: sla.Down, Since: 1000, Confirm: incident.Confirm{Slots: 1, Interval: 10},
		Outages: []sla.Outage{{From: 1000, To: 1010, Ongoing: true}}, OutOfScope: true}
	e.Observe(f)
	f.Service, f.OutOfScope, f.Parents = "web", false, []string{"a/db"}
	if got, want := alerts(e.Observe(f), false), "opened service_down"; got != want {
		t.Errorf("a child of a parent outside its service hours: %q, want %q", got, want)
	}
}

func TestFlappingIsOneAlert(t *testing.T) {
	w := &world{confirm: 2, budget: 1 << 40, label: "p", start: epoch}
	got := play(t, w, "u"+strings.Repeat("dduu", 12)+strings.Repeat("u", 20))
	want := "3 opened service_down; 5 resolved service_down; 7 opened service_down; 9 resolved service_down; 11 opened service_down; 67 resolved service_down"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("twelve outages in 24 min:\n got %s\nwant %s", s, want)
	}
	e := incident.New(incident.Options{})
	w = &world{confirm: 2, budget: 1 << 40, label: "p", start: epoch}
	for _, s := range states("udduudduudd") {
		w.slots = append(w.slots, s)
		e.Observe(w.facts())
	}
	a := e.Active()[slices.IndexFunc(e.Active(), func(a incident.Alert) bool { return a.Kind == incident.ServiceDown })]
	if want := "Flapping: 3 outages in 30 min; it closes after 10 min without a failure."; !a.Flapping || !strings.Contains(a.Annotations["description"], want) {
		t.Errorf("description %q, want it to say %q", a.Annotations["description"], want)
	}
}

// TestActiveHasPresentFigures: what is left of the budget is that of the last
// facts, though nothing else about the alert is news.
func TestActiveHasPresentFigures(t *testing.T) {
	w := &world{confirm: 2, budget: 20 * step, label: "p", start: epoch}
	e := incident.New(incident.Options{})
	for i, s := range states("udddddd") {
		w.slots = append(w.slots, s)
		e.Observe(w.facts())
		if i < 2 {
			continue
		}
		for _, a := range e.Active() {
			if got, want := a.Annotations["budget_left"], incident.Length((20-int64(i))*step); got != want {
				t.Errorf("%s after %d failures: budget_left %q, want %q", a.Kind, i, got, want)
			}
		}
	}
}

func TestAWindowAnnouncedTooLate(t *testing.T) {
	for _, tt := range []struct {
		cover incident.Cover
		want  string
	}{
		{incident.Cover{ID: "mw-7", From: 1010, Until: 9000, Announced: 410, Notice: 1000}, "maintenance mw-7 runs but was announced too late; it counts"},
		{incident.Cover{ID: "mw-7", From: 1010, Until: 9000, Notice: 1000}, "maintenance mw-7 runs but was announced too late; it counts"},
		{incident.Cover{ID: "mw-7", From: 1010, Until: 9000, Why: "the allowance is spent"}, "maintenance mw-7 runs but does not qualify (the allowance is spent); it counts"},
		{incident.Cover{ID: "mw-7", From: 1010, Until: 9000, Qualifies: true}, "maintenance mw-7 covers it now"},
	} {
		e := incident.New(incident.Options{})
		f := incident.Facts{At: 1010, Agreement: "a", Service: "db", State: sla.Down, Since: 1000, Confirm: incident.Confirm{Slots: 1, Interval: 10},
			Outages: []sla.Outage{{From: 1000, To: 1010, Ongoing: true}}}
		e.Observe(f)
		f.At, f.Outages[0].To, f.Maintenance = 1020, 1020, &tt.cover
		if got, want := alerts(e.Observe(f), true), "updated service_down: "+tt.want; got != want {
			t.Errorf("%+v: %q, want %q", tt.cover, got, want)
		}
		if a := e.Active()[0]; a.Status != incident.Firing {
			t.Errorf("%+v silenced what fired: %+v", tt.cover, a)
		}
	}
}

func TestForecast(t *testing.T) {
	const hour = int64(3_600_000)
	e := incident.New(incident.Options{})
	f := incident.Facts{Agreement: "a", Service: "s", PeriodID: "p", Period: sla.Window{From: 0, To: 100 * hour}, State: sla.Up,
		Target: sla.Ratio{Num: 9, Den: 10}, Budget: 10 * hour, BudgetLeft: 5 * hour}
	for _, tt := range []struct {
		name         string
		at, forecast int64
		want         string
	}{
		{"more than a day ahead", 10 * hour, 35 * hour, ""},
		{"a day ahead", 10 * hour, 34 * hour, "opened objective_forecast"},
		{"a little further again", 11 * hour, 36 * hour, ""},
		{"unknown", 12 * hour, -1, ""},
		{"well beyond", 12 * hour, 49 * hour, "resolved objective_forecast"},
		{"the period is over first", 90 * hour, 101 * hour, ""},
		{"just inside the period", 90 * hour, 99 * hour, "opened objective_forecast"},
		{"nothing burns", 91 * hour, 0, "resolved objective_forecast"},
	} {
		f.At, f.Forecast = tt.at, tt.forecast
		if got := alerts(e.Observe(f), false); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	f.At, f.Forecast, f.BudgetLeft, f.State, f.Confirm = 92*hour, 0, 1_800_000, sla.Down, incident.Confirm{Slots: 1, Interval: 1000}
	f.Outages = []sla.Outage{{From: f.At - 2000, To: f.At, Ongoing: true}}
	if got, want := alerts(e.Observe(f), false), "opened service_down; opened objective_forecast"; got != want {
		t.Errorf("down with half an hour left: %q, want %q", got, want)
	}
	f.At, f.BudgetLeft = f.At+1_900_000, -100_000
	if got, want := alerts(e.Observe(f), false), "resolved objective_forecast; opened objective_breached"; got != want {
		t.Errorf("spent: %q, want %q", got, want)
	}
}

func TestForesee(t *testing.T) {
	burn := func(long, short int64) incident.Burn {
		return incident.Burn{LongBurn: sla.Ratio{Num: long, Den: min(1, long+1)}, ShortBurn: sla.Ratio{Num: short, Den: min(1, short+1)}}
	}
	for _, tt := range []struct {
		name string
		burn []incident.Burn
		want int64
	}{
		{"no rule", nil, -1},
		{"nothing known", []incident.Burn{burn(-1, -1)}, -1},
		{"nothing burns now", []incident.Burn{burn(20, 0)}, 0},
		{"the slower of the two windows", []incident.Burn{burn(20, 100)}, 1000 + 500},
		{"the fastest of the rules", []incident.Burn{burn(20, 5), burn(10, 40)}, 1000 + 1000},
	} {
		f := incident.Facts{At: 1000, Target: sla.Ratio{Num: 9, Den: 10}, BudgetLeft: 1000, Burn: tt.burn}
		if f.Foresee(); f.Forecast != tt.want {
			t.Errorf("%s: Forecast = %d, want %d", tt.name, f.Forecast, tt.want)
		}
	}
}

func TestClocks(t *testing.T) {
	e := incident.New(incident.Options{})
	f := incident.ClockFacts{Incident: "INC-1", Agreement: "a", Indicator: incident.IndicatorResponse, Target: 1000, Running: true, DueAt: 2000}
	for _, tt := range []struct {
		name string
		at   int64
		edit func(*incident.ClockFacts)
		want string
	}{
		{"long before", 1100, nil, ""},
		{"a quarter left", 1750, nil, "opened response_due: INC-1 (a) must be answered by 1970-01-01 00:00:02 UTC"},
		{"paused", 1800, func(f *incident.ClockFacts) { f.Running, f.DueAt = false, 0 }, "resolved response_due: the clock stands still"},
		{"goes on", 1900, nil, "opened response_due: INC-1 (a) must be answered by 1970-01-01 00:00:02 UTC"},
		{"missed", 2001, func(f *incident.ClockFacts) { f.Breach, f.Elapsed = true, 1001 },
			"resolved response_due: the target has passed: that is an alert of its own; opened response_missed: INC-1 (a) was not answered in time"},
		{"an earlier answer was entered", 2100, func(f *incident.ClockFacts) { f.Running, f.Stopped, f.StoppedAt = false, true, 1950 },
			"withdrawn response_missed: what was entered since brings it within the target"},
		{"that was a mistake", 2200, func(f *incident.ClockFacts) { f.Breach, f.Elapsed = true, 1200 }, "opened response_missed: INC-1 (a) was not answered in time"},
		{"answered late", 3600, func(f *incident.ClockFacts) {
			f.Running, f.Stopped, f.StoppedAt, f.Breach, f.Elapsed = false, true, 3500, true, 2500
		}, "resolved response_missed: done 1 s late"},
		{"missed and answered before it was looked at", 3700, func(f *incident.ClockFacts) { f.Running, f.Stopped, f.Breach = false, true, true }, ""},
	} {
		g := f
		if g.At = tt.at; tt.edit != nil {
			tt.edit(&g)
		}
		if got := alerts(e.ObserveClock(g), true); got != tt.want {
			t.Errorf("%s: %q\nwant %q", tt.name, got, tt.want)
		}
		if again := e.ObserveClock(g); len(again) != 0 {
			t.Errorf("%s, seen again: %s", tt.name, alerts(again, true))
		}
	}
	f.At = 1900
	e.ObserveClock(f)
	if got, want := alerts(e.RetireIncident(2000, "INC-1", "reviewed"), true), "resolved response_due: reviewed"; got != want || len(e.Active()) != 0 {
		t.Errorf("RetireIncident: %q, want %q; active %v", got, want, e.Active())
	}
}

func TestCertificates(t *testing.T) {
	e := incident.New(incident.Options{})
	for _, tt := range []struct {
		name     string
		at, ends int64
		want     string
	}{
		{"far off", 1000, 3000, ""},
		{"within the warning", 2000, 3000, "opened certificate_expiring: The certificate of s (a) ends at 1970-01-01 00:00:03 UTC"},
		{"not served while the service is down", 2100, 0, ""},
		{"ended", 3100, 3000, ""},
		{"renewed", 3200, 9000, "resolved certificate_expiring: renewed: valid until 1970-01-01 00:00:09 UTC"},
	} {
		f := incident.CertFacts{At: tt.at, Agreement: "a", Service: "s", Check: "home", NotAfter: tt.ends, Warn: 1000}
		if got := alerts(e.ObserveCert(f), true); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAgentsClock(t *testing.T) {
	e := incident.New(incident.Options{})
	for _, tt := range []struct {
		known bool
		off   int64
		want  string
	}{
		{true, 1000, ""}, {true, -1001, "opened clock_off"}, {true, 700, ""}, {false, 0, ""}, {true, 501, ""}, {true, -500, "resolved clock_off"},
	} {
		f := incident.AgentFacts{At: 5000, LastSeen: 5000, Agent: "a1", Location: "berlin", ClockKnown: tt.known, ClockError: tt.off}
		if got := alerts(e.ObserveAgent(f), false); got != tt.want {
			t.Errorf("off by %d (known: %v): %q, want %q", tt.off, tt.known, got, tt.want)
		}
	}
}

func TestMaintenanceWindows(t *testing.T) {
	const minute = int64(60_000)
	e := incident.New(incident.Options{})
	for _, tt := range []struct {
		name  string
		at    int64
		state sla.State
		since int64
		want  string
	}{
		{"before", 9 * minute, sla.Up, 0, ""},
		{"it begins", 10 * minute, sla.Up, 0, "opened maintenance_begins"},
		{"down in it", 12 * minute, sla.Down, 11 * minute, ""},
		{"it ends with the service down", 20 * minute, sla.Down, 11 * minute, "resolved maintenance_begins; opened maintenance_ended; opened maintenance_overran"},
		{"nothing is known", 22 * minute, sla.Unknown, 21 * minute, ""},
		{"up again", 25 * minute, sla.Up, 24 * minute, "resolved maintenance_overran"},
		{"down once more is no overrun", 30 * minute, sla.Down, 29 * minute, ""},
		{"the end was told", 35 * minute, sla.Up, 31 * minute, "resolved maintenance_ended"},
	} {
		f := incident.MaintenanceFacts{At: tt.at, ID: "m1", Agreement: "a", From: 10 * minute, To: 20 * minute, Qualifies: true,
			Services: []incident.ServiceState{{Service: "s", State: tt.state, Since: tt.since}, {Service: "t", State: sla.Up}}}
		changes := e.ObserveMaintenance(f)
		if got := alerts(changes, false); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		for _, c := range changes {
			if k := c.Alert.Kind; c.Alert.Severity != incident.Info && k != incident.MaintenanceOverran {
				t.Errorf("%s is of severity %s, want %s", k, c.Alert.Severity, incident.Info)
			}
		}
	}
}
