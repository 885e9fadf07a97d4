package store

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/probity-sla/probity/internal/protocol"
	"github.com/probity-sla/probity/internal/sla"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, call string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s = %v, want %v", call, got, want)
	}
}

func TestAgentsAreEnrolledOnceAndRevokedOnce(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	a := AgentRecord{Name: "fra-1", Location: "frankfurt", Hash: "h1", EnrolledAt: 10, EnrolledBy: "ann"}
	must(t, s.EnrolAgent(ctx, a))
	wantErr(t, "EnrolAgent of an enrolled name", s.EnrolAgent(ctx, AgentRecord{Name: "fra-1", Hash: "h2", EnrolledAt: 11}), ErrExists)
	wantErr(t, "EnrolAgent with a token in use", s.EnrolAgent(ctx, AgentRecord{Name: "ams-1", Hash: "h1", EnrolledAt: 11}), ErrExists)

	hb := protocol.Heartbeat{Agent: "fra-1", At: 20, Version: "1.0", Faults: []string{"clock"}}
	must(t, s.SaveHeartbeat(ctx, "fra-1", &hb, 21))
	must(t, s.SaveHeartbeat(ctx, "fra-1", &protocol.Heartbeat{}, 20)) // an older one does not win
	a.Heartbeat, a.HeartbeatAt = &hb, 21
	got, err := s.AgentByTokenHash(ctx, "h1")
	if err != nil || !reflect.DeepEqual(got, a) {
		t.Errorf("AgentByTokenHash = %+v, %v; want %+v", got, err, a)
	}
	_, err = s.AgentByTokenHash(ctx, "h2")
	wantErr(t, "AgentByTokenHash of no token", err, ErrNotFound)

	must(t, s.RevokeAgent(ctx, "fra-1", 30))
	wantErr(t, "RevokeAgent again", s.RevokeAgent(ctx, "fra-1", 31), ErrSettled)
	wantErr(t, "RevokeAgent of nobody", s.RevokeAgent(ctx, "lon-1", 31), ErrNotFound)
	must(t, s.EnrolAgent(ctx, AgentRecord{Name: "fra-1", Location: "frankfurt", Hash: "h3", EnrolledAt: 40}))
	all, err := s.Agents(ctx)
	if err != nil || len(all) != 1 || all[0].Hash != "h3" || all[0].RevokedAt != 0 {
		t.Errorf("Agents after a new enrolment = %+v, %v", all, err)
	}
	if old, err := s.AgentByTokenHash(ctx, "h1"); err != nil || old.RevokedAt != 30 {
		t.Errorf("AgentByTokenHash of the revoked token = %+v, %v", old, err)
	}
}

func TestTokens(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	want := TokenRecord{ID: "t1", Name: "ci", Role: "customer", Hash: "h", CreatedAt: 5,
		Customer: "Acme", Agreements: []string{"shop"}, ExpiresAt: 99}
	must(t, s.CreateToken(ctx, want))
	wantErr(t, "CreateToken again", s.CreateToken(ctx, want), ErrExists)
	if got, err := s.TokenByHash(ctx, "h"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("TokenByHash = %+v, %v", got, err)
	}
	must(t, s.RevokeToken(ctx, "t1", 9))
	wantErr(t, "RevokeToken again", s.RevokeToken(ctx, "t1", 10), ErrSettled)
	want.RevokedAt = 9
	if got, err := s.Tokens(ctx); err != nil || !reflect.DeepEqual(got, []TokenRecord{want}) {
		t.Errorf("Tokens = %+v, %v", got, err)
	}
}

func TestMaintenanceIsNeverRewritten(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	a := MaintenanceRecord{ID: "a", Agreement: "shop", From: 100, To: 200, AnnouncedAt: 50, Reason: "disks", CreatedBy: "ann"}
	b := MaintenanceRecord{ID: "b", Agreement: "shop", Services: []string{"web", "api"}, From: 150, To: 160, AnnouncedAt: 140,
		Emergency: true, RRule: "FREQ=WEEKLY", Zone: "Europe/Berlin", Start: "2026-01-01T02:00"}
	must(t, s.AddMaintenance(ctx, a))
	must(t, s.AddMaintenance(ctx, b))
	wantErr(t, "AddMaintenance again", s.AddMaintenance(ctx, a), ErrExists)
	if got, err := s.Maintenance(ctx, "shop", 199, 300); err != nil || !reflect.DeepEqual(got, []MaintenanceRecord{a}) {
		t.Errorf("Maintenance(199, 300) = %+v, %v", got, err)
	}
	if got, err := s.Maintenance(ctx, "", 200, 300); err != nil || len(got) != 0 {
		t.Errorf("Maintenance(200, 300) = %+v, %v; the end is not part of a window", got, err)
	}
	must(t, s.CancelMaintenance(ctx, "a", "bob", 60))
	must(t, s.EndMaintenance(ctx, "b", "bob", 155))
	wantErr(t, "CancelMaintenance again", s.CancelMaintenance(ctx, "a", "eve", 61), ErrSettled)
	wantErr(t, "CancelMaintenance of an ended window", s.CancelMaintenance(ctx, "b", "eve", 161), ErrSettled)
	wantErr(t, "EndMaintenance of a cancelled window", s.EndMaintenance(ctx, "a", "eve", 161), ErrSettled)
	wantErr(t, "CancelMaintenance of nothing", s.CancelMaintenance(ctx, "c", "eve", 161), ErrNotFound)
	a.CancelledAt, a.CancelledBy, b.EndedAt, b.EndedBy = 60, "bob", 155, "bob"
	if got, err := s.Maintenance(ctx, "shop", 0, 300); err != nil || !reflect.DeepEqual(got, []MaintenanceRecord{a, b}) {
		t.Errorf("Maintenance = %+v, %v; want %+v", got, err, []MaintenanceRecord{a, b})
	}
	if got, err := s.MaintenanceByID(ctx, "b"); err != nil || !reflect.DeepEqual(got, b) {
		t.Errorf("MaintenanceByID = %+v, %v", got, err)
	}
}

func TestCorrectionsAreNeverRewritten(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	c := CorrectionRecord{ID: "c", Agreement: "shop", Services: []string{"web"}, From: 10, To: 20, Effect: sla.EffectDown,
		Reason: "the probe's own fault", CreatedBy: "ann", CreatedAt: 30}
	must(t, s.AddCorrection(ctx, c))
	must(t, s.ApproveCorrection(ctx, "c", "bob", 40))
	wantErr(t, "ApproveCorrection again", s.ApproveCorrection(ctx, "c", "eve", 41), ErrSettled)
	must(t, s.RevokeCorrection(ctx, "c", "bob", 50))
	wantErr(t, "RevokeCorrection again", s.RevokeCorrection(ctx, "c", "eve", 51), ErrSettled)
	c.ApprovedBy, c.ApprovedAt, c.RevokedBy, c.RevokedAt = "bob", 40, "bob", 50
	if got, err := s.Corrections(ctx, "shop", 0, 100); err != nil || !reflect.DeepEqual(got, []CorrectionRecord{c}) {
		t.Errorf("Corrections = %+v, %v; want %+v", got, err, c)
	}
}

func TestStatementsAreFrozen(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	breach := true
	st := &sla.Statement{Agreement: "shop", Label: "2026-11", Fingerprint: "f1", ComputedAt: 7,
		Services: []sla.ServiceStatement{{Service: "web", Verdict: sla.Verdict{Good: sla.Ratio{Num: 1, Den: 3}, Breach: &breach,
			Ledger: []sla.Entry{{From: 1, To: 2, State: sla.Down}}}}}}
	save := func(want int) {
		t.Helper()
		if got, err := s.SaveStatement(ctx, st); err != nil || got != want {
			t.Fatalf("SaveStatement(%s) = %d, %v; want revision %d", st.Fingerprint, got, err, want)
		}
	}
	save(1)
	save(1)
	first := *st
	first.Revision = 1
	st.Fingerprint, st.ComputedAt = "f2", 8
	save(2)
	st.Fingerprint, st.ComputedAt = "f1", 9
	save(3)
	if got, err := s.Statement(ctx, "shop", "2026-11", 1); err != nil || !reflect.DeepEqual(got, &first) {
		t.Errorf("Statement(revision 1) = %+v, %v; want %+v", got, err, first)
	}
	if got, err := s.Statement(ctx, "shop", "2026-11", 0); err != nil || got.Revision != 3 {
		t.Errorf("Statement(newest) = %+v, %v; want revision 3", got, err)
	}
	_, err := s.Statement(ctx, "shop", "2026-12", 0)
	wantErr(t, "Statement of another period", err, ErrNotFound)
	want := []StatementRevision{{1, "f1", 7}, {2, "f2", 8}, {3, "f1", 9}}
	if got, err := s.StatementRevisions(ctx, "shop", "2026-11"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("StatementRevisions = %v, %v; want %v", got, err, want)
	}
}

func TestAgreementsKeepTheirFirstText(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	must(t, s.SaveAgreement(ctx, "shop", "r1", []byte("one"), 1))
	must(t, s.SaveAgreement(ctx, "shop", "r2", []byte("two"), 2))
	must(t, s.SaveAgreement(ctx, "shop", "r1", []byte("other"), 3))
	want := []AgreementRevision{{"shop", "r1", 1, []byte("one")}, {"shop", "r2", 2, []byte("two")}}
	if got, err := s.AgreementRevisions(ctx, "shop"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("AgreementRevisions = %v, %v; want %v", got, err, want)
	}
}

func TestGenerationIsSeenByOtherProcesses(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	other := openStore(t, path)
	defer other.Close()
	before, err := s.Generation(ctx)
	must(t, err)
	steps := []func() error{
		func() error { return other.AddMaintenance(ctx, MaintenanceRecord{ID: "m"}) },
		func() error { return other.CancelMaintenance(ctx, "m", "ann", 1) },
		func() error { return other.AddCorrection(ctx, CorrectionRecord{ID: "c"}) },
		func() error { return other.EnrolAgent(ctx, AgentRecord{Name: "a"}) },
		func() error { return other.CreateToken(ctx, TokenRecord{ID: "t"}) },
		func() error { return other.SaveAgreement(ctx, "shop", "r", nil, 1) },
		func() error { return other.AddOverride(ctx, OverrideRecord{ID: "o", Rotation: "primary"}) },
		func() error { return other.RevokeOverride(ctx, "o", "ann", 1) },
	}
	for i, change := range steps {
		must(t, change())
		after, err := s.Generation(ctx)
		if err != nil || after <= before {
			t.Errorf("Generation after change %d = %d, %v; was %d", i, after, err, before)
		}
		before = after
	}
	_ = other.AddMaintenance(ctx, MaintenanceRecord{ID: "m"}) // refused
	if after, _ := s.Generation(ctx); after != before {
		t.Errorf("Generation after a refused change = %d, was %d", after, before)
	}
}

func TestIncidentsAndTheirNotificationsAreOneWrite(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	a := AlertRecord{ID: "k@1", Key: "k", Kind: "service_down", Status: "firing", Open: true, Agreement: "shop", Service: "web", StartsAt: 1, UpdatedAt: 3, Body: []byte(`{}`)}
	o := OutageRecord{ID: "shop/web@1", Agreement: "shop", Service: "web", From: 1, To: 3, Ongoing: true, Body: []byte(`{}`)}
	n := func(key, receiver string, next int64) Notification {
		return Notification{Key: key, Receiver: receiver, CreatedAt: next, Payload: []byte(key), NextAt: next}
	}
	must(t, s.SaveIncident(ctx, IncidentWrite{Alerts: []AlertRecord{a}, Outages: []OutageRecord{o}, Notifications: []Notification{n("k", "am", 5), n("k", "hook", 5), n("k", "am", 6), n("l", "am", 7)}}))
	if got, err := s.OpenAlerts(ctx); err != nil || !reflect.DeepEqual(got, []AlertRecord{a}) {
		t.Errorf("OpenAlerts = %+v, %v", got, err)
	}
	if got, err := s.Outages(ctx, "shop", 1000, 2000); err != nil || !reflect.DeepEqual(got, []OutageRecord{o}) {
		t.Errorf("Outages after the start of an ongoing one = %+v, %v", got, err)
	}
	a.Open, a.Status, a.EndsAt = false, "resolved", 9
	o.Ongoing, o.To = false, 9
	must(t, s.SaveIncident(ctx, IncidentWrite{Alerts: []AlertRecord{a}, Outages: []OutageRecord{o}}))
	if got, err := s.OpenAlerts(ctx); err != nil || len(got) != 0 {
		t.Errorf("OpenAlerts = %+v, %v; want none", got, err)
	}
	if got, err := s.Alerts(ctx, "shop", 10); err != nil || !reflect.DeepEqual(got, []AlertRecord{a}) {
		t.Errorf("Alerts = %+v, %v", got, err)
	}

	due := func(now int64) (ids []int64) {
		t.Helper()
		got, err := s.DueNotifications(ctx, now, 10)
		must(t, err)
		for _, n := range got {
			ids = append(ids, n.ID)
		}
		return ids
	}
	if got := due(100); !reflect.DeepEqual(got, []int64{1, 2, 4}) {
		t.Errorf("due = %v, want the first of each receiver and key", got)
	}
	must(t, s.MarkFailed(ctx, 1, 100, 200, "refused", false))
	if got := due(100); !reflect.DeepEqual(got, []int64{2, 4}) {
		t.Errorf("due after a failure = %v: what follows must wait for its turn", got)
	}
	must(t, s.MarkFailed(ctx, 1, 200, 0, "gone", true))
	must(t, s.MarkDelivered(ctx, 2, 200))
	wantErr(t, "MarkDelivered again", s.MarkDelivered(ctx, 2, 201), ErrSettled)
	if got := due(200); !reflect.DeepEqual(got, []int64{3, 4}) {
		t.Errorf("due after giving up = %v", got)
	}
	if st, err := s.OutboxStats(ctx); err != nil || st != (OutboxStats{Pending: 2, Oldest: 6, Dead: 1}) {
		t.Errorf("OutboxStats = %+v, %v", st, err)
	}
	if dead, err := s.DeadNotifications(ctx, 10); err != nil || len(dead) != 1 || dead[0].Attempts != 2 || dead[0].LastError != "gone" {
		t.Errorf("DeadNotifications = %+v, %v", dead, err)
	}
	must(t, s.ReviveNotification(ctx, 1, 300))
	if got := due(300); !reflect.DeepEqual(got, []int64{1, 4}) {
		t.Errorf("due after revival = %v", got)
	}
}

func TestBackupHoldsJournalAndPieces(t *testing.T) {
	ctx := context.Background()
	s, path := newStoreAt(t)
	push(t, s, batch(1, result(0, protocol.OutcomeUp)))
	must(t, s.Flush(ctx))
	push(t, s, batch(2, result(1, protocol.OutcomeUp)))
	copied := filepath.Join(filepath.Dir(path), "copy.db")
	must(t, s.Backup(ctx, copied))
	if err := s.Backup(ctx, copied); err == nil {
		t.Error("Backup overwrote a file")
	}
	c := openStore(t, copied)
	defer c.Close()
	got, err := c.Runs(ctx, check, agent, 0, 1<<50)
	if err != nil || len(got) != 1 || got[0].Count != 2 {
		t.Errorf("Runs of the copy = %v, %v; want one run of 2", got, err)
	}
}
