package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/probity-sla/probity/collector/incident"
	"github.com/probity-sla/probity/collector/store"
	"github.com/probity-sla/probity/internal/protocol"
)

// seeds put into a store what a running collector would have put there.
var seeds = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"capture": capture, "seed-incident": seedIncident, "seed-results": seedResults, "webhook": webhook, "envsubst": envsubst,
}

func seeded(ts *testscript.TestScript, do func(ctx context.Context, db *store.Store) error) {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: ts.MkAbs("collector.db")})
	if err == nil {
		err = errors.Join(do(ctx, db), db.Close())
	}
	ts.Check(err)
}

// seedIncident is `seed-incident ID AGREEMENT SERVICE SEVERITY`: the collector
// opened it two hours ago for an outage that lasted an hour.
func seedIncident(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: seed-incident ID AGREEMENT SERVICE SEVERITY")
	}
	from := time.Now().Add(-2 * time.Hour).UnixMilli()
	to := from + time.Hour.Milliseconds()
	ref := incident.OutageRef{ID: args[1] + "/" + args[2] + "@seed", Agreement: args[1], Service: args[2], From: from}
	ended := ref
	ended.To = to
	events := []incident.Event{
		{Kind: incident.EventOpened, At: from + 60_000, Effective: from, Text: args[2] + " is down", Agreement: args[1], Severity: args[3],
			Major: args[3] == "P1", Outage: &ref, Keys: incident.Keys(args[1]+"/"+args[2], nil, nil)},
		{Kind: incident.EventOutageEnded, At: to + 60_000, Effective: to, Outage: &ended},
	}
	i := &incident.Incident{}
	var w store.IncidentWrite
	for n := range events {
		e := &events[n]
		e.Incident, e.Seq, e.By = args[0], n+1, incident.System
		ts.Check(i.Apply(*e))
		body, err := json.Marshal(e)
		ts.Check(err)
		w.Events = append(w.Events, store.EventRecord{Incident: e.Incident, Seq: e.Seq, Kind: string(e.Kind), At: e.At, Effective: e.Effective, By: e.By, Body: body})
	}
	i.ID = args[0]
	body, err := json.Marshal(i)
	ts.Check(err)
	w.Incidents = []store.IncidentRecord{{ID: i.ID, State: string(i.State), Major: i.Major, Open: true, OpenedAt: i.OpenedAt, UpdatedAt: i.UpdatedAt,
		Seq: i.Seq, Agreements: []string{args[1]}, Body: body}}
	seeded(ts, func(ctx context.Context, db *store.Store) error { return db.SaveIncident(ctx, w) })
}

// seedResults is `seed-results CHECK AGENT FROM PATTERN`: results of a check a
// minute from an instant on, such as 60up 10down 60up.
func seedResults(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: seed-results CHECK AGENT FROM COUNTup|down …")
	}
	from, err := time.Parse(time.RFC3339, args[2])
	ts.Check(err)
	check, agent := protocol.CheckID(args[0]), protocol.AgentID(args[1])
	slot := protocol.NextSlot(from.UnixMilli()-1, protocol.Phase(check, agent, time.Minute, protocol.DefaultGrid), time.Minute)
	b := &protocol.Batch{Agent: agent, Boot: [16]byte{1}, Seq: 1}
	for _, x := range args[3:] {
		down := strings.HasSuffix(x, "down")
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(x, "down"), "up"))
		ts.Check(err)
		for range n {
			r := protocol.Result{Check: check, Slot: slot, Interval: time.Minute, Duration: 5 * time.Millisecond, Outcome: protocol.OutcomeUp}
			if down {
				r.Outcome, r.Cause = protocol.OutcomeDown, protocol.CauseConnectRefused
			}
			b.Results = append(b.Results, r)
			slot += time.Minute.Milliseconds()
		}
	}
	seeded(ts, func(ctx context.Context, db *store.Store) error {
		_, err := db.AppendBatch(ctx, b, slot)
		return err
	})
}

// webhook is `webhook NAME STATUS`: a receiver at $NAME that answers so, and
// keeps what it is sent in the file NAME.
func webhook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: webhook NAME STATUS")
	}
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	file := ts.MkAbs(args[0])
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		text := fmt.Sprintf("%s %s\nsigned %q\n%s\n", r.Method, r.URL.Path, r.Header.Get("X-Probity-Signature"), body)
		if err = errors.Join(err, os.WriteFile(file, []byte(text), 0o600)); err != nil {
			status = http.StatusInternalServerError
		}
		w.WriteHeader(status)
	}))
	ts.Defer(s.Close)
	ts.Setenv(filepath.Base(args[0]), strings.TrimPrefix(s.URL, "http://"))
}

// envsubst is `envsubst FILE`: it puts variables in their places.
func envsubst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: envsubst FILE")
	}
	text := os.Expand(ts.ReadFile(args[0]), ts.Getenv)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
