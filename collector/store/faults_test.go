package store

import (
	"context"
	"reflect"
	"strings"
	"testing"
)

func TestAFaultGoesOnWithItsIncident(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	f := FaultRecord{ID: "FLT-1", Agreement: "shop", State: "received", ReportedAt: 100, UpdatedAt: 100, Token: "tk", Body: []byte(`{"a":1}`)}
	file := AttachmentRecord{N: 1, Name: "shot.png", Type: "image/png", SHA256: "ab", Data: []byte{1, 2}}
	received := FaultEvent{Fault: "FLT-1", Seq: 1, At: 100, By: "acme", Kind: "received", Text: "down since nine"}
	must(t, s.AddFault(ctx, f, []AttachmentRecord{file}, received))
	wantErr(t, "AddFault again", s.AddFault(ctx, f, nil, received), ErrExists)

	accepted := FaultEvent{Fault: "FLT-1", Seq: 2, At: 110, By: "bob", Kind: "accepted"}
	was := f
	f.State, f.Incident, f.UpdatedAt = "accepted", "INC-1", 110
	bad := incidentWrite("INC-1", 1, "shop")
	bad.Events[0].Seq = 2
	wantErr(t, "SaveFault with a conflict in the incident", s.SaveFault(ctx, f, accepted, bad), ErrConflict)
	if got, err := s.FaultByID(ctx, "FLT-1"); err != nil || !reflect.DeepEqual(got, was) {
		t.Errorf("FaultByID after the conflict = %+v, %v; want %+v", got, err, was)
	}
	must(t, s.SaveFault(ctx, f, accepted, incidentWrite("INC-1", 1, "shop")))
	wantErr(t, "SaveFault with an event that is there", s.SaveFault(ctx, f, accepted, IncidentWrite{}), ErrConflict)
	wantErr(t, "SaveFault of none", s.SaveFault(ctx, FaultRecord{ID: "FLT-9"}, accepted, IncidentWrite{}), ErrNotFound)

	if got, err := s.FaultByID(ctx, "FLT-1"); err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("FaultByID = %+v, %v; want %+v", got, err, f)
	}
	if got, err := s.FaultEvents(ctx, "FLT-1"); err != nil || !reflect.DeepEqual(got, []FaultEvent{received, accepted}) {
		t.Errorf("FaultEvents = %+v, %v", got, err)
	}
	if got, err := s.FaultAttachment(ctx, "FLT-1", 1); err != nil || !reflect.DeepEqual(got, file) {
		t.Errorf("FaultAttachment = %+v, %v", got, err)
	}
	_, err := s.FaultAttachment(ctx, "FLT-1", 2)
	wantErr(t, "FaultAttachment of no file", err, ErrNotFound)
	if got, err := s.IncidentByID(ctx, "INC-1"); err != nil || got.Seq != 1 || pending(t, s) != 1 {
		t.Errorf("IncidentByID = %+v, %v, with %d notifications", got, err, pending(t, s))
	}
}

func TestFaultsAreBounded(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	files := func(n, size int) (out []AttachmentRecord) {
		for i := range n {
			out = append(out, AttachmentRecord{N: i + 1, Data: make([]byte, size)})
		}
		return out
	}
	for _, c := range []struct {
		name  string
		f     FaultRecord
		files []AttachmentRecord
		e     FaultEvent
		want  error
	}{
		{"all at its bound", FaultRecord{ID: "a", Body: make([]byte, MaxRecordBytes)}, files(1, MaxAttachmentBytes), FaultEvent{Seq: 1}, nil},
		{"body too large", FaultRecord{ID: "b", Body: make([]byte, MaxRecordBytes+1)}, nil, FaultEvent{Seq: 1}, ErrTooLarge},
		{"file too large", FaultRecord{ID: "b"}, files(1, MaxAttachmentBytes+1), FaultEvent{Seq: 1}, ErrTooLarge},
		{"too many files", FaultRecord{ID: "b"}, files(MaxAttachments+1, 1), FaultEvent{Seq: 1}, ErrTooLarge},
		{"text too long", FaultRecord{ID: "b"}, nil, FaultEvent{Seq: 1, Text: strings.Repeat("x", MaxRecordBytes+1)}, ErrTooLarge},
		{"two files of a number", FaultRecord{ID: "b"}, append(files(1, 1), files(1, 1)...), FaultEvent{Seq: 1}, ErrExists},
		{"no first event", FaultRecord{ID: "b"}, nil, FaultEvent{}, ErrConflict},
	} {
		wantErr(t, "AddFault: "+c.name, s.AddFault(ctx, c.f, c.files, c.e), c.want)
	}
	if got, err := s.Faults(ctx, FaultQuery{}); err != nil || len(got) != 1 {
		t.Errorf("Faults = %d, %v; what is refused leaves nothing", len(got), err)
	}
}

func TestFaultsAreFoundNewestFirst(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	for i, f := range []FaultRecord{
		{ID: "F1", Agreement: "shop", State: "received", Token: "a"},
		{ID: "F2", Agreement: "bank", State: "declined", Token: "a"},
		{ID: "F3", Agreement: "shop", State: "declined", Token: "b"},
	} {
		f.ReportedAt = int64(100 * (i/2 + 1)) // the first two at the same instant
		must(t, s.AddFault(ctx, f, nil, FaultEvent{Seq: 1}))
	}
	for _, c := range []struct {
		q    FaultQuery
		want string
	}{
		{FaultQuery{}, "F3 F2 F1"},
		{FaultQuery{Agreement: "shop"}, "F3 F1"},
		{FaultQuery{Token: "a"}, "F2 F1"},
		{FaultQuery{State: "declined"}, "F3 F2"},
		{FaultQuery{Limit: 1, Before: "F3"}, "F2"},
		{FaultQuery{Limit: 1, Before: "F2"}, "F1"},
	} {
		got, err := s.Faults(ctx, c.q)
		var ids []string
		for _, f := range got {
			ids = append(ids, f.ID)
		}
		if err != nil || strings.Join(ids, " ") != c.want {
			t.Errorf("Faults(%+v) = %v, %v; want %s", c.q, ids, err, c.want)
		}
	}
	_, err := s.Faults(ctx, FaultQuery{Before: "F9"})
	wantErr(t, "Faults behind one that is not there", err, ErrNotFound)
	for since, want := range map[int64]int{0: 2, 100: 2, 101: 0} {
		if n, err := s.CountFaults(ctx, "a", since); err != nil || n != want {
			t.Errorf("CountFaults(a, %d) = %d, %v; want %d", since, n, err, want)
		}
	}
}

func TestWhatBelongsToAFaultIsSavedWithItOrNotAtAll(t *testing.T) {
	ctx := context.Background()
	s, _ := newStoreAt(t)
	tell := Notification{Key: "FLT-1", Receiver: "ops", CreatedAt: 100, Payload: []byte("{}")}
	f := FaultRecord{ID: "FLT-1", Agreement: "shop", ReportedAt: 100, Token: "tk"}
	wantErr(t, "AddFault without its first event", s.AddFault(ctx, f, nil, FaultEvent{}, tell), ErrConflict)
	if n := pending(t, s); n != 0 {
		t.Errorf("%d notifications of a fault that was not saved", n)
	}
	must(t, s.AddFault(ctx, f, []AttachmentRecord{{N: 1, Data: make([]byte, 7)}, {N: 2, Data: make([]byte, 5)}}, FaultEvent{Seq: 1}, tell))
	if n := pending(t, s); n != 1 {
		t.Errorf("%d notifications with the fault; want 1", n)
	}
	for since, want := range map[int64]int64{100: 12, 101: 0} {
		if n, err := s.FaultBytes(ctx, "tk", since); err != nil || n != want {
			t.Errorf("FaultBytes since %d = %d, %v; want %d", since, n, err, want)
		}
	}
	c := CorrectionRecord{ID: "co-1", Agreement: "shop", From: 1, To: 2, Reason: "down", CreatedBy: "bob", CreatedAt: 110}
	wantErr(t, "SaveFault with a stale event", s.SaveFault(ctx, f, FaultEvent{Seq: 1}, IncidentWrite{}, c), ErrConflict)
	bad := incidentWrite("INC-1", 1, "shop")
	bad.Events[0].Seq = 2
	wantErr(t, "SaveFault with a conflict in the incident", s.SaveFault(ctx, f, FaultEvent{Seq: 2}, bad, c), ErrConflict)
	_, err := s.CorrectionByID(ctx, "co-1")
	wantErr(t, "CorrectionByID after what was refused", err, ErrNotFound)
	must(t, s.SaveFault(ctx, f, FaultEvent{Seq: 2}, IncidentWrite{}, c))
	if got, err := s.CorrectionByID(ctx, "co-1"); err != nil || got.Reason != "down" {
		t.Errorf("CorrectionByID = %+v, %v", got, err)
	}
}
