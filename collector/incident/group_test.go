package incident_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/sla"
)

// trouble is an outage of a generated history: down in [from, to), in minutes,
// and known of from seen on.
type trouble struct {
	service  string // "acme/web"
	hosts    []string
	parents  []string
	from, to int64
	seen     int64
}

// office keeps incidents as the collector does: what is confirmed finds its
// incident, what is over is resolved after a while.
type office struct {
	t         testing.TB
	restarts  bool // before every step, everything is read from the record
	incidents []*incident.Incident
	events    map[string][]incident.Event
}

const (
	resolveAfter = 15 * min1
	reopenWithin = 2 * hr
)

func (o *office) enter(i *incident.Incident, at int64, e incident.Event) {
	o.t.Helper()
	e.Incident, e.Seq, e.At = cmp.Or(e.Incident, i.ID), i.Seq+1, at
	e.By = cmp.Or(e.By, incident.System)
	if err := i.Apply(e); err != nil {
		o.t.Fatalf("%s: Apply(%+v) = %v", i.ID, e, err)
	}
	o.events[i.ID] = append(o.events[i.ID], e)
}

// restart reads every incident as it was stored, in another order.
func (o *office) restart() {
	for n, i := range o.incidents {
		body, err := json.Marshal(i)
		if err != nil {
			o.t.Fatal(err)
		}
		o.incidents[n] = &incident.Incident{}
		if err := json.Unmarshal(body, o.incidents[n]); err != nil {
			o.t.Fatal(err)
		}
	}
	slices.Reverse(o.incidents)
}

func (o *office) find(id string) *incident.Incident {
	n := slices.IndexFunc(o.incidents, func(i *incident.Incident) bool { return i.ID == id })
	if n < 0 {
		return nil
	}
	return o.incidents[n]
}

func (o *office) confirmed(at int64, ref incident.OutageRef, keys []string) {
	id, reopen, ok := incident.Group(o.incidents, incident.Trouble{Outage: ref, Keys: keys}, at, incident.GroupOptions{ReopenWithin: reopenWithin})
	i := o.find(id)
	if !ok {
		i = &incident.Incident{}
		o.incidents = append(o.incidents, i)
		id = fmt.Sprintf("INC-2026-%04d", len(o.incidents))
		o.enter(i, at, incident.Event{Incident: id, Kind: incident.EventOpened, Effective: ref.From, Text: ref.Service + " is down"})
	}
	o.enter(i, at, incident.Event{Kind: incident.EventOutageJoined, Effective: ref.From, Outage: &ref, Keys: keys})
	if reopen {
		o.enter(i, at, incident.Event{Kind: incident.EventReopened, Effective: ref.From})
	}
}

func (o *office) over(at int64, ref incident.OutageRef) {
	for _, i := range o.incidents {
		if slices.ContainsFunc(i.Outages, func(r incident.OutageRef) bool { return r.ID == ref.ID }) {
			o.enter(i, at, incident.Event{Kind: incident.EventOutageEnded, Effective: ref.To, Outage: &ref})
			return
		}
	}
	o.t.Fatalf("outage %s is in no incident", ref.ID)
}

// live passes minutes, with a look at everything in each.
func (o *office) live(history []trouble, minutes int64) {
	news := map[int64][]int{} // which outages there is something to say of, by minute
	for n, d := range history {
		seen := max(d.seen, d.from)
		news[seen] = append(news[seen], n)
		if d.to > seen {
			news[d.to] = append(news[d.to], n)
		}
	}
	for m := range minutes {
		at := tenH + m*min1
		if o.restarts && (len(news[m]) > 0 || m%500 == 0) {
			o.restart()
		}
		for _, n := range news[m] {
			d := &history[n]
			ref := *outage(fmt.Sprintf("%s@%d", d.service, n), tenH+d.from*min1, 0)
			if d.to <= m {
				ref.To = tenH + d.to*min1
			}
			if max(d.seen, d.from) == m {
				o.confirmed(at, ref, incident.Keys(d.service, d.hosts, d.parents))
			} else {
				o.over(at, ref)
			}
		}
		for _, i := range o.incidents {
			if effective, _, ok := incident.Restored(i, at, resolveAfter); ok {
				o.enter(i, at, incident.Event{Kind: incident.EventResolved, Effective: effective})
			}
		}
	}
	slices.SortFunc(o.incidents, func(a, b *incident.Incident) int { return cmp.Compare(a.ID, b.ID) })
}

// lived runs a history without and with restarts, which must come to the same.
func lived(t testing.TB, history []trouble, minutes int64) *office {
	t.Helper()
	o := &office{t: t, events: map[string][]incident.Event{}}
	o.live(history, minutes)
	again := &office{t: t, events: map[string][]incident.Event{}, restarts: true}
	again.live(history, minutes)
	if !reflect.DeepEqual(o.events, again.events) {
		t.Fatalf("with restarts the record is %+v; want %+v", again.events, o.events)
	}
	for _, i := range o.incidents {
		folded, err := incident.Fold(o.events[i.ID])
		if err != nil || !reflect.DeepEqual(folded, i) {
			t.Fatalf("Fold = %+v, %v; want %+v", folded, err, i)
		}
	}
	return o
}

// said sums an incident up: outages, how often it was reopened, its state.
func (o *office) said() (out []string) {
	for _, i := range o.incidents {
		out = append(out, fmt.Sprintf("%d outages, reopened %d, %s", len(i.Outages), i.Reopened, i.State))
	}
	return out
}

const week = 7 * 24 * 60 // minutes

func TestSimulatedWeeks(t *testing.T) {
	dead := make([]trouble, 10) // one host behind ten services of three agreements
	for n := range dead {
		agreement := []string{"acme", "globex", "initech"}[n%3]
		dead[n] = trouble{service: fmt.Sprintf("%s/s%d", agreement, n), hosts: []string{"192.0.2.7"}, from: 100 + int64(n%2), to: 160, seen: 102 + int64(n%4)}
	}
	flapping := func(every, length, until int64) (out []trouble) {
		for from := int64(10); from < until; from += every {
			out = append(out, trouble{service: "acme/web", hosts: []string{"192.0.2.7"}, from: from, to: from + length, seen: from + 1})
		}
		return out
	}
	at := func(service, host string, from, to int64) trouble {
		return trouble{service: service, hosts: []string{host}, from: from, to: to}
	}
	child := func(service string, from, to int64) trouble {
		return trouble{service: service, hosts: []string{"h-" + service}, parents: []string{"acme/net"}, from: from, to: to}
	}
	for _, c := range []struct {
		name    string
		history []trouble
		want    []string
	}{
		{"a quiet week", nil, nil},
		{"one dead host behind ten checks", dead, []string{"10 outages, reopened 0, resolved"}},
		{"unrelated hosts", []trouble{at("acme/web", "192.0.2.7", 10, 60), at("acme/db", "192.0.2.8", 20, 50)}, []string{"1 outages, reopened 0, resolved", "1 outages, reopened 0, resolved"}},
		{"flapping every ten minutes is never over", flapping(10, 2, 2*24*60), []string{fmt.Sprintf("%d outages, reopened 0, resolved", len(flapping(10, 2, 2*24*60)))}},
		{"flapping every half hour is one, reopened", flapping(30, 2, week-600), []string{fmt.Sprintf("%d outages, reopened %d, resolved", len(flapping(30, 2, week-600)), len(flapping(30, 2, week-600))-1)}},
		{"once a day is another each day", flapping(24*60, 30, week-600), slices.Repeat([]string{"1 outages, reopened 0, resolved"}, len(flapping(24*60, 30, week-600)))},
		{"just within reach", []trouble{at("acme/web", "h", 10, 60), at("acme/web", "h", 179, 190)}, []string{"2 outages, reopened 1, resolved"}},
		{"just out of reach", []trouble{at("acme/web", "h", 10, 60), at("acme/web", "h", 180, 190)}, []string{"1 outages, reopened 0, resolved", "1 outages, reopened 0, resolved"}},
		{"a parent and what needs it", []trouble{at("acme/net", "n", 10, 60), child("acme/web", 11, 62), child("acme/mail", 12, 64)}, []string{"3 outages, reopened 0, resolved"}},
		{"the children first", []trouble{child("acme/web", 10, 62), child("acme/mail", 11, 64), at("acme/net", "n", 12, 60)}, []string{"3 outages, reopened 0, resolved"}},
		{"an outage of that time, told of once all was over", []trouble{at("acme/web", "h", 10, 60), {service: "acme/db", hosts: []string{"h"}, from: 20, to: 50, seen: 100}}, []string{"2 outages, reopened 0, resolved"}},
		{"an outage of two days before, told of in another", []trouble{at("acme/web", "h", 3000, 3060), {service: "acme/db", hosts: []string{"h"}, from: 20, to: 50, seen: 3010}}, []string{"1 outages, reopened 0, resolved", "1 outages, reopened 0, resolved"}},
		{"it goes on", []trouble{at("acme/web", "h", 10, week+1)}, []string{"1 outages, reopened 0, open"}},
	} {
		if got := lived(t, c.history, week).said(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q; want %q", c.name, got, c.want)
		}
	}
}

// TestRandomWeeks holds, over random outages told of in time or late: every
// outage is in one incident, with something in common with another of its own,
// nothing stays open once all is well, and a resolution is never before the end
// of an outage.
func TestRandomWeeks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var history []trouble
		for range rapid.IntRange(0, 12).Draw(rt, "outages") {
			from := int64(rapid.IntRange(0, 600).Draw(rt, "from"))
			to := from + int64(rapid.IntRange(1, 90).Draw(rt, "length"))
			history = append(history, trouble{
				service: rapid.SampledFrom([]string{"acme/web", "acme/db", "globex/mail"}).Draw(rt, "service"),
				hosts:   []string{rapid.SampledFrom([]string{"h1", "h2", "h3"}).Draw(rt, "host")},
				from:    from, to: to, seen: from + int64(rapid.IntRange(0, 120).Draw(rt, "late")),
			})
		}
		o := lived(t, history, 1000)
		seen := map[string]int{}
		for _, i := range o.incidents {
			if i.State != incident.IncidentResolved || i.ResolvedAt != i.RestoredAt {
				rt.Fatalf("after all was well: %+v", i)
			}
			for _, r := range i.Outages {
				seen[r.ID]++
				if r.To > i.ResolvedAt {
					rt.Fatalf("resolved before the end of %+v: %+v", r, i)
				}
			}
			rule := incident.ClockRule{Agreement: "acme", Indicator: incident.Resolution, Terms: &sla.ClockTerms{Target: hr}}
			clocks, err := incident.ReadClocks(o.events[i.ID], []incident.ClockRule{rule}, tenH+1000*min1, farAhead)
			if err != nil || len(clocks) > 0 && (clocks[0].Running || clocks[0].StoppedAt == 0) {
				rt.Fatalf("ReadClocks = %+v, %v", clocks, err)
			}
		}
		if len(seen) != len(history) {
			rt.Fatalf("%d outages are in incidents; want %d", len(seen), len(history))
		}
		for id, n := range seen {
			if n != 1 {
				rt.Fatalf("outage %s is in %d incidents", id, n)
			}
		}
	})
}

func TestRestored(t *testing.T) {
	up := func() *story { return newStory(t).down().up(30) }
	resolved := func() *story { return up().add(tenH+46*min1, by(incident.EventResolved, "ann", 0)) }
	for _, c := range []struct {
		name           string
		story          *story
		effective, due int64 // minutes; −1: none
	}{
		{"down", newStory(t).down(), -1, -1},
		{"up", up(), 30, 45},
		{"resolved", resolved(), -1, -1},
		{"reopened by hand: measured up is not enough", resolved().add(tenH+50*min1, by(incident.EventReopened, "ann", 0)), -1, -1},
		{"what only a person saw", newStory(t).add(tenH, incident.Event{Kind: incident.EventOpened, Text: "slow"}), -1, -1},
		{"it never was", newStory(t).down().add(tenH+20*min1, incident.Event{Kind: incident.EventOutageWithdrawn, By: incident.System, Outage: outage("acme/web@1", tenH, 0)}), 20, 35},
	} {
		effective, due, ok := incident.Restored(c.story.fold(), tenH+45*min1, resolveAfter)
		if c.due < 0 && (ok || due != 0) || c.due >= 0 && (effective != tenH+c.effective*min1 || due != tenH+c.due*min1 || !ok) {
			t.Errorf("%s: Restored = %d, %d, %v; want %d, %d", c.name, effective, due, ok, c.effective, c.due)
		}
	}
	if _, due, ok := incident.Restored(up().fold(), tenH+45*min1-1, resolveAfter); ok || due != tenH+45*min1 {
		t.Errorf("a moment too early: Restored = %d, %v", due, ok)
	}
}

func TestKeys(t *testing.T) {
	got := incident.Keys("acme/web", []string{"B.example", "a.example", "b.example", ""}, []string{"acme/net", "acme/web"})
	want := []string{"host:a.example", "host:b.example", "parent:acme/net", "service:acme/web"}
	if !slices.Equal(got, want) {
		t.Errorf("Keys = %q; want %q", got, want)
	}
}
