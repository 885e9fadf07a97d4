package store

import (
	"context"
	"reflect"
	"testing"
)

func TestAnIssuedReportNeverChanges(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	r := ServiceReportRecord{ID: "r1", Agreement: "shop", Label: "2026-10", CreatedAt: 10, CreatedBy: "ann", Fingerprint: "f1", Model: []byte("one"), Note: "first"}
	add := func(r ServiceReportRecord, want int, wanted error) {
		t.Helper()
		n, err := s.AddServiceReport(ctx, r)
		wantErr(t, "AddServiceReport("+r.ID+")", err, wanted)
		if wanted == nil && n != want {
			t.Errorf("AddServiceReport(%s) = revision %d, want %d", r.ID, n, want)
		}
	}
	files, tell := []ReportFile{{"pdf", []byte("%PDF")}, {"csv", []byte("a,b")}}, []Notification{{Key: "r1", Receiver: "mail"}}
	add(r, 1, nil)
	second := r
	second.ID, second.CreatedAt = "r2", 20
	add(second, 0, ErrConflict)
	wantErr(t, "IssueServiceReport of a draft", s.IssueServiceReport(ctx, "r1", "bob", 30, files, tell), ErrConflict)
	must(t, s.ReviewServiceReport(ctx, "r1", "bob", 11))
	wantErr(t, "ReviewServiceReport again", s.ReviewServiceReport(ctx, "r1", "eve", 12), ErrSettled)
	must(t, s.ReplaceDraft(ctx, "r1", []byte("two"), "f2", 13))
	wantErr(t, "IssueServiceReport of what changed since its review", s.IssueServiceReport(ctx, "r1", "bob", 30, files, tell), ErrConflict)
	must(t, s.ReviewServiceReport(ctx, "r1", "bob", 14))
	twice := append(files, ReportFile{"pdf", nil})
	wantErr(t, "IssueServiceReport with a format twice", s.IssueServiceReport(ctx, "r1", "bob", 15, twice, tell), ErrExists)
	large := []ReportFile{{"pdf", make([]byte, MaxReportBytes+1)}}
	wantErr(t, "IssueServiceReport with a large file", s.IssueServiceReport(ctx, "r1", "bob", 15, large, tell), ErrTooLarge)
	if n := pending(t, s); n != 0 {
		t.Errorf("%d notifications of a report that is not issued", n)
	}
	must(t, s.IssueServiceReport(ctx, "r1", "carl", 16, files, tell))
	wantErr(t, "IssueServiceReport again", s.IssueServiceReport(ctx, "r1", "eve", 17, nil, tell), ErrSettled)
	wantErr(t, "ReplaceDraft of an issued one", s.ReplaceDraft(ctx, "r1", nil, "f3", 17), ErrSettled)
	wantErr(t, "ReviewServiceReport of none", s.ReviewServiceReport(ctx, "r9", "eve", 17), ErrNotFound)

	want := r
	want.Revision, want.State, want.UpdatedAt, want.ReviewedAt, want.ReviewedBy, want.IssuedAt, want.IssuedBy = 1, ReportIssued, 13, 14, "bob", 16, "carl"
	want.Fingerprint, want.Model = "f2", []byte("two")
	if got, err := s.ServiceReport(ctx, "r1"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ServiceReport = %+v, %v; want %+v", got, err, want)
	}
	if got, err := s.ReportFile(ctx, "r1", "csv"); err != nil || string(got) != "a,b" {
		t.Errorf("ReportFile = %q, %v", got, err)
	}
	_, err := s.ReportFile(ctx, "r1", "html")
	wantErr(t, "ReportFile of a format that was not issued", err, ErrNotFound)
	if got, err := s.ReportFormats(ctx, "r1"); err != nil || !reflect.DeepEqual(got, []string{"csv", "pdf"}) {
		t.Errorf("ReportFormats = %v, %v", got, err)
	}
	if n := pending(t, s); n != 1 {
		t.Errorf("%d notifications of the issued report, want 1", n)
	}
	add(r, 0, ErrExists)
	add(second, 2, nil)
	second.ID, second.Label = "r3", "2026-11"
	add(second, 1, nil)
	list, err := s.ServiceReports(ctx, "shop", "2026-10")
	if err != nil || len(list) != 2 || list[0].ID != "r2" || list[1].ID != "r1" || list[1].Model != nil {
		t.Errorf("ServiceReports = %+v, %v; want r2, r1, without models", list, err)
	}
	if list, err := s.ServiceReports(ctx, "", ""); err != nil || len(list) != 3 {
		t.Errorf("ServiceReports of all = %+v, %v; want 3", list, err)
	}
}

func TestActionsKeepHowEachSaveLeftThem(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	a := ActionRecord{ID: "INC-1/1", Agreement: "shop", Incident: "INC-1", Text: "second line", Owner: "ann", Due: "2026-12-31",
		State: "open", CreatedAt: 1, CreatedBy: "bob", UpdatedAt: 1, UpdatedBy: "bob"}
	must(t, s.SaveAction(ctx, a))
	must(t, s.SaveAction(ctx, ActionRecord{ID: "other", Agreement: "bank", Due: "2026-11-30"}))
	a.State, a.Note, a.UpdatedAt, a.UpdatedBy, a.ClosedAt = "done", "works", 9, "ann", 9
	must(t, s.SaveIncident(ctx, IncidentWrite{Actions: []ActionRecord{a}}))
	if got, err := s.Actions(ctx, "shop"); err != nil || !reflect.DeepEqual(got, []ActionRecord{a}) {
		t.Errorf("Actions = %+v, %v; want %+v", got, err, a)
	}
	if got, err := s.Actions(ctx, ""); err != nil || len(got) != 2 || got[0].ID != "other" {
		t.Errorf("Actions of all = %+v, %v; want the one that is due first", got, err)
	}
	want := []ActionEvent{
		{"INC-1/1", 1, 1, "bob", "second line", "ann", "2026-12-31", "open", ""},
		{"INC-1/1", 2, 9, "ann", "second line", "ann", "2026-12-31", "done", "works"},
	}
	if got, err := s.ActionEvents(ctx, "INC-1/1"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("ActionEvents = %+v, %v; want %+v", got, err, want)
	}
}
