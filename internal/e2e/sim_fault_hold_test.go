package e2e

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/internal/protocol"
)

func checkOf(service string) protocol.CheckID { return protocol.CheckID(service + "/ping") }

// hold wants what must be true of every history: no alert and no step lost, none
// told twice within its repeat interval, no level passed over, no incident
// without an outage behind it, and no outage that fired without its incident.
func (s *faultSim) hold() {
	t := s.t
	t.Helper()
	all := s.incidents()
	for i := range all {
		all[i].holdsTogether(t)
		all[i].holdsIntervals(t)
		if !s.quiet {
			all[i].holdsLevels(t, time.Now().UnixMilli(), s.away+3*s.pace.tick)
		}
		s.holdPages(&all[i])
		if t.Failed() {
			t.Log(all[i].story())
		}
	}
	for _, p := range s.pagers.all() {
		if !slices.ContainsFunc(all, func(r record) bool { return r.ID == p.Incident.ID }) {
			t.Errorf("told of an incident that is not on record: %v", p)
		}
	}
	s.holdAlerts()
	s.holdOutages(all)
}

// holdsTogether: the entries are numbered, and make the incident that is stored.
func (r *record) holdsTogether(t *testing.T) {
	t.Helper()
	folded, err := incident.Fold(r.events)
	if err != nil || !reflect.DeepEqual(*folded, r.Incident) {
		t.Errorf("%s: %v; its events make\n%+v, stored is\n%+v", r.ID, err, folded, r.Incident)
	}
	for n, e := range r.events {
		if e.Seq != n+1 || n > 0 && e.At < r.events[n-1].At {
			t.Errorf("%s: entry %d has number %d, at %s", r.ID, n+1, e.Seq, clock(e.At))
		}
	}
}

// holdsIntervals: nobody is told of one level again before its repeat interval
// is over, but for an incident that came back.
func (r *record) holdsIntervals(t *testing.T) {
	t.Helper()
	last := map[string]int64{}
	for _, e := range r.events {
		if e.Kind == incident.EventReopened {
			clear(last)
		}
		if e.Step == nil || e.Step.Change != "" {
			continue
		}
		for _, c := range e.Step.Channels {
			key := fmt.Sprint(e.Step.Level, c)
			if at, ok := last[key]; ok && e.At-at < repeats[e.Step.Level].Milliseconds() {
				t.Errorf("%s: %s is told of level %d again after %d s", r.ID, c, e.Step.Level, (e.At-at)/1000)
			}
			last[key] = e.At
		}
	}
}

// holdsLevels: each level is taken when its time comes, within a few looks at
// the clock, as long as nobody has answered.
func (r *record) holdsLevels(t *testing.T, now int64, slack time.Duration) {
	t.Helper()
	opened, raised, after := int64(0), int64(0), []time.Duration{0, 30 * time.Minute}
	var taken [2]int64
	judge := func(until int64) {
		for n, d := range after {
			due := opened + d.Milliseconds()
			if n > 0 && raised != 0 && raised < due {
				due = raised
			}
			switch late := due + slack.Milliseconds(); {
			case opened == 0 || until < due:
				if taken[n] != 0 && taken[n] < due {
					t.Errorf("%s: level %d was taken at %s; it was due at %s", r.ID, n+1, clock(taken[n]), clock(due))
				}
			case taken[n] == 0 && until > late:
				t.Errorf("%s: level %d, due at %s, was never taken", r.ID, n+1, clock(due))
			case taken[n] > late:
				t.Errorf("%s: level %d, due at %s, was taken at %s", r.ID, n+1, clock(due), clock(taken[n]))
			}
		}
	}
	for _, e := range r.events {
		switch e.Kind {
		case incident.EventOpened, incident.EventReopened:
			opened, raised, taken = e.At, 0, [2]int64{}
		case incident.EventSeverity:
			if e.Major && raised == 0 {
				raised = e.At // becoming major brings the next level forward
			}
		case incident.EventAcknowledged, incident.EventMitigated, incident.EventResolved:
			judge(e.At)
			opened = 0
		case incident.EventNotified:
			if e.Step.Change != "" {
				continue // who was paged hears of the answer and of the end
			}
			if opened == 0 {
				t.Errorf("%s: level %d was taken at %s, after the answer", r.ID, e.Step.Level, clock(e.At))
			}
			if n := e.Step.Level - 1; taken[n] == 0 {
				taken[n] = e.At
			}
		}
	}
	judge(now)
}

// holdPages: each step reached everybody whom it names, once and in order, and
// nothing else was sent.
func (s *faultSim) holdPages(r *record) {
	s.t.Helper()
	want, got := map[string][]string{}, map[string][]string{}
	for _, e := range r.events {
		if e.Step == nil || e.Step.Change != "" {
			continue
		}
		for _, c := range e.Step.Channels {
			want[c] = append(want[c], fmt.Sprintf("level %d repeat %d at %s", e.Step.Level, e.Step.Repeat, clock(e.At)))
		}
	}
	for _, p := range s.pagers.all() {
		if c := "pager-" + p.pager; p.Incident.ID == r.ID && p.Step != nil {
			got[c] = append(got[c], fmt.Sprintf("level %d repeat %d at %s", p.Step.Level, p.Step.Repeat, clock(p.At)))
		}
	}
	if !reflect.DeepEqual(got, want) {
		s.t.Errorf("%s: pagers heard\n%v, its record says\n%v", r.ID, got, want)
	}
}

// holdAlerts: each alert that fired was told once, and its end too; one that was
// suppressed says why, and was told to nobody.
func (s *faultSim) holdAlerts() {
	s.t.Helper()
	told := map[string]int{}
	for _, n := range s.receiver.all() {
		told[n.Alert.ID+" "+n.Event]++
	}
	for _, a := range s.alerts() {
		opened, ended := told[a.ID+" opened"], told[a.ID+" resolved"]+told[a.ID+" withdrawn"]
		wantOpened, wantEnded := 1, 1
		if a.Severity == incident.Info || a.Suppressed != "" {
			wantOpened, wantEnded = 0, 0
		}
		if a.Open() {
			wantEnded = 0
		}
		if opened != wantOpened || ended != wantEnded {
			s.t.Errorf("alert %s, %s %q: told of its beginning %d times, of its end %d times; want %d and %d", a.ID, a.Status, a.Suppressed,
				opened, ended, wantOpened, wantEnded)
		}
		if a.Status == incident.Suppressed && a.Suppressed == "" {
			s.t.Errorf("alert %s is suppressed, and does not say why", a.ID)
		}
	}
}

// holdOutages: an outage is in at most one incident, which knows its dates; an
// incident has no outage that is not on record.
func (s *faultSim) holdOutages(all []record) {
	s.t.Helper()
	of := map[string]string{}
	for _, r := range all {
		for _, o := range r.Outages {
			if of[o.ID] != "" {
				s.t.Errorf("outage %s is in %s and in %s", o.ID, of[o.ID], r.ID)
			}
			of[o.ID] = r.ID
			known := s.outages(o.Agreement)
			n := slices.IndexFunc(known, func(x incident.Outage) bool { return x.ID == o.ID })
			switch {
			case o.Withdrawn && n >= 0:
				s.t.Errorf("%s: outage %s counts as withdrawn, and is on record", r.ID, o.ID)
			case o.Withdrawn:
			case n < 0:
				s.t.Errorf("%s: outage %s is not on record", r.ID, o.ID)
			case o.From != known[n].From, !known[n].Ongoing && o.To != known[n].To, known[n].Ongoing && o.To != 0:
				s.t.Errorf("%s: outage %s [%s, %s); on record is %+v", r.ID, o.ID, clock(o.From), clock(o.To), known[n])
			}
		}
	}
}
