package store

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// incidentWrite is the seq-th event of an incident, with a notification of it.
func incidentWrite(id string, seq int, agreements ...string) IncidentWrite {
	at := int64(1000 + seq)
	return IncidentWrite{
		Incidents: []IncidentRecord{{ID: id, State: "open", Open: true, OpenedAt: 1001, UpdatedAt: at, Seq: seq, Agreements: agreements, Body: []byte(`{}`)}},
		Events:    []EventRecord{{Incident: id, Seq: seq, Kind: "note", At: at, By: "ann", Body: []byte(`{}`)}},
		Notifications: []Notification{
			{Key: id, Receiver: "mail", CreatedAt: at, NextAt: at},
		},
	}
}

func pending(t *testing.T, s *Store) int {
	t.Helper()
	st, err := s.OutboxStats(context.Background())
	must(t, err)
	return st.Pending
}

func TestAnIncidentIsWrittenAsAWholeOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	cli := openStore(t, path)
	defer cli.Close()
	first := incidentWrite("INC-1", 1, "shop", "bank")
	must(t, s.SaveIncident(ctx, first))
	must(t, cli.SaveIncident(ctx, incidentWrite("INC-1", 2, "shop", "bank")))
	generation, err := s.RecordGeneration(ctx)
	must(t, err)

	tooLarge := incidentWrite("INC-1", 3, "shop", "bank")
	tooLarge.Events[0].Body = make([]byte, MaxRecordBytes+1)
	stale := incidentWrite("INC-1", 2, "shop")
	stale.Events = nil
	stale.Incidents[0].Seq = 1
	orphan := incidentWrite("INC-2", 1)
	orphan.Incidents = nil
	for _, c := range []struct {
		name string
		w    IncidentWrite
		want error
	}{
		{"an event that another process wrote", incidentWrite("INC-1", 2, "shop"), ErrConflict},
		{"an event behind a hole", incidentWrite("INC-1", 4, "shop"), ErrConflict},
		{"a record that rests on fewer events", stale, ErrConflict},
		{"an event of no incident", orphan, ErrNotFound},
		{"an event that is too large", tooLarge, ErrTooLarge},
	} {
		c.w.Alerts = []AlertRecord{{ID: "alert", Open: true}}
		c.w.Outages = []OutageRecord{{ID: "outage", From: 1, To: 2}}
		c.w.Actions = []ActionRecord{{ID: "action"}}
		wantErr(t, "SaveIncident of "+c.name, s.SaveIncident(ctx, c.w), c.want)
		alerts, err1 := s.OpenAlerts(ctx)
		outages, err2 := s.Outages(ctx, "", 0, 10)
		actions, err3 := s.Actions(ctx, "")
		events, err4 := s.IncidentEvents(ctx, "INC-1")
		if err := errors.Join(err1, err2, err3, err4); err != nil || len(alerts)+len(outages)+len(actions) > 0 || len(events) != 2 || pending(t, s) != 2 {
			t.Errorf("after %s: %v, %v, %v, %v, %d notifications, %v; want what was before", c.name, alerts, outages, actions, events, pending(t, s), err)
		}
	}
	if after, err := s.RecordGeneration(ctx); err != nil || after != generation {
		t.Errorf("RecordGeneration after refused writes = %d, %v; was %d", after, err, generation)
	}
	want := incidentWrite("INC-1", 2, "shop", "bank")
	if got, err := s.IncidentByID(ctx, "INC-1"); err != nil || !reflect.DeepEqual(got, want.Incidents[0]) {
		t.Errorf("IncidentByID = %+v, %v; want %+v", got, err, want.Incidents[0])
	}
	if got, err := s.IncidentEvents(ctx, "INC-1"); err != nil || !reflect.DeepEqual(got, []EventRecord{first.Events[0], want.Events[0]}) {
		t.Errorf("IncidentEvents = %+v, %v", got, err)
	}
}

func TestIncidentsAreFoundNewestFirst(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	for _, r := range []IncidentRecord{
		{ID: "INC-1", OpenedAt: 100, ResolvedAt: 200, Agreements: []string{"shop"}},
		{ID: "INC-2", OpenedAt: 300, Open: true, Agreements: []string{"shop", "bank"}},
		{ID: "INC-3", OpenedAt: 300, ResolvedAt: 350, Agreements: []string{"bank"}},
		{ID: "INC-4", OpenedAt: 400, Open: true},
	} {
		r.Seq, r.Body = 1, []byte(`{}`)
		must(t, s.SaveIncident(ctx, IncidentWrite{Incidents: []IncidentRecord{r}}))
	}
	for _, c := range []struct {
		name string
		q    IncidentQuery
		want string
	}{
		{"all", IncidentQuery{}, "4 3 2 1"},
		{"of an agreement", IncidentQuery{Agreement: "bank"}, "3 2"},
		{"of no agreement that is known", IncidentQuery{Agreement: "ban"}, ""},
		{"open ones", IncidentQuery{OpenOnly: true}, "4 2"},
		{"not resolved before", IncidentQuery{From: 201}, "4 3 2"},
		{"resolved at that instant", IncidentQuery{From: 200}, "4 3 2 1"},
		{"opened before", IncidentQuery{To: 300}, "1"},
		{"a window", IncidentQuery{From: 351, To: 400}, "2"},
		{"the first page", IncidentQuery{Limit: 2}, "4 3"},
		{"the next page, at the same instant", IncidentQuery{Limit: 2, Before: "INC-3"}, "2 1"},
		{"behind the last", IncidentQuery{Before: "INC-1"}, ""},
	} {
		got, err := s.Incidents(ctx, c.q)
		var ids []string
		for _, r := range got {
			ids = append(ids, strings.TrimPrefix(r.ID, "INC-"))
		}
		if err != nil || strings.Join(ids, " ") != c.want {
			t.Errorf("%s: Incidents(%+v) = %v, %v; want %s", c.name, c.q, ids, err, c.want)
		}
	}
	_, err := s.Incidents(ctx, IncidentQuery{Before: "INC-9"})
	wantErr(t, "Incidents behind one that is not there", err, ErrNotFound)
	_, err = s.IncidentByID(ctx, "INC-9")
	wantErr(t, "IncidentByID", err, ErrNotFound)
}

func TestNoIncidentNumberComesTwice(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	other := openStore(t, path)
	defer other.Close()
	var mu sync.Mutex
	seen := map[int]bool{}
	var wg sync.WaitGroup
	for _, s := range []*Store{s, other} {
		wg.Go(func() {
			for range 20 {
				n, err := s.NextIncidentNumber(ctx, 2026)
				mu.Lock()
				if err != nil || seen[n] || n < 1 || n > 40 {
					t.Errorf("NextIncidentNumber = %d, %v; before: %v", n, err, seen)
				}
				seen[n] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n, err := s.NextIncidentNumber(ctx, 2027); err != nil || n != 1 {
		t.Errorf("NextIncidentNumber of another year = %d, %v; want 1", n, err)
	}
}

// Nothing that people wrote is past its time, ever; a copy of the store has it all.
func TestRecordsAreKeptAndCopied(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	must(t, s.SaveIncident(ctx, incidentWrite("INC-1", 1, "shop")))
	must(t, s.AddFault(ctx, FaultRecord{ID: "FLT-1"}, []AttachmentRecord{{N: 1, Data: []byte("x")}}, FaultEvent{Seq: 1}))
	must(t, s.AddOverride(ctx, OverrideRecord{ID: "o", Rotation: "primary", From: 1, To: 2}))
	must(t, s.SaveAction(ctx, ActionRecord{ID: "a"}))
	_, err := s.AddServiceReport(ctx, ServiceReportRecord{ID: "r", Agreement: "shop", Label: "2026-10", Model: []byte("m")})
	must(t, err)
	must(t, s.ReviewServiceReport(ctx, "r", "bob", 1))
	must(t, s.IssueServiceReport(ctx, "r", "bob", 2, []ReportFile{{"pdf", []byte("p")}}, nil))
	secret, err := s.Secret(ctx, "ack")
	must(t, err)
	must(t, s.MarkDelivered(ctx, 1, 5))

	must(t, s.prune(ctx, time.Now().AddDate(100, 0, 0)))
	must(t, s.Backup(ctx, path+".copy"))
	for name, s := range map[string]*Store{"the store": s, "its copy": openStore(t, path+".copy", func(o *Options) { o.ReadOnly = true })} {
		incidents, err1 := s.Incidents(ctx, IncidentQuery{})
		events, err2 := s.IncidentEvents(ctx, "INC-1")
		_, err3 := s.FaultAttachment(ctx, "FLT-1", 1)
		faultEvents, err4 := s.FaultEvents(ctx, "FLT-1")
		overrides, err5 := s.Overrides(ctx, "", 0, 10)
		actions, err6 := s.ActionEvents(ctx, "a")
		_, err7 := s.ReportFile(ctx, "r", "pdf")
		report, err8 := s.ServiceReport(ctx, "r")
		again, err9 := s.Secret(ctx, "ack")
		if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9); err != nil || len(incidents) != 1 || len(events) != 1 ||
			len(faultEvents) != 1 || len(overrides) != 1 || len(actions) != 1 || string(report.Model) != "m" || string(again) != string(secret) {
			t.Errorf("%s: %v, %v, %v, %v, %v, %v, %v", name, incidents, events, faultEvents, overrides, actions, report, err)
		}
		if s.writer == nil {
			_, err := s.Secret(ctx, "new")
			wantErr(t, "Secret of a store that is read", err, ErrReadOnly)
			wantErr(t, "SaveIncident to it", s.SaveIncident(ctx, incidentWrite("INC-1", 2)), ErrReadOnly)
			must(t, s.Close())
		}
	}
}
