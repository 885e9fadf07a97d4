package store

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// crashRecords in the environment makes the test binary write events of one
// incident and of one fault to the database it names, and print each that is written.
const crashRecords = "PROBITY_STORE_CRASH_RECORDS"

func recordForEver(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, Options{Path: path})
	if err != nil {
		return err
	}
	f := FaultRecord{ID: "FLT-1", Agreement: "shop", State: "received"}
	if _, err := s.FaultByID(ctx, f.ID); err != nil {
		if err := s.AddFault(ctx, f, nil, FaultEvent{Seq: 1, Kind: "received"}); err != nil {
			return err
		}
	}
	events, err := s.FaultEvents(ctx, f.ID)
	if err != nil {
		return err
	}
	for seq := len(events); ; seq++ {
		f.Body = []byte(strconv.Itoa(seq))
		if err := s.SaveFault(ctx, f, FaultEvent{Seq: seq + 1, Kind: "note"}, incidentWrite("INC-1", seq, "shop")); err != nil {
			return err
		}
		fmt.Println(0, seq)
	}
}

// A kill leaves a fault, its events, the incident, its events and what is told
// of them at the same step, which is not before the last one that was written.
func TestKillTearsNoRecord(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "probity.db")
	written := make([]int64, 1)
	for round := range 8 {
		runAndKill(t, crashRecords+"="+path, time.Duration(20+round*37%101)*time.Millisecond, written)
		s := openStore(t, path)
		incident, err := s.IncidentByID(ctx, "INC-1")
		must(t, err)
		events, err := s.IncidentEvents(ctx, "INC-1")
		must(t, err)
		fault, err := s.FaultByID(ctx, "FLT-1")
		must(t, err)
		faultEvents, err := s.FaultEvents(ctx, "FLT-1")
		must(t, err)
		outbox, err := s.OutboxStats(ctx)
		must(t, err)
		n := len(events)
		if int64(n) < written[0] || incident.Seq != n || string(fault.Body) != strconv.Itoa(n) || len(faultEvents) != n+1 || outbox.Pending != n {
			t.Fatalf("round %d: %d events, %d were written; incident at %d, fault at %s with %d events, %d notifications",
				round, n, written[0], incident.Seq, fault.Body, len(faultEvents), outbox.Pending)
		}
		must(t, s.Close())
	}
	t.Logf("%d events", written[0])
}
