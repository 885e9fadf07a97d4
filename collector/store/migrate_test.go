package store

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/probity-sla/probity/collector/timeline"
	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

var update = flag.Bool("update", false, "write the fixture of the schema when there is none")

// writeFixture makes a database with a piece, a part, a batch in the journal,
// and one record of each kind.
func writeFixture(t *testing.T, fixture string) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	push(t, s, batch(1, result(0, protocol.OutcomeUp), result(1, protocol.OutcomeUp), result(2, protocol.OutcomeDown)))
	must(t, s.Flush(ctx))
	_, err := s.compact(ctx, timeline.Day(day0)+1)
	must(t, err)
	push(t, s, batch(2, result(3, protocol.OutcomeUp)))
	must(t, s.Flush(ctx))
	push(t, s, batch(3, result(4, protocol.OutcomeUp)))
	must(t, s.EnrolAgent(ctx, AgentRecord{Name: agent, Location: "frankfurt", Hash: "h", EnrolledAt: 1, EnrolledBy: "ann"}))
	must(t, s.CreateToken(ctx, TokenRecord{ID: "t", Name: "ci", Role: "read", Hash: "h", CreatedAt: 1}))
	must(t, s.AddMaintenance(ctx, MaintenanceRecord{ID: "m", Agreement: "shop", Services: []string{"web"}, From: 1, To: 2}))
	must(t, s.AddCorrection(ctx, CorrectionRecord{ID: "c", Agreement: "shop", From: 1, To: 2}))
	must(t, s.SaveAgreement(ctx, "shop", "r1", []byte("x"), 1))
	_, err = s.SaveStatement(ctx, &sla.Statement{Agreement: "shop", Label: "2026-11", Fingerprint: "f1"})
	must(t, err)
	must(t, s.SaveIncident(ctx, IncidentWrite{
		Alerts: []AlertRecord{{ID: "a"}}, Outages: []OutageRecord{{ID: "o"}}, Notifications: []Notification{{Key: "k", Receiver: "am"}}}))
	must(t, s.Backup(ctx, fixture))
}

// Files testdata/schema-v*.db were written by releases with that schema. They open for ever.
func TestReleasedSchemasStillOpen(t *testing.T) {
	for _, fixture := range []string{"testdata/schema-v1.db", "testdata/schema-v3.db"} {
		t.Run(fixture, func(t *testing.T) {
			if _, err := os.Stat(fixture); *update && err != nil {
				writeFixture(t, fixture)
			}
			data, err := os.ReadFile(fixture)
			must(t, err)
			path := filepath.Join(t.TempDir(), "probity.db")
			must(t, os.WriteFile(path, data, 0o600))
			if _, err := Open(context.Background(), Options{Path: path, ReadOnly: true}); err == nil {
				t.Error("an old schema opens for reading, before it is upgraded")
			}
			s := openStore(t, path)
			defer s.Close()
			wantFixture(t, s)
			wantRecordsKept(t, s)
		})
	}
}

// wantFixture holds what writeFixture wrote.
func wantFixture(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.Background()
	wantRuns(t, s, []timeline.Run{
		{First: day0, Step: 30000, Count: 2, Outcome: timeline.Up},
		{First: day0 + 60000, Step: 30000, Count: 1, Outcome: timeline.Down},
		{First: day0 + 90000, Step: 30000, Count: 2, Outcome: timeline.Up},
	})
	failures, err := s.Failures(ctx, check, agent, 0, 1<<50, 0)
	if err != nil || !reflect.DeepEqual(failures, []protocol.Result{result(2, protocol.OutcomeDown)}) {
		t.Errorf("Failures = %+v, %v", failures, err)
	}
	agents, err1 := s.Agents(ctx)
	windows, err2 := s.Maintenance(ctx, "shop", 0, 1<<50)
	statement, err3 := s.Statement(ctx, "shop", "2026-11", 1)
	if err := errors.Join(err1, err2, err3); err != nil || len(agents) != 1 || len(windows) != 1 || statement.Fingerprint != "f1" {
		t.Errorf("records: %v, %v, %v, %v", agents, windows, statement, err)
	}
	token, err := s.TokenByHash(ctx, "h")
	if want := (TokenRecord{ID: "t", Name: "ci", Role: "read", Hash: "h", CreatedAt: 1}); err != nil || !reflect.DeepEqual(token, want) {
		t.Errorf("TokenByHash = %+v, %v; want %+v, of no customer and without an end", token, err, want)
	}
}

// wantRecordsKept writes what the newest schema added.
func wantRecordsKept(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.Background()
	must(t, s.SaveIncident(ctx, incidentWrite("INC-1", 1, "shop")))
	if got, err := s.Incidents(ctx, IncidentQuery{Agreement: "shop"}); err != nil || len(got) != 1 {
		t.Errorf("Incidents = %+v, %v; want one", got, err)
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	_, err := s.writer.ExecContext(ctx, `INSERT INTO schema_migrations (version, applied_at) VALUES (99, 0)`)
	must(t, err)
	for _, readOnly := range []bool{false, true} {
		if _, err := Open(ctx, Options{Path: path, ReadOnly: readOnly}); !errors.Is(err, ErrSchemaNewer) {
			t.Errorf("Open(ReadOnly: %v) of a newer schema = %v, want ErrSchemaNewer", readOnly, err)
		}
	}
}

func TestTheFileIsPrivateAndSynced(t *testing.T) {
	s, path := newStoreAt(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("Stat = %v, %v; want mode 0600", info.Mode(), err)
	}
	for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "page_size": "16384", "foreign_keys": "1"} {
		var got string
		if err := s.writer.QueryRow(`PRAGMA ` + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("PRAGMA %s = %s, %v; want %s", pragma, got, err, want)
		}
	}
}
