package incident_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

const farAhead = 30 * 24 * hr

func response(terms sla.ClockTerms) incident.ClockRule {
	return incident.ClockRule{Agreement: "acme", Severity: "P1", Indicator: incident.Response, Terms: &terms}
}

func resolution(terms sla.ClockTerms, pauses ...string) incident.ClockRule {
	return incident.ClockRule{Agreement: "acme", Severity: "P1", Indicator: incident.Resolution, Pauses: pauses, Terms: &terms}
}

func again(from, to int64) incident.Event {
	return incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: tenH + from*min1, Outage: outage("acme/web@2", tenH+from*min1, to)}
}

func TestReadClocks(t *testing.T) {
	at := func(m int64) int64 { return tenH + m*min1 }
	pause := func(from, to int64, reason, agreement string) func(*story) *story {
		return func(s *story) *story {
			return s.add(at(200), incident.Event{Kind: incident.EventPaused, Effective: at(from), Reason: reason, Agreement: agreement}).
				add(at(200), incident.Event{Kind: incident.EventResumed, Effective: at(to), Agreement: agreement})
		}
	}
	restored := func() *story { return newStory(t).down().up(30) }
	resolved := func() *story { return restored().add(at(46), by(incident.EventResolved, incident.System, at(30))) }
	reported := func() *story {
		return newStory(t).add(at(20), incident.Event{Kind: incident.EventOpened, Effective: at(5), Text: "it is slow", Agreement: "acme", Severity: "P1", Fault: "FLT-1"})
	}
	flapped := resolved().add(at(62), by(incident.EventReopened, incident.System, at(60))).add(at(62), again(60, 0))
	onReport, atWorkaround, answerToReport := resolution(sla.ClockTerms{Target: hr}), resolution(sla.ClockTerms{Target: hr}), response(sla.ClockTerms{Target: hr})
	onReport.OpensByReport, atWorkaround.StopsAtWorkaround, answerToReport.OpensByReport = true, true, true
	for _, c := range []struct {
		name            string
		story           *story
		rule            incident.ClockRule
		now             int64 // minutes after 10:00, as all below
		opened          int64
		stopped         int64 // −1: not
		elapsed, paused int64
		breach          bool
		due             int64 // −1: none
	}{
		{"nobody answered", newStory(t).down(), response(sla.ClockTerms{Target: hr}), 40, 0, -1, 40, 0, false, 60},
		{"nobody answered, and it came back by itself", resolved(), response(sla.ClockTerms{Target: hr}), 90, 0, -1, 90, 0, true, 60},
		{"ann answered", newStory(t).down().add(at(15), by(incident.EventAcknowledged, "ann", 0)), response(sla.ClockTerms{Target: hr}), 90, 0, 15, 15, 0, false, -1},
		{"ann answered, as became known later", resolved().add(at(90), by(incident.EventAcknowledged, "ann", at(15))), response(sla.ClockTerms{Target: hr}), 90, 0, 15, 15, 0, false, -1},
		{"where late entries count from their entry", resolved().add(at(90), by(incident.EventAcknowledged, "ann", at(15))), response(sla.ClockTerms{Target: hr, NotRetroactive: true}), 90, 2, 90, 88, 0, true, 62},
		{"an answer holds for a reopening", flapped.copy().add(at(70), by(incident.EventAcknowledged, "ann", at(15))), response(sla.ClockTerms{Target: hr}), 90, 0, 15, 15, 0, false, -1},
		{"unless the terms begin anew", flapped.copy().add(at(70), by(incident.EventAcknowledged, "ann", at(15))), response(sla.ClockTerms{Target: hr, Reopen: sla.ReopenRestart}), 90, 0, -1, 30, 0, false, 120},
		{"in somebody's hands before the customer reported it", newStory(t).down().add(at(5), by(incident.EventAcknowledged, "ann", 0)).add(at(20), incident.Event{Kind: incident.EventFaultJoined, Agreement: "acme", Fault: "FLT-1", Effective: at(10)}), answerToReport, 60, 10, 10, 0, 0, false, -1},
		{"down", newStory(t).down(), resolution(sla.ClockTerms{Target: hr}), 90, 0, -1, 90, 0, true, 60},
		{"measured up, not resolved yet", restored(), resolution(sla.ClockTerms{Target: hr}), 40, 0, 30, 30, 0, false, -1},
		{"resolved by the collector", resolved(), resolution(sla.ClockTerms{Target: hr}), 90, 0, 30, 30, 0, false, -1},
		{"down again: time between is left out", flapped, resolution(sla.ClockTerms{Target: hr}), 80, 0, -1, 50, 0, false, 90},
		{"down again: begins anew", flapped, resolution(sla.ClockTerms{Target: hr, Reopen: sla.ReopenRestart}), 80, 0, -1, 20, 0, false, 120},
		{"down again: as if it had never been up", flapped, resolution(sla.ClockTerms{Target: hr, Reopen: sla.ReopenWall}), 80, 0, -1, 80, 0, true, 60},
		{"down again before anybody resolved it", restored().add(at(38), again(36, 0)), resolution(sla.ClockTerms{Target: hr}), 40, 0, -1, 34, 0, false, 66},
		{"reopened by hand", resolved().add(at(50), by(incident.EventReopened, "ann", 0)), resolution(sla.ClockTerms{Target: hr}), 60, 0, -1, 40, 0, false, 80},
		{"a workaround does not mend it", newStory(t).down().add(at(20), by(incident.EventMitigated, "ann", 0)), resolution(sla.ClockTerms{Target: hr}), 40, 0, -1, 40, 0, false, 60},
		{"a workaround is enough", newStory(t).down().add(at(20), by(incident.EventMitigated, "ann", 0)), atWorkaround, 40, 0, 20, 20, 0, false, -1},
		{"a reason that it knows", pause(10, 25, "customer", "")(newStory(t).down()), resolution(sla.ClockTerms{Target: 4 * hr}, "customer"), 200, 0, -1, 185, 15, false, 255},
		{"a reason that it does not know", pause(10, 25, "weather", "")(newStory(t).down()), resolution(sla.ClockTerms{Target: 4 * hr}, "customer"), 200, 0, -1, 200, 0, false, 240},
		{"a pause of another customer", pause(10, 25, "customer", "globex")(newStory(t).down()), resolution(sla.ClockTerms{Target: 4 * hr}, "customer"), 200, 0, -1, 200, 0, false, 240},
		{"pauses that overlap", pause(20, 40, "carrier", "")(pause(10, 25, "customer", "")(newStory(t).down())), resolution(sla.ClockTerms{Target: 4 * hr}, "customer", "carrier"), 200, 0, -1, 170, 30, false, 270},
		{"a report that no probe saw", reported(), resolution(sla.ClockTerms{Target: hr}), 40, 5, -1, 35, 0, false, 65},
		{"opens by report", restored().add(at(40), incident.Event{Kind: incident.EventFaultJoined, Agreement: "acme", Fault: "FLT-1", Effective: at(10)}), onReport, 60, 10, 30, 20, 0, false, -1},
		{"reported once it was over", restored().add(at(50), incident.Event{Kind: incident.EventFaultJoined, Agreement: "acme", Fault: "FLT-1", Effective: at(40)}), onReport, 60, 40, 40, 0, 0, false, -1},
		{"re-dated", restored().add(at(50), incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Outage: outage("acme/web@1", at(-10), at(20))}), resolution(sla.ClockTerms{Target: hr}), 60, -10, 20, 30, 0, false, -1},
		{"late results moved the end past the resolution", restored().add(at(35), by(incident.EventResolved, "ann", 0)).add(at(50), incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Outage: outage("acme/web@1", at(0), at(40))}), resolution(sla.ClockTerms{Target: hr}), 60, 0, 40, 40, 0, false, -1},
		{"a reading of the past", resolved(), resolution(sla.ClockTerms{Target: hr}), 20, 0, -1, 20, 0, false, 60},
	} {
		got, err := incident.ReadClocks(c.story.events, []incident.ClockRule{c.rule}, at(c.now), farAhead)
		if err != nil || len(got) != 1 {
			t.Errorf("%s: ReadClocks = %+v, %v", c.name, got, err)
			continue
		}
		want := incident.ClockStatus{
			ClockRule: c.rule, Target: c.rule.Terms.Target, OpenedAt: at(c.opened), Elapsed: c.elapsed * min1, Paused: c.paused * min1,
			Breach: c.breach, Running: c.stopped < 0, Met: c.stopped >= 0 && !c.breach,
		}
		if c.stopped >= 0 {
			want.StoppedAt = at(c.stopped)
		}
		if c.due >= 0 {
			want.DueAt = at(c.due)
		}
		if !reflect.DeepEqual(got[0], want) {
			t.Errorf("%s: ReadClocks = %+v; want %+v", c.name, got[0], want)
		}
	}
}

// copy returns a story that can go on in another way.
func (s *story) copy() *story {
	return &story{t: s.t, id: s.id, events: append([]incident.Event(nil), s.events...)}
}

func TestWhichClocksAreRead(t *testing.T) {
	both := newStory(t).down().
		add(tenH+20*min1, incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Effective: tenH + 10*min1, Outage: outage("globex/api@1", tenH+10*min1, 0)}).
		add(tenH+20*min1, incident.Event{Kind: incident.EventSeverity, By: incident.System, Agreement: "globex", Severity: "high"}).up(30)
	rules := []incident.ClockRule{
		resolution(sla.ClockTerms{Target: hr}),
		{Agreement: "acme", Severity: "P2", Indicator: incident.Resolution, Terms: &sla.ClockTerms{Target: 2 * hr}},
		{Agreement: "globex", Severity: "high", Indicator: incident.Resolution, Terms: &sla.ClockTerms{Target: hr}},
		{Agreement: "globex", Severity: "high", Indicator: incident.Response, OpensByReport: true, Terms: &sla.ClockTerms{Target: hr}},
		{Agreement: "initech", Severity: "P1", Indicator: incident.Resolution, Terms: &sla.ClockTerms{Target: hr}},
	}
	read := func(s *story) (out []incident.ClockStatus) {
		out, err := incident.ReadClocks(s.events, rules, tenH+40*min1, farAhead)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got := read(both)
	if len(got) != 2 || got[0].StoppedAt != tenH+30*min1 || got[0].OpenedAt != tenH || !got[1].Running || got[1].OpenedAt != tenH+10*min1 {
		t.Errorf("each agreement by its own outages: ReadClocks = %+v", got)
	}
	lower := both.copy().add(tenH+35*min1, incident.Event{Kind: incident.EventSeverity, Agreement: "acme", Severity: "P2"})
	if got := read(lower); len(got) != 2 || got[0].Severity != "P2" || got[0].OpenedAt != tenH {
		t.Errorf("a new severity counts from the opening: ReadClocks = %+v", got)
	}
	gone := both.copy().add(tenH+35*min1, incident.Event{Kind: incident.EventOutageWithdrawn, By: incident.System, Outage: outage("acme/web@1", tenH, 0)})
	if got := read(gone); len(got) != 1 || got[0].Agreement != "globex" {
		t.Errorf("nothing happened to acme: ReadClocks = %+v", got)
	}
	if _, err := incident.ReadClocks(both.events[1:], rules, tenH+hr, farAhead); err == nil {
		t.Error("a record without its beginning is read")
	}
}

// TestEntryOrderDoesNotMatter holds, over random records, that entries made in
// another order with the same effective times read the same, and that what a
// clock counted adds up to the time since it opened.
func TestEntryOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		groups := [][]incident.Event{}
		minute := func(name string, from, to int) int64 { return int64(rapid.IntRange(from, to).Draw(rt, name)) }
		add := func(e ...incident.Event) { groups = append(groups, e) }
		for n := range rapid.IntRange(0, 4).Draw(rt, "outages") {
			from := minute("from", 0, 100)
			to := from + minute("length", 1, 50)
			o := outage("acme/web@"+string(rune('a'+n)), tenH+from*min1, tenH+to*min1)
			add(incident.Event{Kind: incident.EventOutageJoined, By: incident.System, Outage: o, Effective: o.From})
		}
		for range rapid.IntRange(0, 3).Draw(rt, "pauses") {
			from := minute("pause", 1, 150)
			reason := rapid.SampledFrom([]string{"customer", "carrier", "weather"}).Draw(rt, "reason")
			add(incident.Event{Kind: incident.EventPaused, Reason: reason, Effective: tenH + from*min1},
				incident.Event{Kind: incident.EventResumed, Effective: tenH + (from+minute("pause length", 0, 60))*min1})
		}
		add(by(incident.EventMitigated, "ann", tenH+minute("mitigated", 1, 200)*min1))
		add(by(incident.EventNote, "ann", 0))
		add(incident.Event{Kind: incident.EventFaultJoined, Agreement: "acme", Fault: "FLT-1", Effective: tenH + minute("reported", 0, 100)*min1})
		add(by(incident.EventAcknowledged, "ann", tenH+minute("answered", 1, 200)*min1))
		rule := incident.ClockRule{
			Agreement: "acme", Severity: "P1", Pauses: []string{"customer", "carrier"}, OpensByReport: rapid.Bool().Draw(rt, "by report"),
			Indicator:         rapid.SampledFrom([]string{incident.Response, incident.Resolution}).Draw(rt, "indicator"),
			StopsAtWorkaround: rapid.Bool().Draw(rt, "workaround"),
			Terms:             &sla.ClockTerms{Target: hr, Reopen: rapid.SampledFrom([]sla.ReopenRule{sla.ReopenResume, sla.ReopenRestart, sla.ReopenWall}).Draw(rt, "reopen")},
		}
		at := tenH + minute("at", 0, 300)*min1
		read := func(order []int) []incident.ClockStatus {
			s := newStory(t).add(tenH+5*hr, incident.Event{Kind: incident.EventOpened, By: incident.System, Effective: tenH, Text: "down", Agreement: "acme", Severity: "P1"})
			for _, n := range order {
				for _, e := range groups[n] {
					s.add(tenH+5*hr, e)
				}
			}
			out, err := incident.ReadClocks(s.events, []incident.ClockRule{rule}, at, farAhead)
			if err != nil {
				rt.Fatal(err)
			}
			return out
		}
		order := make([]int, len(groups))
		for n := range order {
			order[n] = n
		}
		want, got := read(order), read(rapid.Permutation(order).Draw(rt, "order"))
		if !reflect.DeepEqual(got, want) {
			rt.Fatalf("in another order: ReadClocks = %+v; want %+v", got, want)
		}
		for _, s := range got {
			if counted := s.Elapsed + s.Paused + s.OffHours; counted > at-s.OpenedAt || s.Elapsed < 0 || s.Paused < 0 || s.Met && s.Breach || s.Running && s.StoppedAt != 0 {
				rt.Fatalf("ReadClocks = %+v at %d", s, at)
			}
			if c := s.Reading(); c.Elapsed != s.Elapsed || c.Opened != s.OpenedAt || c.Stopped != s.StoppedAt {
				rt.Fatalf("Reading = %+v; want that of %+v", c, s)
			}
		}
	})
}

func TestComplianceAndHandling(t *testing.T) {
	kept := newStory(t).down().add(tenH+10*min1, by(incident.EventAcknowledged, "ann", 0)).up(30).add(tenH+46*min1, by(incident.EventResolved, incident.System, tenH+30*min1))
	late := newStory(t).down().up(90)
	rules := []incident.ClockRule{response(sla.ClockTerms{Target: 15 * min1}), resolution(sla.ClockTerms{Target: hr})}
	got, err := incident.ComplianceOf(sla.Window{From: tenH, To: tenH + hr}, rules, [][]incident.Event{kept.events, late.events}, tenH+2*hr, farAhead)
	if err != nil || len(got) != 2 || got[0].Met != 1 || got[0].Missed != 1 || got[1].Met != 1 || got[1].Missed != 1 || got[1].Taken.Longest != 90*min1 {
		t.Errorf("ComplianceOf = %+v, %v", got, err)
	}
	h, ok, err := incident.HandlingOf(kept.events, "acme")
	want := sla.Handling{Failed: tenH, Detected: tenH + 2*min1, Acknowledged: tenH + 10*min1, Restored: tenH + 30*min1, Repaired: tenH + 30*min1}
	if err != nil || !ok || h != want {
		t.Errorf("HandlingOf = %+v, %v, %v; want %+v", h, ok, err, want)
	}
	if _, ok, _ := incident.HandlingOf(kept.events, "globex"); ok {
		t.Error("an incident of acme is one of globex")
	}
}
