package incident_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/probity-sla/probity/collector/incident"
)

var someKinds = []incident.EventKind{
	incident.EventOpened, incident.EventOutageJoined, incident.EventOutageEnded, incident.EventOutageWithdrawn, incident.EventFaultJoined,
	incident.EventAcknowledged, incident.EventMitigated, incident.EventPaused, incident.EventResumed, incident.EventResolved, incident.EventReopened,
	incident.EventReviewed, incident.EventSeverity, incident.EventNote, incident.EventCause, incident.EventRemedy, incident.EventAction, incident.EventNotified, "",
}

// TestRandomRecords holds, over random entries of every kind: one that is
// refused changes nothing, and says why; the record as it was stored goes on as
// the one in memory does, and as all its entries together; the times fit the state.
func TestRandomRecords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		i := &incident.Incident{}
		events := []incident.Event{}
		at := tenH
		for n := range rapid.IntRange(1, 40).Draw(rt, "entries") {
			at += rapid.Int64Range(0, 30).Draw(rt, "pass") * min1
			e := drawEvent(rt, i, at)
			if n == 0 {
				e.Kind = incident.EventOpened
			}
			before := i.Clone()
			stored := restored(rt, i)
			err, again := i.Apply(e), stored.Apply(e)
			if (err == nil) != (again == nil) || !reflect.DeepEqual(restored(rt, i), restored(rt, stored)) {
				rt.Fatalf("as stored: Apply(%+v) = %v, %+v; want %v, %+v", e, again, stored, err, i)
			}
			if err != nil {
				if !reflect.DeepEqual(i, before) || err.Error() == "" {
					rt.Fatalf("refused, with %v: %+v; was %+v", err, i, before)
				}
				continue
			}
			events = append(events, e)
			fits(rt, i)
		}
		if len(events) == 0 {
			return
		}
		folded, err := incident.Fold(events)
		if err != nil || !reflect.DeepEqual(restored(rt, folded), restored(rt, i)) {
			rt.Fatalf("Fold = %+v, %v; want %+v", folded, err, i)
		}
		if r, err := incident.BuildReport(incident.ReportInput{Events: events, At: at}); err != nil || len(r.Timeline) != len(events) {
			rt.Fatalf("BuildReport = %+v, %v", r, err)
		}
	})
}

// restored returns an incident as it is read after it was stored.
func restored(rt *rapid.T, i *incident.Incident) *incident.Incident {
	body, err := json.Marshal(i)
	if err != nil {
		rt.Fatal(err)
	}
	out := &incident.Incident{}
	if err := json.Unmarshal(body, out); err != nil {
		rt.Fatal(err)
	}
	return out
}

func drawEvent(rt *rapid.T, i *incident.Incident, at int64) incident.Event {
	word := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
	back := func(name string) int64 { return at - rapid.Int64Range(-1, 120).Draw(rt, name)*min1 }
	e := incident.Event{
		Incident: "INC-2026-0001", Seq: i.Seq + rapid.SampledFrom([]int{1, 1, 1, 1, 2}).Draw(rt, "seq"), Kind: rapid.SampledFrom(someKinds).Draw(rt, "kind"), At: at,
		By: word("by", "ann", "bob", incident.System), Text: word("text", "because", "because", ""), Agreement: word("agreement", "", "", "acme", "globex"),
		Severity: word("severity", "P1", "P2", ""), Major: rapid.Bool().Draw(rt, "major"), Reason: word("reason", "customer", "carrier", ""),
	}
	if rapid.Bool().Draw(rt, "dated") {
		e.Effective = back("effective")
	}
	if rapid.Bool().Draw(rt, "with outage") {
		from := back("from")
		e.Outage = outage(fmt.Sprintf("%s/web@%d", word("of", "acme", "globex"), rapid.IntRange(1, 2).Draw(rt, "outage")), from, 0)
		if rapid.Bool().Draw(rt, "over") {
			e.Outage.To = from + rapid.Int64Range(0, 60).Draw(rt, "length")*min1
		}
	}
	if rapid.IntRange(0, 4).Draw(rt, "with fault") == 0 || e.Kind == incident.EventFaultJoined {
		e.Fault = "FLT-1"
	}
	e.Action = &incident.Action{ID: i.NextActionID(), Text: "x", Owner: word("owner", "bob", ""), Due: "2026-07-01", State: incident.ActionOpen}
	e.Step = &incident.Escalation{Policy: "p", Level: 1}
	return e
}

// fits holds the times of an incident against its state.
func fits(rt *rapid.T, i *incident.Incident) {
	done := i.State == incident.IncidentResolved || i.State == incident.IncidentReviewed
	switch {
	case done != (i.ResolvedAt != 0) || done == i.Unresolved(),
		(i.State == incident.IncidentReviewed) != (i.ReviewedAt != 0),
		i.State == incident.IncidentMitigated && i.MitigatedAt == 0,
		i.State == incident.IncidentAcknowledged && i.AcknowledgedAt == 0,
		i.AcknowledgedBy == incident.System, i.Down() && i.RestoredAt != 0,
		(i.PausedFor == "") != (i.PausedAt == 0), i.Major != (len(i.Majors) > 0):
		rt.Fatalf("the times do not fit the state: %+v", i)
	}
}
