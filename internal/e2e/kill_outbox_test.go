package e2e

import (
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
)

// outboxRows counts the rows of the outbox of the stopped collector by receiver
// and what they tell: all, and those marked as delivered.
func (s *site) outboxRows() (all, delivered map[string]int) {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.path("data/collector.db")+"?mode=ro") // the store has no list of what was delivered
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(s.t.Context(), "SELECT receiver, payload, delivered_at FROM outbox")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	all, delivered = map[string]int{}, map[string]int{}
	for rows.Next() {
		var receiver string
		var payload []byte
		var at int64
		if err := rows.Scan(&receiver, &payload, &at); err != nil {
			s.t.Fatal(err)
		}
		key := receiver + " " + outboxKey(payload)
		all[key]++
		if at != 0 {
			delivered[key]++
		}
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return all, delivered
}

// holdOutbox holds events, alerts and outages against the outbox, and the outbox
// against what was heard.
func (s *site) holdOutbox(heard *hearsay) {
	t := s.t
	t.Helper()
	db := s.open()
	rows, delivered := s.outboxRows()
	wanted := map[string]int{}
	knows := map[string]string{} // outage → incident
	incidents, err := db.Incidents(t.Context(), store.IncidentQuery{To: always, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range incidents {
		events := s.events(db, &incidents[i])
		for _, e := range events {
			if e.Outage != nil {
				knows[e.Outage.ID] = incidents[i].ID
			}
			if e.Step == nil {
				continue
			}
			for _, c := range e.Step.Channels {
				switch key := c + " " + newsKey(e.Incident, e.Step.Change, e.At); {
				case e.Step.Change == "":
					wanted[c+" "+stepKey(e.Incident, e.Step, e.At)]++
				case e.Step.Change != incident.EventReopened || rows[key] > 0: // a step at the same time tells of a reopening, too
					wanted[key]++
				}
			}
		}
		if n := len(events); n == 0 || events[0].Kind != incident.EventOpened || events[n-1].Seq != incidents[i].Seq {
			t.Errorf("%s: %d events, the record is at %d", incidents[i].ID, n, incidents[i].Seq)
		}
	}
	s.holdFired(db, knows, wanted)
	for key, n := range wanted {
		if rows[key] != n {
			t.Errorf("on record is %s; the outbox has it %d times, want %d", key, rows[key], n)
		}
	}
	heard.mu.Lock()
	defer heard.mu.Unlock()
	for key := range rows {
		if wanted[key] == 0 {
			t.Errorf("the outbox has %s, which is not on record", key)
		}
	}
	for key := range delivered {
		if heard.msgs[key] == 0 {
			t.Errorf("%s counts as delivered, and was never heard", key)
		}
	}
	for key := range heard.msgs {
		if rows[key] == 0 {
			t.Errorf("%s was heard, and is not in the outbox", key)
		}
	}
	t.Logf("%d incidents, %d messages", len(incidents), len(rows))
}

// holdFired adds what alerts should have told, and wants an outage and an
// incident behind each that says down.
func (s *site) holdFired(db *store.Store, knows map[string]string, wanted map[string]int) {
	t := s.t
	t.Helper()
	alerts, err := db.Alerts(t.Context(), "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	outages, err := db.Outages(t.Context(), "acme", 0, always)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range alerts {
		var a incident.Alert
		if err := json.Unmarshal(r.Body, &a); err != nil {
			t.Fatal(err)
		}
		if a.Severity == incident.Info {
			continue
		}
		wanted["hooks opened "+a.ID]++
		switch a.Status {
		case incident.Resolved:
			wanted["hooks resolved "+a.ID]++
		case incident.Withdrawn:
			wanted["hooks withdrawn "+a.ID]++
		}
		if a.Kind != incident.ServiceDown {
			continue
		}
		if !slices.ContainsFunc(outages, func(o store.OutageRecord) bool { return o.ID == a.Outage }) || knows[a.Outage] == "" {
			t.Errorf("alert %s: outage %q is not on record, or in no incident (%q)", a.ID, a.Outage, knows[a.Outage])
		}
	}
}

// events are those of an incident, oldest first.
func (s *site) events(db *store.Store, r *store.IncidentRecord) []incident.Event {
	s.t.Helper()
	records, err := db.IncidentEvents(s.t.Context(), r.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	out := make([]incident.Event, len(records))
	for i := range records {
		if err := json.Unmarshal(records[i].Body, &out[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}
